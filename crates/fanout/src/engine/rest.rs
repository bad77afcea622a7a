//! Services that are left alone for a while as a whole: our token is refused, or nothing gets through.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::destination::Service;
use crate::subscription::RestStatus;

/// With a token that is refused, one call in this time: two a minute.
const TOKEN: TimeDelta = TimeDelta::seconds(30);

/// So many tries in a row that fail, at whichever destinations, are trouble of the service.
const FAILURES: u32 = 5;

/// The first rest from a service in trouble …
const FIRST: TimeDelta = TimeDelta::seconds(5);

/// … which doubles up to this.
const LONGEST: TimeDelta = TimeDelta::minutes(1);

/// No service makes anybody wait longer than this.
pub(crate) const LONGEST_DELAY: TimeDelta = TimeDelta::days(2);

/// Both services.
#[derive(Default)]
pub(crate) struct Rests {
    services: [State; 2],
}

/// How somebody may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// The service works, as far as is known.
    Freely,
    /// To see whether it works again.
    Probe,
}

#[derive(Default)]
struct State {
    rest: Option<RestStatus>,
    /// Somebody is trying whether it is over.
    probing: bool,
    failures: u32,
    length: Option<TimeDelta>,
}

impl Rests {
    /// May something be sent? While it rests, one may try when the time is up.
    pub(crate) fn admits(&mut self, service: Service, now: DateTime<Utc>) -> Option<Admitted> {
        let state = self.state(service);
        match &state.rest {
            None => Some(Admitted::Freely),
            Some(rest) if state.probing || now < rest.until => None,
            Some(_) => {
                state.probing = true;
                Some(Admitted::Probe)
            }
        }
    }

    /// Whoever tried is done.
    pub(crate) fn left(&mut self, service: Service) {
        self.state(service).probing = false;
    }

    /// A message was accepted, or refused for its own sake: the service is there.
    pub(crate) fn works(&mut self, service: Service) {
        let state = self.state(service);
        if let Some(rest) = state.rest.take() {
            tracing::info!(%service, since = %rest.since, "{service} takes messages again");
        }
        *state = State::default();
    }

    /// Our token was refused.
    pub(crate) fn unauthorized(&mut self, service: Service, reason: &str, now: DateTime<Utc>) {
        let state = self.state(service);
        let before = state.rest.take().filter(|rest| rest.unauthorized);
        if before.is_none() {
            tracing::error!(%service, reason, "{service} refuses our token ({reason}): nothing is sent there until it is changed; what waits is kept");
        }
        let since = before.map_or(now, |rest| rest.since);
        let until = now + TOKEN;
        state.rest = Some(RestStatus { unauthorized: true, reason: reason.to_owned(), since, until });
        state.probing = false;
    }

    /// A try failed without anybody being told to wait.
    pub(crate) fn failed(&mut self, service: Service, reason: &str, now: DateTime<Utc>) {
        let state = self.state(service);
        state.failures = state.failures.saturating_add(1);
        state.probing = false;
        if state.failures < FAILURES || state.rest.as_ref().is_some_and(|rest| now < rest.until) {
            return;
        }
        let length = state.length.map_or(FIRST, |length| (length * 2).min(LONGEST));
        let since = state.rest.as_ref().map_or(now, |rest| rest.since);
        if state.rest.is_none() {
            tracing::warn!(%service, reason, "{service} is in trouble ({reason}): it is tried again from time to time, what waits is kept");
        }
        state.length = Some(length);
        let until = now + length;
        state.rest = Some(RestStatus { unauthorized: false, reason: reason.to_owned(), since, until });
    }

    /// Somebody changed how we get in: where our token was refused, it is tried at once.
    pub(crate) fn renewed(&mut self, service: Service, now: DateTime<Utc>) {
        if let Some(rest) = self.state(service).rest.as_mut().filter(|rest| rest.unauthorized) {
            rest.until = rest.until.min(now);
        }
    }

    /// A rest that ends later than any can by this clock is tried at once.
    pub(crate) fn bring_forward(&mut self, now: DateTime<Utc>) {
        for rest in self.services.iter_mut().filter_map(|state| state.rest.as_mut()) {
            if rest.until > now + LONGEST.max(TOKEN) {
                rest.until = now;
            }
        }
    }

    /// How it is.
    pub(crate) fn status(&self, service: Service) -> Option<RestStatus> {
        self.services[place(service)].rest.clone()
    }

    /// When something that is due then can be sent: later where the service rests; `None` while somebody tries whether
    /// it works again, since whoever asked before they know would only ask again and again.
    pub(crate) fn opens(&self, service: Service, due: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.services[place(service)] {
            State { rest: Some(_), probing: true, .. } => None,
            State { rest: Some(rest), .. } => Some(due.max(rest.until)),
            State { rest: None, .. } => Some(due),
        }
    }

    fn state(&mut self, service: Service) -> &mut State {
        &mut self.services[place(service)]
    }
}

/// The delay after so many failures in a row: from two seconds to an hour.
pub(crate) fn delay(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.clamp(1, 12)).min(Duration::from_hours(1))
}

fn place(service: Service) -> usize {
    match service {
        Service::Telegram => 0,
        Service::Discord => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_an_hour() {
        let delays: Vec<u64> = (1..=13).map(|failures| delay(failures).as_secs()).collect();
        assert_eq!(delays, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]);
        assert_eq!(delay(u32::MAX).as_secs(), 3600);
    }

    #[test]
    fn a_refused_token_is_tried_twice_a_minute_and_by_one_at_a_time() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (mut rests, telegram) = (Rests::default(), Service::Telegram);
        assert_eq!(rests.admits(telegram, start), Some(Admitted::Freely));
        rests.unauthorized(telegram, "Unauthorized", start);
        let mut tries = 0;
        for second in 0..600 {
            let now = start + TimeDelta::seconds(second);
            let other = rests.admits(Service::Discord, now);
            assert_eq!(other, Some(Admitted::Freely), "the other service goes on");
            if rests.admits(telegram, now) == Some(Admitted::Probe) {
                assert_eq!(rests.admits(telegram, now), None, "one is enough");
                tries += 1;
                rests.unauthorized(telegram, "Unauthorized", now);
            }
        }
        assert_eq!(tries, 19);
        assert_eq!(rests.status(telegram).unwrap().since, start);
        let renewed = start + TimeDelta::seconds(601);
        rests.renewed(telegram, renewed);
        assert_eq!(rests.admits(telegram, renewed), Some(Admitted::Probe), "a new token is tried at once");
        rests.works(telegram);
        for _ in 0..2 {
            assert_eq!(rests.admits(telegram, start), Some(Admitted::Freely));
        }
    }

    #[test]
    fn trouble_of_the_whole_service_is_met_with_rest() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (mut rests, discord) = (Rests::default(), Service::Discord);
        for _ in 0..4 {
            rests.failed(discord, "Bad Gateway", start);
        }
        assert_eq!(rests.admits(discord, start), Some(Admitted::Freely), "a few failures are nothing");
        rests.works(discord);
        let mut tries = 0;
        for second in 0..3600 {
            let now = start + TimeDelta::seconds(second);
            if rests.admits(discord, now).is_some() {
                tries += 1;
                rests.failed(discord, "Bad Gateway", now);
            }
        }
        assert!((60..80).contains(&tries), "{tries}");
    }
}
