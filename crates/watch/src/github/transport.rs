//! octocrab over our own HTTP client: one TLS stack, gzip, timeouts, a single User-Agent (its own client would send
//! two), bodies read under a cap. Its retries, cache and redirects stay off, because they would hide what we must see.

use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use tower::Service;
use tracing::field::Empty;
use tracing::{Instrument, info_span};

use crate::config::Settings;

pub(crate) const JSON: &str = "application/vnd.github+json";
pub(crate) const RAW: &str = "application/vnd.github.raw+json";
/// JSON in which texts are rendered as HTML.
pub(crate) const HTML: &str = "application/vnd.github.html+json";

/// The way to one GitHub.
pub(crate) struct Transport {
    http: reqwest::Client,
    base: Uri,
    api: OnceLock<Octocrab>,
}

/// What is sent.
pub(crate) struct Sent<'a> {
    /// Path and query below the API's address.
    pub(crate) route: &'a str,
    pub(crate) accept: &'static str,
    pub(crate) etag: Option<&'a str>,
    pub(crate) authorization: Option<HeaderValue>,
    /// `None` asks with GET, anything else is posted.
    pub(crate) post: Option<String>,
    /// The largest body that is read, unpacked.
    pub(crate) cap: usize,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// There was no connection; the reason without any address.
    Away(String),
    /// There was one, and the answer did not come to its end.
    Broken(String),
    /// It did not come in time.
    Late,
    /// It is larger than the cap.
    TooLarge,
}

impl Silence {
    /// A word for it.
    fn word(&self) -> &'static str {
        match self {
            Self::Away(_) => "away",
            Self::Broken(_) => "broken",
            Self::Late => "late",
            Self::TooLarge => "too large",
        }
    }
}

impl Transport {
    /// Checks the address; opens nothing.
    pub(crate) fn new(api_url: &str, watch: &Settings) -> anyhow::Result<Self> {
        let sound =
            |uri: &Uri| uri.authority().is_some() && matches!(uri.scheme_str(), Some("http" | "https"));
        let base: Uri = api_url
            .trim_end_matches('/')
            .parse()
            .ok()
            .filter(sound)
            .with_context(|| format!("api_url in [github] is no address: `{api_url}`"))?;
        let mut headers = HeaderMap::new();
        let mut always = |name, value| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        };
        always("x-github-api-version", "2022-11-28");
        // Old ids and new ones name the same things; this way an id is always the same text.
        always("x-github-next-global-id", "1");
        let http = reqwest::Client::builder()
            .user_agent(&watch.user_agent)
            .default_headers(headers)
            .timeout(watch.timeout.as_std())
            .connect_timeout(watch.timeout.as_std())
            .redirect(reqwest::redirect::Policy::none()) // a rename must be seen to be remembered
            .no_proxy()
            .build()?;
        Ok(Self { http, base, api: OnceLock::new() })
    }

    /// The whole address of a route; GraphQL of a GitHub Enterprise lies beside its REST.
    fn address(&self, route: &str) -> Option<Uri> {
        let base = self.base.to_string();
        let base = base.trim_end_matches('/');
        let base = if route == "/graphql" { base.strip_suffix("/v3").unwrap_or(base) } else { base };
        // A redirect of GitHub Enterprise names the whole path.
        let path = self.base.path().trim_end_matches('/');
        let route = route
            .strip_prefix(path)
            .filter(|rest| !path.is_empty() && rest.starts_with('/'))
            .unwrap_or(route);
        format!("{base}{route}").parse().ok()
    }

    /// The route of a redirect; `None` when it leads elsewhere, because the token goes along.
    pub(crate) fn route_of(&self, location: &str) -> Option<String> {
        let target: Uri = location.parse().ok()?;
        let at_home = target.authority().is_none()
            || (target.authority() == self.base.authority() && target.scheme() == self.base.scheme());
        at_home.then(|| target.path_and_query().map(ToString::to_string)).flatten()
    }

    /// Sends and reads the answer, whatever its status.
    pub(crate) async fn send(&self, sent: Sent<'_>) -> Result<Reply, Silence> {
        let api = if sent.route == "/graphql" { "graphql" } else { "rest" };
        let span = info_span!(
            target: "span", "github", otel.kind = "client", api, status = Empty, bytes = Empty, error = Empty
        );
        let answered = self.ask(sent).instrument(span.clone()).await;
        match &answered {
            Ok(reply) => span.record("status", reply.status.as_u16()).record("bytes", reply.body.len()),
            Err(silence) => span.record("error", silence.word()),
        };
        answered
    }

    async fn ask(&self, sent: Sent<'_>) -> Result<Reply, Silence> {
        let wrong = || Silence::Broken("the address cannot be built".to_owned());
        let mut request = Request::builder()
            .method(if sent.post.is_some() { Method::POST } else { Method::GET })
            .uri(self.address(sent.route).ok_or_else(wrong)?)
            .header(header::ACCEPT, sent.accept);
        if let Some(etag) = sent.etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(authorization) = sent.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = match sent.post {
            Some(text) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                OctoBody::from(text)
            }
            None => OctoBody::empty(),
        };
        let request = request.body(body).map_err(|_| wrong())?;
        let answer = self.api().send(request).await.map_err(|error| silence(&error))?;
        let (parts, body) = answer.into_parts();
        Ok(Reply { status: parts.status, headers: parts.headers, body: read(body, sent.cap).await? })
    }

    /// The API. Made at the first question, because octocrab wants a runtime around it from the start.
    fn api(&self) -> &Octocrab {
        self.api.get_or_init(|| {
            let Ok(api) = OctocrabBuilder::new_empty()
                .with_service(Leaf(self.http.clone()))
                .with_auth(AuthState::None) // each request brings its own token
                .build();
            api
        })
    }
}

/// A body, unpacked, as far as the cap allows.
async fn read<B>(mut body: B, cap: usize) -> Result<Vec<u8>, Silence>
where
    B: http_body_util::BodyExt<Data = Bytes, Error = octocrab::Error> + Unpin,
{
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| silence(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > cap {
            return Err(Silence::TooLarge);
        }
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

/// What went wrong on the way, without the address reqwest would print.
fn silence(error: &octocrab::Error) -> Silence {
    let mut cause: &dyn std::error::Error = error;
    let (mut late, mut away) = (false, false);
    loop {
        if let Some(error) = cause.downcast_ref::<reqwest::Error>() {
            late |= error.is_timeout();
            away |= error.is_connect();
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    // Nobody home is nobody home, however long one rang.
    match (away, late) {
        (true, _) => Silence::Away(cause.to_string()),
        (false, true) => Silence::Late,
        (false, false) => Silence::Broken(cause.to_string()),
    }
}

/// Sends octocrab's requests with our client.
#[derive(Clone)]
struct Leaf(reqwest::Client);

impl Service<Request<OctoBody>> for Leaf {
    type Response = Response<reqwest::Body>;
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(())) // the client keeps its own pool
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap))?;
            Ok(client.execute(request).await?.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_become_addresses_and_redirects_routes() {
        let transport = |url: &str| Transport::new(url, &Settings::default());
        let address = |url: &str, route: &str| transport(url).unwrap().address(route).unwrap().to_string();
        for (base, route, whole) in [
            ("https://api.github.com", "/graphql", "https://api.github.com/graphql"),
            ("https://api.github.com/", "/repos/o/r", "https://api.github.com/repos/o/r"),
            ("https://ghe.example/api/v3", "/graphql", "https://ghe.example/api/graphql"),
            ("https://ghe.example/api/v3/", "/repos/o/r?a=b", "https://ghe.example/api/v3/repos/o/r?a=b"),
            (
                "https://ghe.example/api/v3",
                "/api/v3/repositories/7",
                "https://ghe.example/api/v3/repositories/7",
            ),
        ] {
            assert_eq!(address(base, route), whole);
        }
        for wrong in ["", "api.github.com", "ftp://api.github.com", "https://", "/api"] {
            assert!(transport(wrong).is_err(), "{wrong}");
        }
        let home = transport("https://api.github.com").unwrap();
        for (location, route) in [
            ("/repositories/7?x=1", Some("/repositories/7?x=1")),
            ("https://api.github.com/repositories/7", Some("/repositories/7")),
            ("http://api.github.com/repositories/7", None),
            ("https://evil.example/repositories/7", None),
            ("https://api.github.com:444/repositories/7", None),
            ("\u{1}", None),
        ] {
            assert_eq!(home.route_of(location).as_deref(), route, "{location}");
        }
    }
}
