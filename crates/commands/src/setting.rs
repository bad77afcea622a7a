//! Rhythm, time zone and quiet hours.

use chrono::Weekday;
use whimbrel_fanout::{At, Cadence, Quiet, Rhythm, Subscription};
use whimbrel_news::Zone;
use whimbrel_store::StoreError;

use crate::action::{Action, Pick, Ref};
use crate::command::Wishes;
use crate::commands::{Commands, Here, notice, reference};
use crate::mistake::Mistake;
use crate::pages::Pages;
use crate::reply::{Button, Reply};
use crate::subscribed::stored;
use crate::subscribing::{times, usual};
use crate::undo::Undo;
use crate::words;

/// Zones are chosen within these; other names are old ones for the same, and can be typed.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// Zones on a page: four rows of three.
const ZONES: usize = 12;

const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Days of the month to press; others can be typed.
const MONTH_DAYS: [u8; 10] = [1, 2, 3, 5, 7, 10, 15, 20, 25, 31];

/// Quiet hours to press; others can be typed.
const QUIET: [(u8, u8); 5] = [(22, 7), (22, 8), (23, 7), (0, 8), (20, 8)];

impl Commands {
    pub(crate) fn rhythms(one: &Subscription) -> Reply {
        let which = reference(one);
        let buttons = Pick::ALL.map(|pick| Button::new(words::pick(pick), Action::SetRhythm(which, pick)));
        Reply::default()
            .heading(words::WHICH_RHYTHM)
            .grid(&buttons, 3)
            .row([Button::new("‹ Back", Action::Show(which))])
            .hide()
    }

    pub(crate) async fn set_rhythm(&self, here: &Here, which: Ref, pick: Pick) -> Result<Reply, StoreError> {
        self.alter(here, which, |cadence| {
            let mut rhythm = usual(pick);
            // The time of day stays.
            if let (Some(before), Some(now)) = (time(&mut cadence.rhythm.clone()).copied(), time(&mut rhythm))
            {
                *now = before;
            }
            cadence.rhythm = rhythm;
        })
        .await
    }

    pub(crate) fn days(one: &Subscription) -> Reply {
        let which = reference(one);
        let buttons: Vec<_> = match one.cadence.rhythm {
            Rhythm::Weekly { .. } => DAYS
                .map(|day| {
                    Button::new(words::weekday(day), Action::SetDay(which, day.number_from_monday() as u8))
                })
                .to_vec(),
            Rhythm::Monthly { .. } => {
                MONTH_DAYS.map(|day| Button::new(&words::month_day(day), Action::SetDay(which, day))).to_vec()
            }
            _ => return Self::rhythms(one),
        };
        Reply::default()
            .heading(words::WHICH_DAY)
            .grid(&buttons, 4)
            .row([Button::new("‹ Back", Action::Show(which))])
            .hide()
    }

    pub(crate) async fn set_day(&self, here: &Here, which: Ref, chosen: u8) -> Result<Reply, StoreError> {
        self.alter(here, which, |cadence| match &mut cadence.rhythm {
            Rhythm::Weekly { day, .. } => {
                *day = DAYS.get(usize::from(chosen).saturating_sub(1)).copied().unwrap_or(*day);
            }
            Rhythm::Monthly { day, .. } => *day = chosen,
            _ => {}
        })
        .await
    }

    pub(crate) fn hours(one: &Subscription) -> Reply {
        let which = reference(one);
        let mut buttons: Vec<_> = (0..24u8)
            .map(|hour| Button::new(&format!("{hour:02}:00"), Action::SetHour(which, hour)))
            .collect();
        // Twenty-five buttons fit, and one of them leads back.
        buttons.push(Button::new("‹ Back", Action::Show(which)));
        Reply::default()
            .heading(words::WHICH_HOUR)
            .say(&words::clock(one.cadence.zone))
            .grid(&buttons, 5)
            .hide()
    }

    pub(crate) async fn set_hour(&self, here: &Here, which: Ref, hour: u8) -> Result<Reply, StoreError> {
        self.alter(here, which, |cadence| {
            if let (Some(time), Some(at)) = (time(&mut cadence.rhythm), At::new(hour, 0)) {
                *time = at;
            }
        })
        .await
    }

    pub(crate) fn regions() -> Reply {
        let button = |(at, name): (usize, &&str)| Button::new(name, Action::Zones(at as u8, 0));
        let mut buttons: Vec<_> = REGIONS.iter().enumerate().map(button).collect();
        buttons.push(Button::new("UTC", Action::SetZone(Zone::UTC)));
        Reply::default()
            .heading(words::WHICH_REGION)
            .say(words::WHICH_REGION_TYPED)
            .code("/settings zone Europe/Berlin")
            .grid(&buttons, 3)
            .hide()
    }

    pub(crate) fn zones(region: u8, page: u16) -> Reply {
        let Some(region_name) = REGIONS.get(usize::from(region)) else { return Self::regions() };
        let inside =
            |zone: &Zone| zone.name().split_once('/').is_some_and(|(first, _)| first == *region_name);
        let zones: Vec<Zone> = Zone::all().filter(inside).collect();
        let pages = Pages::new(zones.len(), ZONES, page);
        let city = |zone: &Zone| {
            let name = zone.name().split_once('/').map_or(zone.name(), |(_, city)| city);
            Button::new(&name.replace('_', " "), Action::SetZone(*zone))
        };
        let buttons: Vec<_> = pages.of(&zones).iter().map(city).collect();
        let mut last = pages.row(|page| Action::Zones(region, page));
        last.push(Button::new("Regions", Action::Regions));
        Reply::default().heading(region_name).grid(&buttons, 3).row(last).hide()
    }

    pub(crate) async fn set_zone(&self, here: &Here, zone: Zone) -> Result<Reply, StoreError> {
        self.set(here, &Wishes { zone: Some(zone), ..Wishes::default() }).await
    }

    pub(crate) fn quiet_hours() -> Reply {
        let choice = |(from, to): (u8, u8)| Quiet::new(At::new(from, 0)?, At::new(to, 0)?);
        let button = |quiet: Quiet| {
            Button::new(&format!("{}–{}", quiet.from(), quiet.to()), Action::SetQuiet(Some(quiet)))
        };
        let mut buttons: Vec<_> = QUIET.into_iter().filter_map(choice).map(button).collect();
        buttons.push(Button::new("None", Action::SetQuiet(None)));
        Reply::default()
            .heading("Quiet hours")
            .say(words::WHICH_QUIET)
            .code("/settings quiet 22:30-06:30")
            .grid(&buttons, 3)
            .hide()
    }

    pub(crate) async fn set_quiet(&self, here: &Here, quiet: Option<Quiet>) -> Result<Reply, StoreError> {
        let numbers: Vec<_> = here.subscriptions.iter().map(reference).collect();
        self.alter_these(here, &numbers, |cadence| cadence.quiet = quiet).await
    }

    pub(crate) fn settings(here: &Here) -> Reply {
        if here.subscriptions.is_empty() {
            return Self::nothing();
        }
        let clocks: Vec<String> =
            here.subscriptions.iter().map(|one| words::habits(one.cadence.zone, one.cadence.quiet)).collect();
        let reply = Reply::default().heading("Settings");
        let reply = match clocks.split_first() {
            Some((first, others)) if others.iter().all(|other| other == first) => reply.say(first),
            _ => here
                .subscriptions
                .iter()
                .zip(&clocks)
                .take(6)
                .fold(reply, |reply, (one, clock)| reply.say(&format!("{}: {clock}", one.number))),
        };
        reply
            .code("/settings rhythm daily 08:00")
            .row(times())
            .row([Button::new("Subscriptions", Action::List(0)), Button::new("Forget all", Action::Forget)])
            .hide()
    }

    pub(crate) async fn set(&self, here: &Here, wishes: &Wishes) -> Result<Reply, StoreError> {
        let of = |one: &&Subscription| wishes.number.is_none_or(|number| number == one.number);
        let these: Vec<_> = here.subscriptions.iter().filter(of).map(reference).collect();
        if let (true, Some(number)) = (these.is_empty() && !here.subscriptions.is_empty(), wishes.number) {
            let refused = words::refused(&whimbrel_fanout::SubscribeError::Unknown(number));
            return Ok(Reply::default().say(&refused).hide());
        }
        // Read once, so that nothing is changed when something of it is wrong.
        if let Err(wrong) = altered(&Cadence::default(), wishes) {
            return Ok(Mistake::from(wrong).into());
        }
        self.alter_these(here, &these, |cadence| {
            if let Ok(after) = altered(cadence, wishes) {
                *cadence = after;
            }
        })
        .await
    }

    async fn alter(
        &self,
        here: &Here,
        which: Ref,
        change: impl Fn(&mut Cadence),
    ) -> Result<Reply, StoreError> {
        if here.find(which).is_none() {
            return Ok(notice(words::NOT_THERE));
        }
        self.alter_these(here, &[which], change).await
    }

    /// Changes when these subscriptions speak, and says what is now true.
    async fn alter_these(
        &self,
        here: &Here,
        these: &[Ref],
        change: impl Fn(&mut Cadence),
    ) -> Result<Reply, StoreError> {
        if these.is_empty() {
            return Ok(Self::nothing());
        }
        let mut before = Vec::new();
        for one in these.iter().filter_map(|which| here.find(*which)) {
            let mut cadence = one.cadence.clone();
            change(&mut cadence);
            if cadence == one.cadence {
                continue;
            }
            before.push((reference(one), one.cadence.clone()));
            self.inner
                .fanout
                .set_cadence(&here.place.destination, Some(one.number), cadence, here.now)
                .await
                .map(drop)
                .or_else(stored)?;
        }
        let mark =
            if before.is_empty() { None } else { Some(self.keep(here, Undo::Cadences(before)).await?) };
        let numbers: Vec<_> = these.iter().map(|which| which.number).collect();
        self.now_true(here, words::CHANGED, &numbers, mark).await
    }
}

/// A cadence with what shall be different.
fn altered(before: &Cadence, wishes: &Wishes) -> Result<Cadence, whimbrel_fanout::BadCadence> {
    let mut cadence = before.clone();
    if let Some(text) = &wishes.cadence {
        let read = Cadence::read(text, before.zone)?;
        cadence = Cadence { quiet: read.quiet.or(before.quiet), ..read };
    }
    match wishes.quiet.as_deref() {
        None => {}
        Some("off") => cadence.quiet = None,
        Some(hours) => cadence.quiet = Cadence::read(&format!("instant quiet {hours}"), Zone::UTC)?.quiet,
    }
    cadence.zone = wishes.zone.unwrap_or(cadence.zone);
    Ok(cadence)
}

/// The time of day of a rhythm that has one.
fn time(rhythm: &mut Rhythm) -> Option<&mut At> {
    match rhythm {
        Rhythm::Daily { at } | Rhythm::Weekly { at, .. } | Rhythm::Monthly { at, .. } => Some(at),
        Rhythm::Instant | Rhythm::Hourly | Rhythm::Cron(_) => None,
    }
}
