//! The figures, part by part.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_web::Metrics;

use super::super::projects;
use super::Source;

/// Catalogs beyond these are in the sums and have no figures of their own.
const NAMED: usize = 100;

impl Source {
    /// The process and its loops.
    pub(super) fn program(&self, metrics: &mut Metrics, now: DateTime<Utc>) {
        let version = [("version", crate::cli::VERSION)];
        metrics.gauge("whimbrel_build_info", "1; the version is its label").of(&version, 1.0);
        metrics
            .gauge("whimbrel_start_time_seconds", "When the program started, since 1970")
            .is(self.begun.timestamp() as f64);
        let mut resident = metrics.gauge("whimbrel_resident_bytes", "Memory the program holds");
        if let Some(bytes) = resident_bytes() {
            resident.is(bytes as f64);
        }
        let mut open = metrics.gauge("whimbrel_open_files", "Files and connections that are open");
        if let Ok(folder) = fs::read_dir("/proc/self/fd") {
            open.is(folder.count().saturating_sub(1) as f64); // one of them is the folder itself
        }
        let states = self.about.board.states();
        let mut ages = metrics.gauge("whimbrel_loop_age_seconds", "Since a loop last made progress");
        for (name, state) in &states {
            let age = state.last_progress.map_or(f64::INFINITY, |last| seconds(now - last).max(0.0));
            ages.of(&[("loop", name)], age);
        }
        let mut alive = metrics.gauge("whimbrel_loop_alive", "1 while a loop makes progress");
        for (name, state) in &states {
            alive.of(&[("loop", name)], f64::from(u8::from(state.is_alive(std::time::Instant::now()))));
        }
        let mut restarts =
            metrics.counter("whimbrel_loop_restarts_total", "How often a loop was started again");
        for (name, state) in &states {
            restarts.of(&[("loop", name)], f64::from(state.restarts));
        }
    }

    /// Catalogs and looks at them.
    pub(super) fn sources(&self, metrics: &mut Metrics, now: DateTime<Utc>) {
        let catalogs = self.store.catalogs().unwrap_or_default();
        let followed: Vec<_> = catalogs.iter().filter(|meta| meta.next_due.is_some()).collect();
        let mut states = metrics.gauge(
            "whimbrel_sources",
            "Followed catalogs: all, those whose last look failed, whose knowledge is stale, that are held back",
        );
        let failing = followed.iter().filter(|meta| meta.failures > 0).count();
        let stale = followed.iter().filter(|meta| meta.stale).count();
        let held = followed.iter().filter(|meta| meta.held.is_some()).count();
        for (state, number) in
            [("all", followed.len()), ("failing", failing), ("stale", stale), ("held", held)]
        {
            states.of(&[("state", state)], number as f64);
        }
        let entries: u64 = followed.iter().map(|meta| u64::from(meta.entries)).sum();
        metrics.gauge("whimbrel_entries", "Entries of all followed catalogs").is(entries as f64);
        let due = followed.iter().filter_map(|meta| meta.next_due).min();
        let overdue = due.map_or(0.0, |due| seconds(now - due).max(0.0));
        metrics
            .gauge("whimbrel_source_overdue_seconds", "How late the next look at a catalog is")
            .is(overdue);
        let mut read = metrics.gauge(
            "whimbrel_source_last_success_seconds",
            "Since a catalog was last read or confirmed unchanged; the first 100 catalogs",
        );
        for meta in followed.iter().take(NAMED) {
            if let Some(last) = meta.last_success {
                read.of(&[("catalog", meta.id.as_str())], seconds(now - last).max(0.0));
            }
        }
        let mut failures =
            metrics.gauge("whimbrel_source_failures", "Failed looks in a row; the first 100 catalogs");
        for meta in followed.iter().take(NAMED) {
            failures.of(&[("catalog", meta.id.as_str())], f64::from(meta.failures));
        }
        let mut looks =
            metrics.counter("whimbrel_looks_total", "Looks, by what was looked at and what came of it");
        for counted in self.tally.looks() {
            looks.of(&counted.labels, counted.value as f64);
        }
        metrics
            .counter(
                "whimbrel_store_refusals_total",
                "Rounds in which the store could not keep what was seen",
            )
            .is(self.tally.store_refusals() as f64);
    }

    /// Projects, and what GitHub still allows.
    pub(super) fn projects(&self, metrics: &mut Metrics, now: DateTime<Utc>) {
        let state = self.about.progress.state(&self.about.projects);
        metrics.gauge("whimbrel_projects", "Projects that are followed").is(state.followed as f64);
        let overdue = self.about.projects.next_due().map_or(0.0, |due| seconds(now - due).max(0.0));
        metrics
            .gauge("whimbrel_project_overdue_seconds", "How late the next look at a project is")
            .is(overdue);
        let budgets = projects::budgets(&self.about.projects, now);
        let mut limit = metrics.gauge("whimbrel_budget_limit", "Points of a limit of GitHub's in its period");
        for budget in &budgets {
            limit.of(&[("who", &budget.who), ("what", &budget.what)], f64::from(budget.limit));
        }
        let mut left =
            metrics.gauge("whimbrel_budget_remaining", "Points of a limit of GitHub's that are left");
        for budget in &budgets {
            left.of(&[("who", &budget.who), ("what", &budget.what)], f64::from(budget.remaining));
        }
        let mut waits =
            metrics.gauge("whimbrel_budget_wait_seconds", "How long GitHub is not asked with a token");
        for budget in &budgets {
            let wait = budget.waiting_until.map_or(0.0, |until| seconds(until - now).max(0.0));
            waits.of(&[("who", &budget.who), ("what", &budget.what)], wait);
        }
    }

    /// Events and lanes.
    pub(super) fn lanes(&self, metrics: &mut Metrics) {
        let status = self.about.fanout.status();
        metrics
            .counter("whimbrel_events_total", "Live events recorded, by the number of the newest")
            .is(status.head as f64);
        metrics
            .gauge("whimbrel_events_unmatched", "Events that were not yet shown to all lanes")
            .is(status.head.saturating_sub(status.matched) as f64);
        let mut lanes = metrics.gauge("whimbrel_lanes", "Lanes: all, and those in a state");
        for (state, number) in [
            ("all", status.lanes),
            ("waiting", status.waiting),
            ("under_way", status.under_way),
            ("retrying", status.retrying),
            ("paused", status.paused),
            ("parked", status.parked),
        ] {
            lanes.of(&[("state", state)], number as f64);
        }
        metrics.gauge("whimbrel_destinations", "Places news goes to").is(status.destinations as f64);
        metrics
            .gauge("whimbrel_dead_letters", "Messages that could not be delivered and are kept")
            .is(status.dead_letters as f64);
        let mut resting = metrics.gauge("whimbrel_service_resting", "1 while nothing is sent to a service");
        for service in &status.services {
            let rests = f64::from(u8::from(service.rest.is_some()));
            resting.of(&[("service", &service.service.to_string())], rests);
        }
        let mut refused = metrics.gauge("whimbrel_token_refused", "1 while a service refuses our token");
        for service in &status.services {
            let refuses = service.rest.as_ref().is_some_and(|rest| rest.unauthorized);
            refused.of(&[("service", &service.service.to_string())], f64::from(u8::from(refuses)));
        }
    }

    /// Messages and the pace of services.
    pub(super) fn services(&self, metrics: &mut Metrics) {
        let mut sends = metrics.counter("whimbrel_sends_total", "Messages sent, by service and what it said");
        for counted in self.tally.sends() {
            sends.of(&counted.labels, counted.value as f64);
        }
        let pace = self.about.fanout.pace();
        let mut queue = metrics.gauge("whimbrel_pace_waiting", "Messages that wait for their turn");
        for service in &pace.services {
            let name = service.service.to_string();
            queue.of(&[("service", &name), ("class", "news")], service.broadcasts_waiting as f64);
            queue.of(&[("service", &name), ("class", "reply")], service.replies_waiting as f64);
        }
        let mut told =
            metrics.gauge("whimbrel_pace_wait_seconds", "How long a whole service told us to wait");
        for service in &pace.services {
            let wait = service.told_to_wait.map_or(0.0, |wait| wait.as_secs_f64());
            told.of(&[("service", &service.service.to_string())], wait);
        }
        let mut limited = metrics
            .counter("whimbrel_pace_refusals_total", "How often a service told us that we are too fast");
        for service in &pace.services {
            limited.of(&[("service", &service.service.to_string())], service.refusals as f64);
        }
    }

    /// Our own WebSub hub.
    pub(super) fn hub(&self, metrics: &mut Metrics) {
        let status = self.about.hub.status();
        let mut subscriptions = metrics.gauge(
            "whimbrel_hub_subscriptions",
            "Subscriptions at the own WebSub hub: all, and those in a state",
        );
        for (state, number) in [
            ("all", status.subscriptions),
            ("waiting", status.waiting),
            ("failing", status.failing),
            ("unconfirmed", status.unconfirmed),
        ] {
            subscriptions.of(&[("state", state)], number as f64);
        }
        let mut deliveries =
            metrics.counter("whimbrel_hub_deliveries_total", "Feeds sent by the own hub, by what came of it");
        for (result, number) in
            [("accepted", status.delivered), ("later", status.failed), ("gone", status.gone)]
        {
            deliveries.of(&[("result", result)], number as f64);
        }
        let mut requests =
            metrics.counter("whimbrel_hub_requests_total", "Requests to the own hub, by what came of them");
        for (result, number) in
            [("confirmed", status.confirmed), ("denied", status.denied), ("refused", status.refused)]
        {
            requests.of(&[("result", result)], number as f64);
        }
        metrics
            .counter("whimbrel_hub_expired_total", "Subscriptions at the own hub whose time was over")
            .is(status.expired as f64);
    }

    /// The store and its disk.
    pub(super) fn storage(&self, metrics: &mut Metrics) {
        let stats = self.store.stats().ok();
        let figures = [
            ("whimbrel_store_bytes", "Size of the database on disk", stats.map(|stats| stats.disk_bytes)),
            ("whimbrel_store_rows", "Rows of the database", stats.map(|stats| stats.rows)),
            ("whimbrel_store_events", "Live events that are kept", stats.map(|stats| stats.events)),
            (
                "whimbrel_store_epoch",
                "The life of the store: one more after each rebuild",
                stats.map(|stats| stats.epoch.0),
            ),
            ("whimbrel_disk_free_bytes", "Room on the disk of the store", self.disk_free()),
        ];
        for (name, help, figure) in figures {
            let mut family = metrics.gauge(name, help);
            if let Some(figure) = figure {
                family.is(figure as f64);
            }
        }
    }

    fn disk_free(&self) -> Option<u64> {
        let folder = self.about.configured.borrow().store_folder();
        crate::run::disk::free_bytes(&folder)
    }
}

fn seconds(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64 / 1000.0
}

/// The memory of this process, as the system counts it.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
