// Shuffle Lab in a page of yours:
//
//   <script type="module" src="https://YOUR-HOST/shuffle-lab/embed.js"></script>
//   <shuffle-lab query="v=1&amp;workers=8&amp;skew=hot_key:0.3" controls="workers,skew" views="verdict,load"></shuffle-lab>
//
// Types and the events are in embed.d.ts. The module is loaded once, when the first figure is put into the page; all figures
// share it and one pool of workers. `frame` messages of figures in iframes from this host set the height of their frames.

const version = "{{version}}";
const base = new URL("./", import.meta.url);
const css = "{{css}}";
{{words}}

/** An answer that has what was asked for. */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(WORDS.widget.not_there(address, answer.status));
  return answer;
}

let loading;
/** The module's exports. */
function load() {
  loading ??= import(new URL("{{glue}}", base)).then(async (bindings) => {
    const start = async () => bindings.default({ module_or_path: await fetched(new URL("{{module}}", base)) });
    try {
      await start();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The memories of a page that was left may not have been collected yet: to ask for another makes the browser do so.
      new WebAssembly.Memory({ initial: 1, maximum: 1 });
      await start();
    }
    return bindings;
  });
  // What failed for want of a network may be tried again by the next figure.
  loading.catch(() => (loading = undefined));
  return loading;
}

{{element.js}}

if (globalThis.customElements && !customElements.get("shuffle-lab")) {
  customElements.define("shuffle-lab", ShuffleLab);
  // Figures in frames of this host say how high they are.
  addEventListener("message", ({ data, source }) => {
    let told;
    try {
      told = typeof data === "string" && data.startsWith("{") ? JSON.parse(data) : {};
    } catch {
      return;
    }
    if (told.context !== "iframe.resize" || !(told.height > 0) || !String(told.src).startsWith(base.href)) return;
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentWindow === source) frame.style.height = `${Math.ceil(told.height)}px`;
    }
  });
}

export { ShuffleLab };
