//! How news reaches people: lanes with a cursor each, the rhythm they flush at, and the pace services allow.
//!
//! [`Channel`] is the seam to the services: it renders a [`Bundle`] of news as messages and sends them one by one.
//! Everything else here is the same for all of them.

pub mod bundle;
pub mod cadence;
pub mod channel;
pub mod destination;
pub mod engine;
pub mod pace;
pub mod settings;
pub mod subscription;

pub use bundle::{Bundle, Content, Links, Painter};
pub use cadence::{At, BadCadence, Cadence, Cron, Quiet, Rhythm};
pub use channel::{Channel, Learned, Limit, Nonce, Part, Refusal, SendError, Sent, Style, Upload};
pub use destination::{BadDestination, Destination, Service};
pub use engine::{Fanout, Flushed};
pub use pace::{Class, Limits, Pace, PaceStatus, Permit, Window};
pub use settings::Settings;
pub use subscription::{
    Ended, LaneReport, LaneState, New, RestStatus, ServiceStatus, Status, SubscribeError, Subscription,
    Verdict, Why,
};
