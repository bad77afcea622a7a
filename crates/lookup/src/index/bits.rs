//! A set of small numbers, one bit each.

/// Numbers below a bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    /// The empty set for numbers below this.
    pub(super) fn none(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)].into())
    }

    pub(super) fn has(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Adds a number; says whether it is new.
    pub(super) fn add(&mut self, number: u32) -> bool {
        match self.0.get_mut(number as usize / 64) {
            Some(word) => {
                let new = *word >> (number % 64) & 1 == 0;
                *word |= 1 << (number % 64);
                new
            }
            None => false,
        }
    }

    /// Keeps what is in the other as well.
    pub(super) fn keep(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// The numbers, rising.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().zip(0_u32..).flat_map(|(word, at)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_in_and_come_out() {
        let mut bits = Bits::none(130);
        assert!([129, 0, 64, 63].into_iter().all(|number| bits.add(number)));
        assert!(!bits.add(64) && !bits.add(9_999));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        assert!(bits.has(63) && !bits.has(62) && !bits.has(9_999));
        let mut other = Bits::none(130);
        other.add(64);
        bits.keep(&other);
        assert_eq!(bits, other);
    }
}
