//! The calls, as a careful person writes them with reqwest: limits on the time, the token, an error for a status that is
//! no success, and the answer read as a type. The types are those of the generated clients, and so are the settings of
//! the connection and every byte that is sent. The token is a string that is there, and stays good.

use std::{hint::black_box, time::Duration};

use bindery_alibaba_baas::types::Block;
use bindery_upvest::types::{Transaction, Wallet};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::Deserialize;

use super::{
    Case,
    generated::{WALLET, transfer},
    service::TOKEN,
};

/// What a person wraps around a `reqwest::Client`.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// What may go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There was no answer, or none that is a success and can be read.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// The envelope tells of a failure.
    #[error("failed because the service refused it: {0:?}")]
    Refused(Option<Refusal>),
}

/// What the envelope tells of a failure.
#[derive(Debug, Deserialize)]
pub struct Refusal {
    /// The service's own code.
    pub code: i64,
    /// What it says of it.
    pub message: String,
    /// The id of the request.
    pub request_id: Option<String>,
}

/// The envelope around an answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<T> {
    success: bool,
    result: Option<T>,
    error: Option<Refusal>,
}

impl Client {
    /// A client of the service at `url`.
    ///
    /// # Errors
    ///
    /// When the client cannot be made.
    pub fn new(url: &str) -> reqwest::Result<Self> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(200))
            .user_agent(concat!("bindery/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .build()?;
        Ok(Self {
            http,
            base: url.to_owned(),
            token: TOKEN.to_owned(),
        })
    }

    /// Makes one call, and drops what it returns.
    ///
    /// # Errors
    ///
    /// When the call fails.
    pub async fn call(&self, case: Case) -> Result<(), Error> {
        match case {
            Case::Get => {
                black_box(self.wallet().await?);
            }
            Case::Post => {
                black_box(self.transaction().await?);
            }
            Case::Envelope => {
                black_box(self.block("channel3", "281").await?);
            }
        }
        Ok(())
    }

    async fn wallet(&self) -> Result<Wallet, Error> {
        let response = self
            .http
            .get(format!("{}/kms/wallets/{WALLET}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await?
            .error_for_status()?;
        Ok(response.json().await?)
    }

    async fn transaction(&self) -> Result<Transaction, Error> {
        let response = self
            .http
            .post(format!("{}/kms/wallets/{WALLET}/transactions/", self.base))
            .bearer_auth(&self.token)
            .json(&transfer())
            .send()
            .await?
            .error_for_status()?;
        Ok(response.json().await?)
    }

    async fn block(&self, network: &str, number: &str) -> Result<Block, Error> {
        let response = self
            .http
            .get(format!("{}/networks/{network}/blocks/{number}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await?
            .error_for_status()?;
        match response.json().await? {
            Envelope {
                success: true,
                result: Some(block),
                ..
            } => Ok(block),
            Envelope { error, .. } => Err(Error::Refused(error)),
        }
    }
}
