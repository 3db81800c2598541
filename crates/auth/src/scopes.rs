//! Sets of OAuth scopes.

use std::{collections::BTreeSet, fmt};

/// OAuth scopes (RFC 6749 section 3.3), in no order and without doubles.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of `scopes` are among these.
    pub fn contain(&self, scopes: &[&str]) -> bool {
        scopes.iter().all(|scope| self.0.contains(*scope))
    }
}

/// As the wire has them: separated by a space.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(f, "{separator}{scope}")?;
        }
        Ok(())
    }
}

/// Each item may hold several scopes, separated by spaces.
impl<S: AsRef<str>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut all = BTreeSet::new();
        for scope in scopes {
            all.extend(scope.as_ref().split_whitespace().map(str::to_owned));
        }
        Self(all)
    }
}

impl From<&str> for Scopes {
    fn from(scopes: &str) -> Self {
        [scopes].into_iter().collect()
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for Scopes {
    fn from(scopes: [S; N]) -> Self {
        scopes.into_iter().collect()
    }
}

impl<S: AsRef<str>> From<&[S]> for Scopes {
    fn from(scopes: &[S]) -> Self {
        scopes.iter().collect()
    }
}

impl<S: AsRef<str>> From<Vec<S>> for Scopes {
    fn from(scopes: Vec<S>) -> Self {
        scopes.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_doubles_make_no_difference() {
        assert_eq!(
            Scopes::from(["read", "echo", "read"]),
            Scopes::from("echo  read")
        );
        assert_ne!(Scopes::from(["read", "read"]), Scopes::default());
        assert_eq!(Scopes::from(["read", "echo"]).to_string(), "echo read");
    }

    #[test]
    fn a_scope_contains_only_itself() {
        assert!(Scopes::from("read echo").contain(&["echo"]));
        assert!(!Scopes::from("read echo").contain(&["echo", "wallet"]));
        assert!(!Scopes::from("reader").contain(&["read"]));
        assert!(Scopes::default().contain(&[]));
    }
}
