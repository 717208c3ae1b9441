// A figure in a frame tells the page around it how high it is: when that changes, when it is asked, and again until the frame
// has that height, since a page that loads late has missed the first message. Two forms that hosts listen for: Embedly's and
// Observable's, and that of learning tools (Canvas, Moodle).

const PAUSES_MILLIS = [0, 250, 500, 1000, 2000, 4000, 8000];

/** Keeps the page around informed of the height of `place`. */
export function tellHeight(place) {
  if (window.parent === window) return;
  let height = 0;
  let timer;
  const say = () => {
    for (const message of [
      { context: "iframe.resize", height, src: location.href },
      { subject: "lti.frameResize", height },
    ]) {
      window.parent.postMessage(JSON.stringify(message), "*");
    }
  };
  const repeat = (turn) => {
    clearTimeout(timer);
    if (turn === PAUSES_MILLIS.length) return;
    timer = setTimeout(() => {
      // The frame has it: it was heard.
      if (turn > 0 && Math.abs(window.innerHeight - height) <= 1) return;
      say();
      repeat(turn + 1);
    }, PAUSES_MILLIS[turn]);
  };
  const measure = () => {
    const now = Math.ceil(place.getBoundingClientRect().height);
    if (now === height) return;
    height = now;
    repeat(0);
  };
  new ResizeObserver(measure).observe(place);
  addEventListener("message", ({ data, source }) => {
    if (source !== window.parent) return;
    let asked = data;
    try {
      if (typeof data === "string") asked = JSON.parse(data);
    } catch {
      return;
    }
    // Asked: the same message without a height.
    if (asked?.context === "iframe.resize" && asked.height === undefined) say();
  });
}
