//! Every limit of a message's form is kept, and every mistake named with its place.

use serde_json::{Value, json};

use super::{discord, write};

fn long(count: usize) -> String {
    "ä".repeat(count)
}

fn row(components: &Value) -> Value {
    json!({ "content": "a", "components": [{ "type": 1, "components": components }] })
}

fn button(id: &str) -> Value {
    json!({ "type": 2, "style": 1, "label": "b", "custom_id": id })
}

fn options(count: usize) -> Value {
    (0..count).map(|it| json!({ "label": "l", "value": it.to_string() })).collect()
}

#[tokio::test]
async fn limits_of_messages_are_kept_to_the_character() {
    let discord = discord();
    discord.limits(|limits| *limits = whimbrel_world::discord::Limits::none());
    let general = discord.guild("Readers").channel("general");
    let select = |options: Value| json!([{ "type": 3, "custom_id": "s", "options": options }]);
    let field = |name: usize, value: usize| json!({ "name": long(name), "value": long(value) });
    let embeds = |lengths: &[usize]| -> Value {
        lengths.iter().map(|count| json!({ "description": long(*count) })).collect()
    };
    let link = |url: String| json!([{ "type": 2, "style": 5, "label": "b", "url": url }]);
    for (body, place) in [
        (json!({ "content": long(2000) }), ""),
        (json!({ "content": long(2001) }), "content"),
        (json!({ "content": 7 }), "content"),
        (json!({ "embeds": [{ "title": long(256) }] }), ""),
        (json!({ "embeds": [{ "title": long(257) }] }), "embeds.0.title"),
        (json!({ "embeds": [{ "title": format!(" {} ", long(256)) }] }), ""),
        (json!({ "embeds": embeds(&[4096]) }), ""),
        (json!({ "embeds": embeds(&[4097]) }), "embeds.0.description"),
        (json!({ "embeds": embeds(&[4000, 2000]) }), ""),
        (json!({ "embeds": embeds(&[4000, 2001]) }), "embeds"),
        (json!({ "embeds": embeds(&[1; 10]) }), ""),
        (json!({ "embeds": embeds(&[1; 11]) }), "embeds"),
        (json!({ "embeds": [{}] }), "embeds.0.description"),
        (json!({ "embeds": [{ "fields": vec![field(1, 1); 25] }] }), ""),
        (json!({ "embeds": [{ "fields": vec![field(1, 1); 26] }] }), "embeds.0.fields"),
        (json!({ "embeds": [{ "fields": [field(256, 1024)] }] }), ""),
        (json!({ "embeds": [{ "fields": [field(257, 1)] }] }), "embeds.0.fields.0.name"),
        (json!({ "embeds": [{ "fields": [field(1, 1025)] }] }), "embeds.0.fields.0.value"),
        (json!({ "embeds": [{ "fields": [field(0, 1)] }] }), "embeds.0.fields.0.name"),
        (json!({ "embeds": [{ "footer": { "text": long(2048) } }] }), ""),
        (json!({ "embeds": [{ "footer": { "text": long(2049) } }] }), "embeds.0.footer.text"),
        (json!({ "embeds": [{ "author": { "name": long(257) } }] }), "embeds.0.author.name"),
        (json!({ "embeds": [{ "title": "a", "url": "javascript:x" }] }), "embeds.0.url"),
        (json!({ "embeds": [{ "title": "a", "url": "nowhere" }] }), "embeds.0.url"),
        (json!({ "embeds": [{ "title": "a", "color": 0x0100_0000 }] }), "embeds.0.color"),
        (json!({ "embeds": [{ "title": "a", "timestamp": "today" }] }), "embeds.0.timestamp"),
        (json!({ "content": "a", "flags": 1 << 6 | 1 << 2 }), ""),
        (json!({ "content": "a", "flags": 1 }), "flags"),
        (json!({ "content": "a", "flags": 1 << 15 }), "content"),
        (row(&json!([button("1"), button("2"), button("3"), button("4"), button("5")])), ""),
        (row(&Value::Array((0..6).map(|it| button(&it.to_string())).collect())), "components.0.components"),
        (row(&json!([button("1"), button("1")])), "components.0.components.1.custom_id"),
        (row(&json!([button(&long(101))])), "components.0.components.0.custom_id"),
        (row(&json!([{ "type": 2, "style": 1, "label": "b" }])), "components.0.components.0.custom_id"),
        (
            row(&json!([{ "type": 2, "style": 1, "label": long(81), "custom_id": "a" }])),
            "components.0.components.0.label",
        ),
        (row(&link(format!("https://e.com/{}", "a".repeat(498)))), ""),
        (row(&link(format!("https://e.com/{}", "a".repeat(499)))), "components.0.components.0.url"),
        (row(&select(options(25))), ""),
        (row(&select(options(26))), "components.0.components.0.options"),
        (
            row(&json!([button("a"), { "type": 3, "custom_id": "s", "options": options(1) }])),
            "components.0.components",
        ),
        (json!({ "content": "a", "components": [button("a")] }), "components.0.type"),
        (
            json!({ "content": "a", "components": vec![json!({ "type": 1, "components": [] }); 6] }),
            "components",
        ),
    ] {
        let answer = write(&discord, &general, body.clone()).await;
        if place.is_empty() {
            assert_eq!(answer.status, 200, "{}", answer.text);
            continue;
        }
        assert_eq!((answer.status, answer.code()), (400, 50035), "{place}: {}", answer.text);
        let json = answer.json();
        let mut at = &json["errors"];
        for part in place.split('.') {
            at = &at[part];
        }
        let error = &at["_errors"][0];
        assert!(error["code"].is_string() && error["message"].is_string(), "{place}: {}", answer.text);
    }
    discord.expects_no_violations();
}

#[tokio::test]
async fn the_ways_a_body_can_be_no_form_at_all() {
    let discord = discord();
    let general = discord.guild("Readers").channel("general");
    let path = format!("/channels/{}/messages", general.id());
    for (kind, body, status, code) in [
        ("application/json", "{", 400, 50109),
        ("application/json", "[]", 400, 50035),
        ("application/json", "{}", 400, 50006),
        ("text/plain", "a", 400, 50035),
        ("multipart/form-data; boundary=x", "--y", 400, 50109),
    ] {
        let request = super::request(&discord, "POST", &path).header("content-type", kind).body(body);
        let answer = super::read(request.header("authorization", format!("Bot {}", super::TOKEN))).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{body}: {}", answer.text);
    }
    let large = super::request(&discord, "POST", &path).header("content-type", "application/json");
    discord.limits(|limits| limits.messages.0 = 100);
    let large =
        large.header("authorization", format!("Bot {}", super::TOKEN)).body(vec![b' '; (25 << 20) + 1]);
    let answer = super::read(large).await;
    assert_eq!((answer.status, answer.code()), (413, 40005));
    write(&discord, &general, json!({ "content": "a", "colour": 1 })).await;
    assert_eq!(discord.journal().violations, ["nobody reads the field colour"]);
}
