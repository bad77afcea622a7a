//! What is said at the end: whether there is a network, the way to invite the bot, the steps to make one.

use std::fmt::Write as _;

use whimbrel_discord::examine::invitation;

use super::finding::Report;

const TELEGRAM: &str = "
A bot on Telegram, if you want one:
  1. Open @BotFather in Telegram, type /newbot, choose a name and a username that ends in `bot`.
  2. Start the program with the token it gives: WHIMBREL_TELEGRAM__TOKEN=…, or a file named by WHIMBREL_TELEGRAM__TOKEN_FILE.
  3. Press Start in a chat with the bot. Add it to groups as a member, to channels as an admin who may post messages.
";

pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    if report.no_network {
        text.push_str(
            "\nNobody outside this machine answered: there seems to be no network. What needs none was looked at all the \
             same; ask again later.\n",
        );
    }
    if report.telegram_off {
        text.push_str(TELEGRAM);
    }
    if let Some(invitation) = &report.invitation {
        let _ = write!(
            text,
            "\nInvite the bot to a server on Discord, with the rights it needs (View Channels, Send Messages, Send \
             Messages in Threads, Embed Links, Attach Files):\n  {invitation}\n"
        );
    }
    if report.discord_off {
        let _ = write!(
            text,
            "
A bot on Discord, if you want one:
  1. At https://discord.com/developers/applications press New Application; under Bot press Reset Token, copy the token.
  2. Start the program with it: WHIMBREL_DISCORD__TOKEN=…, or a file named by WHIMBREL_DISCORD__TOKEN_FILE.
  3. Invite it with this address, with the Application ID of the first page in it:
     {}
Without a bot, the address of a channel's webhook in [discord.webhooks] and a [[destination]] will do.
",
            invitation("APPLICATION_ID")
        );
    }
    text
}
