// The desk: keeping, comparing and opening runs, saving charts, help. `start.js` loads it when somebody first asks for it.
// What a text means or says is decided in the module beside it (desk/src); here are dialogs, files and the clipboard of runs.
import init, * as pure from "../shuffle-lab-desk.js";
import { help } from "./help.js";
import { saveChart } from "./save.js";
import { openFile, pin, runs } from "./runs.js";

const ready = init({ module_or_path: new URL("../shuffle-lab-desk_bg.wasm", import.meta.url) });

const asked = { help, pin, runs, open: openFile, save: saveChart };

/** Does what the page asks for. */
export async function open(what, detail) {
  await ready;
  await asked[what](pure, detail);
}
