// Hears what goes wrong in a page, before any other script runs. In engines whose driver tells no console.
(() => {
  const heard = (window.heardProblems = []);
  const keep = (kind, ...words) => heard.push(`${kind}: ${words.map(String).join(" ")}`);
  const where = (target) => `${target.localName} ${target.src ?? target.href} did not load`;
  addEventListener("error", (event) => keep("error", event.message ?? where(event.target)), true);
  addEventListener("unhandledrejection", (event) => keep("rejection", event.reason));
  for (const level of ["error", "warn"]) {
    const usual = console[level];
    console[level] = (...words) => {
      keep(`console.${level}`, ...words);
      usual.apply(console, words);
    };
  }
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("error", (event) => keep("worker", event.message));
    }
  };
})();
