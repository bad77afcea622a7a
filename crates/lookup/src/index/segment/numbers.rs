//! Numbers of three bytes each: a segment never has so many docs that they need more.

/// Numbers in a row, each below [`Numbers::BOUND`].
#[derive(Default)]
pub(super) struct Numbers(Box<[u8]>);

impl Numbers {
    /// Numbers are below this.
    pub(super) const BOUND: u32 = 1 << 24;

    /// Of these, in this order.
    pub(super) fn of(numbers: impl Iterator<Item = u32>) -> Self {
        Self(numbers.flat_map(|number| [number as u8, (number >> 8) as u8, (number >> 16) as u8]).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len() / 3
    }

    /// The number at a place.
    pub(super) fn get(&self, at: usize) -> Option<u32> {
        self.from(at).next()
    }

    /// The numbers from a place on.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = u32> {
        let bytes = self.0.get(at.saturating_mul(3)..).unwrap_or_default();
        bytes.chunks_exact(3).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]))
    }

    /// How many numbers at the front are so, when those that are stand there.
    pub(super) fn partition_point(&self, so: impl Fn(u32) -> bool) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            if self.get(middle).is_some_and(&so) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let all = [0, 1, 255, 256, 70_000, Numbers::BOUND - 1];
        let numbers = Numbers::of(all.into_iter());
        assert_eq!(numbers.len(), all.len());
        assert_eq!(numbers.from(0).collect::<Vec<_>>(), all);
        assert_eq!((numbers.get(4), numbers.get(6)), (Some(70_000), None));
        assert_eq!(numbers.from(usize::MAX).count(), 0);
        for bound in [0, 1, 2, 257, 70_001, Numbers::BOUND] {
            let before = all.iter().filter(|number| **number < bound).count();
            assert_eq!(numbers.partition_point(|number| number < bound), before);
        }
    }
}
