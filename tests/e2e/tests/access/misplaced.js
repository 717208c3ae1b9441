// What stands outside of its place, and which words cover each other: in the document and in every shadow root.
(() => {
  const misplaced = [];
  const wide = document.documentElement.clientWidth;
  const beyond = document.documentElement.scrollWidth - wide;
  if (beyond > 0) misplaced.push(`the page is ${beyond} pixels too wide`);

  const all = root => [...root.querySelectorAll("*")].flatMap(element =>
    element.shadowRoot ? [element, ...all(element.shadowRoot)] : [element]);
  const parent = element => element.parentElement ?? element.getRootNode().host;
  const ancestors = element => element ? [element, ...ancestors(parent(element))] : [];
  const named = element => `${element.localName}.${element.getAttribute("class") ?? ""}`;
  const isSeen = element => element.checkVisibility({ visibilityProperty: true })
    && !ancestors(element).some(one => one.matches(".only-heard, .skip, .balloon, .mark, noscript"));
  // What can be scrolled to sideways by itself is no trouble.
  const scrolls = element => ancestors(element).some(one => /auto|scroll/.test(getComputedStyle(one).overflowX));

  const words = [];
  for (const element of all(document)) {
    if (!isSeen(element)) continue;
    const inSvg = element.closest("svg");
    if (!inSvg && !scrolls(element)) {
      const box = element.getBoundingClientRect();
      if (box.width > 0 && (box.right > wide + 0.5 || box.left < -0.5))
        misplaced.push(`${named(element)} reaches from ${box.left} to ${box.right} of ${wide}`);
    }
    if (element.localName === "text") {
      const box = element.getBoundingClientRect(), chart = inSvg.getBoundingClientRect();
      if (box.left < chart.left - 1 || box.right > chart.right + 1 || box.bottom > chart.bottom + 2 || box.top < chart.top - 2)
        misplaced.push(`"${element.textContent}" leaves its chart`);
      words.push({ text: element.textContent, boxes: [box], group: inSvg });
    } else if (!inSvg && !scrolls(element)) {
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const boxes = [...range.getClientRects()].filter(box => box.width > 1);
        words.push({ text: node.data.trim(), boxes, group: null });
      }
    }
  }

  // A line box is higher than its letters: a sixth above and below is air.
  const overlap = (a, b) => {
    const air = (a.height + b.height) / 6;
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > air;
  };
  words.forEach((one, index) => {
    for (const other of words.slice(index + 1)) {
      if (one.boxes.some(a => other.boxes.some(b => overlap(a, b))))
        misplaced.push(`"${one.text}" and "${other.text}" cover each other`);
    }
  });
  return { words: words.length, misplaced: misplaced.slice(0, 20) };
})()
