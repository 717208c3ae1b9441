// The help sheet: all keys and words. Both are tables of the page's own (view/src/keys.rs, view/src/glossary.rs).
import { dialog, el } from "./dom.js";
import { WORDS } from "./words.js";

/** Browsers' names of keys that are known by a sign. */
const SHOWN = { ArrowRight: "→", ArrowLeft: "←", ArrowDown: "↓", ArrowUp: "↑", PageDown: WORDS.key.page_down, PageUp: WORDS.key.page_up };

let sheet;

export function help(pure) {
  sheet ??= build(JSON.parse(pure.help()));
  sheet.showModal();
}

function build({ keys, browser, words }) {
  const { frame, body } = dialog("desk-help", WORDS.desk.help);
  const list = (rows, shown) =>
    el("dl", { className: "desk-list" }, rows.map(([name, means]) => el("div", {}, el("dt", {}, shown(name)), el("dd", {}, means))));
  const key = (name) => name.split("+").flatMap((part, index) => [index > 0 ? "+" : null, el("kbd", {}, SHOWN[part] ?? part)]);
  const span = (parts) => el("span", {}, parts);
  body.append(
    el(
      "section",
      { className: "desk-keys", "aria-labelledby": "desk-keys-name" },
      el("h3", { id: "desk-keys-name" }, WORDS.desk.keys),
      keys.map(([group, rows]) => [el("h4", {}, group), list(rows, (name) => span(key(name)))]),
      el("h4", {}, WORDS.desk.browser_keys),
      list(browser, (name) => span(key(name))),
      el("p", { className: "caption" }, WORDS.desk.mac),
    ),
    el(
      "section",
      { className: "desk-words", "aria-labelledby": "desk-words-name" },
      el("h3", { id: "desk-words-name" }, WORDS.desk.words),
      list(words, (name) => name),
    ),
  );
  return frame;
}
