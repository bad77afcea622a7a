//! Where the socket lies. A socket's address holds about a hundred bytes; a folder can be deeper than that.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

/// Shorter than what every system we know takes (104 on macOS and the BSDs, 108 on Linux).
const LONGEST: usize = 100;

/// A name under which the socket can be reached; the folder is kept open while it is used.
pub(super) struct Place {
    path: PathBuf,
    _folder: Option<File>,
}

/// The file of the socket in a store's folder.
pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join("whimbrel.sock")
}

impl Place {
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let path = file(folder);
        if path.as_os_str().len() <= LONGEST {
            return Ok(Self { path, _folder: None });
        }
        // Linux reaches an open folder under a short name.
        let open = File::open(folder)?;
        let path = file(Path::new(&format!("/proc/self/fd/{}", open.as_raw_fd())));
        Ok(Self { path, _folder: Some(open) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
