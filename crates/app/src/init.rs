//! `whimbrel init`: a commented configuration to start from, and what to do with it.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{anyhow, bail};

use crate::cli::InitArgs;
use crate::config::{COMMENTED, load::USUAL};

/// Writes the file unless there is one, and says the next steps.
pub(crate) fn init(args: &InitArgs) -> anyhow::Result<ExitCode> {
    let file = args.folder.join(USUAL);
    write_new(&file)?;
    let here = args.folder == Path::new(".");
    let option = if here { String::new() } else { format!(" --config {}", file.display()) };
    println!("Wrote {}. Next:", file.display());
    println!("  1. Name your catalogs in it: a [[catalog]] for each, with an id and a source.");
    println!("     `whimbrel check FILE` shows what is understood of a document.");
    println!("  2. Start: whimbrel{option}");
    println!("  3. Open http://127.0.0.1:8787, or follow one of its feeds.");
    Ok(ExitCode::SUCCESS)
}

fn write_new(file: &Path) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| refused(folder, error))?;
    }
    // `create_new` decides and makes in one step: nobody's file is overwritten, whoever is faster.
    let mut new = match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(new) => new,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!(
                "{} is there already and stays as it is: name another folder, or remove it first",
                file.display()
            )
        }
        Err(error) => return Err(refused(file, error)),
    };
    new.write_all(COMMENTED.as_bytes()).map_err(|error| refused(file, error))
}

/// Why a file or folder cannot be made, and what to do.
fn refused(path: &Path, error: io::Error) -> anyhow::Error {
    let path = path.display();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => anyhow!(
            "{path} cannot be made, this user may not write there: name a folder of your own, as in `whimbrel init \
             DIR`"
        ),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            anyhow!(
                "{path} cannot be made, a file is in the way: name another folder, as in `whimbrel init DIR`"
            )
        }
        _ => anyhow::Error::new(error).context(format!("{path} cannot be made")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let wall = folder.path().join("wall");
        fs::write(&wall, "in the way").unwrap();
        // In /sys nobody may make folders, not even root.
        for (file, words) in [
            (wall.join(USUAL), "a file is in the way"),
            (wall.join("deeper").join(USUAL), "a file is in the way"),
            (Path::new("/sys/whimbrel").join(USUAL), "may not write there"),
        ] {
            let said = write_new(&file).unwrap_err();
            assert!(said.to_string().contains(words) && said.chain().count() == 1, "{said:#}");
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/whimbrel.toml");
        write_new(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), COMMENTED);
        fs::write(&file, "mine").unwrap();
        assert!(write_new(&file).unwrap_err().to_string().contains("stays as it is"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }
}
