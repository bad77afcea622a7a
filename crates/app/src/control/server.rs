//! The listening side: takes one question a connection, off the async threads, a few at a time.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::UnixListener;
use tokio::sync::Semaphore;

use super::Request;
use super::frames::Frame;
use super::place::{Place, file};
use crate::screen::reasons;

/// Questions answered at the same time; further ones wait.
const AT_A_TIME: usize = 4;

/// Whoever connects and does not ask, or asks and does not listen, is left.
const PATIENCE: Duration = Duration::from_secs(10);

/// A question is a word, or a filter somebody typed; more is none of ours.
const LONGEST_QUESTION: u64 = 64 * 1024;

/// Answers a request: writes the answer's bytes as frames, says how far it is.
pub(crate) type Answer = Arc<dyn Fn(Request, &mut dyn Write) -> anyhow::Result<()> + Send + Sync>;

/// A socket that listens; its file goes when this does.
pub(crate) struct Server {
    listener: UnixListener,
    file: PathBuf,
}

impl Server {
    /// Listens in this store's folder. Call it only as the owner of the store: what another program left is replaced.
    pub(crate) fn bind(folder: &Path) -> anyhow::Result<Self> {
        let place = Place::of(folder).context("finding a place for the socket")?;
        let file = file(folder);
        if let Err(error) = fs::remove_file(place.path())
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(error).with_context(|| format!("replacing {}", file.display()));
        }
        let listener =
            UnixListener::bind(place.path()).with_context(|| format!("listening at {}", file.display()))?;
        fs::set_permissions(place.path(), Permissions::from_mode(0o600))
            .with_context(|| format!("closing {} to others", file.display()))?;
        Ok(Self { listener, file })
    }

    /// Answers until this future is dropped.
    pub(crate) async fn serve(&self, answer: Answer) {
        let places = Arc::new(Semaphore::new(AT_A_TIME));
        loop {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let answer = Arc::clone(&answer);
                    tokio::task::spawn_blocking(move || {
                        if let Err(error) =
                            stream.into_std().map_err(Into::into).and_then(|it| reply(&it, &answer))
                        {
                            tracing::debug!(%error, "a command left before its answer was complete: {error:#}");
                        }
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the socket for commands has trouble: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Left behind it would only be replaced at the next start.
        let _ = fs::remove_file(&self.file);
    }
}

fn reply(stream: &UnixStream, answer: &Answer) -> anyhow::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_QUESTION)).read_line(&mut line)?;
    let mut out = BufWriter::new(stream);
    let last = match serde_json::from_str(&line) {
        Ok(request) => match answer(request, &mut out) {
            Ok(()) => Frame::Done,
            Err(error) => Frame::Failed(reasons(&error)),
        },
        Err(_) => Frame::Failed("the running whimbrel is of another version: restart it".to_owned()),
    };
    last.send(&mut out)?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::control::client::running;
    use crate::control::frames::DataFrames;

    fn answering() -> Answer {
        Arc::new(|request, out| match request {
            Request::Export => {
                Frame::Progress(1, Some(2)).send(out)?;
                DataFrames(&std::cell::RefCell::new(out)).write_all(&vec![b'x'; 3 << 20])?;
                Ok(())
            }
            _ => anyhow::bail!("the disk is full"),
        })
    }

    #[tokio::test]
    async fn questions_are_answered_in_folders_of_any_depth() {
        let root = tempfile::tempdir().unwrap();
        for folder in [root.path().to_owned(), root.path().join("d".repeat(120))] {
            fs::create_dir_all(&folder).unwrap();
            assert!(running(&folder).is_none());
            let server = Server::bind(&folder).unwrap();
            let asking = tokio::task::spawn_blocking({
                let folder = folder.clone();
                move || {
                    let (mut data, seen) = (Vec::new(), Mutex::new(Vec::new()));
                    let progress = |done, all| seen.lock().unwrap().push((done, all));
                    running(&folder).unwrap().ask(&Request::Export, &mut data, &progress).unwrap();
                    assert_eq!((data.len(), seen.into_inner().unwrap()), (3 << 20, vec![(1, Some(2))]));
                    let refused = running(&folder).unwrap().ask(&Request::Backup, &mut data, &|_, _| {});
                    assert_eq!(refused.unwrap_err().to_string(), "the disk is full");
                }
            });
            tokio::select! {
                () = server.serve(answering()) => unreachable!("it serves without end"),
                asked = asking => asked.unwrap(),
            }
            drop(server);
            assert!(running(&folder).is_none());
            assert!(!file(&folder).exists());
        }
    }

    #[tokio::test]
    async fn what_a_dead_program_left_is_replaced_and_others_are_kept_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(file(folder.path()), "left").unwrap();
        let server = Server::bind(folder.path()).unwrap();
        let mode = fs::metadata(file(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(server);
    }
}
