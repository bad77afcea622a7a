//! A small disk, which can be filled and made read-only: a file system in memory that only those see who are led to
//! it. Where the system allows it, nobody needs to be root for that.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Mounts the disk, says so, and keeps the place where it is mounted until the pipe from the test ends.
const KEEP: &str = r#"mount -t tmpfs -o "size=$2,mode=755" whimbrel "$1" && echo mounted && exec cat"#;

/// A disk that is mounted on a folder, for those who take the way in.
pub struct Disk {
    /// It holds the place where the disk is mounted; its end is the end of the disk.
    keeper: Child,
    folder: PathBuf,
}

impl Disk {
    /// Mounts one with room for so many bytes.
    pub(crate) fn at(folder: &Path, bytes: u64) -> Result<Self, String> {
        let mut keeper = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", KEEP, "sh"])
            .arg(folder)
            .arg(bytes.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("unshare: {error}"))?;
        let mut line = String::new();
        let said = keeper.stdout.take().expect("piped above");
        let _ = BufReader::new(said).read_line(&mut line);
        if line.trim() == "mounted" {
            return Ok(Self { keeper, folder: folder.to_owned() });
        }
        let mut why = String::new();
        let _ = keeper.stderr.take().expect("piped above").read_to_string(&mut why);
        let _ = keeper.wait();
        Err(why.trim().to_owned())
    }

    /// The command that becomes another one which sees the disk and works in this folder.
    pub(crate) fn way_in(&self, works_in: &Path) -> Vec<String> {
        let keeper = self.keeper.id().to_string();
        let enter = ["nsenter", "--target", &keeper, "--user", "--mount", "--preserve-credentials", "--"];
        let go = ["env", "--chdir", works_in.to_str().expect("a folder of ours")];
        enter.into_iter().chain(go).map(ToOwned::to_owned).collect()
    }

    /// Where a file on the disk is found by those who were not led to it.
    pub fn path(&self, name: &str) -> PathBuf {
        let folder = self.folder.strip_prefix("/").unwrap_or(&self.folder);
        Path::new("/proc").join(self.keeper.id().to_string()).join("root").join(folder).join(name)
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut ballast = File::options().append(true).create(true).open(self.ballast()).expect("it is ours");
        for size in [64 * 1024, 1] {
            let piece = vec![0; size];
            let error = loop {
                if let Err(error) = ballast.write_all(&piece) {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
        }
    }

    /// Gives it back.
    pub fn clear(&self) {
        std::fs::remove_file(self.ballast()).expect("it was filled");
    }

    /// Makes it read-only, or no longer. Nobody may be writing to it.
    pub fn read_only(&self, read_only: bool) {
        let how = if read_only { "remount,ro" } else { "remount,rw" };
        let way = self.way_in(Path::new("/"));
        let done = Command::new(&way[0])
            .args(&way[1..])
            .args(["mount", "-o", how])
            .arg(&self.folder)
            .output()
            .expect("the way in leads there");
        assert!(done.status.success(), "{done:?}");
    }

    fn ballast(&self) -> PathBuf {
        self.path("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
