//! What a start finds in the store.

use url::Url;
use whimbrel_store::{Store, StoreError};

use crate::held::Pending;
use crate::place::place;
use crate::street::Street;

/// Rows read at a time.
const PAGE: usize = 500;

/// The street as it was left.
pub(crate) fn left(store: &Store) -> Result<Street, StoreError> {
    let mut street = Street::default();
    let mark = store.hub_mark()?;
    let (head, epoch) = (store.head(), store.epoch());
    let is_same_life = mark.is_none_or(|mark| mark.epoch == epoch);
    street.begins_at(mark.filter(|_| is_same_life).map_or(head, |mark| mark.matched.min(head)));
    let mut after = None;
    loop {
        let rows = store.hub_subscriptions(after.as_ref(), PAGE)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.key.clone());
        for mut row in rows {
            if !is_same_life {
                // Numbers of another life mean nothing here: it goes on with what comes.
                (row.told, row.waiting) = (head, None);
            }
            street.take_in(row, None);
        }
    }
    let mut after = None;
    loop {
        let rows = store.hub_requests(after.as_ref(), PAGE)?;
        let Some(last) = rows.last() else { return Ok(street) };
        after = Some(last.key.clone());
        for row in rows {
            let Ok(url) = Url::parse(&row.key.callback) else { continue };
            let (place, number) = (place(&url), street.next_number());
            let pending = Pending { url, place, number, is_flying: false, client: None, row };
            street.requests.insert(pending.row.key.clone(), pending);
        }
    }
}
