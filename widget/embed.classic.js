// For hosts that load no modules (mdBook's `additional-js`, old content systems): a classic script that brings embed.js.
(function () {
  {{words}}
  var script = document.currentScript;
  var base = script ? script.src : "";
  import(new URL("embed.js", base || document.baseURI)).catch(function (error) {
    console.error("Shuffle Lab's embed.js could not be loaded:", error);
    document.querySelectorAll("shuffle-lab").forEach(function (figure) {
      figure.textContent =
        WORDS.widget.not_loaded;
    });
  });
})();
