// Elements, dialogs and downloads in few words.
import { WORDS } from "./words.js";

/** An element with properties, attributes (a name with a hyphen or `role`) and listeners (`onclick`), and what stands in it. */
export function el(tag, properties = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name.includes("-") || ["role", "for", "scope"].includes(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...inside.flat(Infinity).filter((part) => part !== null && part !== undefined));
  return element;
}

/** A picture of our own making: complete SVG, in which every text is escaped. */
export function picture(svg) {
  const place = el("div", { className: "desk-picture" });
  place.innerHTML = svg;
  return place;
}

/** A dialog with a head; what it is about is put into `body`. Escape and its button close it, and the focus goes back. */
export function dialog(id, title) {
  const name = `${id}-name`;
  const body = el("div", { className: "desk-body" });
  const close = el("button", { type: "button", onclick: () => frame.close() }, WORDS.desk.close);
  const frame = el(
    "dialog",
    { id, className: "embed desk", "aria-labelledby": name },
    el("div", { className: "embed-head" }, el("h2", { id: name }, title), close),
    body,
  );
  // Inside the page's own place, where its colours are.
  document.getElementById("page").append(frame);
  return { frame, body };
}

/** Offers a file among the reader's downloads. */
export function download(name, blob) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  // A download that has begun holds on to its bytes by itself.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A table of facts: names at the left, a column for each run. */
export function factTable(caption, head, rows) {
  const cells = ([name, ...values]) => el("tr", {}, el("th", { scope: "row" }, name), values.map((value) => el("td", {}, value)));
  return el(
    "table",
    { className: "desk-facts" },
    el("caption", { className: "only-heard" }, caption),
    head && el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows.map(cells)),
  );
}
