//! The tenant's users.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::assets::Asset;
use super::call::TenantCall;
use super::errors::{Detail, Refusal};
use super::events::Event;
use super::fields::Fields;
use super::pages::{PageRequest, Stamp};
use super::recovery::{KitHolder, OpenedSeed, SealedSeed, svg};
use super::state::{State, World};
use super::wallets::{self, Work};
use crate::entropy::random;

const DOMAIN: &str = "clientele";
/// How many bytes the texts may have that go into a recovery kit, so that it fits into a QR code.
const LONGEST: [(&str, usize); 3] = [("username", 500), ("client_ip", 100), ("user_agent", 1000)];

/// The users, oldest first.
#[derive(Default)]
pub(super) struct Users {
    all: Vec<User>,
    last_id: u32,
}

/// One of them.
pub(super) struct User {
    pub(super) id: u32,
    pub(super) username: String,
    /// What the keys of the user's wallets come from.
    pub(super) seed: [u8; 32],
    stamp: Stamp,
    password: String,
    sealed_seed: SealedSeed,
}

impl Users {
    /// The names of all.
    pub(super) fn names(&self) -> Vec<String> {
        self.all.iter().map(|user| user.username.clone()).collect()
    }

    /// The user of that name.
    pub(super) fn named(&self, username: &str) -> Option<&User> {
        self.all.iter().find(|user| user.username == username)
    }

    /// The user of that identifier, who is gone once deleted.
    pub(super) fn get(&self, id: u32) -> Result<&User, Refusal> {
        let user = self.all.iter().find(|user| user.id == id);
        user.ok_or_else(Refusal::not_found)
    }

    fn get_mut(&mut self, username: &str) -> Result<&mut User, Refusal> {
        let user = self.all.iter_mut().find(|user| user.username == username);
        user.ok_or_else(Refusal::not_found)
    }
}

impl User {
    /// Whether `password` is this user's.
    pub(super) fn has_password(&self, password: &str) -> bool {
        self.password == password
    }

    /// Refuses a call whose `password` is not this user's.
    pub(super) fn check_password(&self, domain: &'static str, given: &str) -> Result<(), Refusal> {
        match self.has_password(given) {
            true => Ok(()),
            false => Err(Refusal::wrong_password(domain, "password")),
        }
    }
}

/// What `POST /tenancy/users/` asks for.
struct Registration {
    username: String,
    password: String,
    client_ip: String,
    user_agent: String,
    assets: Vec<&'static Asset>,
    raw: bool,
    early: bool,
}

impl Registration {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut fields = Fields::read(DOMAIN, body)?;
        let asset_ids: Vec<Uuid> = fields.optional("asset_ids").unwrap_or_default();
        let registration = Self {
            username: fields.text("username"),
            password: fields.text("password"),
            client_ip: fields.optional("client_ip").unwrap_or_default(),
            user_agent: fields.optional("user_agent").unwrap_or_default(),
            assets: asset_ids
                .iter()
                .filter_map(|id| Asset::by_id(*id))
                .collect(),
            raw: fields.optional("raw").unwrap_or_default(),
            early: fields.optional("async").unwrap_or_default(),
        };
        let texts = [
            &registration.username,
            &registration.client_ip,
            &registration.user_agent,
        ];
        for ((name, longest), text) in LONGEST.into_iter().zip(texts) {
            if text.len() > longest {
                fields.fault(name, "invalid", &format!("No more than {longest} bytes"));
            }
        }
        if registration.assets.len() != asset_ids.len() {
            fields.fault("asset_ids", "invalid", "There is no such asset");
        }
        fields.check()?;
        Ok(registration)
    }

    fn kit(&self, state: &State, user: &User) -> String {
        let sealed = user.sealed_seed.kit(
            &state.credentials.tenant_key,
            &KitHolder {
                user_id: user.id,
                username: &user.username,
                client_ip: &self.client_ip,
                user_agent: &self.user_agent,
                time: state.clock.now(),
            },
        );
        if self.raw { sealed } else { svg(&sealed) }
    }
}

/// `POST /tenancy/users/`
///
/// With `async` the recovery kit comes in the event `user.created` alone, which is told of once all
/// wallets are active.
pub(super) async fn create(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let registration = Registration::read(&call.body)?;
    let mut world = state.world();
    if world.users.named(&registration.username).is_some() {
        let detail = Detail::parameter(DOMAIN, "username", "duplicateValue", "Duplicate Value");
        let message = "User with given username exists already";
        return Err(Refusal::new(StatusCode::CONFLICT, message, vec![detail]));
    }
    world.users.last_id += 1;
    let user = User {
        id: world.users.last_id,
        username: registration.username.clone(),
        seed: random(),
        stamp: state.stamp(),
        password: registration.password.clone(),
        sealed_seed: SealedSeed::random(),
    };
    let (id, kit) = (user.id, registration.kit(&state, &user));
    world.users.all.push(user);
    let mut wallet_ids: Vec<Uuid> = Vec::new();
    for asset in &registration.assets {
        let (wallet, work) = wallets::get_or_extend(&state, &mut world, id, asset, None)?;
        if matches!(work, Work::Creation) {
            wallet_ids.push(wallet);
        }
    }
    drop(world);
    let json = json!({
        "username": registration.username,
        "recoverykit": if registration.early { None } else { Some(&kit) },
        "wallet_ids": if wallet_ids.is_empty() { None } else { Some(&wallet_ids) },
    });
    tokio::spawn(async move {
        let create = |wallet: &Uuid| wallets::work(&state, *wallet, Work::Creation);
        join_all(wallet_ids.iter().map(create)).await;
        tell_of_creation(&state, id, &kit);
    });
    Ok((StatusCode::CREATED, Json(json)))
}

fn tell_of_creation(state: &State, id: u32, kit: &str) {
    let world = state.world();
    let Ok(user) = world.users.get(id) else {
        return;
    };
    let event = json!({
        "username": user.username,
        "recoverykit": kit,
        "wallets": wallets_json(&world, id),
    });
    world.webhooks.tell(&Event::own("user", "created", &event));
}

fn wallets_json(world: &World, user: u32) -> Vec<Value> {
    let wallets = world.wallets.of(Some(user));
    wallets.iter().map(|wallet| wallet.json(world)).collect()
}

fn user_json(world: &World, user: &User) -> Value {
    json!({ "username": user.username, "wallets": wallets_json(world, user.id) })
}

/// `GET /tenancy/users/`
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<Json<Value>, Refusal> {
    let page = PageRequest::read(&call)?;
    let world = state.world();
    Ok(page.of(
        &world.users.all,
        |user| user.stamp,
        |user| user_json(&world, user),
    ))
}

/// `GET /tenancy/users/{username}`
pub(super) async fn read(
    Shared(state): Shared<Arc<State>>,
    Path(username): Path<String>,
    _: TenantCall,
) -> Result<Json<Value>, Refusal> {
    let world = state.world();
    let user = world
        .users
        .named(&username)
        .ok_or_else(Refusal::not_found)?;
    Ok(Json(user_json(&world, user)))
}

/// `PATCH /tenancy/users/{username}`
///
/// Encrypts the wallets anew, which makes them `PENDING` for a while. Tokens go on working.
pub(super) async fn update_password(
    Shared(state): Shared<Arc<State>>,
    Path(username): Path<String>,
    TenantCall { call }: TenantCall,
) -> Result<Json<Value>, Refusal> {
    let mut fields = Fields::read(DOMAIN, &call.body)?;
    let (old, new) = (fields.text("old_password"), fields.text("new_password"));
    fields.check()?;
    let mut world = state.world();
    let user = world.users.get_mut(&username)?;
    if !user.has_password(&old) {
        return Err(Refusal::wrong_password(DOMAIN, "old_password"));
    }
    user.password = new;
    let id = user.id;
    wallets::start_all(&state, &mut world, id, Work::Recryption);
    Ok(Json(json!({ "username": username })))
}

/// `DELETE /tenancy/users/{username}`
pub(super) async fn delete(
    Shared(state): Shared<Arc<State>>,
    Path(username): Path<String>,
    _: TenantCall,
) -> Result<StatusCode, Refusal> {
    let mut world = state.world();
    let user = world
        .users
        .named(&username)
        .ok_or_else(Refusal::not_found)?;
    let id = user.id;
    world.users.all.retain(|user| user.id != id);
    let gone = world.wallets.remove(id);
    world.transactions.forget(&gone);
    state.tokens().forget(id);
    state.wallets_have_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /tenancy/recover/`
///
/// Takes what was in the user's recovery kit, and a new password.
pub(super) async fn recover(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<Json<Value>, Refusal> {
    let mut fields = Fields::read(DOMAIN, &call.body)?;
    let seed: Option<OpenedSeed> = fields.optional("seed");
    let seed_hash = fields.text("seedhash");
    let user_id: u32 = fields.required("user_id");
    let password = fields.text("password");
    if seed.is_none() {
        fields.fault(
            "seed",
            "required",
            "The seed of the recovery kit is required",
        );
    }
    fields.check()?;
    let mut world = state.world();
    let user = world.users.all.iter_mut().find(|user| user.id == user_id);
    let user = user
        .filter(|user| user.sealed_seed.seed_hash() == seed_hash)
        .filter(|user| seed.is_some_and(|seed| user.sealed_seed.is(&seed)))
        .ok_or_else(|| {
            let message = "This is not the seed of that user";
            Refusal::bad_parameter(DOMAIN, "seed", "invalidSeed", message)
        })?;
    user.password = password;
    let id = user.id;
    wallets::start_all(&state, &mut world, id, Work::Recovery);
    Ok(Json(json!({ "success": true })))
}
