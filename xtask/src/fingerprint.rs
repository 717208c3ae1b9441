//! One number for the content of files: equal numbers, equal files. Times of change are not looked at, so a fresh checkout
//! of the same files has the same number.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use crate::error::{Error, Outcome};

/// Takes names and contents in, gives a text out. Another compiler may give another text for the same content, which
/// costs a build and no more.
#[derive(Default)]
pub(crate) struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Takes in some bytes under a name.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) {
        for part in [name.as_bytes(), bytes] {
            // With its length, so that no byte can move from one part into the next.
            self.0.write_usize(part.len());
            self.0.write(part);
        }
    }

    /// Takes in a file, or all files below a folder, by their paths below `root`. What is not there counts as nothing.
    pub(crate) fn path(&mut self, root: &Path, path: &Path) -> Outcome {
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(Error::io("reading", path))?;
            let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            inside.sort();
            return inside.iter().try_for_each(|path| self.path(root, path));
        }
        if path.is_file() {
            let bytes = fs::read(path).map_err(Error::io("reading", path))?;
            self.add(&path.strip_prefix(root).unwrap_or(path).to_string_lossy(), &bytes);
        }
        Ok(())
    }

    /// The number as a text.
    pub(crate) fn text(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    fn of(root: &Path) -> String {
        let mut fingerprint = Fingerprint::default();
        fingerprint.path(root, root).expect("the files can be read");
        fingerprint.text()
    }

    #[test]
    fn a_changed_byte_a_new_name_and_a_moved_byte_are_seen_and_a_time_is_not() {
        let root = env::temp_dir().join(format!("xtask-fingerprint-{}", std::process::id()));
        let write =
            |name: &str, text: &str| fs::write(root.join("inside").join(name), text).expect("it is written");
        fs::create_dir_all(root.join("inside")).expect("a folder is made");
        write("a", "one");
        let first = of(&root);
        write("a", "one");
        assert_eq!(of(&root), first, "the same content at another time");
        write("a", "two");
        assert_ne!(of(&root), first, "another content");
        write("a", "one");
        write("b", "");
        let with_b = of(&root);
        assert_ne!(with_b, first, "a file more, though an empty one");
        write("a", "on");
        write("b", "e");
        assert_ne!(of(&root), with_b, "a byte that moved from one file to the next");
        fs::remove_dir_all(&root).expect("it is removed");
    }
}
