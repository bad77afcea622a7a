//! Rights, as bits, and who has which in a channel.

use super::state::{Channel, Guild, State};

pub(super) const ADMINISTRATOR: u64 = 1 << 3;
pub(super) const MANAGE_CHANNELS: u64 = 1 << 4;
pub(super) const VIEW_CHANNEL: u64 = 1 << 10;
pub(super) const SEND_MESSAGES: u64 = 1 << 11;
pub(super) const MANAGE_MESSAGES: u64 = 1 << 13;
pub(super) const EMBED_LINKS: u64 = 1 << 14;
pub(super) const ATTACH_FILES: u64 = 1 << 15;
pub(super) const READ_MESSAGE_HISTORY: u64 = 1 << 16;
pub(super) const MENTION_EVERYONE: u64 = 1 << 17;
pub(super) const MANAGE_WEBHOOKS: u64 = 1 << 29;
pub(super) const USE_COMMANDS: u64 = 1 << 31;
pub(super) const MANAGE_THREADS: u64 = 1 << 34;
pub(super) const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
pub(super) const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;

/// What everybody may do in a new guild.
pub(super) const USUAL: u64 = VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_COMMANDS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS;

/// Everything there is.
pub(super) const ALL: u64 = (1 << 47) - 1;

/// What a member may do in the whole guild; none for who is not there.
pub(super) fn in_guild(guild: &Guild, user: u64) -> Option<u64> {
    let member = guild.members.get(&user)?;
    if guild.owner == user {
        return Some(ALL);
    }
    let of = |role: &u64| guild.roles.get(role).map_or(0, |role| role.permissions);
    let bits = of(&guild.id) | member.roles.iter().map(of).fold(0, |all, bits| all | bits);
    Some(if bits & ADMINISTRATOR != 0 { ALL } else { bits })
}

/// What a member may do in a channel of the guild; threads follow their parents.
pub(super) fn in_channel(state: &State, guild: &Guild, channel: &Channel, user: u64) -> Option<u64> {
    let whole = in_guild(guild, user)?;
    if whole == ALL {
        return Some(ALL);
    }
    let place = channel.parent.filter(|_| channel.is_thread()).and_then(|parent| state.channels.get(&parent));
    let overwrites = &place.unwrap_or(channel).overwrites;
    let member = guild.members.get(&user)?;
    let mut bits = whole;
    if let Some((allow, deny)) = overwrites.get(&guild.id) {
        bits = bits & !deny | allow;
    }
    let (mut allowed, mut denied) = (0, 0);
    for (allow, deny) in member.roles.iter().filter_map(|role| overwrites.get(role)) {
        allowed |= allow;
        denied |= deny;
    }
    bits = bits & !denied | allowed;
    if let Some((allow, deny)) = overwrites.get(&user) {
        bits = bits & !deny | allow;
    }
    Some(if bits & VIEW_CHANNEL == 0 { 0 } else { bits })
}
