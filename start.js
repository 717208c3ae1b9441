// Opens the page, or the figure that its address asks for. The build names the module and its glue, whose file names carry a
// hash, in the attributes of this script's element (see Trunk.toml). A file of its own, because a strict content security
// policy refuses inline scripts.
const { glue, module } = document.querySelector("script[data-module]").dataset;
const { default: init, open_page } = await import(new URL(glue, document.baseURI));
await init({ module_or_path: new URL(module, document.baseURI) });
const place = document.getElementById("page");
// The page as one file, to be saved with what is set here.
const source = async () => {
  const answer = await fetch(new URL("shuffle-lab.html", document.baseURI));
  if (!answer.ok) throw new Error(`shuffle-lab.html: status ${answer.status}`);
  return answer.text();
};
if (open_page(place, undefined, source)) {
  const { tellHeight } = await import("./frame.js");
  tellHeight(place);
}
