//! The three requests that make a transaction: simple, raw and complex.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use ruint::aliases::U256;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::abi::Function;
use super::amount::Amount;
use super::assets::{Asset, ETHER, Network};
use super::bitcoin::Outpoint;
use super::call::UserCall;
use super::errors::Refusal;
use super::fees::Offer;
use super::fields::Fields;
use super::keys::normal_address;
use super::oauth::Scope;
use super::payments::{Movement, Payment, movement};
use super::ropsten::{Order, Transfer};
use super::state::State;
use super::transactions::{self, Draft};
use super::wallets::{self, DOMAIN};
use crate::ethereum::Address;

/// The gas limit of a token's transfer if none is given: the recorded one.
const USUAL_TOKEN_GAS: u64 = 98_833;
/// The fee on Bitcoin if none is given, in satoshi.
const USUAL_BITCOIN_FEE: u64 = 1_000;

/// Who may send from which wallet, found out before anything is done.
struct Authorized {
    wallet: Uuid,
    network: Network,
}

/// Checks that the wallet is the user's, and the password right, and waits for the key.
async fn authorize(
    state: &State,
    user: u32,
    wallet: &str,
    password: &str,
) -> Result<Authorized, Refusal> {
    let authorized = {
        let world = state.world();
        let wallet = world.wallets.find(wallet, Some(user))?;
        world.users.get(user)?.check_password(DOMAIN, password)?;
        Authorized {
            wallet: wallet.id,
            network: wallet.network,
        }
    };
    wallets::active(state, authorized.wallet).await?;
    Ok(authorized)
}

/// `POST /kms/wallets/{wallet_id}/transactions/`
///
/// A sender who is short of funds is no error of the request: the transaction becomes `REJECTED`.
pub(super) async fn simple(
    Shared(state): Shared<Arc<State>>,
    Path(wallet): Path<String>,
    call: UserCall,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let user = call.user(&[Scope::Transaction])?;
    let mut fields = Fields::read(DOMAIN, &call.call.body)?;
    let password = fields.text("password");
    let recipient = fields.text("recipient");
    let asset_id: Uuid = fields.required("asset_id");
    let quantity: Amount = fields.required("quantity");
    let offer = Offer::read(&mut fields);
    let queued = fields.optional("async").unwrap_or(false);
    let fund = fields.optional("fund").unwrap_or(false);
    let inputs: Option<Vec<Outpoint>> = fields.optional("inputs");
    let asset = Asset::by_id(asset_id);
    let normal = asset.and_then(|asset| normal_address(asset.network, &recipient));
    if asset.is_none() && !asset_id.is_nil() {
        fields.fault("asset_id", "invalid", "There is no such asset");
    }
    if asset.is_some() && normal.is_none() && !recipient.is_empty() {
        let message = "This is no address of the asset's network";
        fields.fault("recipient", "invalid", message);
    }
    let ethereum = asset.is_some_and(|asset| asset.network == Network::EthereumRopsten);
    if !ethereum && offer.names_gas() {
        fields.fault("gas_price", "invalid", "Gas is paid for on Ethereum alone");
    }
    fields.check()?;
    let (Some(asset), Some(recipient)) = (asset, normal) else {
        return Err(Refusal::not_found());
    };
    let authorized = authorize(&state, user, &wallet, &password).await?;
    let held = state
        .world()
        .wallets
        .get(authorized.wallet)
        .is_some_and(|wallet| wallet.holds(asset));
    if !held {
        let message = "The wallet does not hold this asset";
        return Err(Refusal::bad_parameter(
            DOMAIN, "asset_id", "invalid", message,
        ));
    }
    let moves = Movement {
        asset,
        recipient,
        quantity: quantity.0,
    };
    let draft = Draft {
        queued,
        ..simple_draft(moves, offer, fund, inputs)
    };
    let json = transactions::start(&state, authorized.wallet, draft)?;
    Ok((StatusCode::CREATED, Json(json)))
}

fn simple_draft(moves: Movement, offer: Offer, fund: bool, inputs: Option<Vec<Outpoint>>) -> Draft {
    let (recipient, quantity) = (moves.recipient.clone(), moves.quantity);
    let (payment, fee, gas) = match moves.asset.network {
        Network::EthereumRopsten => {
            let order = simple_order(&moves, offer);
            let (gas, used) = (order.gas(), order.intrinsic_gas());
            let fee = offer.fee.unwrap_or(gas.greatest_cost());
            let payment = Payment::Ethereum {
                order,
                raw: false,
                fund,
            };
            (payment, fee, Some((gas, used)))
        }
        Network::BitcoinTestnet => {
            let fee = offer.fee.unwrap_or(U256::from(USUAL_BITCOIN_FEE));
            let payment = Payment::Bitcoin {
                recipient,
                quantity,
                fee,
                inputs,
            };
            (payment, fee, None)
        }
        Network::ArweaveTestnet => {
            let fee = offer.fee.unwrap_or_default();
            let asset = moves.asset;
            let payment = Payment::Arweave {
                asset,
                recipient,
                quantity,
                fee,
            };
            (payment, fee, None)
        }
    };
    Draft {
        payment,
        moves: Some(moves),
        fee,
        gas,
        sparse: false,
        queued: false,
    }
}

fn simple_order(moves: &Movement, offer: Offer) -> Order {
    let transfer = Transfer {
        recipient: Address::parse_checksummed(&moves.recipient)
            .expect("the recipient is a normal address of the asset's network"),
        quantity: moves.quantity,
    };
    let contract = moves.asset.contract.and_then(Address::parse_checksummed);
    let order = transfer.order(contract);
    let usual = match contract {
        Some(_) => U256::from(USUAL_TOKEN_GAS),
        None => order.intrinsic_gas(),
    };
    order.priced(offer.gas(usual))
}

/// `POST /kms/wallets/{wallet_id}/transactions/raw`
pub(super) async fn raw(
    Shared(state): Shared<Arc<State>>,
    Path(wallet): Path<String>,
    call: UserCall,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let user = call.user(&[Scope::Transaction])?;
    let mut fields = Fields::read(DOMAIN, &call.call.body)?;
    let password = fields.text("password");
    let bytes = fields.bytes("raw_tx");
    let fund = fields.optional("fund").unwrap_or(false);
    let order = bytes.and_then(|bytes| Order::decode(&bytes));
    if order.is_none() {
        let message = "This is no unsigned transaction of Ethereum in that format";
        fields.fault("raw_tx", "invalid", message);
    }
    fields.check()?;
    let order = order.ok_or_else(Refusal::not_found)?;
    let authorized = authorize(&state, user, &wallet, &password).await?;
    start_order(&state, authorized, order, (true, fund))
}

/// `POST /kms/wallets/{wallet_id}/transactions/complex`
pub(super) async fn complex(
    Shared(state): Shared<Arc<State>>,
    Path(wallet): Path<String>,
    call: UserCall,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let user = call.user(&[Scope::Transaction])?;
    let mut fields = Fields::read(DOMAIN, &call.call.body)?;
    let password = fields.text("password");
    let fund = fields.optional("fund").unwrap_or(false);
    let tx: Option<Box<RawValue>> = fields.optional("tx");
    if tx.is_none() {
        fields.fault("tx", "required", "This field is required");
    }
    fields.check()?;
    let order = function_call(tx.as_deref().map_or("null", RawValue::get))?;
    let authorized = authorize(&state, user, &wallet, &password).await?;
    start_order(&state, authorized, order, (false, fund))
}

fn function_call(tx: &str) -> Result<Order, Refusal> {
    let mut fields = Fields::read(DOMAIN, tx.as_bytes())?;
    let kind = fields.text("type");
    let to = fields.text("to");
    let value: Amount = fields.required("value");
    let offer = Offer::read(&mut fields);
    let function: Option<Function> = fields.optional("abi");
    let arguments: Option<Vec<Box<RawValue>>> = fields.optional("parameters");
    if !kind.is_empty() && kind != "ethereum_function_call" {
        let message = "The one type is ethereum_function_call";
        fields.fault("type", "invalid", message);
    }
    let contract = Address::parse_checksummed(&to);
    if contract.is_none() && !to.is_empty() {
        fields.fault("to", "invalid", "Expected the address of a contract");
    }
    let data = match (&function, &arguments) {
        (Some(function), Some(arguments)) => match function.call(arguments) {
            Ok(data) => data,
            Err(message) => {
                fields.fault("parameters", "invalid", &message);
                Vec::new()
            }
        },
        (None, _) => {
            fields.fault("abi", "required", "The ABI of one function is required");
            Vec::new()
        }
        (_, None) => {
            fields.fault("parameters", "required", "This field is required");
            Vec::new()
        }
    };
    fields.check()?;
    let order = Order::unpriced(contract, value.0, data);
    let usual = order.intrinsic_gas().max(U256::from(USUAL_TOKEN_GAS));
    Ok(order.priced(offer.gas(usual)))
}

fn start_order(
    state: &Arc<State>,
    authorized: Authorized,
    order: Order,
    (raw, fund): (bool, bool),
) -> Result<(StatusCode, Json<Value>), Refusal> {
    if authorized.network != ETHER.network {
        let message = "Raw and complex transactions are Ethereum's";
        return Err(Refusal::bad_parameter(
            DOMAIN,
            "wallet_id",
            "invalid",
            message,
        ));
    }
    let gas = order.gas();
    let draft = Draft {
        moves: movement(&order),
        fee: gas.greatest_cost(),
        gas: Some((gas, order.intrinsic_gas())),
        payment: Payment::Ethereum { order, raw, fund },
        sparse: true,
        queued: false,
    };
    let json = transactions::start(state, authorized.wallet, draft)?;
    Ok((StatusCode::CREATED, Json(json)))
}
