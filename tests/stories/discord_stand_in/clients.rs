//! A library that knows only the real Discord gets along.

use std::sync::{Arc, Mutex};

use serde_json::json;
use serenity::all::{
    ActivityData, ChannelId, ChannelType, Client, Command, Context, CreateAllowedMentions, CreateAttachment,
    CreateCommand, CreateCommandOption, CreateEmbed, CreateForumPost, CreateInteractionResponse,
    CreateInteractionResponseMessage, CreateMessage, EditMessage, EventHandler, ExecuteWebhook,
    GatewayIntents, GuildId, Http, HttpBuilder, Interaction, Nonce, Ready, UserId, Webhook,
};
use whimbrel_world::discord::Discord;

use super::{TOKEN, discord};

/// serenity with its limiter off: with it on, it would ask the real Discord.
fn http(discord: &Discord) -> Http {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let http = HttpBuilder::new(TOKEN).client(client).proxy(discord.api_url());
    http.application_id(discord.application().into()).ratelimiter_disabled(true).build()
}

#[tokio::test]
async fn serenity_writes_changes_and_reads_messages() {
    let discord = discord();
    let guild = discord.guild("Readers");
    let ada = guild.member("ada");
    let (general, forum) = (guild.channel("general"), guild.forum("news", &["entries"]));
    let http = http(&discord);
    let me = http.get_current_user().await.expect("a user");
    assert_eq!(me.id.get(), discord.bot());
    assert_eq!(
        http.get_current_application_info().await.expect("an application").id.get(),
        discord.application()
    );
    let quiet = || CreateAllowedMentions::new().everyone(false);
    let message = CreateMessage::new()
        .content("hello")
        .embed(CreateEmbed::new().title("A title").url("https://example.com").image("attachment://a.png"))
        .add_file(CreateAttachment::bytes(vec![1, 2, 3], "a.png"))
        .allowed_mentions(quiet())
        .nonce(Nonce::String("n-1".to_owned()))
        .enforce_nonce(true);
    let channel = ChannelId::new(general.id());
    let first = channel.send_message(&http, message.clone()).await.expect("a message");
    let again = channel.send_message(&http, message).await.expect("the same message");
    assert_eq!((first.id, first.attachments.len()), (again.id, 1));
    let changed = EditMessage::new().content("bye").embeds(Vec::new());
    channel.edit_message(&http, first.id, changed).await.expect("it changes");
    assert_eq!(general.reads(), ["bye\n<a.png>"]);
    let post =
        CreateForumPost::new("Week 10", CreateMessage::new().content("news").allowed_mentions(quiet()));
    let thread = ChannelId::new(forum.id()).create_forum_post(&http, post).await.expect("a post");
    assert_eq!((thread.kind, thread.name.as_str()), (ChannelType::PublicThread, "Week 10"));
    let direct = UserId::new(ada.id()).create_dm_channel(&http).await.expect("a direct channel");
    direct.id.say(&http, "psst").await.expect("a message");
    assert_eq!(ada.in_private().sees(), ["psst"]);
    let whole = GuildId::new(guild.id());
    assert_eq!(whole.channels(&http).await.expect("channels").len(), 2);
    assert_eq!(whole.member(&http, discord.bot()).await.expect("a member").user.name, "whimbrel");
    assert_eq!(whole.to_partial_guild(&http).await.expect("a guild").name, "Readers");
    general.closes();
    let gone = channel.say(&http, "a").await.expect_err("it is gone");
    let serenity::Error::Http(serenity::http::HttpError::UnsuccessfulRequest(refused)) = gone else {
        panic!("{gone:?}")
    };
    assert_eq!((refused.status_code.as_u16(), refused.error.code), (404, 10003));
    discord.expects_no_violations();
}

#[tokio::test]
async fn serenity_writes_by_a_webhook() {
    let discord = discord();
    let general = discord.guild("Readers").channel("general");
    let hook = general.webhook("News");
    let http = http(&discord);
    let url = hook.url();
    let token = url.rsplit('/').next().expect("a token");
    let webhook: Webhook = http.get_webhook_with_token(hook.id().into(), token).await.expect("a webhook");
    let message =
        webhook.execute(&http, true, ExecuteWebhook::new().content("by hook")).await.expect("it is sent");
    assert_eq!(message.map(|message| message.content), Some("by hook".to_owned()));
    assert_eq!(general.reads(), ["by hook"]);
}

struct Bot(Arc<Mutex<Vec<String>>>);

#[serenity::async_trait]
impl EventHandler for Bot {
    async fn ready(&self, context: Context, ready: Ready) {
        self.0.lock().expect("nobody panics").push(format!("ready {}", ready.guilds.len()));
        context.set_activity(Some(ActivityData::watching("catalogs")));
        let option = CreateCommandOption::new(serenity::all::CommandOptionType::String, "what", "d");
        let command = CreateCommand::new("help").description("d").add_option(option.required(true));
        Command::set_global_commands(&context.http, vec![command]).await.expect("commands");
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        let Interaction::Command(command) = interaction else { return };
        let what = command.data.options[0].value.as_str().unwrap_or_default().to_owned();
        let message =
            CreateInteractionResponseMessage::new().content(format!("help for {what}")).ephemeral(true);
        command
            .create_response(&context.http, CreateInteractionResponse::Message(message))
            .await
            .expect("in time");
    }
}

#[tokio::test]
async fn serenity_listens_at_the_gateway_and_comes_back() {
    let discord = discord();
    let ada = discord.guild("Readers").member("ada");
    let said = Arc::new(Mutex::new(Vec::new()));
    let mut client = Client::builder_with(&discord, Bot(Arc::clone(&said))).await;
    let shards = Arc::clone(&client.shard_manager);
    let running = tokio::spawn(async move { client.start().await });
    whimbrel_world::eventually("commands", || async { (!ada.offered().is_empty()).then_some(()) }).await;
    let used = ada.uses("/help", json!({ "what": "all" })).await;
    assert_eq!((used.reads().await.as_str(), used.is_ephemeral()), ("help for all", true));
    assert_eq!(*said.lock().expect("nobody panics"), ["ready 1"]);
    discord.gateway().reconnects();
    whimbrel_world::eventually("a resumed session", || async {
        (discord.gateway().heard_of("resume") == 1).then_some(())
    })
    .await;
    discord.gateway().is_connected(1).await;
    let used = ada.uses("/help", json!({ "what": "more" })).await;
    assert_eq!(used.reads().await, "help for more");
    discord.expects_no_violations();
    shards.shutdown_all().await;
    running.await.expect("it ends").expect("well");
}

/// serenity's client, for the stand-in.
trait ForStandIn {
    async fn builder_with(discord: &Discord, bot: Bot) -> Client;
}

impl ForStandIn for Client {
    async fn builder_with(discord: &Discord, bot: Bot) -> Client {
        let builder = serenity::client::ClientBuilder::new_with_http(http(discord), GatewayIntents::GUILDS);
        builder.event_handler(bot).await.expect("a client")
    }
}
