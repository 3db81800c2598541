//! The calls, by the generated clients.

use std::{error::Error, hint::black_box};

use bindery_auth::{
    alibaba_baas::{self, Credentials},
    upvest::{ApiKey, OAuthClient, Tenant},
};
use bindery_upvest::{Uint256, types::TransactionCreateRequest};
use uuid::Uuid;

use super::Case;

/// A wallet.
pub(super) const WALLET: Uuid = Uuid::from_u128(0x8fc1_9cd0_8f50_4626_becb_c9e2_84d2_315b);
const ASSET: Uuid = Uuid::from_u128(0xcfc5_9efb_3b21_5340_ae96_8cad_b4ce_31a8);

/// Clients that sign in and keep their tokens fresh.
#[derive(Debug)]
pub struct Clients {
    upvest: bindery_upvest::Client,
    alibaba_baas: bindery_alibaba_baas::Client,
}

impl Clients {
    /// Clients of the service at `url`.
    ///
    /// # Errors
    ///
    /// When a client cannot be made.
    pub fn new(url: &str) -> Result<Self, Box<dyn Error>> {
        let tenant = Tenant::new(
            bindery_upvest::Environment::custom_over_plain_http(url)?,
            ApiKey::new("key", "secret", "passphrase"),
            OAuthClient::new("id", "secret"),
        )?;
        let gateway = bindery_alibaba_baas::Environment::custom_over_plain_http(url)?;
        Ok(Self {
            upvest: tenant.user("Jane", "her password", ["read", "transaction"])?,
            alibaba_baas: alibaba_baas::connect(gateway, Credentials::refresh_token("token"))?,
        })
    }

    /// Makes one call, and drops what it returns.
    ///
    /// # Errors
    ///
    /// When the call fails.
    pub async fn call(&self, case: Case) -> Result<(), bindery_runtime::Error> {
        match case {
            Case::Get => {
                black_box(self.upvest.kms_wallets_read(WALLET).send().await?);
            }
            Case::Post => {
                let call = self.upvest.kms_transaction_create(WALLET, transfer());
                black_box(call.send().await?);
            }
            Case::Envelope => {
                let call = self.alibaba_baas.get_block("channel3", "281");
                black_box(call.send().await?);
            }
        }
        Ok(())
    }
}

/// What the POST sends.
pub(super) fn transfer() -> TransactionCreateRequest {
    TransactionCreateRequest::new(
        "her password",
        "0x342b13903CFAC27aF1133bb29F2E3Fe9Bf4b0B9B",
        ASSET,
        Uint256::from(37_u64),
    )
}
