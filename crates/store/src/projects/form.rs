//! How a project stands on the disk: in a block with its neighbours until there is more to say of it than its name,
//! then in a row of its own, together with its stars.
//!
//! A million projects that nobody has looked at yet are thirty thousand rows. Blocks and rows share one range, so that
//! a scan meets all projects about in the order of their numbers.

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use whimbrel_catalog::EntryKey;
use whimbrel_project::{Project, ProjectId, StarHistory};

use crate::engine::Rows;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::packed;
use crate::rows::{self, VERSION, damaged};
use crate::txn::Txn;
use crate::wide;

/// Projects that share a block.
const TOGETHER: u32 = 32;

/// The version of a row that holds the stars as well; version 1 had them elsewhere.
const WITH_STARS: u8 = 2;

/// Longer histories have a row of their own, so that a project's row stays one row.
const SHORT: usize = 1024;

/// In the place of a length: the stars are elsewhere.
const ELSEWHERE: u16 = u16::MAX;

const BLOCK: &str = "a block of projects";

/// A project that was not looked at, in its block.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Unseen {
    seat: u8,
    key: EntryKey,
    /// When it is not what the key says.
    full_name: Option<String>,
    followed: (i64, u32),
}

impl Unseen {
    fn of(project: &Project) -> Self {
        let plain = Project::new(project.id, project.key.clone(), project.followed).full_name;
        Self {
            seat: seat(project.id).1,
            key: project.key.clone(),
            full_name: Some(project.full_name.clone()).filter(|name| *name != plain),
            followed: (project.followed.timestamp(), project.followed.timestamp_subsec_nanos()),
        }
    }

    fn project(self, block: u32) -> Result<Project, StoreError> {
        let number = (block * TOGETHER).checked_add(u32::from(self.seat) + 1);
        let followed = DateTime::from_timestamp(self.followed.0, self.followed.1);
        let (Some(number), Some(followed)) = (number, followed) else {
            return Err(damaged("a project has no number, or is followed since no time there is"));
        };
        let project = Project::new(ProjectId(number), self.key, followed);
        Ok(match self.full_name {
            Some(full_name) => Project { full_name, ..project },
            None => project,
        })
    }
}

/// A project's own row.
pub(crate) struct Own {
    revision: u64,
    /// Its stars as bytes; `None` when they have a row of their own, or had one in an older format.
    stars: Option<Vec<u8>>,
    body: Vec<u8>,
}

impl Own {
    fn read(version: u8, payload: &[u8]) -> Result<Self, StoreError> {
        let (revision, rest) = rows::unstamp(payload)?;
        if version != WITH_STARS {
            rows::known(version, "a project")?;
            return Ok(Self { revision, stars: None, body: rest.to_vec() });
        }
        let short = || damaged("a project is cut short");
        let (length, rest) = rest.split_first_chunk::<2>().ok_or_else(short)?;
        let (stars, body) = match u16::from_be_bytes(*length) {
            ELSEWHERE => (None, rest),
            length => {
                let (stars, body) = rest.split_at_checked(length.into()).ok_or_else(short)?;
                (Some(stars.to_vec()), body)
            }
        };
        Ok(Self { revision, stars, body: body.to_vec() })
    }

    fn write(&self, txn: &mut Txn<'_>, id: ProjectId) -> Result<(), StoreError> {
        let length = self.stars.as_ref().map_or(ELSEWHERE, |stars| stars.len() as u16); // at most `SHORT`
        let mut payload = rows::stamp(self.revision, &length.to_be_bytes());
        payload.extend_from_slice(self.stars.as_deref().unwrap_or_default());
        payload.extend_from_slice(&self.body);
        wide::put(txn, &project_key(id), WITH_STARS, &payload)
    }

    fn project(&self) -> Result<Project, StoreError> {
        rows::json(VERSION, &self.body, "a project")
    }
}

/// A project as it was found.
pub(crate) enum Form {
    /// Only listed so far.
    Unseen(Box<Project>),
    /// In a row of its own.
    Own(Own),
}

impl Form {
    /// When it was last written; 0 as long as nobody heard of it.
    pub(crate) fn revision(&self) -> u64 {
        match self {
            Self::Unseen(_) => 0,
            Self::Own(own) => own.revision,
        }
    }

    /// The project.
    pub(crate) fn project(&self) -> Result<Project, StoreError> {
        match self {
            Self::Unseen(project) => Ok((**project).clone()),
            Self::Own(own) => own.project(),
        }
    }

    /// Would this be written as it stands there?
    pub(crate) fn holds(&self, project: &Project) -> Result<bool, StoreError> {
        match self {
            Self::Unseen(unseen) => Ok(**unseen == *project),
            Self::Own(own) => Ok(own.body == rows::json_bytes(project)?),
        }
    }
}

/// A project by its number.
pub(crate) fn find(rows: &dyn Rows, id: ProjectId) -> Result<Option<Form>, StoreError> {
    if let Some((version, payload)) = wide::get(rows, project_key(id).as_bytes())? {
        return Own::read(version, &payload).map(|own| Some(Form::Own(own)));
    }
    let (block, seat) = seat(id);
    let unseen: Vec<Unseen> = packed::read(rows, &block_key(block), BLOCK)?;
    let found = unseen.into_iter().find(|unseen| unseen.seat == seat);
    found.map(|unseen| Ok(Form::Unseen(Box::new(unseen.project(block)?)))).transpose()
}

/// Writes a project of which there is no more than a name, under a number that nobody has.
pub(crate) fn put_unseen(txn: &mut Txn<'_>, project: &Project) -> Result<(), StoreError> {
    packed::push(txn, &block_key(seat(project.id).0), &Unseen::of(project))
}

/// Writes a project in a row of its own; its stars stay as they are.
pub(crate) fn put(txn: &mut Txn<'_>, project: &Project, revision: u64) -> Result<(), StoreError> {
    let id = project.id;
    let stars = match find(txn, id)? {
        None => Some(Vec::new()),
        Some(Form::Unseen(_)) => {
            leave_block(txn, id)?;
            Some(Vec::new())
        }
        Some(Form::Own(own)) => own.stars,
    };
    let stars = if stars.is_some() { stars } else { bring_in(txn, id)? };
    Own { revision, stars, body: rows::json_bytes(project)? }.write(txn, id)
}

/// Removes a project and its stars.
pub(crate) fn remove(txn: &mut Txn<'_>, id: ProjectId) -> Result<(), StoreError> {
    leave_block(txn, id)?;
    wide::remove(txn, &stars_key(id))?;
    wide::remove(txn, &project_key(id))
}

/// The stars of a project.
pub(crate) fn stars(rows: &dyn Rows, id: ProjectId) -> Result<StarHistory, StoreError> {
    match find(rows, id)? {
        Some(Form::Own(Own { stars: Some(stars), .. })) => decode(&stars),
        Some(Form::Own(_)) => match wide::get(rows, stars_key(id).as_bytes())? {
            Some((version, payload)) => read_stars(version, &payload),
            None => Ok(StarHistory::default()),
        },
        _ => Ok(StarHistory::default()),
    }
}

/// The stars of a row of their own.
pub(crate) fn read_stars(version: u8, payload: &[u8]) -> Result<StarHistory, StoreError> {
    rows::known(version, "a history of stars")?;
    decode(payload)
}

/// Writes the stars of a project; says whether there is such a project.
pub(crate) fn put_stars(txn: &mut Txn<'_>, id: ProjectId, stars: &StarHistory) -> Result<bool, StoreError> {
    let stars = stars.encode();
    let mut own = match find(txn, id)? {
        None => return Ok(false),
        Some(Form::Unseen(_)) if stars.is_empty() => return Ok(true),
        Some(Form::Unseen(project)) => {
            leave_block(txn, id)?;
            Own { revision: 0, stars: Some(Vec::new()), body: rows::json_bytes(&*project)? }
        }
        Some(Form::Own(own)) => own,
    };
    if stars.len() > SHORT {
        wide::put(txn, &stars_key(id), VERSION, &stars)?;
        own.stars = None;
    } else {
        if own.stars.is_none() {
            wide::remove(txn, &stars_key(id))?;
        }
        own.stars = Some(stars);
    }
    own.write(txn, id)?;
    Ok(true)
}

/// A project on a scan through all of them.
pub(crate) struct Found {
    pub(crate) revision: u64,
    pub(crate) project: Project,
    /// Its stars, when they stand in its row.
    pub(crate) stars: Option<StarHistory>,
}

/// What a row of such a scan holds.
pub(crate) enum Scanned {
    /// Projects that share it, rising.
    Block(Vec<Found>),
    /// One.
    Own(Box<Found>),
}

/// Reads a row of a scan.
pub(crate) fn scanned(key: &[u8], version: u8, payload: &[u8]) -> Result<Scanned, StoreError> {
    if let Some(block) = block_of_key(key) {
        let mut unseen: Vec<Unseen> = packed::items(version, payload, BLOCK)?;
        unseen.sort_by_key(|unseen| unseen.seat);
        let found = |unseen: Unseen| Ok(Found { revision: 0, project: unseen.project(block)?, stars: None });
        return unseen.into_iter().map(found).collect::<Result<_, _>>().map(Scanned::Block);
    }
    let own = Own::read(version, payload)?;
    let project = own.project()?;
    let stars = own.stars.filter(|stars| !stars.is_empty()).map(|stars| decode(&stars)).transpose()?;
    Ok(Scanned::Own(Box::new(Found { revision: own.revision, project, stars })))
}

/// Where a scan begins that is to find the projects after this one; it finds some before it too.
pub(crate) fn scan_after(after: Option<ProjectId>) -> Key {
    after.map_or(Key::of(Kind::Project), |id| block_key(seat(ProjectId(id.0.saturating_add(1))).0))
}

/// The block and the place in it that a project has wherever projects share blocks.
pub(crate) fn seat(id: ProjectId) -> (u32, u8) {
    let index = id.0.wrapping_sub(1); // number 0 is never given: nobody sits there
    (index / TOGETHER, (index % TOGETHER) as u8)
}

/// Where a project's own row stands.
pub(crate) fn project_key(id: ProjectId) -> Key {
    Key::of(Kind::Project).number(id.0.into())
}

/// Where stars stand that are too long for the project's row.
pub(crate) fn stars_key(id: ProjectId) -> Key {
    Key::of(Kind::Stars).number(id.0.into())
}

/// Behind the last project of the block before, in front of the first of its own.
fn block_key(block: u32) -> Key {
    Key::of(Kind::Project).number(u64::from(block) * u64::from(TOGETHER)).mark(0)
}

/// Is it a block that stands at this key, and not the row of one project?
pub(crate) fn is_block(key: &[u8]) -> bool {
    block_of_key(key).is_some()
}

/// The block, if that is what stands at this key.
fn block_of_key(key: &[u8]) -> Option<u32> {
    let number = key.strip_suffix(&[0]).filter(|_| key.len() == 10)?.last_chunk()?;
    u32::try_from(u64::from_be_bytes(*number)).ok().map(|first| first / TOGETHER)
}

fn leave_block(txn: &mut Txn<'_>, id: ProjectId) -> Result<(), StoreError> {
    let (block, seat) = seat(id);
    let mut unseen: Vec<Unseen> = packed::read(txn, &block_key(block), BLOCK)?;
    let before = unseen.len();
    unseen.retain(|unseen| unseen.seat != seat);
    if unseen.len() < before { packed::write(txn, &block_key(block), &unseen) } else { Ok(()) }
}

/// Takes stars out of a row of their own that an older format gave them, unless they are too long.
fn bring_in(txn: &mut Txn<'_>, id: ProjectId) -> Result<Option<Vec<u8>>, StoreError> {
    let Some((version, stars)) = wide::get(txn, stars_key(id).as_bytes())? else {
        return Ok(Some(Vec::new()));
    };
    if stars.len() > SHORT {
        return Ok(None);
    }
    read_stars(version, &stars)?;
    wide::remove(txn, &stars_key(id))?;
    Ok(Some(stars))
}

fn decode(stars: &[u8]) -> Result<StarHistory, StoreError> {
    StarHistory::decode(stars).ok_or_else(|| damaged("a history of stars cannot be read"))
}
