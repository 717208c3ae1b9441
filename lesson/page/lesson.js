// What makes a chapter answer: bets, tasks that tick themselves, numbers in the text, and what was done so far.
//
// The figures are <shuffle-lab> elements; their events and methods are in embed.d.ts. A part that is broken costs itself.

const SAYS = {
  done: "Done. You made it happen.",
  doneShort: "done",
  begun: "begun",
  yourBet: "Your bet",
  answer: "The answer",
  close: "That is close.",
  above: (times) => `Your bet was ${times} as much.`,
  below: (times) => `It is ${times} your bet.`,
  none: "Your bet was nothing at all.",
  outcome: (bet, answer, origin) => `You bet ${bet}. The answer is ${answer}, ${origin} in this run.`,
  bare: (answer, origin) => `It is ${answer}, ${origin} in this run.`,
  sharing: (workers, cores) => `The ${workers} workers took turns on ${cores} ${cores === 1 ? "core" : "cores"}.`,
  running: "The figure runs it now…",
  missing: "The figures could not be loaded: their script must be reached where the lab is. The text stands without them.",
  forgotten: "Your bets and ticks are forgotten.",
};
const CLOSE = 0.05;

/** What was done, by chapter: kept where that is allowed, else for as long as the page is open. */
const progress = (() => {
  const PLACE = "shuffle-lab.lesson";
  let kept = {};
  try {
    const read = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    if (read && typeof read === "object" && !Array.isArray(read)) kept = read;
  } catch {
    // No storage, or something else was stored there.
  }
  return {
    of: (chapter) => ({ bets: {}, tasks: {}, ...(kept[chapter] ?? {}) }),
    keep(chapter, list, name, value) {
      const now = this.of(chapter);
      kept[chapter] = { ...now, [list]: { ...now[list], [name]: value } };
      try {
        localStorage.setItem(PLACE, JSON.stringify(kept));
      } catch {
        // It is only not kept.
      }
    },
    forget() {
      kept = {};
      try {
        localStorage.removeItem(PLACE);
      } catch {
        // There was nothing.
      }
    },
  };
})();

const chapter = document.querySelector("main[data-chapter]")?.dataset.chapter;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const figureOf = (part) => document.getElementById(part.dataset.figure);

/** Runs one part's set-up: what it throws is said in the console and stops no other part. */
function apart(work) {
  try {
    work();
  } catch (error) {
    console.error(error);
  }
}

// Which chapters are done.

function showProgress() {
  for (const item of all("li[data-chapter]")) {
    const { bets, tasks } = progress.of(item.dataset.chapter);
    const done = Object.values(tasks).filter(Boolean).length;
    const isDone = done > 0 && done >= Number(item.dataset.tasks);
    const isBegun = !isDone && (done > 0 || Object.keys(bets).length > 0);
    item.classList.toggle("is-done", isDone);
    const state = item.querySelector(".state");
    if (state) state.textContent = isDone ? `✓ ${SAYS.doneShort}` : isBegun ? SAYS.begun : "";
  }
}

// Colours.

function theme() {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const choices = ["auto", "light", "dark"];
  const show = () => {
    const now = root.dataset.theme ?? "auto";
    button.textContent = `${button.dataset.word}: ${now}`;
    all("shuffle-lab").forEach((figure) => figure.setAttribute("theme", now));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = choices[(choices.indexOf(root.dataset.theme ?? "auto") + 1) % choices.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("shuffle-lab.theme", next);
    } catch {
      // It lasts as long as the page.
    }
    show();
  });
  show();
}

// Numbers in the text follow the last run of their figure.

function followValues(figure) {
  const values = all(`.value[data-figure="${figure.id}"]`);
  if (values.length === 0) return;
  figure.addEventListener("result", () => {
    for (const place of values) {
      apart(() => {
        const value = figure.value(place.dataset.of);
        if (value !== undefined) place.textContent = figure.words(value, place.dataset.as);
      });
    }
  });
}

// Bets.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function bet(part) {
  const figure = figureOf(part);
  const form = part.querySelector("form");
  const slider = form.querySelector("input");
  const outcome = part.querySelector(".outcome");
  const { noun, origin, workers } = part.dataset;
  const asked = JSON.parse(part.dataset.asks);
  const name = part.id;
  /** The bet; null where the reader goes without; undefined before. */
  let placed;

  const inWords = (value) => {
    const words = figure.words?.(value, part.dataset.as) ?? Number(value).toLocaleString("en");
    return noun ? `${words} ${noun}` : words;
  };
  const showSlider = () => {
    const words = inWords(Number(slider.value));
    slider.setAttribute("aria-valuetext", words);
    form.querySelector("output").textContent = words;
  };
  const reveal = (value) => {
    placed = value;
    part.classList.add("is-placed");
    part.querySelector("h2").textContent = value === null ? SAYS.answer : SAYS.yourBet;
    all("input, button", form).forEach((one) => (one.disabled = true));
    outcome.textContent = SAYS.running;
    figure.setAttribute("views", part.dataset.views);
    const isThere = same(figure.scenario, asked);
    figure.scenario = asked;
    // What it shows already is not run again.
    if (isThere) answer();
  };
  /** The button that was pressed is gone: the focus goes to what it brings, and the figure comes into sight. */
  const show = (value) => {
    reveal(value);
    outcome.tabIndex = -1;
    outcome.focus({ preventScroll: true });
    figure.scrollIntoView({ block: "nearest" });
  };
  const answer = () => {
    const value = figure.value?.(part.dataset.of);
    if (value === undefined) return;
    const told = inWords(value);
    const sentences = [placed === null ? SAYS.bare(told, origin) : SAYS.outcome(inWords(placed), told, origin)];
    if (placed !== null) sentences.push(compared(placed, value));
    const cores = navigator.hardwareConcurrency ?? 1;
    if (origin === "measured" && Number(workers) > cores) sentences.push(SAYS.sharing(workers, cores));
    outcome.textContent = sentences.join(" ");
    if (placed !== null) figure.setAttribute("guess", part.dataset.guess + placed);
  };
  const compared = (guess, value) => {
    if (Math.abs(guess - value) <= CLOSE * value) return SAYS.close;
    if (guess === 0) return SAYS.none;
    return guess > value
      ? SAYS.above(figure.words(guess / value, "ratio"))
      : SAYS.below(figure.words(value / guess, "ratio"));
  };

  slider.addEventListener("input", showSlider);
  figure.addEventListener("ready", showSlider);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = Number(slider.value);
    show(value);
    progress.keep(chapter, "bets", name, value);
    showProgress();
  });
  form.querySelector(".quiet").addEventListener("click", () => show(null));
  figure.addEventListener("result", () => {
    if (placed === undefined) return;
    // The bet is about one scenario: beside another run it would be compared with something else.
    if (same(figure.scenario, asked)) answer();
    else figure.removeAttribute("guess");
  });
  const before = progress.of(chapter).bets[name];
  if (Number.isFinite(before)) {
    slider.value = before;
    showSlider();
    reveal(before);
  }
}

// Tasks.

function task(part) {
  const tick = (words) => {
    if (part.classList.contains("is-done")) return;
    part.classList.add("is-done");
    part.querySelector(".done").textContent = words;
  };
  if (progress.of(chapter).tasks[part.dataset.task]) tick(SAYS.done);
  figureOf(part).addEventListener("task", () => {
    tick(SAYS.done);
    progress.keep(chapter, "tasks", part.dataset.task, true);
    showProgress();
  });
}

function reset() {
  const button = document.getElementById("reset");
  button.hidden = false;
  button.addEventListener("click", () => {
    progress.forget();
    location.reload();
  });
}

apart(theme);
apart(reset);
apart(showProgress);
for (const figure of all("shuffle-lab")) apart(() => followValues(figure));
for (const part of all(".bet")) apart(() => bet(part));
for (const part of all(".task")) apart(() => task(part));

if (document.querySelector("shuffle-lab")) {
  import("../embed.js").catch((error) => {
    console.error(error);
    all("shuffle-lab .waits").forEach((words) => (words.textContent = SAYS.missing));
  });
}
