//! The program `whimbrel`: parse, call, report. Every command has a file of its own name.

mod accepted;
mod ask;
mod check;
mod cli;
mod config;
mod control;
mod diff;
mod digest;
mod doctor;
mod healthy;
mod init;
mod keep;
mod lanes;
mod leads;
mod licenses;
mod logs;
mod manual;
mod once;
mod progress;
mod replay;
mod run;
mod samples;
mod screen;
mod tell;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("no line before this one installs a provider");
    let cli = Cli::parse();
    match call(cli) {
        Ok(code) => code,
        Err(error) => report(&error),
    }
}

/// Hands over to the command that was asked for.
fn call(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command.unwrap_or(Command::Run) {
        Command::Run => run::run(&cli.common),
        Command::Once(args) => once::once(&args, &cli.common),
        Command::Check(args) => check::check(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Replay(args) => replay::replay(&args, &cli.common),
        Command::Digest(args) => digest::digest(&args, &cli.common),
        Command::Ask(args) => ask::ask(&args, &cli.common),
        Command::Export(args) => keep::export(&args, &cli.common),
        Command::Import(args) => keep::import(&args, &cli.common),
        Command::Backup => keep::backup(&cli.common),
        Command::Lanes(args) => lanes::lanes(&args, &cli.common),
        Command::Doctor(args) => doctor::doctor(&args, &cli.common),
        Command::Init(args) => init::init(&args),
        Command::Healthy => healthy::healthy(&cli.common),
        Command::Licenses => licenses::licenses(),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::man(&args),
    }
}

/// Says what went wrong, once, and picks the exit code scripts can rely on.
fn report(error: &anyhow::Error) -> ExitCode {
    if screen::reader_left(error) {
        return ExitCode::SUCCESS; // `whimbrel check … | head` is no failure
    }
    eprintln!("whimbrel: {}", screen::reasons(error));
    ExitCode::from(if error.is::<config::ConfigError>() { cli::MISUSED } else { cli::FAILED })
}
