//! Finding and reading the documents somebody named.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use whimbrel_catalog::{Hint, Reading, parse};

/// Endings a catalog can have. In a folder other files are no documents; a file named by itself is always read.
const ENDINGS: [&str; 10] = ["md", "markdown", "mdown", "mkd", "org", "yaml", "yml", "json", "csv", "txt"];

/// More than any catalog has; what is larger is refused before it fills the memory.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A document that was named or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found(PathBuf);

/// A document that cannot be read, with one sentence that says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// The document.
    pub(crate) file: PathBuf,
    /// Why, without its name.
    pub(crate) reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shown(&self.file), self.reason)
    }
}

impl std::error::Error for Unreadable {}

/// The document of this name, or all documents below the folder of this name, in the order of their names.
pub(crate) fn below(given: &Path) -> Vec<Result<Found, Unreadable>> {
    if given == Path::new("-") || !given.is_dir() {
        return vec![Ok(Found(given.to_owned()))];
    }
    let mut found = Vec::new();
    walk(given, &mut BTreeSet::new(), &mut found);
    if found.is_empty() {
        let reason = format!("no document below this folder (looked for .{})", ENDINGS.join(", ."));
        found.push(Err(Unreadable { file: given.to_owned(), reason }));
    }
    found
}

impl Found {
    /// Reads and understands it.
    pub(crate) fn read(&self) -> Result<(PathBuf, Reading), Unreadable> {
        read(&self.0).map(|reading| (self.0.clone(), reading))
    }
}

/// Reads and understands the document of this name; `-` is standard input.
pub(crate) fn read(file: &Path) -> Result<Reading, Unreadable> {
    let refused = |reason: String| Unreadable { file: file.to_owned(), reason };
    let bytes = if file == Path::new("-") { slurp(io::stdin().lock()) } else { open(file).and_then(slurp) };
    let bytes = bytes.map_err(|problem| refused(in_words(&problem)))?;
    let name = file.file_name().and_then(|name| name.to_str()).filter(|name| *name != "-");
    parse(&bytes, Hint { name, format: None }).map_err(|problem| refused(problem.to_string()))
}

/// The name as it is shown: standard input has none.
pub(crate) fn shown(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// Follows each folder once, whatever symbolic links say.
fn walk(folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Vec<Result<Found, Unreadable>>) {
    let problem =
        |file: &Path, error: &io::Error| Err(Unreadable { file: file.to_owned(), reason: in_words(error) });
    match fs::canonicalize(folder) {
        Ok(real) if !seen.insert(real.clone()) => return,
        Ok(_) => {}
        Err(error) => return found.push(problem(folder, &error)),
    }
    let mut names = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(names) => names,
        Err(error) => return found.push(problem(folder, &error)),
    };
    names.sort_by_key(fs::DirEntry::file_name);
    for name in names {
        let path = name.path();
        if name.file_name().to_string_lossy().starts_with('.') {
            continue; // .git and its like hold no documents
        }
        if path.is_dir() {
            walk(&path, seen, found);
        } else if has_known_ending(&path) {
            found.push(Ok(Found(path)));
        }
    }
}

fn has_known_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn open(file: &Path) -> io::Result<File> {
    let about = fs::metadata(file)?;
    if !about.is_file() {
        // A pipe or a device would be waited for without end.
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no ordinary file"));
    }
    File::open(file)
}

fn slurp(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        let reason = format!("more than {} MiB: no catalog is that large", MOST_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}

/// The system's refusal in a sentence that says what to do.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file: check the name".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read: check its permissions".to_owned(),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            "it is a symbolic link that leads back to itself: remove it".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(folder: &Path, given: &Path) -> Vec<String> {
        below(given)
            .into_iter()
            .map(|found| match found {
                Ok(Found(path)) => path.strip_prefix(folder).unwrap_or(&path).display().to_string(),
                Err(problem) => format!("! {}", problem.reason),
            })
            .collect()
    }

    #[test]
    fn a_folder_means_the_documents_below_it_once() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("deep/er")).unwrap();
        fs::create_dir(root.join(".git")).unwrap();
        for name in ["b.md", "a.ORG", "picture.png", "deep/er/c.yml", ".git/d.md"] {
            fs::write(root.join(name), "x").unwrap();
        }
        symlink(root, root.join("deep/loop")).unwrap();
        assert_eq!(names(root, root), ["a.ORG", "b.md", "deep/er/c.yml"]);
        assert_eq!(names(root, &root.join("picture.png")), ["picture.png"]);
        fs::remove_dir_all(root.join("deep")).unwrap();
        fs::create_dir(root.join("empty")).unwrap();
        assert!(names(root, &root.join("empty"))[0].starts_with("! no document below"));
    }

    #[test]
    fn refusals_are_sentences() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        symlink(root.join("two"), root.join("one")).unwrap();
        symlink(root.join("one"), root.join("two")).unwrap();
        for (name, words) in [("none.md", "no such file"), ("one", "leads back to itself")] {
            let problem = read(&root.join(name)).unwrap_err().to_string();
            assert!(problem.contains(words), "{problem}");
            assert!(problem.contains(name), "{problem}");
        }
    }
}
