// The first script of a host's page. It keeps what the tests ask about: workers, events of figures, height messages,
// complaints, and what the page looks like to its owner. It adds no name to the page: it hangs on a symbol.
(() => {
  const platform = new Set(Object.getOwnPropertyNames(window));
  const alive = new Set();
  const events = [];
  const heights = [];
  const complaints = [];
  let started = 0;
  let most = 0;

  const NativeWorker = window.Worker;
  window.Worker = class Worker extends NativeWorker {
    constructor(...given) {
      super(...given);
      started += 1;
      alive.add(this);
      most = Math.max(most, alive.size);
    }
    terminate() {
      alive.delete(this);
      super.terminate();
    }
  };

  const figures = () => [...document.querySelectorAll("shuffle-lab")];
  // The capturing phase reaches the window even for events that do not bubble.
  for (const type of ["ready", "result", "error"]) {
    window.addEventListener(type, (event) => {
      if (event.target?.localName === "shuffle-lab") {
        events.push({ type, figure: figures().indexOf(event.target), at: Math.round(performance.now()), detail: event.detail ?? null });
      } else if (type === "error") {
        complaints.push(event.message ?? `${event.target?.src ?? event.target?.href} did not load`);
      }
    }, true);
  }
  window.addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
  const say = console.error;
  console.error = (...words) => {
    complaints.push(words.map(String).join(" "));
    say.apply(console, words);
  };

  window.addEventListener("message", (event) => {
    if (typeof event.data !== "string") return;
    try {
      const { context, subject, height } = JSON.parse(event.data);
      if (context === "iframe.resize" || subject === "lti.frameResize") heights.push({ context, subject, height });
    } catch {
      // Somebody else's message.
    }
  });

  // Numbers are frames; the rest is what chromedriver leaves.
  const notOfThePage = /^(\d+|cdc_.*|se_.*|ret_nodes)$/;
  // What is the host's own: a figure must change none of it.
  const facts = () => {
    const attributes = (element) => [...element.attributes].map((a) => `${a.name}=${a.value}`).sort();
    const style = getComputedStyle(document.body);
    return {
      title: document.title,
      html: attributes(document.documentElement),
      body: attributes(document.body),
      children: [...document.body.children].map((element) => element.localName),
      styles: document.querySelectorAll("style, link[rel=stylesheet]").length + document.adoptedStyleSheets.length,
      font: [style.font, style.color, style.backgroundColor, style.margin],
      names: Object.getOwnPropertyNames(window).filter((name) => !platform.has(name) && !notOfThePage.test(name)).sort(),
    };
  };

  window[Symbol.for("watch")] = {
    complaints,
    events,
    facts,
    heights,
    workers: () => ({ alive: alive.size, started, most }),
  };
})();
