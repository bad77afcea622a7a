//! A folder that is written into carefully: whole files, no detours, and only what is ours is ever removed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::SiteReport;

/// Where the list of our files is kept.
const MANIFEST: &str = ".whimbrel-site.json";

/// The files of a run; by them the next run knows what it may remove.
#[derive(Default, Serialize, Deserialize)]
struct Manifest {
    files: BTreeMap<String, u64>,
}

/// A folder and what this run has put into it.
pub(super) struct Folder {
    root: PathBuf,
    before: Manifest,
    now: Manifest,
    report: SiteReport,
}

impl Folder {
    /// Opens the folder, making it when it is not there.
    pub(super) fn open(root: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("making the folder {}", root.display()))?;
        let path = root.join(MANIFEST);
        let before = match read_own(&path)? {
            None => Manifest::default(),
            Some(text) => serde_json::from_slice(&text).with_context(|| {
                format!(
                    "{} is no list of site files: remove it, or write into another folder",
                    path.display()
                )
            })?,
        };
        Ok(Self { root: root.to_owned(), before, now: Manifest::default(), report: SiteReport::default() })
    }

    /// Puts a file there, unless it stands there already.
    pub(super) fn put(&mut self, path: &Path, content: &[u8]) -> anyhow::Result<()> {
        let name = checked(path)?;
        self.now.files.insert(name, content.len() as u64);
        self.make_parents(path)?;
        let target = self.root.join(path);
        if read_own(&target)?.is_some_and(|old| old == content) {
            self.report.unchanged += 1;
            return Ok(());
        }
        replace(&target, content)?;
        self.report.written += 1;
        Ok(())
    }

    /// Whether this run has put a file there.
    pub(super) fn has(&self, path: &str) -> bool {
        self.now.files.contains_key(path)
    }

    /// Removes what the last run wrote and this one did not, and notes what is ours now.
    pub(super) fn close(mut self) -> anyhow::Result<SiteReport> {
        let manifest = self.root.join(MANIFEST);
        for name in self.before.files.keys().filter(|name| !self.now.files.contains_key(*name)) {
            let path = Path::new(name);
            // The list may have been tampered with; it is not a licence to remove anything outside.
            if checked(path).is_err() || self.blocked(path)? {
                continue;
            }
            match fs::remove_file(self.root.join(path)) {
                Ok(()) => self.report.removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("removing {name}")),
            }
            self.remove_empty_parents(path);
        }
        replace(&manifest, &serde_json::to_vec_pretty(&self.now)?)?;
        Ok(self.report)
    }

    /// Makes the folders above a file; a link where a folder should be is not followed.
    fn make_parents(&self, path: &Path) -> anyhow::Result<()> {
        let mut at = self.root.clone();
        for part in path.parent().into_iter().flat_map(Path::components) {
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => bail!(
                    "{} is a link or a file where the site needs a folder: remove it, or write into another folder",
                    at.display()
                ),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    fs::create_dir(&at).with_context(|| format!("making the folder {}", at.display()))?;
                }
                Err(error) => return Err(error).with_context(|| format!("looking at {}", at.display())),
            }
        }
        Ok(())
    }

    /// True when the way to a file leads through a link, or it is none of our files.
    fn blocked(&self, path: &Path) -> anyhow::Result<bool> {
        let mut at = self.root.clone();
        for part in path.components() {
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(meta) if meta.is_symlink() => return Ok(true),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error).with_context(|| format!("looking at {}", at.display())),
            }
        }
        Ok(false)
    }

    fn remove_empty_parents(&self, path: &Path) {
        for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            if fs::remove_dir(self.root.join(folder)).is_err() {
                return; // something else is in it
            }
        }
    }
}

/// The path as text, when it is made of nothing but our own safe names.
fn checked(path: &Path) -> anyhow::Result<String> {
    let safe = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().is_some_and(|name| {
            name.len() <= 200
                && !name.starts_with('.')
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._~-".contains(&b))
        }),
        _ => false,
    };
    match path.to_str() {
        Some(text) if !text.is_empty() && path.components().all(safe) => Ok(text.to_owned()),
        _ => bail!("`{}` is no safe name for a file", path.display()),
    }
}

/// The content of a file of ours; `None` when there is none. A link is an error: whoever put it there wants
/// something else to be written.
fn read_own(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("looking at {}", path.display())),
        Ok(meta) if meta.is_file() => {
            fs::read(path).map(Some).with_context(|| format!("reading {}", path.display()))
        }
        Ok(_) => bail!(
            "{} is a link or a folder where the site needs a file: remove it, or write into another folder",
            path.display()
        ),
    }
}

/// Replaces a file as a whole: readers see the old one or the new one.
fn replace(target: &Path, content: &[u8]) -> anyhow::Result<()> {
    let name = target.file_name().and_then(|name| name.to_str()).unwrap_or("file");
    let temporary = target.with_file_name(format!(".{name}.new"));
    let write = || {
        // One left behind by a crash is ours to remove; it is made anew so that a planted link is not written through.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::options().write(true).create_new(true).open(&temporary)?;
        file.write_all(content)?;
        drop(file);
        fs::rename(&temporary, target)
    };
    write()
        .inspect_err(|_| drop(fs::remove_file(&temporary)))
        .with_context(|| format!("writing {}", target.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_names_are_written() {
        for path in
            ["", "/etc/passwd", "../x", "a/../b", "a//./../b", ".hidden", "A", "a b", "a\\b", "c/é", "."]
        {
            assert!(checked(Path::new(path)).is_err(), "{path}");
        }
        for path in ["index.html", "c/raft/s/a~b--0011223344/feed.atom"] {
            assert_eq!(checked(Path::new(path)).unwrap(), path);
        }
    }

    #[test]
    fn a_second_run_writes_what_differs_and_removes_what_is_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        let run = |files: &[(&str, &str)]| {
            let mut folder = Folder::open(&root).unwrap();
            for (path, text) in files {
                folder.put(Path::new(path), text.as_bytes()).unwrap();
            }
            folder.close().unwrap()
        };
        let first = run(&[("index.html", "1"), ("c/raft/index.html", "1")]);
        assert_eq!((first.written, first.unchanged, first.removed), (2, 0, 0));
        fs::write(root.join("mine.txt"), "by hand").unwrap();
        fs::write(root.join("c/mine.txt"), "by hand").unwrap();
        let second = run(&[("index.html", "1"), ("new.html", "2")]);
        assert_eq!((second.written, second.unchanged, second.removed), (1, 1, 1));
        assert!(root.join("mine.txt").exists() && root.join("c/mine.txt").exists());
        assert!(!root.join("c/raft").exists());
        let names: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(names.iter().all(|name| !name.to_string_lossy().ends_with(".new")), "{names:?}");
    }

    #[cfg(unix)]
    #[test]
    fn planted_links_are_not_followed() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("site"), folder.path().join("outside"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(&outside).unwrap();
        fs::write(outside.join("victim"), "safe").unwrap();

        symlink(&outside, root.join("c")).unwrap();
        let error = Folder::open(&root).unwrap().put(Path::new("c/victim"), b"x").unwrap_err();
        assert!(error.to_string().contains("is a link"), "{error}");

        symlink(outside.join("victim"), root.join("index.html")).unwrap();
        let error = Folder::open(&root).unwrap().put(Path::new("index.html"), b"x").unwrap_err();
        assert!(error.to_string().contains("is a link"), "{error}");

        symlink(outside.join("victim"), root.join(".feed.rss.new")).unwrap();
        Folder::open(&root).unwrap().put(Path::new("feed.rss"), b"x").unwrap();

        let list = r#"{"files":{"c/victim":4,"../outside/victim":4}}"#;
        fs::write(root.join(MANIFEST), list).unwrap();
        let report = Folder::open(&root).unwrap().close().unwrap();
        assert_eq!(report.removed, 0);
        assert_eq!(fs::read_to_string(outside.join("victim")).unwrap(), "safe");
    }
}
