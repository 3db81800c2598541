//! The general purpose signing interface: a wallet's key signs a hash.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ruint::aliases::U256;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::assets::Network;
use super::call::UserCall;
use super::errors::Refusal;
use super::fields::Fields;
use super::oauth::Scope;
use super::state::State;
use super::wallets::{self, DOMAIN};

/// How the big numbers of a signature are written. Which one the service took when none was named is
/// not known; here it is `hex`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Base64Bigendian,
    Base64Littleendian,
    /// With `0x` and without leading zeros, as it was recorded.
    #[default]
    Hex,
    Decimal,
    /// A JSON integer of 256 bits.
    Int,
}

impl Format {
    fn write(self, number: &[u8; 32]) -> Box<RawValue> {
        let value = U256::from_be_bytes(*number);
        let text = match self {
            Self::Base64Bigendian => STANDARD.encode(number),
            Self::Base64Littleendian => STANDARD.encode(value.to_le_bytes::<32>()),
            Self::Hex => format!("{value:#x}"),
            Self::Decimal => value.to_string(),
            Self::Int => {
                return RawValue::from_string(value.to_string()).expect("digits are JSON");
            }
        };
        to_raw_value(&text).expect("text is JSON")
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Signature {
    big_number_format: Format,
    algorithm: &'static str,
    curve: &'static str,
    public_key: PublicKey,
    r: Box<RawValue>,
    s: Box<RawValue>,
    recover: u8,
}

#[derive(Debug, Serialize)]
struct PublicKey {
    x: Box<RawValue>,
    y: Box<RawValue>,
}

/// `POST /kms/wallets/{wallet_id}/sign`
///
/// Arweave's wallets, whose keys are not on an elliptic curve, sign nothing here.
pub(super) async fn sign(
    Shared(state): Shared<Arc<State>>,
    Path(wallet): Path<String>,
    call: UserCall,
) -> Result<Json<Signature>, Refusal> {
    let user = call.user(&[Scope::Write, Scope::Wallet])?;
    let mut fields = Fields::read(DOMAIN, &call.call.body)?;
    let password = fields.text("password");
    let bytes = fields.bytes("to_sign");
    let format: Format = fields.optional("output_format").unwrap_or_default();
    let hash: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    if hash.is_none() {
        let message = "Expected a hash of 32 bytes in the input format";
        fields.fault("to_sign", "invalid", message);
    }
    fields.check()?;
    let hash = hash.unwrap_or_default();
    let id = {
        let world = state.world();
        let wallet = world.wallets.find(&wallet, Some(user))?;
        world.users.get(user)?.check_password(DOMAIN, &password)?;
        if wallet.network == Network::ArweaveTestnet {
            let message = "Only wallets with a key on secp256k1 sign";
            return Err(Refusal::bad_parameter(
                DOMAIN,
                "wallet_id",
                "invalid",
                message,
            ));
        }
        wallet.id
    };
    wallets::active(&state, id).await?;
    let world = state.world();
    let key = &world.wallets.get(id).ok_or_else(Refusal::not_found)?.key;
    let (signature, (x, y)) = (key.sign(&hash), key.public());
    Ok(Json(Signature {
        big_number_format: format,
        algorithm: "ECDSA",
        curve: "secp256k1",
        public_key: PublicKey {
            x: format.write(&x),
            y: format.write(&y),
        },
        r: format.write(&signature.r),
        s: format.write(&signature.s),
        recover: signature.recover,
    }))
}
