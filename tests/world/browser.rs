//! A real browser: Debian's chromium, driven through its driver, without a window and without the outside world.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// A browser with a profile of its own; both end with it.
pub struct Browser {
    /// What it is told and asked.
    pub client: Client,
    driver: Driver,
    _profile: tempfile::TempDir,
}

/// Light or dark, as the reader's system prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

impl Browser {
    /// Starts one.
    pub async fn start() -> anyhow::Result<Self> {
        let (driver, port) = Driver::start()?;
        let profile = tempfile::tempdir()?;
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            &format!("--user-data-dir={}", profile.path().display()),
        ]
        .map(ToOwned::to_owned);
        let mut capabilities = Capabilities::new();
        capabilities.insert("browserName".to_owned(), json!("chrome"));
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
        capabilities
            .insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL", "performance": "ALL" }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context(
                "starting chromium: is the package `chromium` of the same version as `chromium-driver`?",
            )?;
        Ok(Self { client, driver, _profile: profile })
    }

    /// Shows pages on a screen of this size, in this scheme.
    pub async fn view(&self, width: u32, height: u32, scheme: Scheme) -> anyhow::Result<()> {
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.tell("Emulation.setDeviceMetricsOverride", screen).await?;
        let value = if scheme == Scheme::Dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.tell("Emulation.setEmulatedMedia", media).await?;
        Ok(())
    }

    /// Whether pages may run scripts from here on.
    pub async fn scripts(&self, run: bool) -> anyhow::Result<()> {
        self.tell("Emulation.setScriptExecutionDisabled", json!({ "value": !run })).await?;
        Ok(())
    }

    /// Keeps a picture of the page under `target/screenshots/`, down to `height`.
    pub async fn picture(&self, name: &str, width: u32, height: u32) -> anyhow::Result<PathBuf> {
        let page = self.number("return document.documentElement.scrollHeight").await?;
        let clip =
            json!({ "x": 0, "y": 0, "width": width, "height": page.min(f64::from(height)), "scale": 1 });
        let shot = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.tell("Page.captureScreenshot", shot).await?;
        let data = answer["data"].as_str().context("the browser sent no picture")?;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, decoded(data)?)?;
        Ok(path)
    }

    /// What a script returns, as a number.
    pub async fn number(&self, script: &str) -> anyhow::Result<f64> {
        let value = self.client.execute(script, Vec::new()).await?;
        value.as_f64().with_context(|| format!("`{script}` gave {value}"))
    }

    /// What a script returns, as a list of texts.
    pub async fn texts(&self, script: &str) -> anyhow::Result<Vec<String>> {
        let value = self.client.execute(script, Vec::new()).await?;
        serde_json::from_value(value).with_context(|| format!("`{script}` gave no list of texts"))
    }

    /// Elements of the page that reach beyond the right edge of the screen, and so make it wider than that.
    pub async fn sticking_out(&self) -> anyhow::Result<Vec<String>> {
        let width = self.number("return innerWidth").await?;
        let mut found = self.texts(WIDE).await?;
        let wide = self.number("return document.documentElement.scrollWidth").await?;
        if wide > width {
            found.push(format!("the page is {wide} wide on a screen of {width}"));
        }
        Ok(found)
    }

    /// What keeps people from using the page who do not see it, or use no mouse: by the rules in `barriers.js`.
    pub async fn barriers(&self) -> anyhow::Result<Vec<String>> {
        self.texts(include_str!("barriers.js")).await
    }

    /// How bright the ground of the page is, from 0 to 255.
    pub async fn brightness(&self) -> anyhow::Result<f64> {
        self.number(
            "return Math.max(...getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number))",
        )
        .await
    }

    /// What the browser complained of since it was last asked: errors, and what it could not load or was not allowed to.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.log("browser").await?;
        let bad = entries.iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        Ok(bad.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// Every address outside the browser that pages asked for since it was last asked, their styles and pictures
    /// included.
    pub async fn requested(&self) -> anyhow::Result<Vec<String>> {
        let mut requested = Vec::new();
        for entry in self.log("performance").await? {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
            let event = &event["message"];
            if event["method"] == "Network.requestWillBeSent" {
                let address = event["params"]["request"]["url"].as_str();
                requested.push(address.context("a request without an address")?.to_owned());
            }
        }
        // The page of a new tab comes out of the browser itself.
        requested.retain(|address| !address.starts_with("chrome:") && !address.starts_with("data:"));
        Ok(requested)
    }

    async fn log(&self, kind: &'static str) -> anyhow::Result<Vec<Value>> {
        let told = self.client.issue_cmd(Log(kind)).await;
        let told = told.with_context(|| format!("asking the browser for its {kind} log"))?;
        serde_json::from_value(told).context("a log is a list")
    }

    /// Ends the browser and its driver.
    pub async fn close(self) -> anyhow::Result<()> {
        self.client.close().await?;
        drop(self.driver);
        Ok(())
    }

    async fn tell(&self, command: &'static str, parameters: Value) -> anyhow::Result<Value> {
        let answer = self.client.issue_cmd(Devtools { command, parameters }).await;
        answer.with_context(|| format!("telling the browser {command}"))
    }
}

/// Elements that reach beyond the right edge of the screen.
const WIDE: &str = "return [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.skip, .unseen') && e.getBoundingClientRect().right > innerWidth + 0.5)
    .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))";

/// A question for one of the browser's logs, which then is empty.
#[derive(Debug)]
struct Log(&'static str);

impl WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": self.0 }).to_string()))
    }
}

/// A command of the browser's own protocol, for what the common one cannot say.
#[derive(Debug)]
struct Devtools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

/// The driver's process.
struct Driver(Child);

impl Driver {
    /// Starts it on a free port, which it says.
    fn start() -> anyhow::Result<(Self, u16)> {
        for program in ["chromium", "chromedriver"] {
            let found = std::env::var_os("PATH").is_some_and(|path| {
                std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
            });
            if !found {
                bail!(
                    "`{program}` is missing: apt-get install chromium chromium-driver (tests/run does that)"
                );
            }
        }
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting chromedriver")?;
        let mut driver = Self(child);
        let said = driver.0.stdout.take().context("chromedriver has no output")?;
        for line in BufReader::new(said).lines() {
            let line = line?;
            if let Some((_, port)) = line.rsplit_once("on port ")
                && let Ok(port) = port.trim_end_matches('.').parse()
                && port != 0
            {
                return Ok((driver, port));
            }
        }
        bail!("chromedriver ended without a port")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Base64, as the browser sends pictures.
fn decoded(text: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => bail!("the picture is no base64"),
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Ok(bytes)
}
