//! What a query costs: GitHub's rule, read off the plan before anything is answered.

use super::plan::{Selection, Step};

/// The price of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Price {
    /// Requests needed to fill every connection to its limit.
    pub(super) requests: u64,
    /// Objects all connections could lead to.
    pub(super) nodes: u64,
    /// Nodes asked for by id or by name.
    pub(super) roots: u64,
}

impl Price {
    /// Points of the hourly budget: the requests through a hundred, at least one.
    pub(super) fn points(self) -> u32 {
        u32::try_from((self.requests + 50) / 100).unwrap_or(u32::MAX).max(1)
    }

    /// What GitHub's machines have to do, in objects: what settles how long it takes, and whether it is too much.
    pub(super) fn weight(self) -> u64 {
        self.roots + self.nodes
    }
}

/// Prices a plan.
pub(super) fn price(plan: &Selection) -> Price {
    let mut price = Price::default();
    for step in &plan.0 {
        price.roots += if step.below.is_empty() { 0 } else { step.at_most };
        add(step, 1, &mut price);
    }
    price
}

fn add(step: &Step, times: u64, price: &mut Price) {
    let mut within = times;
    if step.connection {
        price.requests = price.requests.saturating_add(times);
        within = times.saturating_mul(step.at_most);
        price.nodes = price.nodes.saturating_add(within);
    } else if step.at_most != 1 {
        within = times.saturating_mul(step.at_most);
    }
    // Of several kinds an object can be, the dearest counts.
    let kinds = step.below.iter().map(|(_, selection)| {
        let mut of_kind = Price::default();
        for step in &selection.0 {
            add(step, within, &mut of_kind);
        }
        of_kind
    });
    if let Some(dearest) = kinds.max_by_key(|price| (price.requests, price.nodes)) {
        price.requests = price.requests.saturating_add(dearest.requests);
        price.nodes = price.nodes.saturating_add(dearest.nodes);
    }
}
