// Kept runs, and the dialog that compares two of them and opens saved ones.
import { dialog, download, el, factTable, picture } from "./dom.js";
import { saveButtons } from "./save.js";
import { WORDS } from "./words.js";

/** The most runs that are kept; the current one is not among them. */
const MOST = 8;

/** Each with its id, its name, its text and whether this page ran it. */
const kept = [];
let count = 0;
let open;
let chosen = { a: undefined, b: "current" };

/** Keeps the last run. */
export function pin(pure) {
  const text = window.shuffleLab.savedRun();
  if (text === null) return say(WORDS.desk.no_run);
  const known = kept.find((run) => run.text === text);
  if (known) return say(WORDS.desk.pinned_already(known.name));
  const run = keep(text, JSON.parse(pure.read(text)).name, true);
  say(run ? WORDS.desk.pinned(run.name) : WORDS.desk.too_many_pinned(MOST));
}

/** Opens the dialog. */
export function runs(pure) {
  open ??= build(pure);
  open.show();
}

/** Opens a file that was dropped or chosen. */
export async function openFile(pure, file) {
  runs(pure);
  const refuse = (reason) => open.refuse(WORDS.desk.cannot_open(file.name, reason));
  if (file.size > pure.max_bytes()) return refuse(WORDS.desk.too_long(file.size, pure.max_bytes()));
  const text = await file.text().catch(() => null);
  if (text === null) return refuse(WORDS.desk.unreadable);
  const read = JSON.parse(pure.read(text));
  if (read.error) return refuse(`${read.error.field} ${read.error.reason}`);
  const run = kept.find((other) => !other.isHere && other.text === text) ?? keep(text, `${read.name} (${file.name})`, false, file.name);
  if (!run) return refuse(WORDS.desk.too_many_kept(MOST));
  open.refuse("");
  chosen.a = run.id;
  open.look(run);
}

function keep(text, name, isHere, file) {
  if (kept.length >= MOST) return undefined;
  const same = kept.filter((run) => run.plain === name).length;
  const run = { id: `run-${++count}`, plain: name, name: same ? `${name} (${same + 1})` : name, text, isHere, file };
  kept.push(run);
  chosen.a ??= run.id;
  return run;
}

/** In the page's head; the dialog has words of its own. */
function say(words) {
  const place = document.getElementById("desk-says");
  if (place) place.textContent = words;
}

function build(pure) {
  const { frame, body } = dialog("desk-runs", WORDS.desk.runs);
  const list = el("div", { className: "desk-runs" });
  const compared = el("section", { className: "desk-compared", "aria-labelledby": "desk-compared-name" });
  const looked = el("section", { className: "desk-looked", "aria-label": WORDS.desk.opened, hidden: true });
  const wrong = el("p", { className: "desk-wrong", role: "alert" });
  const picker = el("input", { type: "file", accept: ".json,application/json", id: "desk-file", className: "desk-file" });
  picker.onchange = async () => {
    const [file] = picker.files;
    if (file) await openFile(pure, file);
    // The same file can be chosen again.
    picker.value = "";
  };
  const bar = el(
    "div",
    { className: "desk-bar" },
    el("button", { type: "button", className: "main", id: "desk-pin", onclick: () => (pin(pure), draw()) }, WORDS.desk.pin_current),
    el("button", { type: "button", id: "desk-save-current", onclick: () => saveRun(current(pure)) }, WORDS.desk.save_current),
    el("label", { className: "desk-open" }, el("span", {}, WORDS.desk.open), picker),
  );
  body.append(bar, wrong, list, compared, looked);

  const all = () => [...kept, current(pure)].filter(Boolean);
  const draw = () => {
    list.replaceChildren(table(pure, all(), { draw, look }));
    compared.replaceChildren(...comparison(pure, all()));
  };
  const look = (run) => {
    draw();
    looked.replaceChildren(...lookedAt(pure, run, looked, frame));
    looked.hidden = false;
    looked.scrollIntoView({ block: "nearest" });
  };
  return {
    show() {
      if (!frame.open) frame.showModal();
      draw();
    },
    look,
    refuse(words) {
      wrong.textContent = words;
    },
  };
}

/** The last run that the page has made, which changes with the controls. */
function current(pure) {
  const text = window.shuffleLab.savedRun();
  if (text === null) return null;
  return { id: "current", name: WORDS.desk.current(JSON.parse(pure.read(text)).name), text, isHere: true };
}

function saveRun(run) {
  if (run) download("shuffle-lab-run.json", new Blob([run.text], { type: "application/json" }));
}

function table(pure, all, { draw, look }) {
  if (chosen.a === undefined) chosen.a = all[0]?.id;
  const radio = (run, side) =>
    el("input", {
      type: "radio",
      name: `desk-${side}`,
      checked: chosen[side] === run.id,
      "aria-label": `${side.toUpperCase()}: ${run.name}`,
      onchange: () => {
        chosen[side] = run.id;
        draw();
        document.querySelector(`#desk-runs input[name="desk-${side}"]:checked`)?.focus();
      },
    });
  const remove = (run) => {
    kept.splice(kept.indexOf(run), 1);
    if (chosen.a === run.id) chosen.a = kept[0]?.id;
    if (chosen.b === run.id) chosen.b = "current";
    draw();
    document.getElementById("desk-pin").focus();
  };
  const button = (run, word, press) => el("button", { type: "button", "aria-label": `${word} ${run.name}`, onclick: press }, word);
  const row = (run) =>
    el(
      "tr",
      {},
      el("td", {}, radio(run, "a")),
      el("td", {}, radio(run, "b")),
      el("th", { scope: "row" }, run.name, run.isHere ? null : el("span", { className: "desk-elsewhere" }, ` ${WORDS.desk.elsewhere}`)),
      el("td", {}, JSON.parse(pure.read(run.text)).wall),
      el(
        "td",
        { className: "desk-row-buttons" },
        run.isHere ? null : button(run, WORDS.desk.show, () => look(run)),
        button(run, WORDS.desk.save, () => saveRun(run)),
        run.id === "current" ? null : button(run, WORDS.desk.remove, () => remove(run)),
      ),
    );
  return el(
    "table",
    {},
    el("caption", {}, WORDS.desk.choose),
    el("thead", {}, el("tr", {}, ["A", "B", WORDS.desk.run, WORDS.desk.wall_clock, ""].map((name) => el(name ? "th" : "td", name ? { scope: "col" } : {}, name)))),
    el("tbody", {}, all.map(row)),
  );
}

function comparison(pure, all) {
  const find = (id) => all.find((run) => run.id === id);
  const [a, b] = [find(chosen.a), find(chosen.b)];
  const head = el("h3", { id: "desk-compared-name" }, WORDS.desk.b_beside_a);
  if (!a || !b || a === b) {
    return [head, el("p", { className: "caption" }, WORDS.desk.nothing_to_compare)];
  }
  const said = JSON.parse(pure.compare_runs(a.text, a.isHere, b.text, b.isHere));
  const figure = el("figure", { className: "desk-pair" }, picture(said.chart.svg), el("figcaption", { className: "caption" }, WORDS.desk.pair_caption));
  figure.append(saveButtons(pure, said.chart, WORDS.desk.pair_source(a.name, b.name)));
  return [
    head,
    el("ul", { className: "desk-words-said", role: "list", "aria-live": "polite" }, said.words.map((words) => el("li", {}, words))),
    el("div", { className: "desk-figures" }, figure, factTable(WORDS.desk.both_figures, ["", "A", "B"], said.facts)),
  ];
}

function lookedAt(pure, run, place, frame) {
  const width = Math.max(240, Math.min(560, frame.clientWidth - 64));
  const said = JSON.parse(pure.look(run.text, width));
  const read = JSON.parse(pure.read(run.text));
  const set = async () => {
    await window.shuffleLab.show(read.scenario);
    frame.close();
  };
  const chart = (drawn) =>
    el("figure", {}, picture(drawn.svg), el("figcaption", { className: "caption" }, drawn.name), saveButtons(pure, drawn, WORDS.desk.opened_source(run.file)));
  return [
    el("h3", {}, WORDS.desk.opened_from(run.file)),
    el("p", { className: "desk-elsewhere" }, WORDS.desk.opened_elsewhere),
    el("p", { className: "desk-headline" }, said.headline),
    el("ul", { role: "list" }, [...said.details, ...read.notes].map((words) => el("li", {}, words))),
    factTable(WORDS.desk.opened_figures, null, said.facts),
    el("div", { className: "desk-charts" }, said.charts.map(chart)),
    el(
      "div",
      { className: "desk-bar" },
      el("button", { type: "button", onclick: set }, WORDS.desk.set),
      el("button", { type: "button", onclick: () => ((place.hidden = true), document.getElementById("desk-pin").focus()) }, WORDS.desk.hide),
    ),
  ];
}
