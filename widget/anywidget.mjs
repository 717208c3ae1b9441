// Shuffle Lab as an anywidget module, complete in this one file:
//
//   class ShuffleLab(anywidget.AnyWidget):
//       _esm = pathlib.Path("anywidget.mjs")          # or its address
//       query = traitlets.Unicode("v=1&workers=8").tag(sync=True)
//       controls = traitlets.Unicode("workers,skew").tag(sync=True)
//       views = traitlets.Unicode("verdict,load").tag(sync=True)
//       theme = traitlets.Unicode("auto").tag(sync=True)
//       result = traitlets.Dict().tag(sync=True)      # the last report
//       error = traitlets.Dict().tag(sync=True)       # what could not be used, or what ended a run
//
// Traits that a widget does not have are left alone.

{{words}}

{{inline.js}}

{{element.js}}

async function render({ model, el }) {
  const has = (name) => model.get(name) !== undefined;
  const host = document.createElement("div");
  el.append(host);
  const place = placeIn(host.attachShadow({ mode: "open" }));
  // A list is written as attributes write it.
  const text = (value) => (value === undefined || value === null ? undefined : Array.isArray(value) ? value.join(",") : String(value));
  const save = (name, detail) => {
    if (!has(name)) return;
    model.set(name, detail);
    model.save_changes();
  };
  let figure;
  try {
    const { Figure } = await load();
    const attributes = Object.fromEntries(ATTRIBUTES.filter(has).map((name) => [name, text(model.get(name))]));
    figure = new Figure(place, attributes, save);
  } catch (error) {
    sayFailure(place, error);
    save("error", { field: null, message: String(error?.message ?? error) });
    return;
  }
  const follow = ATTRIBUTES.map((name) => {
    const change = () => figure.set(name, text(model.get(name)));
    model.on(`change:${name}`, change);
    return [`change:${name}`, change];
  });
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    follow.forEach(([event, change]) => model.off(event, change));
    figure.end();
    figure.free();
    host.remove();
  };
}

export default { render };
