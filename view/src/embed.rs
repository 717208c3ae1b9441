//! The code that puts a figure into a page of somebody else's, for each kind of page.

use crate::parts::{self, Parts};
use crate::permalink::{self, Link};
use crate::words;

/// A frame's height until it says its own, in CSS pixels: what hosts give that listen to no message.
const FRAME_HEIGHT_PX: u32 = 640;

/// A kind of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// One that takes a script and elements of its own.
    Element,
    /// One that takes frames only.
    Frame,
    /// One that is made of Markdown.
    Markdown,
    /// A notebook, which takes the figure as an anywidget.
    Notebook,
}

impl Host {
    /// All of them, and what a reader calls their code.
    pub const ALL: [(Host, &'static str); 4] = [
        (Host::Element, words::embed::ELEMENT),
        (Host::Frame, words::embed::IFRAME),
        (Host::Markdown, words::embed::MARKDOWN),
        (Host::Notebook, words::embed::NOTEBOOK),
    ];

    /// Where the code goes, in a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Host::Element => words::embed::ELEMENT_SAYS,
            Host::Frame => words::embed::IFRAME_SAYS,
            Host::Markdown => words::embed::MARKDOWN_SAYS,
            Host::Notebook => words::embed::NOTEBOOK_SAYS,
        }
    }
}

/// The code. `base` is the address of the lab, which ends with `/`.
pub fn code(host: Host, base: &str, link: &Link) -> String {
    let figure = Link { view: permalink::View { embed: true, ..link.view }, ..link.clone() };
    let query = query(link);
    let element = element(&query, &figure.parts);
    match host {
        Host::Element => format!("<script type=\"module\" src=\"{base}embed.js\"></script>\n{element}\n"),
        Host::Frame => {
            let address = escaped(&format!("{base}{}", permalink::encode(&figure)));
            format!(
                "<iframe src=\"{address}\" title=\"Shuffle Lab\" width=\"100%\" height=\"{FRAME_HEIGHT_PX}\"\n        \
                 style=\"border: 0\" loading=\"lazy\"></iframe>\n"
            )
        }
        Host::Markdown => format!(
            "# MkDocs: mkdocs.yml\nextra_javascript:\n  - path: {base}embed.js\n    type: module\n\n\
             # Docusaurus: docusaurus.config.js\nscripts: [{{ src: \"{base}embed.js\", type: \"module\" }}],\n\n\
             # mdBook: book.toml, and a file shuffle-lab.js with the one line\n#   import(\"{base}embed.js\");\n\
             [output.html]\nadditional-js = [\"shuffle-lab.js\"]\n\n\
             # In a page of any of them\n{element}\n"
        ),
        Host::Notebook => format!(
            "import anywidget, traitlets\n\nclass ShuffleLab(anywidget.AnyWidget):\n    \
             _esm = \"{base}anywidget.mjs\"\n    \
             query = traitlets.Unicode(\"{query}\").tag(sync=True)\n    \
             controls = traitlets.Unicode(\"{}\").tag(sync=True)\n    \
             views = traitlets.Unicode(\"{}\").tag(sync=True)\n    \
             result = traitlets.Dict().tag(sync=True)\n\nShuffleLab()\n",
            parts::write(&figure.parts.controls),
            parts::write(&figure.parts.views),
        ),
    }
}

/// The scenario and the view, without what makes it a figure: that an element and a widget are anyway.
fn query(link: &Link) -> String {
    let plain = Link { view: permalink::View { embed: false, ..link.view }, ..link.clone() };
    permalink::encode(&plain).trim_start_matches('?').to_owned()
}

fn element(query: &str, parts: &Parts) -> String {
    format!(
        "<shuffle-lab query=\"{}\" controls=\"{}\" views=\"{}\"></shuffle-lab>",
        escaped(query),
        parts::write(&parts.controls),
        parts::write(&parts.views)
    )
}

/// A text as it stands in an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// What stands for the settings in the page as one file.
const SETTINGS: (&str, &str) = (r#"<script type="application/json" id="shuffle-lab-settings">"#, "</script>");

/// The page as one file with other settings in it; `None` when the file has no place for them.
pub fn saved(file: &str, link: &Link) -> Option<String> {
    let (before, rest) = file.split_once(SETTINGS.0)?;
    let (_, after) = rest.split_once(SETTINGS.1)?;
    // A link has neither quotes nor `<`: it is encoded.
    let settings = format!("{{\"query\":\"{}\"}}", permalink::encode(link));
    Some(format!("{before}{}{settings}{}{after}", SETTINGS.0, SETTINGS.1))
}

#[cfg(test)]
mod tests {
    use shuffle_engine::Scenario;

    use super::*;
    use crate::parts::{Control, Shown};
    use crate::permalink::View;

    fn link() -> Link {
        Link {
            scenario: Scenario { workers: 4, ..Scenario::default() },
            view: View::default(),
            parts: Parts { controls: vec![Control::Workers], views: vec![Shown::Load] },
        }
    }

    #[test]
    fn every_code_names_the_scenario_and_the_parts() {
        for (host, _) in Host::ALL {
            let code = code(host, "https://a.example/lab/", &link());
            for word in ["https://a.example/lab/", "workers=4", "load"] {
                assert!(code.contains(word), "{word} is not in {code}");
            }
        }
    }

    #[test]
    fn a_frame_s_address_is_the_figure_s_link() {
        let code = code(Host::Frame, "https://a.example/lab/", &link());
        let address = code.split('"').nth(1).unwrap_or_default().replace("&amp;", "&");
        let query = address.strip_prefix("https://a.example/lab/").unwrap_or_default();
        let (figure, repairs) = permalink::decode(query);
        assert_eq!((figure.scenario, figure.parts, repairs), (link().scenario, link().parts, Vec::new()));
    }

    #[test]
    fn a_saved_file_has_the_link_and_can_be_saved_again() {
        let file = format!("<p>before</p>{}{{\"query\":\"\"}}{}<p>after</p>", SETTINGS.0, SETTINGS.1);
        let once = saved(&file, &link()).unwrap_or_default();
        assert!(once.contains(r#"{"query":"?v=1&workers=4"}</script><p>after</p>"#), "{once}");
        assert_eq!(saved(&once, &link()), Some(once));
        assert_eq!(saved("no settings", &link()), None);
    }
}
