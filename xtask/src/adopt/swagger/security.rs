//! Security definitions of Swagger 2.0.

use crate::spec::Node;

/// Says it as a security scheme.
pub(super) fn rewrite(scheme: &mut Node) {
    match scheme.text("type") {
        Some("basic") => {
            scheme.insert("type", "http".into());
            scheme.insert("scheme", "basic".into());
        }
        Some("oauth2") => {
            let flow = scheme.remove("flow").map(|entry| entry.value);
            let name = match flow.as_ref().and_then(Node::as_str) {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some("password") => "password",
                _ => "implicit",
            };
            let mut made = Node::map(scheme.position);
            for key in ["authorizationUrl", "tokenUrl", "scopes"] {
                if let Some(entry) = scheme.remove(key) {
                    made.put(key, entry.value);
                }
            }
            made.section("scopes");
            scheme.section("flows").put(name, made);
        }
        _ => {}
    }
}
