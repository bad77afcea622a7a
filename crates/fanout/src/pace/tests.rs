//! The handle on a paused clock, and the rules that no simulation shows.

use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::channel::{Learned, Limit, Refusal, SendError, Sent};
use crate::destination::{Destination, Service};

fn person(chat: i64) -> Destination {
    Destination::Telegram { chat, topic: None }
}

fn channel(channel: u64) -> Destination {
    Destination::Discord { channel }
}

fn pace() -> Pace {
    Pace::new(Limits::telegram(), Limits::discord())
}

fn accepted() -> Sent {
    Sent { result: Ok("1".to_owned()), learned: Learned::default() }
}

fn told_to_wait(limit: Limit, secs: u64) -> Sent {
    let learned = Learned { wait: Some((limit, Duration::from_secs(secs))), ..Learned::default() };
    Sent { result: Err(SendError::Retry { reason: "too many requests".to_owned() }), learned }
}

fn unauthorized() -> Sent {
    Sent {
        result: Err(SendError::Unauthorized { reason: "Unauthorized".to_owned() }),
        learned: Learned::default(),
    }
}

async fn send(pace: &Pace, to: &Destination, class: Class, answer: &Sent) -> Duration {
    let start = Instant::now();
    pace.permit(to, class).await.answered(answer);
    start.elapsed()
}

fn status(pace: &Pace, service: Service) -> ServicePace {
    pace.snapshot().services.into_iter().find(|one| one.service == service).unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_person_gets_a_short_burst_and_then_one_message_a_second() {
    let pace = pace();
    let start = Instant::now();
    for _ in 0..9 {
        send(&pace, &person(7), Class::Broadcast, &accepted()).await;
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(6) && took < Duration::from_millis(6_100), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn topics_share_the_budget_of_their_chat() {
    let pace = pace();
    let topics = [None, Some(2), Some(3)];
    let start = Instant::now();
    for number in 0..21 {
        let topic = Destination::Telegram { chat: -100, topic: topics[number % 3] };
        send(&pace, &topic, Class::Broadcast, &accepted()).await;
    }
    assert!(start.elapsed() >= Duration::from_mins(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_told_to_wait_waits_alone() {
    let pace = pace();
    send(&pace, &person(1), Class::Broadcast, &told_to_wait(Limit::Destination, 40)).await;
    assert_eq!(send(&pace, &person(2), Class::Broadcast, &accepted()).await, Duration::ZERO);
    let until = pace.when(&person(1), Class::Broadcast).expect("it has to wait");
    assert!(until - Instant::now() >= Duration::from_secs(40));
    assert_eq!(pace.when(&person(2), Class::Broadcast), None);
    let waiting = &status(&pace, Service::Telegram).waiting;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].destination, person(1));
    let waited = send(&pace, &person(1), Class::Broadcast, &accepted()).await;
    assert!(waited >= Duration::from_secs(40) && waited < Duration::from_secs(41), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_whole_service_that_says_wait_holds_everybody_but_not_the_other_service() {
    let pace = pace();
    send(&pace, &person(1), Class::Broadcast, &told_to_wait(Limit::Service, 5)).await;
    assert_eq!(send(&pace, &channel(1), Class::Broadcast, &accepted()).await, Duration::ZERO);
    assert!(send(&pace, &person(2), Class::Reply, &accepted()).await >= Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_service_in_trouble_holds_everybody_and_teaches_nothing() {
    let pace = pace();
    let mut waited = Vec::new();
    for number in 0..5 {
        waited.push(
            send(&pace, &channel(number), Class::Broadcast, &told_to_wait(Limit::Nobodys, 0)).await.as_secs(),
        );
    }
    assert_eq!(waited, [0, 1, 4, 16, 64], "longer and longer, also where no time is told");
    assert_eq!(send(&pace, &person(1), Class::Broadcast, &accepted()).await, Duration::ZERO);
    let waited = send(&pace, &channel(10), Class::Broadcast, &accepted()).await;
    assert_eq!(waited.as_secs(), 64);
    send(&pace, &channel(11), Class::Broadcast, &told_to_wait(Limit::Nobodys, 2)).await;
    assert_eq!(
        send(&pace, &channel(12), Class::Broadcast, &accepted()).await.as_secs(),
        2,
        "it was well again"
    );
    let mut waited = Vec::new();
    for number in 13..16 {
        let told = told_to_wait(Limit::Nobodys, 80_000);
        waited.push(send(&pace, &channel(number), Class::Broadcast, &told).await.as_secs());
    }
    assert_eq!(waited, [0, 300, 300], "nobody waits for one message all day");
    send(&pace, &channel(16), Class::Broadcast, &accepted()).await;
    let status = status(&pace, Service::Discord);
    assert_eq!((&status.overall, status.invalid), (&Limits::discord().overall, 0));
}

#[tokio::test(start_paused = true)]
async fn replies_go_before_broadcasts_but_leave_them_a_share() {
    let pace = pace();
    let mut order = tokio::task::JoinSet::new();
    for number in 0..60 {
        for (class, chat) in [(Class::Broadcast, 1_000 + number), (Class::Reply, 2_000 + number)] {
            let pace = pace.clone();
            order.spawn(async move {
                pace.permit(&person(chat), class).await.answered(&accepted());
                (Instant::now(), class)
            });
        }
    }
    let mut done = order.join_all().await;
    done.sort();
    let last = done.iter().rposition(|(_, class)| *class == Class::Reply).unwrap();
    let between = done[..last].iter().filter(|(_, class)| *class == Class::Broadcast).count();
    assert!((5..40).contains(&between), "{between} broadcasts before the last of 60 replies");
}

#[tokio::test(start_paused = true)]
async fn headers_of_a_channel_are_believed() {
    let pace = pace();
    let says = |remaining, secs| Sent {
        result: Ok("1".to_owned()),
        learned: Learned {
            remaining: Some(remaining),
            reset_after: Some(Duration::from_secs(secs)),
            wait: None,
        },
    };
    assert_eq!(send(&pace, &channel(1), Class::Broadcast, &says(1, 8)).await, Duration::ZERO);
    assert_eq!(send(&pace, &channel(1), Class::Broadcast, &says(0, 8)).await, Duration::ZERO);
    assert_eq!(send(&pace, &channel(2), Class::Broadcast, &says(9, 8)).await, Duration::ZERO);
    let waited = send(&pace, &channel(1), Class::Broadcast, &says(1, 8)).await;
    assert!(waited >= Duration::from_secs(8), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn broadcasts_of_one_destination_leave_one_by_one_and_in_order() {
    let pace = pace();
    let first = pace.permit(&person(1), Class::Broadcast).await;
    let one = person(1);
    let second = pace.permit(&one, Class::Broadcast);
    tokio::pin!(second);
    assert!(tokio::time::timeout(Duration::from_secs(5), &mut second).await.is_err());
    first.answered(&accepted());
    second.await.answered(&accepted());
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_holds_up_nobody() {
    let pace = pace();
    send(&pace, &person(1), Class::Broadcast, &told_to_wait(Limit::Destination, 10)).await;
    for _ in 0..100 {
        let one = person(1);
        let wish = pace.permit(&one, Class::Broadcast);
        assert!(tokio::time::timeout(Duration::from_millis(10), wish).await.is_err());
    }
    assert_eq!(status(&pace, Service::Telegram).broadcasts_waiting, 0);
    // One that watches the clock for others goes away while they wait.
    let others: Vec<_> = (0..3)
        .map(|_| {
            let pace = pace.clone();
            tokio::spawn(async move { pace.permit(&person(1), Class::Broadcast).await.answered(&accepted()) })
        })
        .collect();
    tokio::task::yield_now().await;
    others[0].abort();
    for other in others.into_iter().skip(1) {
        other.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_tried_twice_a_minute_and_work_resumes_when_it_is_good() {
    let pace = pace();
    let start = Instant::now();
    let mut tries = 0;
    while start.elapsed() < Duration::from_mins(10) {
        send(&pace, &person(tries), Class::Broadcast, &unauthorized()).await;
        tries += 1;
    }
    assert!((19..=22).contains(&tries), "{tries} tries in ten minutes");
    assert!(status(&pace, Service::Telegram).token_refused);
    send(&pace, &person(500), Class::Broadcast, &accepted()).await;
    assert!(!status(&pace, Service::Telegram).token_refused);
    assert_eq!(send(&pace, &person(501), Class::Broadcast, &accepted()).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn another_token_is_tried_at_once_also_by_those_who_wait_already() {
    let pace = pace();
    send(&pace, &person(1), Class::Broadcast, &unauthorized()).await;
    let waits = {
        let pace = pace.clone();
        tokio::spawn(async move { send(&pace, &person(2), Class::Broadcast, &accepted()).await })
    };
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!waits.is_finished());
    pace.renewed(Service::Telegram);
    assert_eq!(waits.await.unwrap(), Duration::from_secs(3));
    assert!(!status(&pace, Service::Telegram).token_refused);
}

#[tokio::test(start_paused = true)]
async fn invalid_requests_stop_broadcasts_long_before_discord_shuts_us_out() {
    let pace = pace();
    let refused = Sent {
        result: Err(SendError::Refused { refusal: Refusal::NoAccess, reason: "Missing Access".to_owned() }),
        learned: Learned::default(),
    };
    let start = Instant::now();
    let mut worst = 0;
    for number in 0..2_500 {
        send(&pace, &channel(number), Class::Broadcast, &refused).await;
        worst = worst.max(status(&pace, Service::Discord).invalid);
    }
    assert!(worst <= 1_000, "{worst} invalid requests within ten minutes");
    assert!(start.elapsed() >= Duration::from_mins(20), "{:?}", start.elapsed());
    for number in 0..600 {
        send(&pace, &channel(10_000 + number), Class::Broadcast, &refused).await;
        if status(&pace, Service::Discord).stopped {
            break;
        }
    }
    assert!(status(&pace, Service::Discord).stopped);
    let waited = send(&pace, &channel(1), Class::Reply, &accepted()).await;
    assert!(waited < Duration::from_secs(1), "people are still answered: {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_believed_who_says_wait_for_ever() {
    let pace = pace();
    let never = Learned { wait: Some((Limit::Destination, Duration::MAX)), ..Learned::default() };
    pace.learned(&person(1), &never);
    pace.learned(
        &channel(1),
        &Learned {
            remaining: Some(0),
            reset_after: Some(Duration::MAX),
            wait: Some((Limit::Service, Duration::MAX)),
        },
    );
    let one = person(1);
    let wish = pace.permit(&one, Class::Broadcast);
    assert!(tokio::time::timeout(Duration::from_hours(23), wish).await.is_err());
    assert!(pace.when(&person(1), Class::Reply).is_some());
    assert!(status(&pace, Service::Discord).told_to_wait.is_some());
    assert!(send(&pace, &one, Class::Broadcast, &accepted()).await <= Duration::from_hours(2));
}

#[tokio::test(start_paused = true)]
async fn destinations_that_are_idle_are_forgotten() {
    let pace = Pace::new(Limits::none(), Limits::discord());
    for number in 0..5_000 {
        pace.permit(&person(number), Class::Broadcast).await.answered(&accepted());
    }
    assert_eq!(status(&pace, Service::Telegram).places, 0);
    for number in 0..50 {
        pace.permit(&channel(number), Class::Broadcast).await.answered(&accepted());
    }
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(status(&pace, Service::Discord).places, 0);
}

#[tokio::test(start_paused = true)]
async fn without_limits_nothing_waits() {
    let pace = Pace::new(Limits::none(), Limits::none());
    let start = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for number in 0..3_000 {
        let pace = pace.clone();
        all.spawn(
            async move { pace.permit(&person(number % 7), Class::Broadcast).await.answered(&accepted()) },
        );
    }
    all.join_all().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}
