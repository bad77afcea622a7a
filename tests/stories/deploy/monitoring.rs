//! `/metrics` and what is built on it: every figure a dashboard or an alarm names is there, and it moves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use whimbrel_world::telegram::Telegram;
use whimbrel_world::{World, catalog_of, eventually};

use super::yaml;
use crate::layering::root;

/// The figures of one moment: every name with its kind, and every sample by name and labels.
struct Figures {
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

impl Figures {
    fn whole(&self, sample: &str) -> u64 {
        self.samples[sample] as u64
    }
}

/// Reads the text form as strictly as Prometheus does: a name is described before its samples come, together, once.
fn figures(text: &str) -> Figures {
    let (mut kinds, mut samples, mut current) = (BTreeMap::new(), BTreeMap::new(), String::new());
    for line in text.lines() {
        if let Some(described) = line.strip_prefix("# TYPE ") {
            let (name, kind) = described.split_once(' ').unwrap_or_else(|| panic!("{line}"));
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} is described twice");
            name.clone_into(&mut current);
        } else if !line.starts_with("# HELP ") {
            let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
            let name = sample.split('{').next().unwrap_or_default();
            assert_eq!(name, current, "{line} stands apart from its description");
            let value: f64 = value.replace("Inf", "inf").parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(samples.insert(sample.to_owned(), value).is_none(), "{sample} stands twice");
        }
    }
    Figures { kinds, samples }
}

/// Every name of ours in an expression.
fn named(expression: &str, into: &mut BTreeSet<String>) {
    let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    into.extend(words.filter(|word| word.starts_with("whimbrel_")).map(ToOwned::to_owned));
}

/// Every text below a key of this name.
fn texts(value: &Value, key: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value.as_str() {
                    Some(text) if name == key => into.push(text.to_owned()),
                    _ => texts(value, key, into),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| texts(value, key, into)),
        _ => {}
    }
}

#[tokio::test]
async fn every_figure_that_dashboard_and_alarms_name_is_there_from_the_start() {
    let mut world = World::new();
    world.start().await;
    let figures = figures(&world.page("/metrics").await);
    world.stop().await;

    let dashboard =
        std::fs::read_to_string(root().join("deploy/monitoring/dashboard.json")).expect("it is there");
    let dashboard: Value = serde_json::from_str(&dashboard).expect("JSON");
    let alerts = yaml::document("deploy/monitoring/alerts.yaml");
    let mut expressions = Vec::new();
    for value in [&dashboard, &alerts] {
        let before = expressions.len();
        texts(value, "expr", &mut expressions);
        assert!(expressions.len() >= before + 10, "few expressions in {value}");
    }
    let mut names = BTreeSet::new();
    for expression in &expressions {
        named(expression, &mut names);
    }
    let missing: Vec<_> = names.iter().filter(|name| !figures.kinds.contains_key(*name)).collect();
    assert!(missing.is_empty(), "nobody serves {missing:?}");
    // And the other way round: what is counted can be seen.
    let mut shown = BTreeSet::new();
    let mut of_dashboard = Vec::new();
    texts(&dashboard, "expr", &mut of_dashboard);
    for expression in &of_dashboard {
        named(expression, &mut shown);
    }
    let hidden: Vec<_> = figures.kinds.keys().filter(|name| !shown.contains(*name)).collect();
    assert!(hidden.is_empty(), "the dashboard does not show {hidden:?}");
    // What is summed up over time has to be a counter, and is called one.
    for expression in &expressions {
        for (function, kind) in [("increase(", "counter"), (" rate(", "counter"), ("delta(", "gauge")] {
            for inner in expression.split(function).skip(1) {
                let name = inner.split(['{', '[']).next().unwrap_or_default();
                assert_eq!(figures.kinds.get(name).map(String::as_str), Some(kind), "{name} in {expression}");
            }
        }
    }
    for (name, kind) in &figures.kinds {
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
    }
}

#[test]
fn every_alarm_says_what_to_do() {
    let alerts = yaml::document("deploy/monitoring/alerts.yaml");
    let rules = alerts["groups"][0]["rules"].as_array().expect("a list of rules");
    for rule in rules {
        let severity = rule["labels"]["severity"].as_str();
        assert!(matches!(severity, Some("warning" | "critical")), "{rule}");
        for said in ["summary", "description"] {
            assert!(rule["annotations"][said].as_str().is_some_and(|text| text.len() > 10), "{rule}");
        }
    }
    let scraped = yaml::document("deploy/monitoring/prometheus.yaml");
    assert_eq!(scraped["scrape_configs"][0]["job_name"], "whimbrel");
    assert_eq!(scraped["rule_files"][0], "alerts.yaml");
}

#[tokio::test]
async fn figures_move_with_what_happens_and_stay_few() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start"); // a bot may not speak first
    let mut world = World::new();
    world.hurry();
    world.configure(&format!(
        "[fanout]\nsettle = \"0s\"\n[telegram]\napi_url = \"{}\"\n[[destination]]\nto = \"telegram:{}\"\ncadence = \"instant\"",
        telegram.api_url(),
        ada.id()
    ));
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    let catalog = |many: usize| {
        let names: Vec<String> =
            (0..many).map(|number| format!("https://github.com/example/b{number}")).collect();
        catalog_of(
            "Birds",
            names.iter().map(|url| (url.rsplit('/').next().unwrap_or_default(), url.as_str())),
        )
    };
    world.write("c0.md", catalog(1));
    for number in 1..150 {
        world.write(&format!("c{number}.md"), catalog(1));
        world.follow(&format!("c{number}"), &format!("c{number}.md"));
    }
    world.follow("c0", "c0.md");
    world.start().await;
    world.is_ready().await;
    let before = figures(&world.page("/metrics").await);
    assert_eq!(before.whole(r#"whimbrel_sources{state="all"}"#), 150);
    assert_eq!(before.whole(r#"whimbrel_lanes{state="all"}"#), 1);
    assert!(before.samples[r#"whimbrel_loop_alive{loop="watch"}"#] > 0.0);
    assert!(before.samples.len() < 600, "{} figures", before.samples.len());
    world.write("c0.md", catalog(2));
    world.hears("b1").await;
    // A round of looks is counted when it ends, which may be after what it found was sent.
    let after = eventually("that the look, the event and the message were counted", || async {
        let now = figures(&world.page("/metrics").await);
        let sent = now.samples[r#"whimbrel_sends_total{service="telegram",result="accepted"}"#];
        let grown = ["whimbrel_events_total", r#"whimbrel_looks_total{of="catalog",result="changed"}"#];
        let all = grown.iter().all(|grown| now.samples[*grown] > before.samples[*grown]);
        (sent > 0.0 && all).then_some(now)
    })
    .await;
    assert!(after.samples["whimbrel_disk_free_bytes"] > 1e6);
    // A catalog that is gone is a failure, and a line in the log.
    std::fs::remove_file(world.path("c0.md")).expect("it is ours");
    eventually("a failure in the figures", || async {
        let now = figures(&world.page("/metrics").await);
        let failing = now.whole(r#"whimbrel_sources{state="failing"}"#);
        let warned = now.samples[r#"whimbrel_log_lines_total{level="warn"}"#];
        (failing == 1 && warned > 0.0).then_some(())
    })
    .await;
    world.stop().await;
}
