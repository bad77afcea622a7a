//! The answer to a request: who asks, whether they may, what is answered, what it costs.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::answer::Answer;
use super::came::Came;
use super::condition;
use super::faults::Fault;
use super::graphql;
use super::limits::{Asker, Budget, Refusal, Resource};
use super::refusal;
use super::rest::{self, Ask};
use super::shared::Everything;
use super::tokens::Identity;

/// Queries that would take longer are given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// The versions of the API that can be asked for.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

impl Came {
    /// The answer. Nothing is remembered of it before [`Came::done`].
    pub(super) fn answer(&mut self, fault: Option<&Fault>) -> Answer {
        let shared = Arc::clone(&self.shared);
        let mut all = shared.lock();
        all.requests += 1;
        let number = all.requests;
        let skew = match fault {
            Some(Fault::ClockSkew(skew)) => *skew,
            _ => TimeDelta::zero(),
        };
        let (mut answer, budget) = self.decide(&mut all, fault);
        if let Some(budget) = budget.filter(|_| fault != Some(&Fault::NoLimitHeaders)) {
            answer = refusal::with_limits(answer, budget, self.resource, skew);
        }
        if fault == Some(&Fault::MalformedJson) {
            answer.body = answer.body.slice(..answer.body.len() / 2);
        }
        answer
            .with("date", (self.now + skew).format("%a, %d %b %Y %H:%M:%S GMT").to_string())
            .with("server", "github.com")
            .with("x-github-request-id", format!("{number:04X}:WHIM:{number:08X}"))
            .with("x-github-media-type", "github.v3; format=json")
            .with("x-github-api-version-selected", VERSIONS[0])
    }

    fn decide(&mut self, all: &mut Everything, fault: Option<&Fault>) -> (Answer, Option<Budget>) {
        if self.line("user-agent").is_none_or(|agent| agent.trim().is_empty()) {
            all.journal.object("a request without User-Agent");
            let text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n";
            return (Answer::text(403, "text/plain", text), None);
        }
        let Some(who) = self.who.clone().filter(|_| fault != Some(&Fault::Unauthorized)) else {
            return (Answer::error(401, "Bad credentials"), None);
        };
        let asker = self.asker(&who);
        if let Some(version) = self.line("x-github-api-version").filter(|version| !VERSIONS.contains(version))
        {
            let message = format!("\"{version}\" is not a supported version");
            all.journal.object(format!("version {version} of the API"));
            return (Answer::error(400, &message), None);
        }
        let limits = all.limits;
        if self.resource == Resource::Graphql && who.anonymous {
            all.journal.object("GraphQL without a token");
            return (Answer::error(401, "This endpoint requires you to be authenticated."), None);
        }
        // Reading is one point of a minute, writing five.
        let reads = self.resource == Resource::Graphql || matches!(self.head.method.as_str(), "GET" | "HEAD");
        let points = if reads { 1 } else { 5 };
        self.under_way = true;
        let (may, hasty) = all.ledger.begin(asker, points, &limits, self.now);
        if hasty {
            all.journal.object(format!(
                "{} was told to wait and asked for {} at {}",
                who.who,
                self.head.uri.path(),
                self.now
            ));
        }
        if let Err(refused) = may {
            return self.refuse(all, &who, &refused);
        }
        if let Some((answer, wait)) = fault.and_then(|fault| refusal::of_fault(fault, self.resource)) {
            return self.staged(all, asker, answer, wait);
        }
        if self.resource == Resource::Graphql {
            return self.query(all, &who, asker, fault);
        }
        self.rest(all, &who, asker)
    }

    /// A refusal because of a limit.
    fn refuse(
        &mut self,
        all: &mut Everything,
        who: &Identity,
        refused: &Refusal,
    ) -> (Answer, Option<Budget>) {
        let asker = self.asker(who);
        self.limited = true;
        if let Refusal::Secondary { why, .. } = refused {
            all.journal.object(format!("{}: {why}", who.who));
        }
        let budget = all.ledger.budget(asker, &all.limits, self.now);
        (refusal::of_limit(refused, who, self.resource, all.limits.too_many_requests), Some(budget))
    }

    /// The answer of a fault; the client is held to what it says about waiting.
    fn staged(
        &mut self,
        all: &mut Everything,
        asker: Asker<'_>,
        answer: Answer,
        wait: Option<refusal::Wait>,
    ) -> (Answer, Option<Budget>) {
        let mut budget = all.ledger.budget(asker, &all.limits, self.now);
        if let Some(wait) = wait {
            self.limited = true;
            let until = self.now + TimeDelta::from_std(wait.long).unwrap_or_default();
            if wait.hour {
                budget = Budget { used: budget.limit, reset: until, ..budget };
            }
            all.ledger.tell(asker, !wait.hour, until, self.now);
        }
        (answer, Some(budget))
    }

    fn rest(&mut self, all: &mut Everything, who: &Identity, asker: Asker<'_>) -> (Answer, Option<Budget>) {
        let shared = Arc::clone(&self.shared);
        let path = self.head.uri.path().to_owned();
        let ask = Ask {
            method: self.head.method.as_str(),
            path: &path,
            query: self.head.uri.query().unwrap_or_default(),
            headers: &self.head.headers,
            who,
            api: shared.api(),
            now: self.now,
        };
        let limits = all.limits;
        if path == "/rate_limit" {
            let answer = refusal::rate_limit(&mut all.ledger, asker, &limits, self.now);
            return (answer, Some(all.ledger.budget(asker, &limits, self.now)));
        }
        if let Some(answer) = rest::answer_app(&mut all.tokens, &ask) {
            return (answer, None);
        }
        let (answer, unknown) = rest::answer(&all.state, &ask);
        if unknown {
            all.journal.object(format!("{} {path} is nothing the stand-in knows", self.head.method));
        }
        let answer = condition::apply(answer, &ask);
        // A 304 costs nothing, but only whoever shows a token.
        self.cost = u32::from(answer.status != 304 || who.anonymous);
        let budget = all.ledger.charge(asker, self.cost, &limits, self.now);
        let budget = budget.unwrap_or_else(|_| all.ledger.budget(asker, &limits, self.now));
        (answer, Some(budget))
    }

    fn query(
        &mut self,
        all: &mut Everything,
        who: &Identity,
        asker: Asker<'_>,
        fault: Option<&Fault>,
    ) -> (Answer, Option<Budget>) {
        let limits = all.limits;
        if self.head.method != http::Method::POST {
            return (Answer::not_found(), None);
        }
        let question = match graphql::read(&self.body) {
            Ok(question) => question,
            Err(refused) => {
                if let Some(violation) = refused.violation {
                    all.journal.object(violation);
                }
                self.cost = 1;
                let budget = all.ledger.charge(asker, 1, &limits, self.now).ok();
                return (Answer::json(200, &refused.body), budget);
            }
        };
        let cost = question.cost();
        self.roots = question.roots();
        let mut budget = match all.ledger.charge(asker, cost, &limits, self.now) {
            Ok(budget) => budget,
            Err(refused) => return self.refuse(all, who, &refused),
        };
        self.cost = cost;
        let weight = question.weight();
        let effort = all.effort;
        let takes = effort.query + effort.node * u32::try_from(weight).unwrap_or(u32::MAX);
        self.busy = takes.min(PATIENCE);
        if effort.longest.is_some_and(|longest| question.listed() > longest) {
            return (refusal::given_up(), Some(budget));
        }
        if takes > PATIENCE || effort.heaviest.is_some_and(|heaviest| weight > heaviest) {
            all.ledger.owe(asker, effort.penalty);
            return (refusal::given_up(), Some(budget));
        }
        if let Some(Fault::ClockSkew(skew)) = fault {
            budget.reset += *skew;
        }
        let viewer = all.state.user(&who.who);
        let body = graphql::answer(&question, &all.state, budget, viewer, fault);
        if let Some(Fault::ClockSkew(skew)) = fault {
            budget.reset -= *skew;
        }
        (Answer::text(200, "application/json; charset=utf-8", body), Some(budget))
    }
}
