//! What trunk does not build: the lesson's pages, and the files of figures in other pages: `embed.js` at an address that does not change, `anywidget.mjs` and `shuffle-lab.html`,
//! each with all in it. They are made of `widget/` and of what trunk has built, whose file names carry a hash.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::words::Words;

// The page does the same with its own glue, for its workers.
#[expect(dead_code, unreachable_pub, reason = "it is a module of the page")]
#[path = "../../src/browser/boot.rs"]
mod boot;

/// The style sheets of the page alone, by the beginnings of their names; figures have the others.
const PAGE_SHEETS: [&str; 2] = ["page-", "desk-"];

/// Adds the files to the folder that trunk is about to publish; trunk names it.
pub(crate) fn add_to_staged(project: &Project) -> Outcome {
    let Some(staged) = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        return Err(Error::Usage("`cargo xtask widget` is called by trunk, which names its folder.".into()));
    };
    let words = Words::of(&project.root)?;
    document(&words, &staged)?;
    desk(&words, &staged)?;
    add(&words, &project.root.join("widget"), &staged)?;
    lesson(project, &staged)
}

/// The lesson's pages. A program of its own makes them, since it runs their figures; what is wrong with a chapter ends the build.
fn lesson(project: &Project, staged: &Path) -> Outcome {
    project
        .run("cargo")
        .args(["run", "--quiet", "--package", "shuffle-lesson", "--"])
        .arg(staged.join("lesson"))
        .shown()
}

/// The words of the page's own document.
fn document(words: &Words, staged: &Path) -> Outcome {
    let path = staged.join("index.html");
    let filled = words.document(&read(&path)?)?;
    fs::write(&path, filled).map_err(Error::io("writing", &path))
}

/// The words of the desk's scripts, as a module beside them.
fn desk(words: &Words, staged: &Path) -> Outcome {
    let folder = staged.join("desk");
    let mut scripts = String::new();
    for entry in fs::read_dir(&folder).map_err(Error::io("reading", &folder))? {
        scripts += &read(&entry.map_err(Error::io("reading", &folder))?.path())?;
    }
    let path = folder.join("words.js");
    fs::write(&path, format!("export {}\n", words.script(&scripts)?)).map_err(Error::io("writing", &path))
}

fn add(words: &Words, sources: &Path, staged: &Path) -> Outcome {
    let built = Built::read(staged)?;
    let template = |name: &str| read(&sources.join(name));
    let version = env!("CARGO_PKG_VERSION");
    let element = template("element.js")?;
    let embed = template("embed.js")?;
    let embed = fill(
        &embed,
        &[
            ("{{words}}", &words.script(&format!("{embed}{element}"))?),
            ("{{element.js}}", &element),
            ("\"{{version}}\"", &quoted(version)),
            ("\"{{css}}\"", &quoted(&built.figure_css)),
            ("{{glue}}", &built.glue_name),
            ("{{module}}", &built.module_name),
        ],
    )?;
    let inline = fill(
        &template("inline.js")?,
        &[
            ("\"{{version}}\"", &quoted(version)),
            ("\"{{css}}\"", &quoted(&built.figure_css)),
            ("{{glue_function}}", &built.glue_function()?),
            ("{{module_gzip_base64}}", &built.zipped_module()?),
        ],
    )?;
    let anywidget = fill(
        &template("anywidget.mjs")?,
        &[("{{words}}", &words.script(&element)?), ("{{element.js}}", &element), ("{{inline.js}}", &inline)],
    )?;
    let classic = template("embed.classic.js")?;
    let classic = fill(&classic, &[("{{words}}", &words.script(&classic)?)])?;
    let frame = template("frame.js")?;
    let page = words.document(&template("shuffle-lab.html")?)?;
    let page = fill(
        &page,
        &[
            ("{{words}}", &words.script(&page)?),
            ("{{page_css}}", &built.page_css),
            // What ends a script ends it wherever it stands.
            ("{{inline.js}}", &inline.replace("</script", "<\\/script")),
            ("{{frame.js}}", &frame.replace("export function", "function")),
        ],
    )?;
    for (name, text) in [
        ("embed.js", embed),
        ("embed.classic.js", classic),
        ("embed.d.ts", template("embed.d.ts")?),
        ("frame.js", frame),
        ("anywidget.mjs", anywidget),
        ("shuffle-lab.html", page),
    ] {
        let path = staged.join(name);
        fs::write(&path, text).map_err(Error::io("writing", &path))?;
    }
    Ok(())
}

/// What trunk has built.
struct Built {
    glue_name: String,
    glue: String,
    module_name: String,
    module: Vec<u8>,
    /// All sheets, in their order.
    page_css: String,
    /// The sheets that figures have, too: all but those of the page alone.
    figure_css: String,
}

impl Built {
    fn read(staged: &Path) -> Outcome<Self> {
        let index = read(&staged.join("index.html"))?;
        let named = |attribute: &str| {
            let value = after(&index, &format!("{attribute}=\"")).and_then(|rest| rest.split('"').next());
            let name = value.map(|value| value.trim_start_matches("./").to_owned());
            name.ok_or_else(|| Error::Project(format!("index.html has no {attribute}: see Trunk.toml.")))
        };
        let (glue_name, module_name) = (named("data-glue")?, named("data-module")?);
        let module_path = staged.join(&module_name);
        let (mut page_css, mut figure_css) = (String::new(), String::new());
        for name in sheets(&index) {
            let text = read(&staged.join(name))?;
            page_css += &text;
            if PAGE_SHEETS.iter().all(|prefix| !name.starts_with(prefix)) {
                figure_css += &text;
            }
        }
        Ok(Self {
            glue: read(&staged.join(&glue_name))?,
            module: fs::read(&module_path).map_err(Error::io("reading", &module_path))?,
            glue_name,
            module_name,
            page_css,
            figure_css,
        })
    }

    fn glue_function(&self) -> Outcome<String> {
        // There is no address that workers could load it from.
        boot::as_function(&self.glue, "").ok_or_else(|| {
            Error::Project("wasm-bindgen's glue has another form than src/browser/boot.rs knows.".into())
        })
    }

    fn zipped_module(&self) -> Outcome<String> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let zipped = encoder.write_all(&self.module).and_then(|()| encoder.finish());
        Ok(base64(&zipped.map_err(Error::io("compressing", Path::new(&self.module_name)))?))
    }
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(Error::io("reading", path))
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

/// The style sheets that a page names, in their order.
fn sheets(index: &str) -> impl Iterator<Item = &str> {
    index.split("<link ").filter(|link| link.contains("rel=\"stylesheet\"")).filter_map(|link| {
        let address = after(link, "href=\"")?.split('"').next()?;
        Some(address.trim_start_matches("./"))
    })
}

/// A text with each mark replaced, all of which it must have. What was put in is not searched again.
fn fill(template: &str, marks: &[(&str, &str)]) -> Outcome<String> {
    let mut filled = String::new();
    let mut rest = template;
    let mut found = vec![false; marks.len()];
    loop {
        let places =
            marks.iter().enumerate().filter_map(|(index, (mark, _))| Some((rest.find(mark)?, index)));
        let Some((at, index)) = places.min() else { break };
        let (mark, text) = marks[index];
        filled += &rest[..at];
        filled += text;
        rest = &rest[at + mark.len()..];
        found[index] = true;
    }
    match found.iter().position(|found| !found) {
        Some(index) => Err(Error::Project(format!("a file of widget/ has no {}.", marks[index].0))),
        None => Ok(filled + rest),
    }
}

/// A text as JavaScript writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted += "\\n",
            '\r' => {}
            // It could end the script that it stands in.
            '<' => quoted += "\\u003c",
            _ => quoted.push(letter),
        }
    }
    quoted + "\""
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= group.len() { letter.into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_base_64_as_everybody_does() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_template_is_filled_once_and_a_missing_mark_is_named() {
        let filled = fill("a {{x}} b {{y}}", &[("{{y}}", "{{x}}"), ("{{x}}", "1")]);
        assert_eq!(filled.ok().as_deref(), Some("a 1 b {{x}}"));
        assert!(fill("a", &[("{{z}}", "")]).is_err_and(|error| error.to_string().contains("{{z}}")));
    }

    #[test]
    fn a_text_in_a_script_can_end_neither_itself_nor_the_script() {
        assert_eq!(quoted("a\"b\\\n</script>"), r#""a\"b\\\n\u003c/script>""#);
    }

    #[test]
    fn sheets_are_found_as_trunk_writes_them() {
        let index = "<link rel=\"stylesheet\" href=\"./tokens-1a.css\"/><link rel=\"icon\" href=\"./i.svg\"/>\
                     <link rel=\"stylesheet\" href=\"./page-2b.css\"/>";
        assert_eq!(sheets(index).collect::<Vec<_>>(), ["tokens-1a.css", "page-2b.css"]);
    }
}
