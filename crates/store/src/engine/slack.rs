//! How punctual a thread's timers are.
//!
//! sled 0.34 keeps seven threads for its writing (`DESIRED_WAITING_THREADS` in its `threadpool.rs`), each of which looks
//! up every second whether there is work, though it is woken when there is: half of what the program takes of a core
//! while nothing happens. Linux lets a thread's timers come late by its *slack*, so that several come at once; a thread
//! begins with the slack of the one that began it (`PR_SET_TIMERSLACK` in prctl(2)). Being woken is as fast as ever.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Does something in this thread that may begin others, whose timers may then come late by so much. Where the system
/// knows no slack, they come on time.
pub(super) fn unhurried<T>(slack: Duration, f: impl FnOnce() -> T) -> T {
    let usual = Slack::of_this_thread();
    if let Some(usual) = &usual {
        let _ = fs::write(&usual.file, slack.as_nanos().to_string());
    }
    f()
}

/// A thread's slack, in the file that holds it, which only the thread itself may write. Dropping this sets it again.
struct Slack {
    file: PathBuf,
    nanoseconds: String,
}

impl Slack {
    fn of_this_thread() -> Option<Self> {
        // The number of the thread comes last: `4711/task/4713`.
        let thread = fs::read_link("/proc/thread-self").ok()?;
        let file = Path::new("/proc").join(thread.file_name()?).join("timerslack_ns");
        let nanoseconds = fs::read_to_string(&file).ok()?;
        Some(Self { file, nanoseconds })
    }
}

impl Drop for Slack {
    fn drop(&mut self) {
        let _ = fs::write(&self.file, self.nanoseconds.trim());
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn nanoseconds() -> u128 {
        Slack::of_this_thread().expect("Linux tells it").nanoseconds.trim().parse().unwrap()
    }

    #[test]
    fn who_begins_within_is_unhurried_and_who_comes_after_is_not() {
        let usual = nanoseconds();
        let slack = Duration::from_millis(1_500);

        let within = unhurried(slack, || std::thread::spawn(nanoseconds).join().unwrap());
        assert_eq!(within, slack.as_nanos());
        assert_eq!(nanoseconds(), usual);
        assert_eq!(std::thread::spawn(nanoseconds).join().unwrap(), usual);
    }

    #[test]
    fn the_slack_is_the_former_again_whatever_happens_within() {
        let usual = nanoseconds();
        let failed = std::panic::catch_unwind(|| unhurried(Duration::from_secs(1), || panic!("within")));
        assert!(failed.is_err());
        assert_eq!(nanoseconds(), usual);
    }
}
