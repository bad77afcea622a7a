//! The loop of our own WebSub hub, the address it answers at, and its way to subscribers.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::sync::watch;
use whimbrel_hub::{Call, Courier, FORM_BYTES, Heard, Hub, Unheard, Wiring};
use whimbrel_store::Store;
use whimbrel_watch::{Outside, Unreached};
use whimbrel_web::{HubState, Route, RouteAnswer, Topics};

use super::Setup;
use super::loops::{self, Pulse};

/// A subscriber who takes longer is tried again later.
const PATIENCE: Duration = Duration::from_secs(10);

const TEXT: &str = "text/plain; charset=utf-8";

/// What people see who open the address.
const ABOUT: &str = "This is the WebSub hub of the feeds of this site: programs that read them are told here as soon as \
                     something is new, by the rules at https://www.w3.org/TR/websub/. It takes no other feeds.\n";

/// Makes the loop: it sends what changed, and follows the configuration.
pub(crate) fn sending(
    hub: Hub,
    store: Store,
    configured: watch::Receiver<Arc<Setup>>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let (hub, store, mut configured) = (hub.clone(), store.clone(), configured.clone());
        Box::pin(async move {
            hub.wire(wiring(&store, &configured.borrow_and_update().clone()));
            loop {
                pulse.beat();
                let rest = hub.step(Utc::now()).await;
                tokio::select! {
                    () = pulse.stopped() => return,
                    () = hub.woken() => {}
                    () = loops::rest(rest) => {}
                    Ok(()) = configured.changed() => {
                        hub.wire(wiring(&store, &configured.borrow_and_update().clone()));
                    }
                }
            }
        })
    }
}

/// What the hub works with under this configuration; `None` when it is off.
fn wiring(store: &Store, setup: &Setup) -> Option<Wiring> {
    let web = &setup.config.web;
    if web.own_hub && web.public_url.is_none() {
        tracing::warn!("own_hub is set, but not public_url: nobody could reach the hub, and it stays off");
    }
    let feeds = Topics::new(store.clone(), web.clone())?;
    let outside = Outside::new(&setup.config.watch, web.hub_private, PATIENCE);
    let outside = outside
        .inspect_err(|error| tracing::error!("the hub stays off, for it cannot reach anybody: {error:#}"))
        .ok()?;
    Some(Wiring { feeds: Arc::new(feeds), courier: Arc::new(Way(outside)) })
}

/// The address strangers ask at, and what people see there.
pub(crate) fn routes(hub: Hub) -> [Route; 2] {
    let seen = hub.clone();
    let page = Route::get("/hub", move |_, _| {
        let (status, text) = if seen.status().on {
            (StatusCode::OK, ABOUT)
        } else {
            (
                StatusCode::NOT_FOUND,
                "There is no hub here. Readers find what is new by asking for the feed.\n",
            )
        };
        async move { RouteAnswer::new(status, TEXT, text) }
    });
    [ask(hub), page]
}

fn ask(hub: Hub) -> Route {
    Route::post_by("/hub", FORM_BYTES, move |who, _, body| {
        let hub = hub.clone();
        async move {
            let answer = hub.ask(&body, who, Utc::now()).await;
            let again = answer.again.map(|wait| format!(" Try again in {}.", in_words(wait)));
            let text = format!("{}{}\n", answer.text, again.unwrap_or_default());
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            RouteAnswer { again: answer.again, ..RouteAnswer::new(status, TEXT, text) }
        }
    })
}

/// A time to wait; none of it is missing.
fn in_words(wait: Duration) -> String {
    match wait.as_millis().div_ceil(1_000) {
        secs @ ..=90 => format!("{secs} s"),
        secs @ 91..=5_400 => format!("{} min", secs.div_ceil(60)),
        secs => format!("{} h", secs.div_ceil(3_600)),
    }
}

/// How the hub is doing, for the status page; `None` when it is off.
pub(crate) fn state(hub: &Hub) -> Option<HubState> {
    let status = hub.status();
    status.on.then_some(HubState {
        subscriptions: status.subscriptions,
        waiting: status.waiting,
        failing: status.failing,
        unconfirmed: status.unconfirmed,
        delivered: status.delivered,
        failed: status.failed,
    })
}

/// The way to subscribers.
struct Way(Outside);

impl Courier for Way {
    fn may(&self, to: &url::Url) -> bool {
        self.0.may(to)
    }

    fn carry(&self, call: Call) -> BoxFuture<'static, Result<Heard, Unheard>> {
        let outside = self.0.clone();
        async move {
            let Call { to, post, read } = call;
            let method = if post.is_some() { Method::POST } else { Method::GET };
            let (headers, body) =
                post.map_or_else(Default::default, |post| (headers(post.headers), post.body));
            match outside.send(method, to, headers, body, read).await {
                Ok((status, body)) => Ok(Heard { status: status.as_u16(), body }),
                Err(Unreached::Private) => Err(Unheard::Forbidden),
                Err(Unreached::Silent(reason)) => Err(Unheard::Silent(reason)),
            }
        }
        .boxed()
    }
}

/// Header lines; what cannot be one is left out.
fn headers(lines: Vec<(&'static str, String)>) -> HeaderMap {
    lines
        .into_iter()
        .filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        })
        .collect()
}
