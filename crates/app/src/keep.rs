//! The commands over the store: `export`, `import`, `backup`. A running program is asked first; only when nobody
//! runs the store is opened here.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::Utc;
use whimbrel_store::{OpenStep, Opened, Store};

use crate::cli::{Common, ExportArgs, ImportArgs};
use crate::config::{self, Environment, Loaded};
use crate::control::{Request, client};
use crate::progress::Bar;
use crate::screen::count;

/// Writes everything that is known as JSON lines.
pub(crate) fn export(args: &ExportArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    if args.file == Path::new("-") {
        let mut out = BufWriter::new(io::stdout().lock());
        pour(&loaded, &mut out)?;
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    if client::running(&loaded.store_folder()).is_none() {
        let (store, bar) = (open_existing(&loaded)?, Bar::new("lines"));
        store.export_file(&args.file, &mut |progress| bar.at(progress.done, progress.total))?;
        bar.done();
    } else {
        // What is half written never stands under the name somebody will rely on.
        let aside = beside(&args.file);
        let written = whole(&loaded, &aside).and_then(|()| Ok(fs::rename(&aside, &args.file)?));
        if written.is_err() {
            let _ = fs::remove_file(&aside); // the first error is the one to tell
        }
        written.with_context(|| format!("writing {}", args.file.display()))?;
    }
    println!("Wrote {}.", args.file.display());
    Ok(ExitCode::SUCCESS)
}

/// Replaces everything that is known by an export.
pub(crate) fn import(args: &ImportArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    if client::running(&loaded.store_folder()).is_some() {
        bail!(
            "a whimbrel is running on {}: stop it before you replace what it knows",
            loaded.store_folder().display()
        );
    }
    let bar = Bar::new("bytes");
    let opened =
        Store::import(&loaded.config.store, &loaded.folder, &args.file, Utc::now(), &mut |progress| {
            bar.at(progress.done, progress.total);
        });
    bar.done();
    let Opened { store, steps } = opened?;
    for step in &steps {
        println!("{}.", sentence(step));
    }
    let stats = store.stats()?;
    println!(
        "Imported {} with {}.",
        count(store.catalogs()?.len(), "catalog", "catalogs"),
        count(stats.events as usize, "event", "events"),
    );
    Ok(ExitCode::SUCCESS)
}

/// Makes a backup beside the store now.
pub(crate) fn backup(common: &Common) -> anyhow::Result<ExitCode> {
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    let bar = Bar::new("lines");
    let path = if let Some(running) = client::running(&loaded.store_folder()) {
        let mut path = Vec::new();
        running.ask(&Request::Backup, &mut path, &|done, all| bar.at(done, all))?;
        PathBuf::from(String::from_utf8_lossy(&path).into_owned())
    } else {
        let store = open_existing(&loaded)?;
        let path = store.backup(Utc::now(), &mut |progress| bar.at(progress.done, progress.total))?;
        path.context("this store keeps no backups")?
    };
    bar.done();
    println!("Wrote {}.", path.display());
    Ok(ExitCode::SUCCESS)
}

/// What was done to open a store, as the beginning of a sentence.
pub(crate) fn sentence(step: &OpenStep) -> String {
    let text = step.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The export, from whoever has the store.
fn pour(loaded: &Loaded, out: &mut dyn Write) -> anyhow::Result<()> {
    let bar = Bar::new("lines");
    match client::running(&loaded.store_folder()) {
        Some(running) => running.ask(&Request::Export, out, &|done, all| bar.at(done, all))?,
        None => open_existing(loaded)?.export(out, &mut |progress| bar.at(progress.done, progress.total))?,
    }
    bar.done();
    Ok(())
}

fn whole(loaded: &Loaded, file: &Path) -> anyhow::Result<()> {
    let new = File::create(file)?;
    let packed = file.with_extension("").extension().is_some_and(|ending| ending == "gz");
    let written = if packed {
        let mut packer = flate2::write::GzEncoder::new(BufWriter::new(new), flate2::Compression::default());
        pour(loaded, &mut packer)?;
        packer.finish()?
    } else {
        let mut plain = BufWriter::new(new);
        pour(loaded, &mut plain)?;
        plain
    };
    let file_again = written.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(file_again.sync_all()?)
}

/// `export.jsonl.gz.part`, in the same folder.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// The store, if there is one: these commands never make an empty one.
pub(crate) fn open_existing(loaded: &Loaded) -> anyhow::Result<Store> {
    let folder = loaded.store_folder();
    if !folder.exists() {
        bail!("there is no store at {}: name the right configuration with --config", folder.display());
    }
    let Opened { store, steps } = Store::open(&loaded.config.store, &loaded.folder, Utc::now())?;
    for step in steps.iter().filter(|step| **step != OpenStep::Created) {
        eprintln!("whimbrel: {}", sentence(step));
    }
    Ok(store)
}
