// A course of two pages. The lab's script is one line: a script of the whole site.
export default {
  title: "Data at scale",
  url: "https://course.example",
  baseUrl: "/course/",
  onBrokenLinks: "throw",
  scripts: [{ src: "https://lab.example/shuffle-lab/embed.js", type: "module" }],
  presets: [
    [
      "classic",
      {
        docs: { routeBasePath: "/", sidebarPath: "./sidebars.js" },
        blog: false,
        pages: false,
      },
    ],
  ],
  themeConfig: {
    navbar: { title: "Data at scale" },
    colorMode: { respectPrefersColorScheme: true },
  },
};
