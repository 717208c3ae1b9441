// The module without any other file: the glue as a function, the module as text. The build fills it in.
const version = "{{version}}";
const css = "{{css}}";
const glue = {{glue_function}};
const zipped = "{{module_gzip_base64}}";

let loading;
/** The module's exports. */
function load() {
  loading ??= (async () => {
    const bytes = Uint8Array.from(atob(zipped), (letter) => letter.charCodeAt(0));
    const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const module = await WebAssembly.compile(await new Response(unzipped).arrayBuffer());
    const bindings = glue();
    bindings.initSync({ module });
    // Workers get the same text: there is no address to load it from.
    bindings.keep_glue(glue.toString());
    return bindings;
  })();
  return loading;
}
