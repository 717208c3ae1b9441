// The floor under any pool: workers that say that they are there. With `instance`, each also loads the page's glue and
// makes an instance of the page's compiled module, which is the least that a worker of ours can do.

const PLAIN = `postMessage("ready");`;
const WITH_INSTANCE = `
  onmessage = async ({ data: { glue, module } }) => {
    const bindings = await import(glue);
    bindings.initSync({ module });
    postMessage("ready");
  };`;

let glue;
let module;

async function compile(glueUrl, moduleUrl) {
  glue = glueUrl;
  module = await WebAssembly.compileStreaming(fetch(moduleUrl));
}

/** Starts `count` workers; the time until the last one has spoken. Then they end, outside the clock. */
async function start(count, instance) {
  const url = URL.createObjectURL(new Blob([instance ? WITH_INSTANCE : PLAIN], { type: "text/javascript" }));
  const begun = performance.now();
  const workers = Array.from({ length: count }, () => new Worker(url));
  const ready = workers.map((worker) => new Promise((done, failed) => {
    worker.onmessage = done;
    worker.onerror = (event) => failed(new Error(event.message));
    if (instance) worker.postMessage({ glue, module });
  }));
  await Promise.all(ready);
  const micros = (performance.now() - begun) * 1000;
  workers.forEach((worker) => worker.terminate());
  URL.revokeObjectURL(url);
  return { micros, ready: ready.length };
}

window.bareWorkers = { compile, start };
