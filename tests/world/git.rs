//! A git repository made by the git program, with commits at chosen times.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with a working tree.
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Makes an empty one here.
    pub fn new(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).expect("the folder is ours");
        let repository = Self { folder };
        repository.git(&["init", "--quiet", "--initial-branch", "main"], "2026-01-01T00:00:00Z");
        repository
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Commits a file with this text at this time (RFC 3339).
    pub fn commit(&self, path: &str, text: &str, at: &str) {
        let file = self.folder.join(path);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("the folder is ours");
        fs::write(file, text).expect("the folder is ours");
        self.git(&["add", "--all"], at);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "the list changes"], at);
    }

    /// Renames a file in a commit of its own.
    pub fn rename(&self, from: &str, to: &str, at: &str) {
        self.git(&["mv", from, to], at);
        self.git(&["commit", "--quiet", "--message", "another name"], at);
    }

    /// Takes the branch back to how it stood so many commits ago.
    pub fn forget(&self, commits: usize) {
        self.git(&["reset", "--quiet", "--hard", &format!("HEAD~{commits}")], "2026-01-01T00:00:00Z");
    }

    /// A bare copy of it.
    pub fn bare_copy(&self, to: &Path) {
        let to = to.to_str().expect("paths of tests are text");
        self.git(&["clone", "--quiet", "--bare", ".", to], "2026-01-01T00:00:00Z");
    }

    /// The name of the newest commit.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"], "2026-01-01T00:00:00Z").trim().to_owned()
    }

    fn git(&self, arguments: &[&str], at: &str) -> String {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=Tester",
                "-c",
                "user.email=tester@example.org",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .current_dir(&self.folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_DATE", at)
            .env("GIT_COMMITTER_DATE", at)
            .output()
            .expect("git is installed: tests/run does so");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
