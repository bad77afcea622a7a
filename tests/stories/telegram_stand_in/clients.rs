//! A library that knows only the real service gets along.

use teloxide::payloads::{EditMessageTextSetters, GetUpdatesSetters, SendMessageSetters, SendPhotoSetters};
use teloxide::requests::Requester;
use teloxide::types::{
    BotCommand, BotCommandScope, ChatId, ChatMemberStatus, InlineKeyboardButton, InlineKeyboardMarkup,
    InputFile, InputMedia, InputMediaPhoto, LinkPreviewOptions, ParseMode, UpdateKind, UserId,
};
use teloxide::{ApiError, Bot, RequestError};
use whimbrel_world::telegram::Telegram;

use super::png;

fn bot(telegram: &Telegram) -> Bot {
    Bot::new(telegram.token()).set_api_url(telegram.api_url().parse().expect("an address"))
}

#[tokio::test]
async fn teloxide_talks_with_a_person() {
    let telegram = Telegram::start();
    let bot = bot(&telegram);
    let me = bot.get_me().await.expect("the bot itself");
    assert_eq!((me.username(), me.can_join_groups), ("whimbrel_bot", true));
    bot.delete_webhook().await.expect("no web hook");
    bot.set_my_commands([BotCommand::new("start", "begin")]).await.expect("commands");
    assert_eq!(bot.get_my_commands().await.expect("commands").len(), 1);

    let ada = telegram.person("ada");
    ada.says("/start");
    let updates = bot.get_updates().timeout(1).await.expect("updates");
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!((message.text(), message.chat.id), (Some("/start"), ChatId(ada.id())));

    let keyboard = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Weekly", "cadence:weekly")]]);
    let preview = LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    };
    let sent = bot
        .send_message(message.chat.id, "<b>How often?</b>")
        .parse_mode(ParseMode::Html)
        .link_preview_options(preview)
        .reply_markup(keyboard)
        .await
        .expect("it is sent");
    assert_eq!(ada.sees_last().expect("it arrived").to_string(), "*How often?*\n[Weekly]");
    ada.presses("Weekly");
    let next = i32::try_from(updates[0].id.0 + 1).expect("small");
    let updates = bot.get_updates().offset(next).timeout(1).await.expect("updates");
    let UpdateKind::CallbackQuery(query) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!(query.data.as_deref(), Some("cadence:weekly"));
    bot.answer_callback_query(query.id.clone()).await.expect("answered");
    let edited = bot.edit_message_text(message.chat.id, sent.id, "weekly").parse_mode(ParseMode::Html).await;
    assert_eq!(edited.expect("edited").text(), Some("weekly"));
    let again = bot.edit_message_text(message.chat.id, sent.id, "weekly").await;
    assert!(matches!(again, Err(RequestError::Api(ApiError::MessageNotModified))), "{again:?}");
    telegram.expects_no_violations();
}

#[tokio::test]
async fn teloxide_sends_pictures_and_albums() {
    let telegram = Telegram::start();
    let bot = bot(&telegram);
    let ada = telegram.person("ada");
    ada.says("/start");
    let chat = ChatId(ada.id());
    let file = || InputFile::memory(png(640, 480)).file_name("chart.png");
    let sent = bot.send_photo(chat, file()).caption("<i>stars</i>").parse_mode(ParseMode::Html).await;
    assert_eq!(sent.expect("sent").photo().map(<[_]>::len), Some(2));
    let album =
        [InputMedia::Photo(InputMediaPhoto::new(file())), InputMedia::Photo(InputMediaPhoto::new(file()))];
    assert_eq!(bot.send_media_group(chat, album).await.expect("sent").len(), 2);
    assert_eq!(ada.sees().len(), 4);
    telegram.expects_no_violations();
}

#[tokio::test]
async fn teloxide_understands_refusals_and_members() {
    let telegram = Telegram::start();
    let bot = bot(&telegram);
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let group = telegram.group("club", &ada);
    group.adds_bot().promotes_anonymous(&bob);
    let chat = ChatId(group.id());
    assert_eq!(bot.get_chat(chat).await.expect("a chat").title(), Some("club"));
    let admins = bot.get_chat_administrators(chat).await.expect("admins");
    assert_eq!(admins.iter().filter(|admin| admin.is_anonymous()).count(), 1);
    let user = UserId(u64::try_from(ada.id()).expect("positive"));
    let member = bot.get_chat_member(chat, user).await.expect("a member");
    assert_eq!(member.status(), ChatMemberStatus::Owner);

    let scope = BotCommandScope::Chat { chat_id: chat.into() };
    let request = teloxide::payloads::SetMyCommandsSetters::scope(
        bot.set_my_commands([BotCommand::new("help", "help")]),
        scope,
    );
    request.await.expect("commands of one chat");

    let new = group.upgrades();
    let moved = bot.send_message(chat, "x").await;
    assert!(matches!(moved, Err(RequestError::MigrateToChatId(to)) if to.0 == new.id()), "{moved:?}");
    ada.says("/start");
    ada.blocks();
    let blocked = bot.send_message(ChatId(ada.id()), "x").await;
    assert!(matches!(blocked, Err(RequestError::Api(ApiError::BotBlocked))), "{blocked:?}");
    let broken = bot.send_message(ChatId(new.id()), "<b>").parse_mode(ParseMode::Html).await;
    assert!(matches!(broken, Err(RequestError::Api(ApiError::CantParseEntities(_)))), "{broken:?}");
    telegram.limits(|limits| limits.group = vec![whimbrel_world::telegram::Window::new(0, 9)]);
    telegram.clock().set(super::at("2026-03-01T10:00:00Z"));
    bot.send_message(ChatId(new.id()), "x").await.expect("an empty window waits for nobody");
    telegram.limits(|limits| limits.group = vec![whimbrel_world::telegram::Window::new(1, 9)]);
    bot.send_message(ChatId(new.id()), "x").await.expect("one fits");
    let hasty = bot.send_message(ChatId(new.id()), "x").await;
    assert!(matches!(hasty, Err(RequestError::RetryAfter(wait)) if wait.seconds() == 9), "{hasty:?}");
}
