//! Broadcasts against services that count strictly, in virtual time. Shared by the test and the bench.

pub(crate) mod run;
pub(crate) mod service;

use std::time::Duration;

use whimbrel_fanout::{Limits, Window};

use run::{Plan, Run, permitted, simulate};
use service::Model;

/// The services as they are documented.
pub(crate) fn documented() -> [(&'static str, Model); 3] {
    [
        ("private chats", Model::telegram(&Limits::telegram(), false)),
        ("groups", Model::telegram(&Limits::telegram(), true)),
        ("channels", Model::discord(50, Window::new(5, 5))),
    ]
}

/// Simulates one size and prints it as a row.
pub(crate) fn row(name: &str, model: &Model, (places, each): (u32, u32)) -> (Run, Duration) {
    let run = simulate(model, &Plan { places, each, ..Plan::default() });
    let permitted = permitted(model, places, each);
    println!(
        "| {name} | {places} x {each} | {:.2} s | {:.2} s | {:.3} | {} |",
        run.took.as_secs_f64(),
        permitted.as_secs_f64(),
        run.took.as_secs_f64() / (permitted.mul_f64(1.05) + Duration::from_secs(1)).as_secs_f64(),
        run.refusals
    );
    (run, permitted)
}

/// The head of the table.
pub(crate) fn head() {
    println!(
        "| to | destinations x events | took | the limits permit | of 1.05 x that + 1 s | told to wait |"
    );
    println!("|---|---|---|---|---|---|");
}
