//! A log-in, look-ups of a wallet, an NFT and a token, metadata, and a call after the access token has expired.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bindery_auth::{Clock, hive};
use bindery_hive::types::{MetadataRequest, Network};

use crate::{Stop, guide::Guide, place::Place};

/// More than the day for which an access token was seen to live.
const LONGER_THAN_A_TOKEN: Duration = Duration::from_secs(25 * 60 * 60);

pub(crate) async fn visit(place: &Place<'_>, guide: &mut Guide) -> Stop {
    let clock = AheadClock::default();
    let (environment, credentials) = hive::from_variables(&|name| place.lookup(name))?;
    let client = hive::connect(environment, credentials.clock(clock.clone()))?;

    guide.step("Log in, and create a wallet on Polygon");
    let wallet = client.create_wallet(Network::Polygon).send().await?;
    guide.found(format_args!(
        "wallet {}; its private key prints as {:?}",
        wallet.address, wallet.private_key
    ));

    guide.step("Look the wallet up");
    let found = client
        .get_wallet(&wallet.address, Network::Polygon)
        .send()
        .await?;
    guide.found(format_args!("nonce {}", found.nonce));

    match place.variable("HIVE_NFT_CONTRACT") {
        None => {
            guide.step("Skip the NFT: set HIVE_NFT_CONTRACT to a contract on Polygon to visit it")
        }
        Some(contract) => {
            let contract = contract.parse()?;
            guide.step(format_args!(
                "Look the NFT contract {contract} up, and its token 1"
            ));
            let nfts = client
                .get_nft_contract(&contract, Network::Polygon)
                .send()
                .await?;
            let nft = client
                .get_nft(&contract, "1", Network::Polygon)
                .send()
                .await?;
            guide.found(format_args!(
                "{} ({}), token 1 is at {}",
                nfts.name, nfts.symbol, nft.token_uri
            ));
        }
    }
    match place.variable("HIVE_TOKEN_CONTRACT") {
        None => guide
            .step("Skip the token: set HIVE_TOKEN_CONTRACT to a contract on Polygon to visit it"),
        Some(contract) => {
            let contract = contract.parse()?;
            guide.step(format_args!("Look the token {contract} up"));
            let token = client.get_token(&contract, Network::Polygon).send().await?;
            guide.found(format_args!(
                "{} ({}), {} of it in all",
                token.name, token.symbol, token.total_supply
            ));
        }
    }

    guide.step("Upload metadata");
    let metadata = MetadataRequest::new("Bindery", "https://example.com/bindery.png")
        .description("A stop of the tour");
    let stored = client.upload_metadata(metadata).send().await?;
    guide.found(format_args!("stored at {}", stored.uri));

    match place.sandbox {
        Some(sandbox) => {
            guide
                .step("Let 25 hours pass at the service, and call again with the old access token");
            sandbox.clock().advance(LONGER_THAN_A_TOKEN);
        }
        None => {
            guide.step("Let 25 hours pass for the client, and call again");
            clock.advance(LONGER_THAN_A_TOKEN);
        }
    }
    let found = client
        .get_wallet(&wallet.address, Network::Polygon)
        .send()
        .await?;
    let how = match found.attempts() {
        1 => "the client fetched a new pair of tokens before the call",
        _ => {
            "the service refused the old token, the client fetched a new pair and sent the call once more"
        }
    };
    guide.found(format_args!("nonce {}: {how}", found.nonce));
    Ok(())
}

/// The machine's clocks, which can be set ahead.
#[derive(Clone, Debug, Default)]
struct AheadClock(Arc<AtomicU64>);

impl AheadClock {
    fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    fn ahead(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl Clock for AheadClock {
    fn monotonic(&self) -> Instant {
        Instant::now() + self.ahead()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now() + self.ahead()
    }
}
