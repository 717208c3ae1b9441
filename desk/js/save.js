// A chart as a file.
import { download, el } from "./dom.js";
import { WORDS } from "./words.js";

/** Points of a picture for each CSS pixel. */
const SHARPNESS = 2;

export async function saveChart(pure, { form, name, svg, source, table }) {
  const file = `shuffle-lab-${name.replace(/[^a-z0-9]+/gi, "-")}.${form}`;
  const text = (content, type) => download(file, new Blob([content], { type }));
  switch (form) {
    case "svg":
      return text(pure.svg_file(svg, isDark(), source), "image/svg+xml");
    case "png":
      return download(file, await png(pure.svg_file(svg, isDark(), source)));
    case "csv":
      return text(pure.csv_file(JSON.stringify(table)), "text/csv");
    case "json":
      return text(pure.json_file(name, source, JSON.stringify(table)), "application/json");
  }
}

/** Buttons that save a chart, for the desk's own pictures. */
export function saveButtons(pure, chart, source) {
  const table = [chart.header, ...chart.rows];
  const button = (form) => {
    const press = () => saveChart(pure, { form, name: chart.name, svg: chart.svg, source, table });
    return el("button", { type: "button", onclick: press, "aria-label": WORDS.desk.save_as(chart.name, form.toUpperCase()) }, form.toUpperCase());
  };
  return el("div", { className: "save-forms" }, ["svg", "png", "csv", "json"].map(button));
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

async function png(svg) {
  const image = new Image();
  // Not an address of a blob: strict policies allow `data:` in pictures, and nothing else.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = el("canvas", { width: image.naturalWidth * SHARPNESS, height: image.naturalHeight * SHARPNESS });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error(WORDS.desk.no_picture);
  return blob;
}
