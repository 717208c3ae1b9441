// Opens the page, or the figure that its address asks for. The build names the module and its glue, whose file names carry a
// hash, in the attributes of this script's element (see Trunk.toml). A file of its own, because a strict content security
// policy refuses inline scripts.
const { glue, module } = document.querySelector("script[data-module]").dataset;
const { default: init, open_page } = await import(new URL(glue, document.baseURI));
const start = () => init({ module_or_path: new URL(module, document.baseURI) });
try {
  await start();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  // The memories of a page that was left may not have been collected yet: to ask for another makes the browser do so.
  new WebAssembly.Memory({ initial: 1, maximum: 1 });
  await start();
}
const place = document.getElementById("page");
// The page as one file, to be saved with what is set here.
const source = async () => {
  const answer = await fetch(new URL("shuffle-lab.html", document.baseURI));
  if (!answer.ok) throw new Error(`shuffle-lab.html: status ${answer.status}`);
  return answer.text();
};
// What few use: loaded when it is first asked for.
const desk = async (what, detail) => (await import("./desk/desk.js")).open(what, detail);
if (open_page(place, undefined, source, desk)) {
  const { tellHeight } = await import("./frame.js");
  tellHeight(place);
} else {
  // A saved run that is dropped anywhere on the page.
  addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    desk("open", file);
  });
}
