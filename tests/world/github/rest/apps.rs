//! What apps ask about themselves, with claims they signed: who they are, and tokens for where they are installed.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::tokens::Tokens;
use super::{Ask, moment};

/// What GitHub says to whoever shows no claim it believes where only an app may ask.
const NO_CLAIM: &str = "A JSON web token could not be decoded";

/// `GET /app` and `POST /app/installations/ID/access_tokens`; nothing where another path is asked for by somebody who is
/// no app.
pub(in super::super) fn answer(tokens: &mut Tokens, ask: &Ask<'_>) -> Option<Answer> {
    let about_apps = ask.path == "/app" || ask.path.starts_with("/app/");
    let app = match ask.who.app {
        Some(app) if about_apps => app,
        // A claim proves an app to be itself and opens nothing else.
        Some(_) => return Some(Answer::error(403, "Resource not accessible by integration")),
        None if about_apps => return Some(Answer::error(401, NO_CLAIM)),
        None => return None,
    };
    let installation = ask.path.strip_prefix("/app/installations/");
    let installation = installation.and_then(|rest| rest.strip_suffix("/access_tokens"));
    Some(match (ask.method, installation) {
        ("GET", None) if ask.path == "/app" => {
            Answer::json(200, &about(app, tokens.installations(app), ask.now))
        }
        ("POST", Some(installation)) => {
            let lent = installation.parse().ok().and_then(|id| tokens.hand_out(app, id, ask.now));
            lent.map_or_else(Answer::not_found, |(token, until)| Answer::json(201, &grant(&token, until)))
        }
        _ => Answer::not_found(),
    })
}

fn about(app: u64, installations: usize, now: DateTime<Utc>) -> Value {
    json!({
        "id": app,
        "slug": format!("app-{app}"),
        "name": format!("App {app}"),
        "node_id": format!("A_{app}"),
        "description": null,
        "external_url": "https://example.org",
        "html_url": format!("https://github.com/apps/app-{app}"),
        "created_at": moment(now),
        "updated_at": moment(now),
        "permissions": { "contents": "read", "metadata": "read" },
        "events": [],
        "installations_count": installations,
    })
}

fn grant(token: &str, until: DateTime<Utc>) -> Value {
    json!({
        "token": token,
        "expires_at": moment(until),
        "permissions": { "contents": "read", "metadata": "read" },
        "repository_selection": "all",
    })
}
