//! A library that knows only the real GitHub gets along.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use reqwest::header::{HeaderMap, HeaderValue};
use tower::Service;
use whimbrel_world::github::Github;

use super::TOKEN;

/// octocrab over reqwest, which follows redirects as octocrab's own client would.
#[derive(Clone)]
struct Leaf(reqwest::Client);

impl Service<Request<OctoBody>> for Leaf {
    type Response = Response<reqwest::Body>;
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap))?;
            Ok(client.execute(request).await?.into())
        })
    }
}

fn octocrab(github: &Github) -> Octocrab {
    let token = HeaderValue::from_str(&format!("Bearer {TOKEN}")).expect("a header line");
    let headers = HeaderMap::from_iter([("authorization".parse().expect("a name"), token)]);
    let client =
        reqwest::Client::builder().user_agent("story").default_headers(headers).build().expect("a client");
    let Ok(octocrab) = OctocrabBuilder::new_empty()
        .with_service(Leaf(client))
        .with_layer(&BaseUriLayer::new(github.api_url().parse().expect("an address")))
        .with_auth(AuthState::None)
        .build();
    octocrab
}

#[tokio::test]
async fn octocrab_reads_a_repository_its_releases_and_contents() {
    let github = Github::start();
    github.token_of(TOKEN, "reader");
    let project = github
        .repository("o/r")
        .stars(12)
        .license("MIT")
        .description("A thing")
        .push("README.md", "# A thing\n")
        .push("docs/a.md", "a")
        .release("v1.0.0")
        .prerelease("v1.1.0-rc.1")
        .tag("nightly");
    let octocrab = octocrab(&github);
    let repository = octocrab.repos("o", "r").get().await.expect("a repository");
    assert_eq!((*repository.id, repository.stargazers_count), (project.id(), Some(12)));
    assert_eq!(repository.license.map(|license| license.spdx_id), Some("MIT".to_owned()));

    let releases = octocrab.repos("o", "r").releases().list().per_page(1).send().await.expect("releases");
    let releases = octocrab.all_pages(releases).await.expect("all of them");
    assert_eq!(releases.len(), 2);
    assert_eq!(releases[1].tag_name, "v1.0.0");
    let latest = octocrab.repos("o", "r").releases().get_latest().await.expect("the latest");
    assert_eq!(latest.node_id, project.release_id("v1.0.0"));
    let tags = octocrab.repos("o", "r").list_tags().send().await.expect("tags");
    assert_eq!(tags.items.len(), 3);

    let mut readme = octocrab.repos("o", "r").get_content().path("README.md").send().await.expect("a file");
    let readme = readme.take_items().remove(0);
    assert_eq!(readme.decoded_content().as_deref(), Some("# A thing\n"));
    assert_eq!(Some(readme.sha), project.blob("README.md"));
    let root = octocrab.repos("o", "r").get_content().send().await.expect("a folder");
    let names: Vec<_> = root.items.iter().map(|item| (item.name.as_str(), item.r#type.as_str())).collect();
    assert_eq!(names, [("README.md", "file"), ("docs", "dir")]);
    let commits = octocrab.repos("o", "r").list_commits().path("docs").send().await.expect("commits");
    assert_eq!(commits.items.len(), 1);
    let limits = octocrab.ratelimit().get().await.expect("limits");
    assert_eq!(limits.resources.core.limit, 5_000);

    // A rename is followed without a word.
    project.rename("o/renamed");
    let renamed = octocrab.repos("o", "r").get().await.expect("a repository");
    assert_eq!(renamed.full_name.as_deref(), Some("o/renamed"));
    let login: serde_json::Value =
        octocrab.graphql(&serde_json::json!({ "query": "{ viewer { login } }" })).await.expect("an answer");
    assert_eq!(login["viewer"]["login"], "reader");
    github.expects_no_violations();
}
