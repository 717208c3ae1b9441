//! The lesson: chapters in, pages out.
//!
//! ```text
//!  chapters/1-narrow.xml ─ read ─> Chapter ─ examine ─> it was run, and has what it speaks of ─ html ─> 1-narrow.html
//!                            '─> file:line:column: what is wrong'
//! ```
//!
//! A chapter is a file of its own in a folder; adding one is adding a file, and the order is that of the names. `read` knows
//! what an XML file can be wrong about, `examine` runs the scenarios natively and knows whether the numbers that a text, a
//! bet or a task names are there.

pub mod broken;
pub mod chapter;
pub mod examine;
pub mod html;
pub mod read;
pub mod words;

use std::fs;
use std::path::{Path, PathBuf};

use broken::LessonError;
use chapter::Chapter;
use examine::Runs;

/// What every page loads.
const FILES: [(&str, &str); 3] = [
    ("lesson.css", include_str!("../page/lesson.css")),
    ("lesson.js", include_str!("../page/lesson.js")),
    ("theme.js", include_str!("../page/theme.js")),
];

/// Reads and examines all chapters of a folder, in the order of their names. `shown` is how the folder is called in errors.
///
/// # Errors
/// Everything that is wrong with any of them, or a file that cannot be read.
pub fn chapters(folder: &Path, shown: &str, runs: &mut Runs) -> Result<Vec<Chapter>, LessonError> {
    let mut chapters = Vec::new();
    let mut broken = Vec::new();
    for path in files(folder)? {
        let text = fs::read_to_string(&path).map_err(io("reading", &path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match read::read(&format!("{shown}/{name}"), &text) {
            Ok(chapter) => match examine::examine(&chapter, runs) {
                Ok(()) => chapters.push(chapter),
                Err(wrong) => broken.extend(wrong),
            },
            Err(wrong) => broken.extend(wrong),
        }
    }
    if broken.is_empty() { Ok(chapters) } else { Err(LessonError::Broken(broken)) }
}

/// Writes the lesson's pages into a folder.
///
/// # Errors
/// Broken chapters, all of them, before a file is written; or a file that cannot be read or written.
pub fn build(chapters_folder: &Path, shown: &str, to: &Path) -> Result<usize, LessonError> {
    let mut runs = Runs::default();
    let all = chapters(chapters_folder, shown, &mut runs)?;
    fs::create_dir_all(to).map_err(io("making", to))?;
    let mut pages = vec![("index.html".to_owned(), html::index(&all))];
    for (index, chapter) in all.iter().enumerate() {
        pages.push((format!("{}.html", chapter.name), html::chapter(&all, index, &mut runs)));
    }
    let files = FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    for (name, text) in pages.into_iter().chain(files) {
        let path = to.join(name);
        fs::write(&path, text).map_err(io("writing", &path))?;
    }
    Ok(all.len())
}

/// The chapters' files in the order of their names: by the number that a name begins with, then by the name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, LessonError> {
    let entries = fs::read_dir(folder).map_err(io("reading", folder))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "xml")).collect();
    files.sort_by_key(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        (digits.parse::<u32>().unwrap_or(u32::MAX), name)
    });
    Ok(files)
}

fn io(doing: &str, path: &Path) -> impl FnOnce(std::io::Error) -> LessonError {
    let doing = format!("{doing} {}", path.display());
    move |source| LessonError::Io { doing, source }
}
