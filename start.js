// Starts the page. The build names the module and its glue, whose file names carry a hash, in the
// attributes of this script's element (see Trunk.toml). A file of its own, because a strict content
// security policy refuses inline scripts.
const { glue, module } = document.querySelector("script[data-module]").dataset;
const { default: init } = await import(new URL(glue, document.baseURI));
await init({ module_or_path: new URL(module, document.baseURI) });
