//! The program `whimbrel`: parse, call, report. Every command has a file of its own name.

mod check;
mod cli;
mod config;
mod diff;
mod init;
mod logs;
mod progress;
mod replay;
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
        Command::Run => {
            let loaded = config::load(cli.common.config.as_deref(), &config::Environment::of_process())?;
            tracing::debug!(?loaded, "configuration");
            Ok(ExitCode::SUCCESS)
        }
        Command::Check(args) => check::check(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Replay(args) => replay::replay(&args, &cli.common),
        Command::Init(args) => init::init(&args),
    }
}

/// Says what went wrong, once, and picks the exit code scripts can rely on.
fn report(error: &anyhow::Error) -> ExitCode {
    if screen::reader_left(error) {
        return ExitCode::SUCCESS; // `whimbrel check … | head` is no failure
    }
    eprintln!("whimbrel: {error:#}");
    ExitCode::from(if error.is::<config::ConfigError>() { cli::MISUSED } else { cli::FAILED })
}
