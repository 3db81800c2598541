//! A tenant and its users.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bindery_runtime::{Secret, Session, SessionBuilder, Target};
use bindery_upvest::{Client, Environment};

use super::{
    ApiKey, ApiKeySignature, PROVIDER,
    password::{NoRefresh, PasswordGrant},
};
use crate::{
    Clock, ConnectError, Reach, RenewedToken, Scopes, TokenKey, TokenStore, connect::not_empty,
    store::fingerprint, token_session,
};

/// The most users whose tokens a tenant keeps. The one not asked for longest makes room; its clients go on.
const MOST_USERS: usize = 1024;

/// The OAuth client through which a tenant's users sign in, made in the account management.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    pub(super) id: String,
    pub(super) secret: Secret,
    store: Option<Arc<dyn TokenStore>>,
}

impl OAuthClient {
    /// A client id and its secret.
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            store: None,
        }
    }

    /// Keeps the tokens of the users in `store`, instead of in the memory of this tenant alone: they outlive the
    /// process, and serve all who sign in the same user with the same password and scopes and are given the same store.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }
}

/// A tenant: its own client, and those of its users. Cheap to clone; clones share the tokens.
#[derive(Clone)]
pub struct Tenant {
    client: Client,
    tokens: Client,
    origin: String,
    oauth_client: OAuthClient,
    clock: Arc<dyn Clock>,
    users: Arc<Mutex<Users>>,
    no_refresh: NoRefresh,
}

impl Tenant {
    /// The tenant with these credentials. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When a credential is empty or cannot be sent, or a session cannot be made.
    pub fn new(
        environment: Environment,
        api_key: ApiKey,
        oauth_client: OAuthClient,
    ) -> Result<Self, ConnectError> {
        Self::new_with(environment, api_key, oauth_client, |session| session)
    }

    /// As [`Tenant::new`], with further settings for the session of each client, such as a deadline or a product. All
    /// clients of the tenant share their connections.
    ///
    /// # Errors
    ///
    /// As [`Tenant::new`].
    pub fn new_with(
        environment: Environment,
        api_key: ApiKey,
        oauth_client: OAuthClient,
        settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
    ) -> Result<Self, ConnectError> {
        not_empty(
            PROVIDER,
            "OAuth client's id",
            &Secret::from(oauth_client.id.as_str()),
        )?;
        not_empty(PROVIDER, "OAuth client's secret", &oauth_client.secret)?;
        let origin = match &environment {
            Environment::Custom(base) => base.origin().ascii_serialization(),
            named => format!("{named:?}"),
        };
        let session = settings(Session::builder(Target::from(environment)));
        let tokens = token_session::for_sign_in(session.beside()).build()?;
        let session = session.credential(ApiKeySignature::new(&api_key)?);
        Ok(Self {
            client: Client::new(session.build()?),
            tokens: Client::new(tokens),
            origin,
            oauth_client,
            clock: api_key.clock,
            users: Arc::default(),
            no_refresh: NoRefresh::default(),
        })
    }

    /// The client whose calls the tenant signs.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The client of a user, who signs in with the first call. A user who is asked for again with the same password and
    /// scopes does not sign in again; another password replaces the one before.
    ///
    /// # Errors
    ///
    /// When the name or the password is empty.
    pub fn user(
        &self,
        username: impl Into<String>,
        password: impl Into<Secret>,
        scopes: impl Into<Scopes>,
    ) -> Result<Client, ConnectError> {
        let (username, password, scopes) = (username.into(), password.into(), scopes.into());
        not_empty(PROVIDER, "user's name", &Secret::from(username.as_str()))?;
        not_empty(PROVIDER, "user's password", &password)?;
        let key = (username, scopes);
        let mut users = self.users();
        if let Some(client) = users.find(&key, &password) {
            return Ok(client);
        }
        let client = self.client_of(key.clone(), password.clone());
        Ok(users.keep(key, password, client))
    }

    fn client_of(&self, (username, scopes): Key, password: Secret) -> Client {
        // With the password in it, so that nobody is served by a name alone; and keyed by the client's secret, so that
        // nobody can try passwords who sees the name of the key.
        let parts = [&*self.oauth_client.id, &*username, password.expose_secret()];
        let principal = fingerprint(&self.oauth_client.secret, &parts);
        let token_key = TokenKey::new(PROVIDER, &self.origin, &principal, &scopes);
        let grant = PasswordGrant {
            client: self.tokens.clone(),
            oauth_client: self.oauth_client.clone(),
            username,
            password,
            scopes: scopes.clone(),
            no_refresh: Arc::clone(&self.no_refresh),
        };
        let (clock, store) = (Arc::clone(&self.clock), self.oauth_client.store.clone());
        let source = token_session::source(grant, clock, token_key, store);
        let token = RenewedToken::new(source, Reach::new(&["oauth2"], scopes));
        Client::new(self.client.session().with_credential(token))
    }

    fn users(&self) -> MutexGuard<'_, Users> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("target", self.client.session().target())
            .finish_non_exhaustive()
    }
}

/// A user's name, and the scopes of the client.
type Key = (String, Scopes);

/// The clients of the users asked for last.
#[derive(Default)]
struct Users {
    kept: HashMap<Key, User>,
    asked: u64,
}

struct User {
    password: Secret,
    client: Client,
    /// The number of the question that was about this user last.
    asked: u64,
}

impl Users {
    fn find(&mut self, key: &Key, password: &Secret) -> Option<Client> {
        self.asked += 1;
        let user = self.kept.get_mut(key)?;
        if user.password.expose_secret() != password.expose_secret() {
            return None;
        }
        user.asked = self.asked;
        Some(user.client.clone())
    }

    /// Keeps `client`, unless another was kept meanwhile. Answers the one that is kept: a user has one token, not two.
    fn keep(&mut self, key: Key, password: Secret, client: Client) -> Client {
        self.asked += 1;
        if self.kept.len() >= MOST_USERS && !self.kept.contains_key(&key) {
            let oldest = self
                .kept
                .iter()
                .min_by_key(|(_, user)| user.asked)
                .map(|(key, _)| key.clone());
            oldest.and_then(|oldest| self.kept.remove(&oldest));
        }
        self.kept.insert(
            key,
            User {
                password,
                client: client.clone(),
                asked: self.asked,
            },
        );
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I23: nobody gets the token of another, and what is kept is bounded.
    #[test]
    fn i23_the_user_not_asked_for_longest_makes_room() {
        let session = Session::builder(Target::from(Environment::Playground))
            .build()
            .expect("a session");
        let client = Client::new(session);
        let key = |number: usize| (format!("user {number}"), Scopes::from("echo"));
        let password = Secret::from("password");
        let mut users = Users::default();
        for number in 0..MOST_USERS {
            users.keep(key(number), password.clone(), client.clone());
        }
        assert!(users.find(&key(0), &password).is_some());
        users.keep(key(MOST_USERS), password.clone(), client.clone());
        assert_eq!(users.kept.len(), MOST_USERS);
        assert!(
            users.find(&key(0), &password).is_some(),
            "it was asked for just now"
        );
        assert!(users.find(&key(1), &password).is_none());
        users.keep(key(0), Secret::from("another"), client);
        assert!(
            users.find(&key(0), &password).is_none(),
            "its password was replaced"
        );
        assert_eq!(users.kept.len(), MOST_USERS);
    }
}
