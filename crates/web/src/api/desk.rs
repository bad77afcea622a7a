//! The threads on which questions over HTTP are answered.
//!
//! Half of the machine's cores, one at least, and behind everything else: a feed, a page or the engine that has
//! something to do does not wait until a search is through. They begin with the first question.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

/// A question that waits longer for its turn is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far behind everything else (`nice`, setpriority(2)): whoever wakes up goes first, and nobody starves.
const BEHIND: i32 = 10;

type Job = Box<dyn FnOnce() + Send>;

/// Where questions wait for their turn.
pub(super) struct Desk {
    places: Arc<Semaphore>,
    threads: usize,
    jobs: OnceLock<Option<Sender<Job>>>,
}

/// Why a job was not done.
pub(super) enum NotDone {
    /// Its turn did not come.
    Busy,
    /// It broke off, or there is no thread for it.
    Broken,
}

impl Desk {
    pub(super) fn new() -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).div_ceil(2);
        Self { places: Arc::new(Semaphore::new(threads)), threads, jobs: OnceLock::new() }
    }

    /// Does a piece of work that computes, when its turn has come.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(NotDone::Busy) };
        let jobs = self.jobs.get_or_init(|| begin(self.threads)).as_ref().ok_or(NotDone::Broken)?;
        let (done, result) = oneshot::channel();
        let job = Box::new(move || {
            // Who asked may have gone meanwhile; the place is taken as long as the work takes.
            let _place = place;
            drop(done.send(work()));
        });
        jobs.send(job).map_err(|_| NotDone::Broken)?;
        result.await.map_err(|_| NotDone::Broken)
    }
}

/// Starts the threads; `None` where the system gives us none.
fn begin(threads: usize) -> Option<Sender<Job>> {
    let (jobs, waiting) = channel();
    let waiting = Arc::new(Mutex::new(waiting));
    let started = (0..threads).filter(|_| {
        let waiting = Arc::clone(&waiting);
        thread::Builder::new().name("question".to_owned()).spawn(move || work(&waiting)).is_ok()
    });
    let started = started.count();
    if started == 0 {
        tracing::error!(
            "the system gives no threads for questions over HTTP: they are refused until the next start"
        );
    }
    (started > 0).then_some(jobs)
}

fn work(waiting: &Mutex<Receiver<Job>>) {
    // A thread has a priority of its own on Linux alone; elsewhere this would be the whole program's. Where it is
    // forbidden (our systemd unit permits it), questions are as important as everything else.
    if cfg!(target_os = "linux") {
        let _ = rustix::process::nice(BEHIND);
    }
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Whoever asked is told by the answer that does not come.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_breaks_off_harms_nobody_else() {
        let desk = Desk::new();
        for _ in 0..2 * desk.threads {
            let broken = desk.run(|| panic!("on purpose")).await;
            assert!(matches!(broken, Err::<(), _>(NotDone::Broken)));
        }
        assert!(matches!(desk.run(|| 7).await, Ok(7)));
    }

    #[tokio::test]
    async fn no_more_is_done_at_once_than_there_are_threads() {
        let desk = Arc::new(Desk::new());
        let now = Arc::new(Mutex::new((0_usize, 0_usize)));
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (desk, now) = (Arc::clone(&desk), Arc::clone(&now));
            all.spawn(async move {
                let count = move |step: isize| {
                    let mut now = now.lock().unwrap();
                    now.0 = now.0.saturating_add_signed(step);
                    now.1 = now.1.max(now.0);
                    now.1
                };
                let most = desk.run(move || {
                    count(1);
                    thread::yield_now();
                    count(-1)
                });
                most.await.ok().expect("it is done")
            });
        }
        let most = all.join_all().await.into_iter().max();
        assert!(most <= Some(desk.threads), "{most:?}");
    }
}
