//! Puts the text of a credential where on a request its scheme wants it.

use bindery_runtime::Secret;
use http::{HeaderName, HeaderValue};

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
