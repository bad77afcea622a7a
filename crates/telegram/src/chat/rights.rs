//! Who is an admin where, remembered for a short while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use teloxide::types::{ChatMember, ChatMemberKind};
use tokio::time::Instant;

use super::call::{Failure, call};
use crate::send::Telegram;

/// Who lost the right keeps it for us no longer than this.
const REMEMBERED: Duration = Duration::from_mins(1);

/// With more than this remembered, what is too old is dropped.
const MANY: usize = 1_000;

/// What was found out.
#[derive(Default)]
pub(super) struct Rights(Mutex<HashMap<(i64, i64), (Instant, bool)>>);

impl Rights {
    /// Whether somebody is an admin of a chat.
    pub(super) async fn is_admin(&self, telegram: &Telegram, chat: i64, user: i64) -> Result<bool, Failure> {
        let known = self.lock().get(&(chat, user)).copied();
        if let Some((at, is)) = known
            && at.elapsed() < REMEMBERED
        {
            return Ok(is);
        }
        let asked = Instant::now();
        let is = member(telegram, chat, user).await?.is_some_and(|member| member.is_privileged());
        let mut known = self.lock();
        if known.len() >= MANY {
            known.retain(|_, (at, _)| at.elapsed() < REMEMBERED);
        }
        known.insert((chat, user), (asked, is));
        Ok(is)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(i64, i64), (Instant, bool)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether we may write in a chat.
pub(crate) async fn may_post(
    telegram: &Telegram,
    chat: i64,
    bot: i64,
    channel: bool,
) -> Result<bool, Failure> {
    Ok(member(telegram, chat, bot).await?.is_some_and(|member| match &member.kind {
        ChatMemberKind::Administrator(admin) => !channel || admin.can_post_messages,
        ChatMemberKind::Member(_) => !channel,
        ChatMemberKind::Restricted(restricted) => {
            !channel && restricted.is_member && restricted.can_send_messages
        }
        ChatMemberKind::Owner(_) => true,
        ChatMemberKind::Left | ChatMemberKind::Banned(_) => false,
    }))
}

/// Somebody in a chat; nobody where the service says no.
async fn member(telegram: &Telegram, chat: i64, user: i64) -> Result<Option<ChatMember>, Failure> {
    let fields = json!({ "chat_id": chat, "user_id": user });
    match call(telegram, "getChatMember", &fields, None).await {
        Ok(found) => serde_json::from_value(found).map(Some).map_err(|error| Failure::Later {
            reason: format!("a member that cannot be read: {error}"),
            wait: None,
        }),
        Err(Failure::Refused(reason)) => {
            tracing::debug!(chat, reason, "who is a member of telegram:{chat} is not told: {reason}");
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}
