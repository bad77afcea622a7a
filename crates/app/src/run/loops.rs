//! Loops that prove they are alive: each reports progress, one that ends or panics is started again, and all of them
//! end when asked.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// The first pause before a loop is started again …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … which doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A loop that waits for others shows that it lives this often.
const SIGN_OF_LIFE: Duration = Duration::from_mins(1);

/// Rests of this length or more end together.
const SECOND: Duration = Duration::from_secs(1);

/// What a loop may take between two signs of life before it is called dead.
const PATIENCE: Duration = Duration::from_mins(5);

/// All loops of the program.
pub(crate) struct Loops {
    tasks: JoinSet<()>,
    board: Board,
    stopping: watch::Receiver<bool>,
    first_pause: Duration,
}

/// Where loops report; a cheap handle.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Mutex<BTreeMap<&'static str, State>>>);

/// How a loop is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// When it last reported.
    pub(crate) last_progress: Option<DateTime<Utc>>,
    /// The same by a clock that nobody turns: a loop is not dead because the other one jumped.
    beat: Option<Instant>,
    /// How often it had to be started again.
    pub(crate) restarts: u32,
}

/// A loop's means to say it is alive, and to hear that it shall stop.
#[derive(Clone)]
pub(crate) struct Pulse {
    name: &'static str,
    board: Board,
    stopping: watch::Receiver<bool>,
}

impl Pulse {
    /// Progress was made.
    pub(crate) fn beat(&self) {
        let mut board = self.board.lock();
        let state = board.entry(self.name).or_default();
        (state.last_progress, state.beat) = (Some(now()), Some(Instant::now()));
    }

    /// No progress can be made any more.
    pub(crate) fn fails(&self) {
        self.board.lock().entry(self.name).or_default().beat = None;
    }

    /// Waits until the program shall stop.
    pub(crate) async fn stopped(&mut self) {
        // An error means that nobody is left to ask for it: then it shall stop as well.
        let _ = self.stopping.wait_for(|stopping| *stopping).await;
    }

    /// Does something without end until the program shall stop, and shows that it lives.
    pub(crate) async fn alongside(&mut self, work: impl Future<Output = ()>) {
        let mut work = std::pin::pin!(work);
        loop {
            self.beat();
            tokio::select! {
                () = &mut work => return,
                going_on = self.pause(SIGN_OF_LIFE) => if !going_on { return },
            }
        }
    }

    /// Waits so long, as [`rest`] does; `true` when it is over, `false` when the program shall stop.
    pub(crate) async fn pause(&mut self, time: Duration) -> bool {
        tokio::select! {
            () = self.stopped() => false,
            () = rest(time) => true,
        }
    }
}

/// Waits about this long: a second or more ends with the nearest whole second of the program's life. Loops that only
/// see whether something happened thereby wake the processor together, and not each on its own.
pub(crate) async fn rest(time: Duration) {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    match BEGUN.checked_add(end(BEGUN.elapsed(), time)) {
        Some(end) => tokio::time::sleep_until(end.into()).await,
        None => std::future::pending().await,
    }
}

/// When a rest ends that begins now; both are counted from the same moment.
fn end(now: Duration, rest: Duration) -> Duration {
    let end = now.saturating_add(rest);
    if rest < SECOND { end } else { Duration::from_secs(end.saturating_add(SECOND / 2).as_secs()) }
}

impl Board {
    /// Every loop and how it is.
    pub(crate) fn states(&self) -> Vec<(&'static str, State)> {
        self.lock().iter().map(|(name, state)| (*name, *state)).collect()
    }

    /// The loops that have not reported lately.
    pub(crate) fn stuck(&self, now: Instant) -> Vec<&'static str> {
        let states = self.states().into_iter();
        states.filter(|(_, state)| !state.is_alive(now)).map(|(name, _)| name).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// It has reported lately.
    pub(crate) fn is_alive(&self, now: Instant) -> bool {
        self.beat.is_some_and(|last| now.saturating_duration_since(last) < PATIENCE)
    }
}

impl Loops {
    /// No loop yet; they end once `stopping` says so.
    pub(crate) fn new(stopping: watch::Receiver<bool>) -> Self {
        Self { tasks: JoinSet::new(), board: Board::default(), stopping, first_pause: FIRST_PAUSE }
    }

    /// Where they report.
    pub(crate) fn board(&self) -> Board {
        self.board.clone()
    }

    /// Starts a loop; whenever it ends before it should, `make` makes it anew.
    pub(crate) fn start<F>(&mut self, name: &'static str, make: impl Fn(Pulse) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut pulse = Pulse { name, board: self.board.clone(), stopping: self.stopping.clone() };
        pulse.beat();
        let first_pause = self.first_pause;
        self.tasks.spawn(async move {
            let mut rest = first_pause;
            loop {
                let ended = tokio::spawn(make(pulse.clone())).await;
                if *pulse.stopping.borrow() {
                    return;
                }
                pulse.board.lock().entry(name).or_default().restarts += 1;
                let reason = ended.map_or_else(said, |()| "it came to an end".to_owned());
                tracing::error!(
                    name,
                    reason,
                    "the loop `{name}` stopped ({reason}); it is started again in {rest:?}"
                );
                if !pulse.pause(rest).await {
                    return;
                }
                rest = (rest * 2).min(LONGEST_PAUSE);
            }
        });
    }

    /// Waits until all have ended; `false` when some did not within this time.
    pub(crate) async fn ended(mut self, within: Duration) -> bool {
        let all = async { while self.tasks.join_next().await.is_some() {} };
        tokio::time::timeout(within, all).await.is_ok()
    }
}

/// What a panic said.
fn said(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "it was cancelled".to_owned() };
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "it panicked".to_owned())
}

/// The loops are an edge: they read the clock, steps take it.
fn now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn rests_of_a_second_or_more_end_with_the_nearest_whole_second() {
        for (now, rest, expected) in [
            (0, 1_000, 1_000),
            (3, 1_000, 1_000),
            (499, 1_000, 1_000),
            (500, 1_000, 2_000),
            (997, 1_000, 2_000),
            (7_003, 2_700, 10_000),
            (7_003, 30_000, 37_000),
            (7_003, 999, 8_002),
            (7_003, 0, 7_003),
        ] {
            let [now, rest, expected] = [now, rest, expected].map(Duration::from_millis);
            assert_eq!(end(now, rest), expected, "{rest:?} from {now:?} on");
        }
        assert_eq!(end(SECOND, Duration::MAX), Duration::from_secs(u64::MAX), "no overflow");
    }

    #[tokio::test]
    async fn a_loop_that_panics_is_started_again_and_all_end_when_asked() {
        let (stop, stopping) = watch::channel(false);
        let mut loops = Loops::new(stopping);
        loops.first_pause = Duration::ZERO;
        let (starts, healthy) = (Arc::new(AtomicU32::new(0)), Arc::new(tokio::sync::Notify::new()));
        loops.start("shaky", {
            let (starts, healthy) = (Arc::clone(&starts), Arc::clone(&healthy));
            move |mut pulse| {
                let (start, healthy) = (starts.fetch_add(1, Ordering::SeqCst), Arc::clone(&healthy));
                async move {
                    assert!(start >= 2, "not yet");
                    pulse.beat();
                    healthy.notify_one();
                    pulse.stopped().await;
                }
            }
        });
        healthy.notified().await;
        let (name, state) = loops.board().states()[0];
        assert_eq!((name, state.restarts), ("shaky", 2));
        assert!(state.is_alive(Instant::now()));
        assert!(!state.is_alive(Instant::now() + PATIENCE));
        assert_eq!(loops.board().stuck(Instant::now()), [] as [&str; 0]);
        assert_eq!(loops.board().stuck(Instant::now() + PATIENCE), ["shaky"]);
        stop.send(true).unwrap();
        assert!(loops.ended(Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn a_loop_that_does_not_listen_is_not_waited_for() {
        let (stop, stopping) = watch::channel(false);
        let mut loops = Loops::new(stopping);
        loops.start("deaf", |_| std::future::pending());
        stop.send(true).unwrap();
        assert!(!loops.ended(Duration::from_millis(1)).await);
    }
}
