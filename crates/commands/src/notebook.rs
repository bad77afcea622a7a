//! A file of lines beside the state, for what must outlive a kill and would be no loss to a backup: added to at its end,
//! and written anew when most of it is out of date. Nobody else on the machine may read it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// What people do is for nobody else on the machine.
const PRIVATE: u32 = 0o600;

/// Such a file; without one everything is remembered as long as the program runs, and no longer.
#[derive(Debug, Default)]
pub struct Notebook {
    file: Option<PathBuf>,
    lines: usize,
    bytes: usize,
    /// A kill or a full disk cut the last line off, so the next one needs an end before it.
    torn: bool,
}

impl Notebook {
    /// This file, and the lines that stand there; one that a kill cut off may be among them. Blocks.
    pub fn open(file: &Path) -> io::Result<(Self, Vec<String>)> {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let lines: Vec<String> = String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect();
        let torn = bytes.last().is_some_and(|last| *last != b'\n');
        Ok((Self { file: Some(file.to_owned()), lines: lines.len(), bytes: bytes.len(), torn }, lines))
    }

    /// How many lines stand in it, old ones among them.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// How many bytes stand in it, those of old lines among them.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Where it lies; nowhere without a file.
    pub fn path(&self) -> PathBuf {
        self.file.clone().unwrap_or_default()
    }

    /// Adds a line. It outlives the program at once, and the machine soon. Blocks.
    pub fn add(&mut self, line: &str) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let text = format!("{}{line}\n", if self.torn { "\n" } else { "" });
        let mut file = private(OpenOptions::new().create(true).append(true), file)?;
        self.torn = true; // until all of it is there
        file.write_all(text.as_bytes())?;
        self.torn = false;
        self.lines += 1;
        self.bytes += text.len();
        Ok(())
    }

    /// Writes these lines and nothing else; durable when it returns. Blocks.
    pub fn write_anew(&mut self, lines: impl Iterator<Item = String>) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let (mut text, mut count) = (String::new(), 0);
        for line in lines {
            text.push_str(&line);
            text.push('\n');
            count += 1;
        }
        let beside = file.with_extension("new");
        let mut new = private(OpenOptions::new().create(true).write(true).truncate(true), &beside)?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(&beside, file)?;
        (self.lines, self.bytes, self.torn) = (count, text.len(), false);
        Ok(())
    }
}

/// Opens a file that only we may read, also where others could before.
fn private(how: &mut OpenOptions, file: &Path) -> io::Result<File> {
    let file = how.mode(PRIVATE).open(file)?;
    file.set_permissions(Permissions::from_mode(PRIVATE))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_and_others_take_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lines.txt");
        let (mut book, none) = Notebook::open(&file).unwrap();
        assert!(none.is_empty() && !file.exists());
        book.add("one").unwrap();
        book.add("two").unwrap();
        let (mut again, lines) = Notebook::open(&file).unwrap();
        assert_eq!((lines, again.lines()), (vec!["one".to_owned(), "two".to_owned()], 2));
        again.write_anew(["three".to_owned()].into_iter()).unwrap();
        again.add("four").unwrap();
        let (_, lines) = Notebook::open(&file).unwrap();
        assert_eq!((lines, again.lines()), (vec!["three".to_owned(), "four".to_owned()], 2));
        assert_eq!(again.bytes() as u64, fs::metadata(&file).unwrap().len());
        fs::write(&file, "81204\n8120").unwrap();
        let (mut torn, _) = Notebook::open(&file).unwrap();
        torn.add("812045").unwrap();
        assert_eq!(torn.bytes() as u64, fs::metadata(&file).unwrap().len());
        torn.add("812046").unwrap();
        assert_eq!(Notebook::open(&file).unwrap().1, ["81204", "8120", "812045", "812046"]);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, PRIVATE);
    }
}
