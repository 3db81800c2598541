//! The client: a method for each call.

use bindery_runtime::{Call, Session};
use crate::{operations, requests};

/// A client of Example Vault.
///
/// Cheap to clone: all clones share the session, its connections and its tokens.
#[derive(Clone, Debug)]
pub struct Client {
    session: Session,
}

impl Client {
    /// A client whose calls go through `session`.
    pub fn new(session: Session) -> Self {
        Self { session }
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

impl From<Session> for Client {
    fn from(session: Session) -> Self {
        Self::new(session)
    }
}

impl Client {
    /// Opens it by a token.
    ///
    /// `GET /by-bearer`. Takes `bearerAuth`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_bearer().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_bearer(&self) -> requests::OpenByBearer {
        requests::OpenByBearer(Call::new(&self.session, &operations::OPEN_BY_BEARER))
    }

    /// Opens it by a name and a password.
    ///
    /// `GET /by-basic`. Takes `basicAuth`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_basic().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_basic(&self) -> requests::OpenByBasic {
        requests::OpenByBasic(Call::new(&self.session, &operations::OPEN_BY_BASIC))
    }

    /// Opens it by a key in a header.
    ///
    /// `GET /by-header`. Takes `headerKey`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_header().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_header(&self) -> requests::OpenByHeader {
        requests::OpenByHeader(Call::new(&self.session, &operations::OPEN_BY_HEADER))
    }

    /// Opens it by a key in the query.
    ///
    /// `GET /by-query`. Takes `queryKey`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_query().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_query(&self) -> requests::OpenByQuery {
        requests::OpenByQuery(Call::new(&self.session, &operations::OPEN_BY_QUERY))
    }

    /// Opens it by a key in a cookie.
    ///
    /// `GET /by-cookie`. Takes `cookieKey`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_cookie().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_cookie(&self) -> requests::OpenByCookie {
        requests::OpenByCookie(Call::new(&self.session, &operations::OPEN_BY_COOKIE))
    }

    /// Opens it by a token with a scope.
    ///
    /// `GET /by-scope`. Takes `oauth2` with the scope `read`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_scope().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_scope(&self) -> requests::OpenByScope {
        requests::OpenByScope(Call::new(&self.session, &operations::OPEN_BY_SCOPE))
    }

    /// Opens it by a token with two scopes.
    ///
    /// `GET /by-two-scopes`. Takes `oauth2` with the scope `read write:all`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_two_scopes().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_two_scopes(&self) -> requests::OpenByTwoScopes {
        requests::OpenByTwoScopes(
            Call::new(&self.session, &operations::OPEN_BY_TWO_SCOPES),
        )
    }

    /// Opens it by a token that is issued elsewhere.
    ///
    /// `GET /by-partner`. Takes `partner-login`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_partner().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_partner(&self) -> requests::OpenByPartner {
        requests::OpenByPartner(Call::new(&self.session, &operations::OPEN_BY_PARTNER))
    }

    /// Opens it by a token of OpenID Connect.
    ///
    /// `GET /by-identity`. Takes `openId`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_identity().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_identity(&self) -> requests::OpenByIdentity {
        requests::OpenByIdentity(Call::new(&self.session, &operations::OPEN_BY_IDENTITY))
    }

    /// Opens it by a token that a browser brought.
    ///
    /// `GET /by-browser`. Takes `browser`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_browser().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_browser(&self) -> requests::OpenByBrowser {
        requests::OpenByBrowser(Call::new(&self.session, &operations::OPEN_BY_BROWSER))
    }

    /// Opens it by two keys and a name, or by a token.
    ///
    /// `GET /by-two-keys`. Takes `headerKey` and `queryKey` and `cookieKey` and `basicAuth`, or `bearerAuth`.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_by_two_keys().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_by_two_keys(&self) -> requests::OpenByTwoKeys {
        requests::OpenByTwoKeys(Call::new(&self.session, &operations::OPEN_BY_TWO_KEYS))
    }

    /// Opens what is open.
    ///
    /// `GET /open`. Takes no credential.
    ///
    /// Evidence: documented by the vendor (The handbook).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(client: bindery_vault::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client.open_to_all().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_to_all(&self) -> requests::OpenToAll {
        requests::OpenToAll(Call::new(&self.session, &operations::OPEN_TO_ALL))
    }
}
