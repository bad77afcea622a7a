//! `whimbrel licenses`: the works of others the program contains.

use std::io::{self, Write};
use std::process::ExitCode;

use flate2::read::GzDecoder;

/// The text, packed.
const PACKED: &[u8] = include_bytes!("../licenses.txt.gz");

/// Prints it.
pub(crate) fn licenses() -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    io::copy(&mut GzDecoder::new(PACKED), &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
