//! A webhook on its way: from the call that causes an event to the typed event at the receiver.

use std::time::Duration;

use bindery_upvest::{
    Client, Secret,
    types::{Echo, EventFilter, WebhookCreateRequest, WebhookStatus, WebhookVerifyRequest},
    webhooks::Event,
};
use uuid::Uuid;

use crate::{Stop, guide::Guide, receiver::Receiver};

/// How long to wait for what has to be posted.
const PATIENCE: Duration = Duration::from_secs(30);

/// Has the service post to this machine, which only the sandbox can.
pub(crate) async fn visit(client: &Client, guide: &mut Guide) -> Stop {
    let secret = Uuid::new_v4().to_string();
    let mut receiver = Receiver::start([Secret::from(secret.as_str())]).await?;
    guide.step("Have the address of a receiver of webhooks verified");
    let verify = WebhookVerifyRequest::new(&receiver.url);
    client.tenancy_webhook_verify(verify).send().await?;
    guide.found(format_args!("{} answered the challenge", receiver.url));

    guide.step("Create a webhook, and cause an event for it");
    let filters = [EventFilter::Pattern("upvest.echo.post".to_owned())];
    let webhook = WebhookCreateRequest::new(
        &receiver.url,
        "tour",
        secret.as_str(),
        "1.2",
        WebhookStatus::Active,
        filters,
    );
    let webhook = client.tenancy_webhook_create(webhook).send().await?;
    client
        .tenancy_echo_post(Echo::new("around the corner"))
        .send()
        .await?;
    let delivery = tokio::time::timeout(PATIENCE, receiver.next())
        .await
        .map_err(|_| "nothing was posted in time")?
        .ok_or("the receiver ended before anything was posted")?;
    match delivery.event {
        Event::EchoPost(echo) => guide.found(format_args!(
            "its signature holds, and it says {:?}",
            echo.echo
        )),
        other => return Err(format!("another event came: {}", other.kind()).into()),
    }
    client.tenancy_webhook_delete(webhook.id).send().await?;
    Ok(())
}
