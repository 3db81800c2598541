//! The one header that all cookies of a request share.

use http::{HeaderMap, HeaderValue, header::COOKIE};
use zeroize::Zeroizing;

/// Adds a cookie, `name=value`, to those that a request has: it has one header for them all (RFC 6265 section 5.4). That
/// is sensitive if one of them is.
pub fn add_cookie(headers: &mut HeaderMap, pair: HeaderValue) {
    let Some(before) = headers.get(COOKIE) else {
        headers.insert(COOKIE, pair);
        return;
    };
    let sensitive = before.is_sensitive() || pair.is_sensitive();
    let cookies = Zeroizing::new([before.as_bytes(), b"; ", pair.as_bytes()].concat());
    // What two headers take, one does too.
    if let Ok(mut cookies) = HeaderValue::from_bytes(&cookies) {
        cookies.set_sensitive(sensitive);
        headers.insert(COOKIE, cookies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_joins_those_that_are_there_and_hides_them_all() {
        let mut headers = HeaderMap::new();
        add_cookie(&mut headers, HeaderValue::from_static("theme=dark"));
        assert!(!headers[COOKIE].is_sensitive());
        let mut key = HeaderValue::from_static("sid=one");
        key.set_sensitive(true);
        add_cookie(&mut headers, key);
        add_cookie(&mut headers, HeaderValue::from_static("size=two"));
        let all: Vec<_> = headers.get_all(COOKIE).iter().collect();
        assert_eq!(all, ["theme=dark; sid=one; size=two"]);
        assert!(all[0].is_sensitive());
    }
}
