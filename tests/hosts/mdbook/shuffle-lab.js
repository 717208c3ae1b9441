// mdBook takes scripts of the book's own folder, and no modules: this one fetches the lab's classic loader.
document.head.append(
  Object.assign(document.createElement("script"), { src: "https://lab.example/shuffle-lab/embed.classic.js" }),
);
