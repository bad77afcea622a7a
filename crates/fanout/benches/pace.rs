//! The table of `tests/pace.rs` with the largest broadcasts too, and what deciding costs.
//!
//! `cargo bench -p whimbrel-fanout --bench pace`; ends with 1 when a limit is missed.

#[path = "../tests/simulation/mod.rs"]
mod simulation;

use std::time::{Duration, Instant};

use simulation::{documented, head, row};

fn main() {
    let mut missed = 0;
    head();
    let start = Instant::now();
    let mut messages = 0;
    for (name, model) in documented() {
        for places in [1, 100, 1_000, 10_000] {
            for each in [1, 10, 100] {
                let (run, permitted) = row(name, &model, (places, each));
                let met = run.took <= permitted.mul_f64(1.05) + Duration::from_secs(1) && run.refusals == 0;
                missed += u32::from(!met);
                messages += u64::from(places) * u64::from(each);
            }
        }
    }
    let each = start.elapsed().as_secs_f64() / messages as f64;
    println!(
        "{messages} messages, {:.2} µs of computing for each, the simulated service included",
        each * 1e6
    );
    std::process::exit(i32::from(missed > 0));
}
