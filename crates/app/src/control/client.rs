//! Asking the running program.

use std::io::{self, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use anyhow::{Context, bail};

use super::Request;
use super::frames::Frame;
use super::place::Place;

/// A running program that listens.
pub(crate) struct Running(UnixStream);

/// The program that runs on this store, if one does.
pub(crate) fn running(folder: &Path) -> Option<Running> {
    // A socket somebody left behind refuses; whoever owns the store is then found out by its lock.
    Place::of(folder).and_then(|place| UnixStream::connect(place.path())).ok().map(Running)
}

impl Running {
    /// Asks; what is answered goes to `data`, how far it is to `progress`.
    pub(crate) fn ask(
        self,
        request: &Request,
        data: &mut dyn Write,
        progress: &dyn Fn(u64, Option<u64>),
    ) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        (&self.0).write_all(&line).context("asking the running whimbrel")?;
        let mut answer = BufReader::new(&self.0);
        loop {
            let frame = Frame::receive(&mut answer).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => {
                    anyhow::anyhow!("the running whimbrel stopped before it was done")
                }
                _ => anyhow::Error::new(error).context("listening to the running whimbrel"),
            })?;
            match frame {
                Frame::Data(bytes) => data.write_all(&bytes)?,
                Frame::Progress(done, all) => progress(done, all),
                Frame::Failed(reason) => bail!(reason),
                Frame::Done => return Ok(data.flush()?),
            }
        }
    }
}
