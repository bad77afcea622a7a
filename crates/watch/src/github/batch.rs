//! How many projects are asked about at once: as many as GitHub manages. A batch that fails is halved and asked again,
//! until the one project that is too much for it stands alone; those left out of an answer are asked again together.

use std::collections::VecDeque;

/// The first batch. GitHub has been seen to give up at fifty of this weight.
const START: usize = 50;

/// GitHub's own ceiling for a list of ids.
pub(crate) const MOST: usize = 100;

/// Whole batches that have to succeed before the size grows.
const GOOD: u32 = 2;

/// Whole batches that have to succeed before a size is tried again that was too much: each time costs GitHub ten seconds
/// and us points of the next hour.
const REST: u32 = 128;

/// Failures in a row after which it is not a project that is too much but GitHub that is not well. One bad project
/// never makes more than two, because halves are asked in turn.
const ILL: u32 = 4;

/// The size of batches, learnt from how the last ones went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchSize {
    size: usize,
    good: u32,
    /// The largest size that went well.
    proven: usize,
    /// The smallest size that was too much when it was tried beyond that, and whole batches until it is tried again.
    too_much: Option<(usize, u32)>,
    /// The last batch that was larger than any that went well was too much: the next such one goes alone.
    wary: bool,
    /// It is under way.
    trial: bool,
}

impl Default for BatchSize {
    fn default() -> Self {
        Self { size: START, good: 0, proven: 0, too_much: None, wary: false, trial: false }
    }
}

impl BatchSize {
    pub(crate) fn get(self) -> usize {
        if self.trial && self.is_new(self.size) { self.proven } else { self.size }
    }

    /// A fresh batch goes out.
    pub(crate) fn sent(&mut self, asked: usize) {
        self.trial |= self.wary && self.is_new(asked);
    }

    /// Nothing is under way any more.
    pub(crate) fn rests(&mut self) {
        self.trial = false;
    }

    fn is_new(self, asked: usize) -> bool {
        self.proven > 0 && asked > self.proven
    }

    /// Half of it, for questions that are dearer.
    pub(crate) fn halved(self) -> Self {
        Self { size: (self.size / 2).max(1), ..self }
    }

    /// A batch was answered. Only whole ones tell that more would do.
    pub(crate) fn succeeded(&mut self, asked: usize) {
        if self.is_new(asked) {
            (self.wary, self.trial) = (false, false);
        }
        if asked < self.size {
            return;
        }
        self.good += 1;
        self.too_much = match self.too_much {
            Some((size, rest)) if rest > 1 => Some((size, rest - 1)),
            _ => None,
        };
        if self.good < GOOD {
            return;
        }
        (self.proven, self.good) = (self.proven.max(self.size), 0);
        let step = if self.size < START { self.size / 2 } else { self.size / 4 };
        let next = (self.size + step.max(1)).min(MOST);
        if self.too_much.is_none_or(|(size, _)| next < size) {
            self.size = next;
        }
    }

    /// GitHub did not manage a fresh batch of this many. What halves of it do tells about the projects in them.
    pub(crate) fn failed(&mut self, asked: usize) {
        if asked > self.size {
            // It went out before another one of its size failed, which said the same.
            return;
        }
        self.good = 0;
        if self.is_new(asked) {
            (self.wary, self.trial) = (true, false);
            // The last step was too large.
            self.too_much = Some((asked, REST));
            self.size = self.size.min(self.proven);
        } else {
            // It was not too much before: GitHub is slower now, or one of them is.
            self.size = self.size.min((asked / 2).max(1));
            self.proven = self.proven.min(self.size);
        }
    }
}

/// Projects that are asked about together, by their places in the list of all.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) places: Vec<usize>,
    /// It is no part of one that failed.
    pub(crate) is_fresh: bool,
}

/// What is still to be asked in one look: fresh projects, and parts of batches that failed.
#[derive(Debug)]
pub(crate) struct Work {
    fresh: VecDeque<usize>,
    again: VecDeque<Batch>,
    failures: u32,
}

impl Work {
    pub(crate) fn new(all: impl IntoIterator<Item = usize>) -> Self {
        Self { fresh: all.into_iter().collect(), again: VecDeque::new(), failures: 0 }
    }

    /// The next batch; `None` when there is nothing left, or no point in going on now.
    pub(crate) fn next(&mut self, size: BatchSize) -> Option<Batch> {
        if self.is_hopeless() {
            return None;
        }
        if let Some(part) = self.again.pop_front() {
            return Some(part);
        }
        let count = self.fresh.len().min(size.get());
        (count > 0).then(|| Batch { places: self.fresh.drain(..count).collect(), is_fresh: true })
    }

    /// A batch that was not sent, or whose token was not accepted, goes back unharmed.
    pub(crate) fn put_back(&mut self, batch: Batch) {
        self.again.push_front(batch);
    }

    /// Part of a batch was answered.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Those GitHub did not manage of a batch of so many: asked again, at most half as many at once. Hands back the one
    /// that was asked about alone.
    pub(crate) fn split(&mut self, asked: usize, mut places: Vec<usize>) -> Option<usize> {
        if asked <= 1 {
            return places.pop();
        }
        let half = places.split_off(places.len().min(asked.div_ceil(2)));
        let parts = [places, half].into_iter().filter(|places| !places.is_empty());
        self.again.extend(parts.map(|places| Batch { places, is_fresh: false }));
        None
    }

    /// A batch brought nothing at all.
    pub(crate) fn failed(&mut self) {
        self.failures += 1;
    }

    /// Nothing works any more: the rest is for later.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.failures >= ILL
    }

    /// Everything that was not asked.
    pub(crate) fn left(self) -> impl Iterator<Item = usize> {
        self.again.into_iter().flat_map(|batch| batch.places).chain(self.fresh)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Asks until nothing is left; a server that fails whenever one of `bad` is in the batch, or it is larger than
    /// `most`. Returns which were answered, which stood alone, and how many questions it took.
    fn run(
        work: &mut Work,
        size: &mut BatchSize,
        bad: &BTreeSet<usize>,
        most: usize,
    ) -> (Vec<usize>, Vec<usize>, usize) {
        run_abreast(1, work, size, bad, most)
    }

    /// The same with so many questions under way at once.
    fn run_abreast(
        abreast: usize,
        work: &mut Work,
        size: &mut BatchSize,
        bad: &BTreeSet<usize>,
        most: usize,
    ) -> (Vec<usize>, Vec<usize>, usize) {
        let (mut good, mut alone, mut asked) = (Vec::new(), Vec::new(), 0);
        let mut under_way = VecDeque::new();
        loop {
            while under_way.len() < abreast
                && let Some(batch) = work.next(*size)
            {
                asked += 1;
                if batch.is_fresh {
                    size.sent(batch.places.len());
                }
                under_way.push_back(batch);
            }
            let Some(Batch { places: batch, is_fresh }) = under_way.pop_front() else { break };
            if batch.len() > most || batch.iter().any(|one| bad.contains(one)) {
                if is_fresh {
                    size.failed(batch.len());
                }
                work.failed();
                if let Some(one) = work.split(batch.len(), batch) {
                    alone.push(one);
                    work.succeeded(); // found: that is no sign of illness
                }
            } else {
                if is_fresh {
                    size.succeeded(batch.len());
                }
                work.succeeded();
                good.extend(batch);
            }
        }
        size.rests();
        (good, alone, asked)
    }

    #[test]
    fn one_bad_project_is_found_and_the_others_are_answered() {
        for bad in 0..50 {
            let (mut work, mut size) = (Work::new(0..50), BatchSize::default());
            let (good, alone, asked) = run(&mut work, &mut size, &BTreeSet::from([bad]), MOST);
            assert_eq!((good.len(), alone), (49, vec![bad]));
            assert!(asked <= 13, "{asked} questions for {bad}");
        }
    }

    #[test]
    fn a_server_that_is_ill_is_left_alone_soon_and_nothing_is_lost() {
        let (mut work, mut size) = (Work::new(0..1000), BatchSize::default());
        let (good, alone, asked) = run(&mut work, &mut size, &BTreeSet::new(), 0);
        assert_eq!((good.len(), alone.len(), asked), (0, 0, 4));
        let left: BTreeSet<usize> = work.left().collect();
        assert_eq!(left, (0..1000).collect());
    }

    #[test]
    fn batches_shrink_to_what_the_server_manages_and_grow_again() {
        let (mut work, mut size) = (Work::new(0..10_000), BatchSize::default());
        let (good, _, asked) = run(&mut work, &mut size, &BTreeSet::new(), MOST);
        assert_eq!((good.len(), size.get()), (10_000, MOST));
        assert!(asked <= 113, "{asked}");
        let mut work = Work::new(0..10_000);
        let (good, _, asked) = run(&mut work, &mut size, &BTreeSet::new(), 30);
        assert_eq!(good.len(), 10_000);
        assert!(asked < 480, "{asked}");
        assert!((20..=30).contains(&size.get()), "{}", size.get());
    }

    #[test]
    fn what_was_too_much_is_tried_again_only_now_and_then() {
        let mut size = BatchSize::default();
        let mut asked = |projects: usize, most: usize| {
            let mut work = Work::new(0..projects);
            run_abreast(4, &mut work, &mut size, &BTreeSet::new(), most).2
        };
        asked(1_000, 50);
        for _ in 0..5 {
            let questions = asked(10_000, 50);
            assert!(questions <= 204, "{questions} for 10,000 projects, 50 at once");
        }
        // GitHub gets better, and that is found out.
        asked(50 * REST as usize, MOST);
        assert_eq!(asked(10_000, MOST), 100);
        // One project that is too much for a while makes nobody ask for less for long.
        let mut work = Work::new(0..100);
        run(&mut work, &mut size, &BTreeSet::from([7]), MOST);
        let mut work = Work::new(0..1_000);
        run(&mut work, &mut size, &BTreeSet::new(), MOST);
        assert_eq!(size.get(), MOST);
    }

    #[test]
    fn those_that_were_left_out_of_an_answer_are_asked_together() {
        let (mut work, size) = (Work::new(0..100), BatchSize { size: MOST, ..BatchSize::default() });
        let (mut asked, mut alone) = (0, 0);
        while let Some(batch) = work.next(size) {
            asked += 1;
            // Every other one is left out, and 7 always.
            let count = batch.places.len();
            let places = batch.places.into_iter().enumerate();
            let left_out =
                places.filter(|(index, place)| index % 2 == 1 || *place == 7).map(|(_, place)| place);
            alone += work.split(count, left_out.collect()).map_or(0, |place| {
                assert_eq!(place, 7);
                1
            });
        }
        assert_eq!(alone, 1);
        assert!(asked <= 12, "{asked} questions about 100");
    }

    #[test]
    fn what_was_under_way_together_fails_once() {
        let mut size = BatchSize::default();
        (0..4).for_each(|_| size.failed(START));
        assert_eq!(size.get(), START / 2);
        let mut work = Work::new(0..3_000);
        run_abreast(4, &mut work, &mut size, &BTreeSet::new(), MOST);
        assert_eq!(size.get(), MOST, "GitHub is well again");
    }

    proptest! {
        #[test]
        fn everything_is_answered_alone_or_left(
            count in 0_usize..300, bad in prop::collection::btree_set(0_usize..300, 0..8), most in 1_usize..120,
        ) {
            let (mut work, mut size) = (Work::new(0..count), BatchSize::default());
            let (good, alone, asked) = run(&mut work, &mut size, &bad, most);
            let mut all: Vec<usize> = good.iter().chain(&alone).copied().chain(work.left()).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
            prop_assert!(alone.iter().all(|one| bad.contains(one)));
            prop_assert!(asked <= 2 * count + 8);
        }
    }
}
