//! What is said here and not by the commands: about chats that are asked about from elsewhere.

pub(super) const UNSURE: &str =
    "Telegram did not tell whether you may do that. Nothing was changed; please try again in a minute.";

pub(super) const NOT_THERE: &str =
    "I do not know that chat. Add me to it first: to a channel as an admin who may post messages.";

pub(super) const NOT_ADMIN: &str = "Only admins of that chat may ask about it, and you are none there.";

pub(super) const MAY_NOT_POST: &str =
    "I may not write there. Make me an admin with the right to post messages, then ask again.";
