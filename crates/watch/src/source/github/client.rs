//! octocrab over our own HTTP client: one TLS stack, gzip, timeouts, and a single User-Agent (its own client
//! would send two).

use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::AtomicI64;
use std::task::{Context, Poll};

use anyhow::Context as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use octocrab::service::middleware::auth_header::AuthHeaderLayer;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use secrecy::ExposeSecret;
use tower::Service;

use crate::config::Settings;

/// The one way to GitHub.
pub(in crate::source) struct Github {
    http: reqwest::Client,
    base: Uri,
    authorization: Option<HeaderValue>,
    api: OnceLock<Octocrab>,
    /// Second since 1970 before which GitHub wants no request of ours.
    pub(in crate::source) quiet_until: AtomicI64,
}

impl Github {
    /// Checks address and token; opens nothing.
    pub(in crate::source) fn new(settings: &Settings) -> anyhow::Result<Self> {
        let base: Uri =
            settings.github.api_url.parse().ok().filter(|uri: &Uri| uri.authority().is_some()).with_context(
                || format!("api_url in [watch.github] is no address: `{}`", settings.github.api_url),
            )?;
        let mut headers = HeaderMap::new();
        headers
            .insert(HeaderName::from_static("x-github-api-version"), HeaderValue::from_static("2022-11-28"));
        let http = reqwest::Client::builder()
            .user_agent(&settings.user_agent)
            .default_headers(headers)
            .timeout(settings.timeout.as_std())
            .connect_timeout(settings.timeout.as_std())
            .redirect(reqwest::redirect::Policy::none()) // a rename must be seen to be remembered
            .no_proxy()
            .build()?;
        let authorization = settings.github.token.as_ref().map(|token| {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {}", token.expose_secret().trim())).ok().context(
                    "the GitHub token contains characters no token has: check where it comes from",
                )?;
            value.set_sensitive(true);
            anyhow::Ok(value)
        });
        Ok(Self {
            http,
            base,
            authorization: authorization.transpose()?,
            api: OnceLock::new(),
            quiet_until: AtomicI64::new(i64::MIN),
        })
    }

    /// The API. Made at the first question, because octocrab wants a runtime around it from the start.
    pub(super) fn api(&self) -> &Octocrab {
        self.api.get_or_init(|| {
            // The token goes to this address only.
            let auth = AuthHeaderLayer::new(self.authorization.clone(), self.base.clone(), self.base.clone());
            let Ok(api) = OctocrabBuilder::new_empty()
                .with_service(Leaf(self.http.clone()))
                .with_layer(&BaseUriLayer::new(self.base.clone()))
                .with_layer(&auth)
                .with_auth(AuthState::None)
                .build();
            api
        })
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
