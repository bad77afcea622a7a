//! Small repositories made for a test, without a git program.

use std::collections::BTreeMap;
use std::path::Path;

use gix::ObjectId;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Tree};

/// What lies at a path: an ordinary file or a link, and its bytes.
type File = (EntryKind, Vec<u8>);

/// Files below a folder, each path in parts.
type Below<'a> = Vec<(Vec<&'a str>, &'a File)>;

/// A repository in a folder that vanishes after the test.
pub(crate) struct Scratch {
    folder: tempfile::TempDir,
    repository: gix::Repository,
    /// The files of the newest commit, by path.
    files: BTreeMap<String, File>,
    tip: Option<ObjectId>,
}

impl Scratch {
    pub(crate) fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        Self { folder, repository, files: BTreeMap::new(), tip: None }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&mut self, path: &str, text: impl AsRef<[u8]>) -> &mut Self {
        self.files.insert(path.to_owned(), (EntryKind::Blob, text.as_ref().to_vec()));
        self
    }

    pub(crate) fn link(&mut self, path: &str, target: &str) -> &mut Self {
        self.files.insert(path.to_owned(), (EntryKind::Link, target.into()));
        self
    }

    pub(crate) fn remove(&mut self, path: &str) -> &mut Self {
        self.files.remove(path);
        self
    }

    pub(crate) fn rename(&mut self, from: &str, to: &str) -> &mut Self {
        let file = self.files.remove(from).unwrap();
        self.files.insert(to.to_owned(), file);
        self
    }

    /// Commits what is there on `main`, at this second since 1970; the id in hex.
    pub(crate) fn commit(&mut self, at: i64) -> String {
        self.commit_with(at, &[], "main")
    }

    /// A commit with further parents (a merge), on any branch.
    pub(crate) fn commit_with(&mut self, at: i64, others: &[&str], branch: &str) -> String {
        let flat: Below<'_> =
            self.files.iter().map(|(path, file)| (path.split('/').collect(), file)).collect();
        let tree = self.tree(&flat);
        let person = gix::actor::Signature {
            name: "A Person".into(),
            email: "person@example.org".into(),
            time: gix::date::Time::new(at, 0),
        };
        let others = others.iter().map(|id| ObjectId::from_hex(id.as_bytes()).unwrap());
        let commit = Commit {
            tree,
            parents: self.tip.into_iter().chain(others).collect(),
            author: person.clone(),
            committer: person,
            encoding: None,
            message: "a step".into(),
            extra_headers: Vec::new(),
        };
        let id = self.repository.write_object(&commit).unwrap().detach();
        self.tip = Some(id);
        self.point(branch, id);
        id.to_string()
    }

    /// Goes back to an earlier commit as if later ones had never been; the files stay as they are.
    pub(crate) fn rewind(&mut self, commit: &str) {
        let id = ObjectId::from_hex(commit.as_bytes()).unwrap();
        self.tip = Some(id);
        self.point("main", id);
    }

    fn point(&self, branch: &str, id: ObjectId) {
        let name = format!("refs/heads/{branch}");
        self.repository.reference(name, id, gix::refs::transaction::PreviousValue::Any, "test").unwrap();
    }

    fn tree(&self, files: &Below<'_>) -> ObjectId {
        let mut entries = Vec::new();
        let mut folders: BTreeMap<&str, Below<'_>> = BTreeMap::new();
        for (path, file) in files {
            if let [name] = path.as_slice() {
                let oid = self.repository.write_blob(&file.1).unwrap().detach();
                entries.push(Entry { mode: file.0.into(), filename: (*name).into(), oid });
            } else {
                folders.entry(path[0]).or_default().push((path[1..].to_vec(), file));
            }
        }
        for (name, files) in folders {
            entries.push(Entry {
                mode: EntryKind::Tree.into(),
                filename: name.into(),
                oid: self.tree(&files),
            });
        }
        entries.sort();
        self.repository.write_object(&Tree { entries }).unwrap().detach()
    }
}
