//! `whimbrel init`: a commented configuration to start from, and what to do with it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};

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
        fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
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
        Err(error) => return Err(error).with_context(|| format!("writing {}", file.display())),
    };
    new.write_all(COMMENTED.as_bytes()).with_context(|| format!("writing {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
