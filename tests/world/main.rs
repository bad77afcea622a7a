//! The stand-ins as programs, for demos and benches.

use std::time::Duration;

use clap::{Parser, Subcommand};
use whimbrel_world::discord::{Discord, reads};
use whimbrel_world::github::Github;
use whimbrel_world::telegram::{self, Telegram};

/// Made-up services that behave like the real ones: try the program against them without touching anybody.
#[derive(Parser)]
#[command(name = "whimbrel-world")]
struct Arguments {
    #[command(subcommand)]
    service: Service,
}

#[derive(Subcommand)]
enum Service {
    /// Write the licences of all dependencies anew, for `whimbrel licenses`: after they have changed.
    Licenses,
    /// A strict GitHub: REST, GraphQL and its limits, full of made-up projects.
    ///
    /// It prints its address and a token it accepts. The README of demo/catalog lists all
    /// projects, so this follows them:
    ///
    ///   whimbrel.toml:  [github]
    ///                   api_url = "http://127.0.0.1:8099"
    ///                   [[catalog]]
    ///                   id = "demo"
    ///                   source = "github:demo/catalog"
    ///
    ///   WHIMBREL_GITHUB__TOKEN=ghp_demo whimbrel run
    ///
    /// By hand:
    ///
    ///   curl http://127.0.0.1:8099/repos/demo/catalog/readme
    ///   curl -H 'Authorization: Bearer ghp_demo' http://127.0.0.1:8099/graphql \
    ///        -d '{"query":"{viewer{login}}"}'
    ///
    /// Ctrl-C ends it and says how the clients behaved.
    #[command(verbatim_doc_comment)]
    Github {
        /// The port on 127.0.0.1; 0 takes any that is free.
        #[arg(long, default_value_t = 8099)]
        port: u16,
        /// How many projects there are.
        #[arg(long, default_value_t = 1_000)]
        projects: usize,
        /// Into how many catalogs they are listed: demo/catalog, demo/catalog-2, …
        #[arg(long, default_value_t = 1)]
        catalogs: usize,
        /// The same seed makes up the same projects.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// A token that is accepted; may be given several times, each is another user's.
        #[arg(long, default_value = "ghp_demo")]
        token: Vec<String>,
        /// Every answer comes this many milliseconds later (50, or 50ms).
        #[arg(long, default_value = "0", value_parser = milliseconds)]
        latency: Duration,
        /// This many projects publish a release every minute.
        #[arg(long, default_value_t = 0)]
        releases_per_minute: usize,
    },
    /// A strict Telegram: the Bot API, its limits and its HTML, and you as somebody who talks to the bot.
    ///
    /// It prints its address and the bot's token. What is typed is said to the bot in a private
    /// chat; a line such as `> Weekly` presses the button with that on it. What the bot writes is
    /// printed.
    ///
    /// By hand:
    ///
    ///   curl http://127.0.0.1:8098/bot4200000001:demo/getUpdates
    ///   curl http://127.0.0.1:8098/bot4200000001:demo/sendMessage \
    ///        -d chat_id=5000000001 -d parse_mode=HTML -d 'text=<b>hello</b>'
    ///
    /// Ctrl-C ends it and says how the clients behaved.
    #[command(verbatim_doc_comment)]
    Telegram {
        /// The port on 127.0.0.1; 0 takes any that is free.
        #[arg(long, default_value_t = 8098)]
        port: u16,
        /// The bot's token.
        #[arg(long, default_value = "4200000001:demo")]
        token: String,
        /// Your name there.
        #[arg(long, default_value = "ada")]
        name: String,
        /// Takes messages at any pace.
        #[arg(long)]
        no_limits: bool,
        /// Every answer comes this many milliseconds later (50, or 50ms).
        #[arg(long, default_value = "0", value_parser = milliseconds)]
        latency: Duration,
    },
    /// A strict Discord: REST, gateway and its limits, with a guild to write to.
    ///
    /// It prints its address, a token it accepts, channels and the address of a webhook, and then every message that
    /// comes, as people read it. By hand:
    ///
    ///   curl -A 'DiscordBot (https://example.com, 1)' -H 'Authorization: Bot demo' \
    ///        -H 'Content-Type: application/json' -d '{"content":"hello"}' \
    ///        http://127.0.0.1:8097/api/v10/channels/CHANNEL/messages
    ///
    /// Ctrl-C ends it and says how the clients behaved.
    #[command(verbatim_doc_comment)]
    Discord {
        /// The port on 127.0.0.1; 0 takes any that is free.
        #[arg(long, default_value_t = 8097)]
        port: u16,
        /// A token that is accepted.
        #[arg(long, default_value = "demo")]
        token: String,
        /// Every answer comes this many milliseconds later (50, or 50ms).
        #[arg(long, default_value = "0", value_parser = milliseconds)]
        latency: Duration,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let service = Arguments::parse().service;
    match service {
        Service::Licenses => Ok(whimbrel_world::licenses::keep()?),
        Service::Github { .. } => github(service).await,
        Service::Telegram { .. } => telegram(service).await,
        Service::Discord { .. } => discord(service).await,
    }
}

async fn telegram(service: Service) -> anyhow::Result<()> {
    let Service::Telegram { port, token, name, no_limits, latency } = service else { return Ok(()) };
    let telegram = Telegram::start_with(port, &token)?;
    telegram.latency(latency);
    if no_limits {
        telegram.limits(|limits| *limits = telegram::Limits::none());
    }
    println!("{}", telegram.api_url());
    println!("token {token}; you are {name}, chat {}", telegram.person(&name).id());
    telegram::demo::run(&telegram, &name).await;
    let journal = telegram.journal();
    println!(
        "{} calls, {} refused, {} of them by limits; {} messages",
        journal.calls.len(),
        journal.refused(),
        journal.limited(),
        telegram.count()
    );
    told(&journal.violations);
    Ok(())
}

async fn discord(service: Service) -> anyhow::Result<()> {
    let Service::Discord { port, token, latency } = service else { return Ok(()) };
    let discord = Discord::start_on(port)?;
    discord.latency(latency);
    discord.token(&token);
    let guild = discord.guild("demo");
    let (general, forum) = (guild.channel("general"), guild.forum("news", &["catalogs", "releases"]));
    println!("{}", discord.api_url());
    println!("token {token}, application {}", discord.application());
    println!("channel general {}, forum news {}", general.id(), forum.id());
    println!("webhook of general {}", general.webhook("demo").url());
    let mut looks = tokio::time::interval(Duration::from_millis(200));
    let mut shown = 0;
    loop {
        tokio::select! {
            _ = looks.tick() => {
                let messages = discord.messages();
                for message in messages.iter().skip(shown) {
                    let place = discord.place(message.channel).name();
                    println!("\n#{place} {}:\n{}", message.author, reads(message));
                }
                shown = shown.max(messages.len());
            }
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    let journal = discord.journal();
    println!("{} calls, {} refused for a limit", journal.calls.len(), journal.refused());
    told(&journal.violations);
    Ok(())
}

async fn github(service: Service) -> anyhow::Result<()> {
    let Service::Github { port, projects, catalogs, seed, token, latency, releases_per_minute } = service
    else {
        return Ok(());
    };
    let github = Github::start_on(port)?;
    github.latency(latency);
    for token in &token {
        github.token(token);
    }
    let projects = github.made_up(projects, seed);
    let share = projects.len().div_ceil(catalogs.max(1)).max(1);
    for (number, listed) in projects.chunks(share).enumerate() {
        let name =
            if number == 0 { "demo/catalog".to_owned() } else { format!("demo/catalog-{}", number + 1) };
        github.made_up_catalog(&name, listed);
    }
    println!("{}", github.api_url());
    println!("{} projects, listed in demo/catalog; token {}", projects.len(), token.join(", "));
    // One after the other, so that there is always something to see.
    let every = Duration::from_mins(1) / u32::try_from(releases_per_minute.max(1))?;
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    let mut number = 0;
    loop {
        tokio::select! {
            _ = ticks.tick(), if releases_per_minute > 0 && !projects.is_empty() => {
                let project = &projects[number % projects.len()];
                let tag = format!("v100.{number}.0");
                project.release(&tag);
                println!("{} published {tag}", project.full_name());
                number += 1;
            }
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    let journal = github.journal();
    println!(
        "{} calls, {} refused, {} not modified",
        journal.calls.len(),
        journal.refused(),
        journal.not_modified()
    );
    told(&journal.violations);
    Ok(())
}

/// Says how clients misbehaved.
fn told(violations: &[String]) {
    for violation in violations.iter().take(20) {
        println!("a client misbehaved: {violation}");
    }
}

fn milliseconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.trim_end_matches("ms").parse().map(Duration::from_millis)
}
