//! `shuffle-lesson FOLDER`: writes the lesson's pages into a folder. The build of the page calls it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(to) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("shuffle-lesson FOLDER: where shall the pages be written?");
        return ExitCode::from(2);
    };
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("chapters");
    match shuffle_lesson::build(&chapters, "lesson/chapters", &to) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
