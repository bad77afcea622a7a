//! A scan through all projects, in the order of their numbers: a block comes before the rows of those who left it.

use std::collections::VecDeque;

use crate::outcome::StoreError;
use crate::projects::form::{Found, Scanned, scanned};

/// The projects of a block that have yet to come.
#[derive(Default)]
pub(crate) struct ByNumber(VecDeque<Found>);

impl ByNumber {
    /// The next row of the scan: hands back the projects that are known to come next.
    pub(crate) fn meet(&mut self, key: &[u8], version: u8, payload: &[u8]) -> Result<Vec<Found>, StoreError> {
        match scanned(key, version, payload)? {
            Scanned::Block(block) => Ok(std::mem::replace(&mut self.0, block.into()).into()),
            Scanned::Own(own) => {
                let before = self.0.partition_point(|found| found.project.id < own.project.id);
                Ok(self.0.drain(..before).chain([*own]).collect())
            }
        }
    }

    /// What is left at the end of the scan.
    pub(crate) fn rest(self) -> impl Iterator<Item = Found> {
        self.0.into_iter()
    }
}
