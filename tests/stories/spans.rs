//! Spans of the work go to a collector, as the specification has them, and a collector that does not take them holds up
//! nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use whimbrel_world::collector::{Collector, Span};
use whimbrel_world::github::Github;
use whimbrel_world::server::Fault;
use whimbrel_world::telegram::Telegram;
use whimbrel_world::website::{Page, Website};
use whimbrel_world::{World, catalog_of, eventually};

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

/// More spans than wait while nobody takes them: 2,048, and a message of 512 on its way.
const MANY: usize = 2_700;

/// The program may take five seconds to stop; the rest is for a machine that is busy.
const STOPPED: Duration = Duration::from_secs(8);

/// A world with a catalog of one bird, whose spans go to this collector.
fn birds(collector: &Collector) -> World {
    let mut world = World::new();
    world.hurry();
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.configure(&format!("[telemetry]\notlp = \"{}\"\nevery = \"50ms\"", collector.url()));
    world
}

/// Waits until a span like this was taken.
async fn taken(collector: &Collector, what: &str, like: impl Fn(&Span) -> bool) -> Span {
    eventually(what, || async { collector.spans().into_iter().find(|span| like(span)) }).await
}

fn says(span: &Span, key: &str, value: &str) -> bool {
    span.attributes.get(key).is_some_and(|said| said == value)
}

/// A figure of `/metrics`.
async fn figure(world: &World, name: &str) -> Option<f64> {
    let text = world.get("/metrics").await.1;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// Asks for so much that nobody keeps all of it, a few at a time.
async fn keep_busy(world: &World) {
    let urls: Vec<String> = (0..MANY).map(|_| world.url("/healthz")).collect();
    let client = reqwest::Client::new();
    for some in urls.chunks(50) {
        let all = some.iter().map(|url| client.get(url).send());
        for answer in futures::future::join_all(all).await {
            assert_eq!(answer.expect("it answers").status(), 200);
        }
    }
}

/// Lines of the log that speak of the collector.
fn lines(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.contains("the collector at")).collect()
}

#[tokio::test]
async fn what_is_done_reaches_a_collector_as_spans() {
    let (collector, github, telegram) = (Collector::start(), Github::start(), Telegram::start());
    let website = Website::start();
    github.repository("example/curlew").stars(10);
    website.put("/list.md", Page::Document(catalog_of("Remote birds", [GODWIT])));
    let ada = telegram.person("ada");
    let chat = telegram.channel("Bird news", &ada);
    chat.adds_bot();
    let mut world = birds(&collector);
    world.follow("remote", &website.url("/list.md"));
    world.follow_projects(&github);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.configure(&format!(
        "[fanout]\nsettle = \"0s\"\n[telegram]\napi_url = \"{}\"\n[[destination]]\nto = \"telegram:{}\"\ncadence = \"instant\"",
        telegram.api_url(),
        chat.id(),
    ));
    world.start().await;
    world.is_ready().await;
    taken(&collector, "a look at the projects", |span| span.name == "projects").await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.hears("godwit").await;
    let sent = taken(&collector, "a message", |span| span.name == "send").await;
    assert!(sent.kind == 3 && says(&sent, "service", "telegram"), "{sent:?}");
    world.get("/api/show?project=curlew").await;
    let asked = taken(&collector, "a question", |span| span.name == "question").await;
    world.get("/c/birds/feed.atom?made-up=7f3a").await;
    taken(&collector, "a request", |span| says(span, "http.route", "/c/{catalog}")).await;
    let said = world.stop().await;
    let spans = collector.spans();

    // Everything hangs together: parents were taken too, share the trace and reach around their children.
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| (&span.id, span)).collect();
    let parent = |span: &Span| span.parent.as_ref().map(|id| by_id.get(id).expect("the parent came"));
    for (span, above) in spans.iter().filter_map(|span| Some((span, parent(span)?))) {
        assert_eq!(span.trace, above.trace, "{span:?} in {above:?}");
        assert!(span.from >= above.from && span.from <= above.to, "{span:?} in {above:?}");
    }
    let above = |name: &str| -> BTreeSet<&str> {
        let of = spans.iter().filter(|span| span.name == name);
        of.map(|span| parent(span).map_or("", |above| above.name.as_str())).collect()
    };
    assert_eq!(above("look"), BTreeSet::from([""]));
    assert_eq!(above("send"), BTreeSet::from(["flush"]));
    assert!(above("github").contains("projects"), "{:?}", above("github"));
    assert!(above("record").is_superset(&BTreeSet::from(["look", "projects"])), "{:?}", above("record"));
    assert_eq!(parent(&asked).expect("it was asked over the web").name, "request");
    for (source, catalog) in [("local", "birds"), ("web", "remote")] {
        let found =
            |span: &&Span| span.name == "look" && says(span, "source", source) && says(span, "events", "1");
        assert!(spans.iter().find(found).is_some_and(|look| says(look, "catalog", catalog)), "{spans:?}");
    }

    // What they say comes from small sets: no address, no name of a project, nothing that somebody typed.
    let mut values: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for span in &spans {
        for (key, value) in &span.attributes {
            if value.parse::<f64>().is_err() {
                values.entry((span.name.as_str(), key.as_str())).or_default().insert(value);
            }
        }
    }
    for (of, values) in values {
        for odd in ["curlew", "godwit", "://", "7f3a", "?"] {
            assert!(!values.iter().any(|value| value.contains(odd)), "{of:?}: {values:?}");
        }
        assert!(values.len() <= 8, "{of:?}: {values:?}");
    }
    // And the log reads as without.
    assert!(!said.contains("\"spans\":") && !said.contains("\"span\":"), "{said}");
}

#[tokio::test]
async fn without_a_collector_no_line_and_no_figure_speaks_of_spans() {
    let mut world = World::new();
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.start_with(&["run", "--config", "whimbrel.toml", "--log-format", "json", "--log", "trace"]).await;
    world.is_ready().await;
    assert_eq!(figure(&world, "whimbrel_spans_total{").await, None);
    let said = world.stop().await;
    assert!(!said.contains("the collector") && !said.contains("\"name\":\"request\""), "{said}");
}

#[tokio::test]
async fn a_collector_that_is_away_is_said_once_and_told_later() {
    let collector = Collector::start();
    collector.fails(Fault::ResetBefore);
    let mut world = birds(&collector);
    world.start().await;
    world.is_ready().await;
    world.logs("does not take our spans").await;
    keep_busy(&world).await;
    let lost = figure(&world, "whimbrel_spans_total{result=\"lost\"}").await.expect("a figure");
    assert!(lost > 0.0, "no more wait than there is room for");
    assert_eq!(figure(&world, "whimbrel_spans_total{result=\"sent\"}").await, Some(0.0));
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.hears("godwit").await;
    collector.heals();
    world.logs("takes our spans again").await;
    let said = world.stop().await;
    assert!(collector.spans().iter().any(|span| span.name == "look"), "what waited came");
    assert_eq!(lines(&said).len(), 2, "{said}");
}

#[tokio::test]
async fn a_collector_that_refuses_is_not_asked_again_for_the_same() {
    let collector = Collector::start();
    collector.answers(404);
    let mut world = birds(&collector);
    world.start().await;
    world.is_ready().await;
    world.logs("it answers 404").await;
    world.get("/").await;
    eventually("another attempt, of other spans", || async { (collector.asked().len() > 1).then_some(()) })
        .await;
    let said = world.stop().await;
    assert_eq!(lines(&said).len(), 1, "{said}");
    let asked: Vec<_> = collector.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len(), "the same spans came twice");
}

#[tokio::test]
async fn a_collector_that_is_slow_holds_up_neither_answers_nor_the_end() {
    let collector = Collector::start();
    collector.fails(Fault::Delay(Duration::from_hours(1)));
    let mut world = birds(&collector);
    world.start().await;
    world.is_ready().await;
    keep_busy(&world).await;
    let lost = figure(&world, "whimbrel_spans_total{result=\"lost\"}").await.expect("a figure");
    assert!(lost > 0.0, "no more wait than there is room for");
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.hears("godwit").await;
    let asked = Instant::now();
    let said = world.stop().await;
    assert!(asked.elapsed() < STOPPED, "{:?}\n{said}", asked.elapsed());
}

#[test]
fn one_round_sends_its_spans_before_it_ends() {
    let collector = Collector::start();
    let mut world = birds(&collector);
    // As every program with spans understands it.
    world.variable("OTEL_SERVICE_NAME", "birds of the coast");
    world.follow_nothing();
    world.follow("birds", "birds.md");
    let done = world.run(&["once", "--config", "whimbrel.toml", "--out", "site"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let spans = collector.spans();
    assert!(spans.iter().any(|span| span.name == "look" && says(span, "catalog", "birds")), "{spans:?}");
    let body = String::from_utf8_lossy(&collector.asked()[0].body).into_owned();
    assert!(body.contains("birds of the coast"), "{body}");
}

#[test]
fn the_doctor_asks_the_collector() {
    let collector = Collector::start();
    let mut world = World::new();
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.variable("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
    let told = world.run(&["doctor", "--config", "whimbrel.toml"]);
    assert!(told.stdout.contains("it takes spans"), "{told:?}");
    assert_eq!(told.code, Some(0), "{told:?}");
    collector.answers(405);
    let told = world.run(&["doctor", "--config", "whimbrel.toml"]);
    assert!(told.stdout.contains("it answers 405") && told.stdout.contains("4318"), "{told:?}");
    assert_eq!(told.code, Some(1), "{told:?}");
    world.variable("WHIMBREL_TELEMETRY__OTLP", "grpc://me:canary@127.0.0.1:4317");
    let told = world.run(&["doctor", "--config", "whimbrel.toml"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(told.stdout.contains("no address of a collector") && !told.stdout.contains("canary"), "{told:?}");
}
