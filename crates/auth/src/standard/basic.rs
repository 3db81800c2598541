//! A name and a password in every request (RFC 7617).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bindery_runtime::{
    Authorizing, Credential, Generation, Placement, Requirement, Scheme, Secret, SessionBuilder,
};
use http::{HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use super::sign_in::{SignIn, fits};
use crate::{ConnectError, placing};

/// A name and a password that go with every call.
#[derive(Clone)]
pub struct Basic {
    scheme: &'static Scheme,
    header: HeaderValue,
}

const WHAT: &str = "name and password";

impl Basic {
    /// `user` and `password` for `scheme`, as UTF-8. One of them may be empty: some services take a key as the name, and
    /// nothing as the password.
    ///
    /// # Errors
    ///
    /// When both are empty, the name has a colon, which ends it, or either has a control character, which neither can
    /// have; when the scheme is another than Basic.
    pub fn new(
        scheme: &'static Scheme,
        user: impl Into<Secret>,
        password: impl Into<Secret>,
    ) -> Result<Self, ConnectError> {
        let (user, password) = (user.into(), password.into());
        if scheme.placement != Placement::Basic {
            return Err(super::unfit(scheme, WHAT, "no name and password"));
        }
        let unfit = |what, fault| ConnectError::Credential {
            provider: scheme.provider,
            what,
            fault,
        };
        if user.is_empty() && password.is_empty() {
            return Err(unfit(WHAT, "is empty"));
        }
        if user.expose_secret().contains(':') {
            return Err(unfit(
                "name",
                "has a colon, where a service takes it to end",
            ));
        }
        for (what, text) in [("name", &user), ("password", &password)] {
            if text.expose_secret().contains(char::is_control) {
                return Err(unfit(what, "has a control character"));
            }
        }
        Ok(Self {
            scheme,
            header: header(user.expose_secret(), password.expose_secret()),
        })
    }
}

/// The value of `Authorization`.
pub(super) fn header(user: &str, password: &str) -> HeaderValue {
    let pair = Zeroizing::new(format!("{user}:{password}"));
    let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    placing::header_value(&text).expect("Base64 is fit for a header")
}

impl SignIn for Basic {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        fits(self.scheme, &session)?;
        Ok(session.credential(self))
    }
}

impl Credential for Basic {
    fn serves(&self, requirement: &Requirement) -> bool {
        self.scheme.is(requirement.scheme)
    }

    fn describe(&self) -> String {
        format!("`{}`", self.scheme.name)
    }

    fn authorize<'a>(
        &'a self,
        _: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        placing::in_header(request, AUTHORIZATION, &self.header);
        Authorizing::Done(Ok(Generation(1)))
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("provider", &self.scheme.provider)
            .field("scheme", &self.scheme.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static SCHEME: Scheme = Scheme::new("test", "basic", Placement::Basic);

    #[test]
    fn the_example_of_the_rfc_is_encoded_as_there() {
        assert_eq!(
            header("Aladdin", "open sesame"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(header("test", "123£"), "Basic dGVzdDoxMjPCow==");
    }

    proptest! {
        #[test]
        fn what_is_taken_comes_apart_as_it_was_put_together(user in any::<String>(), password in any::<String>()) {
            let control = (user.clone() + &password).contains(char::is_control);
            let empty = user.is_empty() && password.is_empty();
            let fit = !(control || empty || user.contains(':'));
            let basic = Basic::new(&SCHEME, user.as_str(), password.as_str());
            prop_assert_eq!(basic.is_ok(), fit);
            if let Ok(basic) = basic {
                prop_assert!(basic.header.is_sensitive());
                let text = basic.header.to_str().expect("text").strip_prefix("Basic ").expect("the scheme");
                let pair = String::from_utf8(STANDARD.decode(text).expect("Base64")).expect("UTF-8");
                prop_assert_eq!(pair.split_once(':'), Some((user.as_str(), password.as_str())));
            }
        }
    }
}
