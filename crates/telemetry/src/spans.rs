//! The layer that takes spans down.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::TARGET;
use crate::queue::Queue;
use crate::span::{Ended, Names, Open, Said};

/// Takes down the spans that are for a collector.
#[derive(Debug)]
pub struct Spans {
    queue: Arc<Queue>,
    names: Names,
}

impl Spans {
    pub(crate) fn new(queue: Arc<Queue>) -> Self {
        Self { queue, names: Names::new() }
    }
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !is_ours(attributes.metadata()) {
            return;
        }
        let Some(span) = context.span(id) else { return };
        // Between two of ours may stand one of a library, which is for the log.
        let above = span
            .scope()
            .skip(1)
            .find_map(|above| above.extensions().get::<Open>().map(|open| (open.trace, open.id)));
        let mut said = Said::default();
        attributes.record(&mut said);
        let open = Open {
            trace: above.map_or_else(|| self.names.trace(), |(trace, _)| trace),
            id: self.names.span(),
            parent: above.map(|(_, id)| id),
            name: attributes.metadata().name(),
            at: now(),
            since: Instant::now(),
            said,
        };
        span.extensions_mut().insert(open);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            values.record(&mut open.said);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let open = span.extensions_mut().remove::<Open>();
        if let Some(span) = open {
            let until = span.at + span.since.elapsed();
            self.queue.push(Ended { span, until });
        }
    }
}

/// An edge: a span is of the moment it is made in.
fn now() -> SystemTime {
    SystemTime::now()
}
