//! Many short texts in one block of memory.

/// Texts by number.
#[derive(Default)]
pub(super) struct Texts {
    bytes: Box<[u8]>,
    ends: Box<[u32]>,
}

impl Texts {
    /// Of these, numbered in this order.
    pub(super) fn of<T: AsRef<[u8]>>(texts: impl Iterator<Item = T>) -> Self {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_ref());
            ends.push(bytes.len() as u32);
        }
        Self { bytes: bytes.into(), ends: ends.into() }
    }

    /// The text of this number; nothing for one that is not there.
    pub(super) fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let begin = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.ends
            .get(number)
            .and_then(|end| self.bytes.get(begin as usize..*end as usize))
            .unwrap_or_default()
    }

    pub(super) fn bytes(&self) -> usize {
        self.text_bytes() + size_of_val(&*self.ends)
    }

    pub(super) fn text_bytes(&self) -> usize {
        self.bytes.len()
    }
}
