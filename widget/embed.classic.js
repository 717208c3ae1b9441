// For hosts that load no modules (mdBook's `additional-js`, old content systems): a classic script that brings embed.js.
(function () {
  var script = document.currentScript;
  var base = script ? script.src : "";
  import(new URL("embed.js", base || document.baseURI)).catch(function (error) {
    console.error("Shuffle Lab's embed.js could not be loaded:", error);
    document.querySelectorAll("shuffle-lab").forEach(function (figure) {
      figure.textContent =
        "This figure could not be loaded. The server that has Shuffle Lab must be reached, and must send Access-Control-Allow-Origin.";
    });
  });
})();
