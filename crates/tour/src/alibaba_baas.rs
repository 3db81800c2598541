//! The journey of the vendor's own samples (refresh, block 1, invoke `put`, query `get`), and then the transaction, the
//! latest block and the events it caused.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bindery_alibaba_baas::{
    Delivery, Outcome,
    types::{Event, InvokeRequest, QueryRequest},
};
use bindery_auth::alibaba_baas;

use crate::{Stop, guide::Guide, place::Place};

/// How long to wait for an event that has to come.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn visit(place: &Place<'_>, guide: &mut Guide) -> Stop {
    let (environment, credentials) = alibaba_baas::from_variables(&|name| place.lookup(name))?;
    let client = alibaba_baas::connect(environment, credentials)?;
    let network = place.required("ALIBABA_BAAS_NETWORK", "the channel to use")?;
    let contract = place.required(
        "ALIBABA_BAAS_CONTRACT",
        "a chaincode with `put` and `get`, such as the sample `notary`",
    )?;

    guide.step("Trade the refresh token for an access token, and read block 1");
    let block = client.get_block(&network, "1").send().await?;
    guide.found(format_args!(
        "block {}, data hash {}, request {}",
        block.number,
        short(block.hash.as_str()),
        id(block.request_id())
    ));

    guide.step(format_args!("Subscribe to the events of `{network}`"));
    let mut events = client.subscribe_events(&network).subscribe().await?;
    guide.found("the web socket is open");

    let key = SystemTime::now()
        .duration_since(UNIX_EPOCH)?
        .as_millis()
        .to_string();
    guide.step(format_args!("Invoke `{contract}`: put {key}"));
    let put = InvokeRequest::new(&contract).args(["put", &key, &key]);
    let outcome = client.invoke(&network, put).submit().await?;
    let written = match outcome {
        Outcome::Done(written) => written,
        // Nobody knows what became of it, so it is not sent again but looked for.
        Outcome::Unknown(mut unknown) => {
            let found = unknown.look_up().await?;
            return Err(format!("{}; in the ledger is {found:?}", unknown.error()).into());
        }
    };
    guide.found(format_args!(
        "transaction {}, it returned {:?}",
        short(written.id.as_str()),
        written.data.to_text()?
    ));

    guide.step(format_args!("Query `{contract}`: get {key}"));
    let get = QueryRequest::new(&contract).args(["get", &key]);
    let read = client.query(&network, get).send().await?;
    let value = read.data.to_text()?;
    guide.found(format_args!("it returned {value:?}"));
    if value != key {
        return Err(format!("what was read is not what was written: {value:?}").into());
    }

    guide.step("Wait until the transaction is valid");
    let transaction = client.get_transaction(&network, &written.id).wait().await?;
    guide.found(format_args!(
        "{} from {} to {}, arguments {}",
        transaction.state, transaction.from, transaction.to, transaction.input
    ));

    guide.step("Look the latest block up");
    let latest = client.get_block(&network, "latest").send().await?;
    guide.found(format_args!(
        "block {} with {} transaction(s)",
        latest.number,
        latest.transactions.len()
    ));

    guide.step("Wait for the event that the transaction caused");
    loop {
        let delivery = tokio::time::timeout(PATIENCE, events.next())
            .await
            .map_err(|_| "no event came in time")?;
        match delivery.ok_or("the stream ended before the event came")?? {
            Delivery::Event(Event::Tx(event)) if event.name == written.id.as_str() => {
                guide.found(format_args!(
                    "event {} on {}",
                    short(&event.id),
                    event.network
                ));
                break;
            }
            Delivery::Reconnected(reconnected) => {
                guide.found(format_args!("reconnected: {}", reconnected.cause));
            }
            _ => {}
        }
    }

    guide.step("Hang up, write once more, and go on where the events stopped");
    let position = events.position().ok_or("no event told of a block")?;
    events.close().await?;
    let put = InvokeRequest::new(&contract).args(["put", &format!("{key}-again"), &key]);
    let again = client.invoke(&network, put).send().await?;
    let mut events = client
        .subscribe_events(&network)
        .subscribe_from(position)
        .await?;
    loop {
        let delivery = tokio::time::timeout(PATIENCE, events.next())
            .await
            .map_err(|_| "no event came in time")?;
        let delivery = delivery.ok_or("the stream ended before the event came")??;
        if let Delivery::Event(Event::Tx(event)) = delivery
            && event.name == again.id.as_str()
        {
            guide.found(format_args!(
                "event {}, though nobody listened",
                short(&event.id)
            ));
            break;
        }
    }
    events.close().await?;
    Ok(())
}

fn id(id: Option<&str>) -> &str {
    id.unwrap_or("without an id")
}

fn short(text: &str) -> String {
    match text.char_indices().nth(20) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
