//! People suggest lists to follow; whoever runs the program accepts them with a button.

use whimbrel_world::telegram::{Fault, Person, Telegram};
use whimbrel_world::website::{Page, Website};
use whimbrel_world::{World, catalog_of, eventually};

use super::telegram::{CURLEW, GODWIT, PLOVER, end, prepare, press, start};

/// The program, whose operator is this person.
async fn begin(telegram: &Telegram, operator: &Person) -> World {
    let mut world = prepare(telegram);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.configure(&format!("[admin]\nto = \"telegram:{}\"\nsuggest_private = true", operator.id()));
    start(&mut world).await;
    operator.says("/start");
    operator.waits_for("I follow lists").await;
    world
}

/// What is followed, as everybody can see it.
fn followed(world: &World) -> String {
    world.run(&["ask", "catalogs", "--format", "json"]).stdout
}

#[tokio::test]
async fn a_list_that_is_accepted_is_followed_also_after_a_restart() {
    let (telegram, website) = (Telegram::start(), Website::start());
    website.put("/waders.md", Page::Document(catalog_of("Waders of the sea", [CURLEW, GODWIT, PLOVER])));
    website.put("/empty.md", Page::Document("# Nothing\n\nNo list here.\n".to_owned()));
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let mut world = begin(&telegram, &bob).await;
    let address = website.url("/waders.md");
    for (source, told) in [
        ("my favourite list".to_owned(), "Please send the address of the list"),
        (website.url("/empty.md"), "find no list of things"),
        (address.clone(), "put it before whoever runs me"),
    ] {
        ada.says(&format!("/suggest {source}"));
        let seen = ada.waits_for(told).await;
        println!("{seen}\n");
    }
    let preview = ada.sees_last().expect("it was there").to_string();
    assert!(preview.contains("Waders of the sea") && preview.contains("3 entries in 1 section"), "{preview}");
    let asked = bob.waits_for("Follow Waders of the sea?").await;
    println!("{asked}\n");
    assert!(asked.to_string().contains(&address), "{asked}");
    assert!(!followed(&world).contains("Waders"), "nobody has accepted it");
    press(&bob, "Follow it").await;
    bob.waits_for("Followed: Waders of the sea").await;
    let told = ada.waits_for("Good news").await;
    println!("{told}\n");
    assert!(told.to_string().contains("Waders of the sea") && told.to_string().contains(&address), "{told}");
    eventually("the catalog", || async { followed(&world).contains("Waders of the sea").then_some(()) })
        .await;
    ada.says(&format!("/suggest {address}"));
    ada.waits_for("It is followed already").await;
    website.put("/gulls.md", Page::Document(catalog_of("Gulls of the harbour", [GODWIT])));
    ada.says(&format!("/suggest {}", website.url("/gulls.md")));
    bob.waits_for("Follow Gulls of the harbour?").await;
    press(&bob, "Follow it").await;
    eventually("the next one", || async { followed(&world).contains("Gulls of the harbour").then_some(()) })
        .await;
    world.stop().await;
    start(&mut world).await;
    website.put(
        "/waders.md",
        Page::Document(catalog_of(
            "Waders of the sea",
            [CURLEW, PLOVER, ("knot", "https://example.org/knot")],
        )),
    );
    world.hears("knot").await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_list_that_is_declined_is_not_followed_and_nobody_else_decides() {
    let (telegram, website) = (Telegram::start(), Website::start());
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let world = begin(&telegram, &bob).await;
    for name in ["one", "two", "three", "four"] {
        website.put(&format!("/{name}.md"), Page::Document(catalog_of(name, [CURLEW])));
    }
    for name in ["one", "one", "two"] {
        let before = ada.sees().len();
        ada.says(&format!("/suggest {}", website.url(&format!("/{name}.md"))));
        eventually("an answer", || async { ada.sees().get(before + 1).map(|_| ()) }).await;
    }
    let thanks = ada.sees().iter().filter(|seen| seen.to_string().contains("before you")).count();
    assert_eq!(thanks, 1, "the second time it waited already");
    ada.says(&format!("/suggest {}", website.url("/three.md")));
    ada.waits_for("come back tomorrow").await;
    bob.waits_for("Follow two?").await;
    press(&bob, "No").await;
    bob.waits_for("Declined: two").await;
    assert!(!followed(&world).contains("two.md"));
    assert_eq!(website.asked().iter().filter(|asked| asked.path == "/three.md").count(), 0);
    end(&telegram, world).await;
}

/// What waits to be decided, or to be told.
fn waiting(world: &World) -> String {
    std::fs::read_to_string(world.path("whimbrel-data/suggestions.json")).unwrap_or_default()
}

#[tokio::test]
async fn what_was_decided_is_told_once_also_after_a_kill_and_to_nobody_who_went() {
    let (telegram, website) = (Telegram::start(), Website::start());
    let [ada, bob, eve, zoe] = ["ada", "bob", "eve", "zoe"].map(|name| telegram.person(name));
    let mut world = begin(&telegram, &bob).await;
    website.put("/gulls.md", Page::Document(catalog_of("Gulls", [CURLEW])));
    for person in [&ada, &eve, &zoe] {
        person.says(&format!("/suggest {}", website.url("/gulls.md")));
        person.waits_for("tell you in our own chat").await;
    }
    let numbers = [&ada, &eve, &zoe].map(|person| person.id().to_string());
    assert!(numbers.iter().all(|number| waiting(&world).contains(number)), "{}", waiting(&world));
    zoe.says("/forget");
    press(&zoe, "Forget everything").await;
    zoe.waits_for("Nothing is kept").await;
    assert!(!waiting(&world).contains(&numbers[2]), "{}", waiting(&world));
    eve.blocks();
    bob.waits_for("Follow Gulls?").await;
    // Nobody can be told before the program is gone.
    let silent = telegram.fails(Fault::Status(502)).on("sendMessage");
    press(&bob, "No").await;
    eventually("the decision", || async { waiting(&world).contains("\"accepted\":false").then_some(()) })
        .await;
    world.kill();
    silent.heals();
    start(&mut world).await;
    let told = ada.waits_for("decided not to follow the list you suggested: Gulls").await;
    println!("{told}");
    eventually("nothing left", || async { (waiting(&world) == "[]").then_some(()) }).await;
    let tellings = |person: &Person| {
        person.sees().iter().filter(|seen| seen.to_string().contains("decided not to")).count()
    };
    assert_eq!([&ada, &eve, &zoe].map(tellings), [1, 0, 0]);
    world.stop().await;
    start(&mut world).await;
    ada.says("/help");
    ada.waits_for("What you can ask").await;
    assert_eq!(tellings(&ada), 1, "nor again after the next start");
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_slow_server_holds_up_nobody_and_a_link_suggests_nothing() {
    let (telegram, website) = (Telegram::start(), Website::start());
    website.put("/slow.md", Page::Silent);
    website.put("/a.md", Page::Document(catalog_of("Gulls", [CURLEW])));
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let world = begin(&telegram, &bob).await;
    ada.says(&format!("/suggest {}", website.url("/slow.md")));
    eventually("the server is asked", || async { website.asked().first().map(|_| ()) }).await;
    ada.says("/help");
    ada.waits_for("What you can ask").await;
    assert_eq!(ada.sees().iter().filter(|seen| seen.by_bot).count(), 1, "the server is silent yet");
    let link = whimbrel_lookup::Question::Suggest { source: website.url("/a.md") };
    ada.says(&format!("/start {}", link.deep_link().expect("it is short")));
    let told = ada.waits_for("send me this line").await;
    println!("{told}");
    assert!(told.to_string().contains(&format!("/suggest {}", website.url("/a.md"))), "{told}");
    assert!(website.asked().iter().all(|asked| asked.path == "/slow.md"));
    end(&telegram, world).await;
}

#[tokio::test]
async fn without_an_operator_the_lines_of_the_configuration_are_shown() {
    let telegram = Telegram::start();
    let world = super::telegram::begin(&telegram).await;
    let ada = telegram.person("ada");
    ada.says("/suggest https://github.com/avelino/awesome-go");
    let seen = ada.waits_for("Not followed yet").await;
    println!("{seen}");
    assert!(seen.to_string().contains("github:avelino/awesome-go"), "{seen}");
    end(&telegram, world).await;
}
