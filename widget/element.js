// The custom element. `load` gives the module's exports, once for the whole page; `css` is the style of a figure.
// The build puts this into embed.js, with WORDS before it; it is not loaded by itself.

const ATTRIBUTES = ["query", "controls", "views", "theme", "guess", "condition"];

/** The style of every figure on the page; where sheets cannot be shared, each figure has an element of its own. */
const styleOf = (() => {
  let sheet;
  return (root) => {
    try {
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
      }
      root.adoptedStyleSheets = [sheet];
    } catch {
      const style = document.createElement("style");
      style.textContent = css;
      root.append(style);
    }
  };
})();

/** An empty place for a figure inside a shadow root, where no style of the page reaches it. */
function placeIn(root) {
  styleOf(root);
  const place = document.createElement("div");
  place.className = "lab-root figure-root";
  root.append(place);
  return place;
}

/** What stands in the place of a figure that cannot start. */
function sayFailure(place, error) {
  const words = document.createElement("p");
  words.className = "failure";
  words.setAttribute("role", "alert");
  const cause =
    error instanceof RangeError
      ? WORDS.widget.no_memory
      : WORDS.widget.needs;
  words.textContent = `${WORDS.widget.cannot_start(error?.message ?? error)} ${cause}`;
  place.replaceChildren(words);
}

// Where pages are made, on a server, there are no elements: there this only has to do no harm.
const Base = globalThis.HTMLElement ?? class {};

class ShuffleLab extends Base {
  static observedAttributes = ATTRIBUTES;

  #root = this.attachShadow({ mode: "open" });
  #figure = null;
  #opening = false;
  #scenario = null;
  #waiting = [];
  #failure = null;

  constructor() {
    super();
    // Until the figure is there, what the page has put between the tags is shown.
    this.#root.append(document.createElement("slot"));
  }

  connectedCallback() {
    // A page may have set it before this class was there: then it hides the property of the class.
    if (Object.hasOwn(this, "scenario")) {
      const { scenario } = this;
      delete this.scenario;
      this.scenario = scenario;
    }
    this.#open();
  }

  disconnectedCallback() {
    // An element that is moved is taken out and put in again.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#close();
      this.#reject(new Error(WORDS.widget.taken_out));
    });
  }

  attributeChangedCallback(name, before, value) {
    if (before !== value) this.#figure?.set(name, value ?? undefined);
  }

  /** What is run: an object. Set it to an object, its JSON, or a link. */
  get scenario() {
    return this.#figure ? this.#figure.scenario : this.#scenario;
  }

  set scenario(scenario) {
    if (this.#figure) this.#figure.scenario = scenario;
    else this.#scenario = scenario;
  }

  /** Runs the scenario at once: a promise of the report. */
  async run() {
    if (this.#figure) return this.#figure.run();
    if (this.#failure) throw this.#failure;
    if (!this.isConnected) throw new Error(WORDS.widget.in_no_page);
    const figure = await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    return figure.run();
  }

  /** A number of the last run by its name, as in `condition`; `undefined` before a run, and where the run has none. */
  value(name) {
    return this.#figure?.value(name);
  }

  /** A number as the figure writes it: `unit` is count, bytes, time (from microseconds), share, ratio or cap (of a share). */
  words(value, unit) {
    return this.#figure?.words(value, unit);
  }

  #reject(error) {
    this.#waiting.splice(0).forEach(({ reject }) => reject(error));
  }

  async #open() {
    if (this.#figure || this.#opening) return;
    this.#opening = true;
    this.#failure = null;
    try {
      const { Figure } = await load();
      if (!this.isConnected) return;
      this.#root.replaceChildren();
      const place = placeIn(this.#root);
      const attributes = Object.fromEntries(
        ATTRIBUTES.filter((name) => this.hasAttribute(name)).map((name) => [name, this.getAttribute(name)]),
      );
      this.#figure = new Figure(place, attributes, (name, detail) => this.#tell(name, detail));
      if (this.#scenario !== null) this.#figure.scenario = this.#scenario;
      this.#scenario = null;
      this.#waiting.splice(0).forEach(({ resolve }) => resolve(this.#figure));
      this.#tell("ready", { version });
    } catch (error) {
      this.#root.replaceChildren();
      sayFailure(placeIn(this.#root), error);
      this.#failure = error;
      this.#reject(error);
      this.#tell("error", { field: null, message: String(error?.message ?? error) });
    } finally {
      this.#opening = false;
    }
  }

  #close() {
    if (!this.#figure) return;
    // As it was left, should the element be put in again.
    this.#scenario = this.#figure.scenario;
    this.#figure.end();
    this.#figure.free();
    this.#figure = null;
    this.#root.replaceChildren(document.createElement("slot"));
  }

  // Not bubbling: an `error` that bubbles would reach listeners of the page that mean something else.
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
