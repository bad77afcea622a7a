//! HTTP: compression, entity tags, dates, HEAD.

use http::StatusCode;

use super::world::{World, added};

const GZIP: (&str, &str) = ("accept-encoding", "gzip, br");

#[tokio::test]
async fn each_representation_has_its_own_tag_and_both_say_the_same() {
    let world = World::usual();
    let (packed, plain) = (world.ask("GET", "/feed.json", &[GZIP]).await, world.get("/feed.json").await);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(packed.inflated(), plain.body);
    assert_ne!(packed.header("etag"), plain.header("etag"));
    for answer in [&packed, &plain] {
        assert!(answer.header("etag").starts_with('"'), "strong");
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
        assert_eq!(answer.header("last-modified"), "Fri, 20 Nov 2026 09:01:00 GMT");
    }
}

#[tokio::test]
async fn validators_decide_what_is_sent() {
    let world = World::usual();
    let tag = world.ask("GET", "/feed.rss", &[GZIP]).await.header("etag").to_owned();
    let weak = format!("W/{tag}");
    let many = format!("\"other\", {tag}");
    let (before, same, after) =
        ("Fri, 20 Nov 2026 09:00:59 GMT", "Fri, 20 Nov 2026 09:01:00 GMT", "Sat, 21 Nov 2026 00:00:00 GMT");
    let match_none = "if-none-match";
    let since = "if-modified-since";
    let table: &[(&[(&str, &str)], u16)] = &[
        (&[], 200),
        (&[(match_none, &tag)], 304),
        (&[(match_none, &weak)], 304),
        (&[(match_none, &many)], 304),
        (&[(match_none, "*")], 304),
        (&[(match_none, "\"other\"")], 200),
        (&[(since, before)], 200),
        (&[(since, same)], 304),
        (&[(since, after)], 304),
        (&[(since, "soon")], 200),
        (&[(match_none, &tag), (since, before)], 304),
        (&[(match_none, "\"other\""), (since, after)], 200),
        (&[("a-im", "feed"), (match_none, "\"other\"")], 200),
    ];
    for (headers, status) in table {
        for method in ["GET", "HEAD"] {
            let headers = [&[GZIP][..], headers].concat();
            let answer = world.ask(method, "/feed.rss", &headers).await;
            assert_eq!(answer.status.as_u16(), *status, "{method} {headers:?}");
            assert_eq!(answer.header("etag"), tag, "a 304 repeats it");
            assert_eq!(answer.header("vary"), "accept-encoding");
            assert_eq!(answer.header("cache-control"), "public, max-age=300");
            assert_eq!(answer.body.is_empty(), method == "HEAD" || *status == 304);
            if *status == 304 {
                assert!(!answer.headers.contains_key("content-encoding"));
            }
        }
    }
}

#[tokio::test]
async fn head_tells_the_length_of_what_get_sends() {
    let world = World::usual();
    for address in ["/", "/feed.atom", "/healthz", "/nowhere"] {
        let (head, get) = (world.ask("HEAD", address, &[]).await, world.get(address).await);
        assert_eq!(head.status, get.status, "{address}");
        assert!(head.body.is_empty());
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{address}");
    }
}

#[tokio::test]
async fn a_kept_feed_changes_with_its_own_news_alone() {
    let mut world = World::usual();
    let tag = async |world: &World, address: &str| world.get(address).await.header("etag").to_owned();
    let before = (tag(&world, "/c/raft/feed.atom").await, tag(&world, "/c/shells/feed.atom").await);
    world.tell("shells", vec![added("fish", "https://fishshell.com", &["Prompts"])]);
    assert_eq!(tag(&world, "/c/raft/feed.atom").await, before.0);
    let after = tag(&world, "/c/shells/feed.atom").await;
    assert_ne!(after, before.1);
    let stale = world.ask("GET", "/c/shells/feed.atom", &[("if-none-match", &before.1)]).await;
    assert_eq!(stale.status, StatusCode::OK);
    assert!(stale.text().contains("fish"));
}

#[tokio::test]
async fn pages_are_guarded_and_the_style_may_be_kept_for_ever() {
    let world = World::usual();
    let page = world.get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let text = page.text();
    let style = text.split("href=\"./assets/").nth(1).unwrap().split('"').next().unwrap();
    let answer = world.ask("GET", &format!("/assets/{style}"), &[GZIP]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");

    let guessed = world.get("/favicon.ico").await;
    assert_eq!(guessed.status, StatusCode::TEMPORARY_REDIRECT);
    let mark = world.get(&format!("/{}", guessed.header("location"))).await;
    assert_eq!((mark.status, mark.header("content-type")), (StatusCode::OK, "image/svg+xml"));
}
