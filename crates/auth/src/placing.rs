//! Puts the text of a credential where on a request its scheme wants it.

use bindery_runtime::Secret;
use http::{HeaderName, HeaderValue, header::COOKIE};
use zeroize::Zeroizing;

/// The value of a header, marked as sensitive: it is kept out of `Debug` and of HTTP/2's header table. `None` where it
/// has characters that no header takes.
pub(crate) fn header_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(crate) fn in_header(request: &mut reqwest::Request, name: HeaderName, value: &HeaderValue) {
    request.headers_mut().insert(name, value.clone());
}

pub(crate) fn in_query(request: &mut reqwest::Request, name: &str, secret: &Secret) {
    request
        .url_mut()
        .query_pairs_mut()
        .append_pair(name, secret.expose_secret());
}

/// Adds a cookie to those that are there: a request has one header for them all (RFC 6265 section 5.4). `pair` is
/// `name=value`.
pub(crate) fn in_cookies(request: &mut reqwest::Request, pair: &HeaderValue) {
    let headers = request.headers_mut();
    let Some(before) = headers.get(COOKIE).cloned() else {
        headers.insert(COOKIE, pair.clone());
        return;
    };
    let cookies = Zeroizing::new([before.as_bytes(), b"; ", pair.as_bytes()].concat());
    // What two headers take, one does too.
    if let Ok(mut cookies) = HeaderValue::from_bytes(&cookies) {
        cookies.set_sensitive(true);
        headers.insert(COOKIE, cookies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_joins_those_that_are_there_and_hides_them_all() {
        let url = "https://h.example/".parse().expect("a URL");
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        let pair = |text| header_value(text).expect("fit for a header");
        let theme = HeaderValue::from_static("theme=dark");
        request.headers_mut().insert(COOKIE, theme);
        in_cookies(&mut request, &pair("sid=one"));
        in_cookies(&mut request, &pair("key=two"));
        let all: Vec<_> = request.headers().get_all(COOKIE).iter().collect();
        assert_eq!(all, ["theme=dark; sid=one; key=two"]);
        assert!(all[0].is_sensitive());
    }
}
