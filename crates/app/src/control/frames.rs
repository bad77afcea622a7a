//! How an answer travels: frames of a letter, a length and that many bytes.

use std::cell::RefCell;
use std::io::{self, Read, Write};

/// Larger frames are none of ours.
const LARGEST: usize = 1 << 20;

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Some of what was asked for.
    Data(Vec<u8>),
    /// So much is done, of how much where that is known.
    Progress(u64, Option<u64>),
    /// It did not work, and why.
    Failed(String),
    /// It is complete.
    Done,
}

impl Frame {
    /// Writes it.
    pub(crate) fn send(&self, to: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let (letter, body): (u8, &[u8]) = match self {
            Self::Data(bytes) => (b'd', bytes),
            Self::Progress(done, all) => {
                let mut both = [0; 16];
                both[..8].copy_from_slice(&done.to_be_bytes());
                // Nothing is never all there is to do.
                both[8..].copy_from_slice(&all.unwrap_or(0).to_be_bytes());
                return send(to, b'p', &both);
            }
            Self::Failed(reason) => (b'f', reason.as_bytes()),
            Self::Done => (b'.', &[]),
        };
        send(to, letter, body)
    }

    /// Reads the next one.
    pub(crate) fn receive(from: &mut impl Read) -> io::Result<Self> {
        let mut head = [0; 5];
        from.read_exact(&mut head)?;
        let [letter, length @ ..] = head;
        let length = u32::from_be_bytes(length) as usize;
        if length > LARGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an answer of another kind of program"));
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body)?;
        match letter {
            b'd' => Ok(Self::Data(body)),
            b'p' => {
                let (done, all) = body.split_at(body.len() / 2);
                let number = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).unwrap_or_default();
                Ok(Self::Progress(number(done), Some(number(all)).filter(|all| *all > 0)))
            }
            b'f' => Ok(Self::Failed(String::from_utf8_lossy(&body).into_owned())),
            b'.' => Ok(Self::Done),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "an answer of another version")),
        }
    }
}

fn send(to: &mut (impl Write + ?Sized), letter: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    to.write_all(&[letter])?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(body)
}

/// A writer whose bytes travel as data frames; other frames may travel between them.
pub(crate) struct DataFrames<'a, W: ?Sized>(pub(crate) &'a RefCell<&'a mut W>);

impl<W: Write + ?Sized> Write for DataFrames<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = &bytes[..bytes.len().min(LARGEST)];
        send(&mut *self.0.borrow_mut(), b'd', part)?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_arrive_as_they_were_sent() {
        let frames = [
            Frame::Data(b"a\nb".to_vec()),
            Frame::Progress(3, Some(u64::MAX)),
            Frame::Progress(4, None),
            Frame::Failed("no".into()),
            Frame::Done,
        ];
        let mut wire = Vec::new();
        for frame in &frames {
            frame.send(&mut wire).unwrap();
        }
        let mut wire = &wire[..];
        for frame in &frames {
            assert_eq!(Frame::receive(&mut wire).unwrap(), *frame);
        }
        assert!(wire.is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        for wire in [&b"d\xff\xff\xff\xff"[..], b"x\0\0\0\0", b"d\0\0\0\x05abc", b""] {
            assert!(Frame::receive(&mut &wire[..]).is_err(), "{wire:?}");
        }
    }
}
