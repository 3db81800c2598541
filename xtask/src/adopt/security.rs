//! Security: every operation says which credential it takes, in words that the run time has.

use std::collections::HashMap;

use serde_json::json;

use super::{adopting::Adopting, objects};
use crate::spec::{Content, Node, Position, Severity};

/// What becomes of a scheme.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    /// It puts nothing on a request.
    Nothing,
}

pub(super) fn state_security(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let everywhere = root.remove("security");
    if root.get("paths").is_none() {
        if let Some(everywhere) = everywhere {
            root.put("security", everywhere.value);
        }
        return;
    }
    let mut fates: HashMap<String, Fate> = HashMap::new();
    let mut scopes: Vec<(String, String)> = Vec::new();
    let schemes = root
        .get_mut("components")
        .and_then(|components| components.get_mut("securitySchemes"));
    for scheme in schemes.map_or(&mut [][..], Node::entries_mut) {
        let node = &mut scheme.value;
        let name = &scheme.key;
        let fate = match node.text("type").map(str::to_lowercase).as_deref() {
            Some("http") => match node.text("scheme").map(str::to_lowercase).as_deref() {
                Some("bearer" | "basic") => Fate::Kept,
                Some("none" | "") => {
                    told.changed(scheme.key_position, format!("`{name}` is no credential"));
                    Fate::Nothing
                }
                other => {
                    let other = other.unwrap_or("nameless").to_owned();
                    told.changed(
                        scheme.key_position,
                        format!("`{name}` is the header `Authorization`: the scheme `{other}` is for the credential to write"),
                    );
                    let description = node.remove("description");
                    *node = Node::of(
                        json!({ "type": "apiKey", "in": "header", "name": "Authorization" }),
                        node.position,
                    );
                    if let Some(description) = description {
                        node.put("description", description.value);
                    }
                    Fate::Kept
                }
            },
            Some("mutualtls") => {
                told.lost(
                    "certificate-of-the-caller",
                    Severity::Warning,
                    scheme.key_position,
                    format!("`{name}` is a certificate, which no credential can put on a request"),
                    "give the base URL of a gateway of yours that shows it",
                );
                Fate::Nothing
            }
            Some("oauth2") => {
                if node.get("flows").is_none() {
                    node.section("flows");
                }
                Fate::Kept
            }
            Some("openidconnect") => {
                if node.get("openIdConnectUrl").is_none() {
                    node.insert("openIdConnectUrl", "".into());
                }
                Fate::Kept
            }
            Some("basic") => {
                node.insert("type", "http".into());
                node.insert("scheme", "basic".into());
                told.changed(
                    scheme.key_position,
                    format!("`{name}` is `http` with `basic`"),
                );
                Fate::Kept
            }
            _ => Fate::Kept,
        };
        fates.insert(name.clone(), fate);
    }
    undefined_schemes(root, everywhere.as_ref().map(|entry| &entry.value), told);
    let mut without = Vec::new();
    let mut inherited = 0_usize;
    objects::each_operation(root, &mut |path, method, operation| {
        if operation.get("security").is_none() {
            match &everywhere {
                Some(everywhere) => {
                    operation.put("security", everywhere.value.clone());
                    inherited += 1;
                }
                None => {
                    operation.insert("security", Content::List(Vec::new()));
                    without.push((
                        operation.position,
                        format!("{} {path}", method.to_uppercase()),
                    ));
                }
            }
        }
        let Some(alternatives) = operation.get_mut("security").and_then(Node::list_mut) else {
            return;
        };
        for alternative in alternatives.iter_mut() {
            if let Some(schemes) = alternative.map_mut() {
                schemes.retain(|scheme| fates.get(&scheme.key) != Some(&Fate::Nothing));
                for scheme in schemes {
                    let named = scheme.value.items().iter().filter_map(Node::as_str);
                    scopes.extend(named.map(|scope| (scheme.key.clone(), scope.to_owned())));
                }
            }
        }
        // Nothing to take is what an empty list says.
        if alternatives
            .iter()
            .all(|alternative| alternative.entries().is_empty())
        {
            alternatives.clear();
        }
    });
    if let Some(everywhere) = everywhere {
        if inherited > 0 {
            told.changed(
                everywhere.key_position,
                format!("{inherited} operations take the credential of the document"),
            );
        } else {
            root.put("security", everywhere.value);
        }
    }
    if let Some((position, first)) = without.first() {
        told.changed(
            *position,
            format!(
                "{} operations say no credential and take none, such as `{first}`",
                without.len()
            ),
        );
    }
    let schemes = root
        .get_mut("components")
        .and_then(|components| components.get_mut("securitySchemes"));
    let Some(schemes) = schemes else { return };
    if let Some(entries) = schemes.map_mut() {
        entries.retain(|scheme| fates.get(&scheme.key) != Some(&Fate::Nothing));
    }
    settle_scopes(root, scopes, told);
}

/// What operations ask for and nobody defines is a credential all the same: it writes the header itself.
fn undefined_schemes(root: &mut Node, everywhere: Option<&Node>, told: &mut super::adopting::Told) {
    let mut asked: Vec<(String, Position)> = Vec::new();
    let mut ask = |alternatives: &Node| {
        let schemes = alternatives.items().iter().flat_map(Node::entries);
        asked.extend(schemes.map(|scheme| (scheme.key.clone(), scheme.key_position)));
    };
    if let Some(everywhere) = everywhere {
        ask(everywhere);
    }
    objects::each_operation(root, &mut |_, _, operation| {
        if let Some(alternatives) = operation.get("security") {
            ask(alternatives);
        }
    });
    for (name, position) in asked {
        let schemes = root.section("components").section("securitySchemes");
        if schemes.get(&name).is_some() {
            continue;
        }
        let header = json!({ "type": "apiKey", "in": "header", "name": "Authorization" });
        schemes.put(&name, Node::of(header, position));
        told.lost(
            "undefined-credential",
            Severity::Warning,
            position,
            format!(
                "no security scheme is called `{name}`: it is taken for the header `Authorization`"
            ),
            format!("define `{name}` under `components/securitySchemes`"),
        );
    }
}

/// Scopes that operations ask for are known to the flows of their scheme; schemes of other types have none.
fn settle_scopes(root: &mut Node, scopes: Vec<(String, String)>, told: &mut super::adopting::Told) {
    let mut without: Vec<String> = Vec::new();
    for (name, scope) in scopes {
        let scheme = root
            .get_mut("components")
            .and_then(|components| components.get_mut("securitySchemes"))
            .and_then(|schemes| schemes.get_mut(&name));
        let Some(scheme) = scheme else { continue };
        match scheme.text("type") {
            Some("oauth2") => {}
            Some("openIdConnect") | None => continue,
            Some(_) => {
                if !without.contains(&name) {
                    told.changed(
                        scheme.position,
                        format!("`{name}` has no scopes: what operations name as such is left out"),
                    );
                    without.push(name);
                }
                continue;
            }
        }
        let position = scheme.position;
        let flows = scheme.section("flows");
        let known = flows
            .entries()
            .iter()
            .filter_map(|flow| flow.value.get("scopes"))
            .any(|scopes| scopes.get(&scope).is_some());
        if known {
            continue;
        }
        if flows.entries().is_empty() {
            flows.section("clientCredentials");
        }
        for flow in flows.entries_mut() {
            flow.value.section("scopes").insert(&scope, "".into());
        }
        told.changed(
            position,
            format!("`{name}` has the scope `{scope}`, which it does not list"),
        );
    }
    if without.is_empty() {
        return;
    }
    objects::each_operation(root, &mut |_, _, operation| {
        for alternative in operation
            .get_mut("security")
            .map_or(&mut [][..], Node::items_mut)
        {
            for scheme in alternative.entries_mut() {
                if without.contains(&scheme.key) {
                    scheme.value.content = Content::List(Vec::new());
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn every_operation_says_what_it_takes_and_schemes_are_what_the_run_time_knows() {
        let after = after(
            state_security,
            "
security: [{ key: [admin] }]
paths:
  /a: { get: {}, put: { security: [{ none: [] }] }, post: { security: [{ sign_in: [write] }, { cert: [] }] } }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    none: { type: http, scheme: none }
    digest: { type: http, scheme: digest }
    cert: { type: mutualTLS }
    sign_in: { type: oauth2, flows: { clientCredentials: { tokenUrl: 'https://t.example', scopes: {} } } }
",
        );
        let item = &after.document["paths"]["/a"];
        assert_eq!(item["get"]["security"], json!([{ "key": [] }]));
        assert_eq!(item["put"]["security"], json!([]));
        assert_eq!(
            item["post"]["security"],
            json!([{ "sign_in": ["write"] }, {}])
        );
        let schemes = &after.document["components"]["securitySchemes"];
        let names: Vec<&String> = schemes.as_object().expect("a map").keys().collect();
        assert_eq!(names, ["key", "digest", "sign_in"]);
        assert_eq!(
            schemes["digest"],
            json!({ "type": "apiKey", "in": "header", "name": "Authorization" })
        );
        assert_eq!(
            schemes["sign_in"]["flows"]["clientCredentials"]["scopes"],
            json!({ "write": "" })
        );
        assert_eq!(after.lost.len(), 1);
    }

    #[test]
    fn a_credential_that_nobody_defines_is_a_header_and_told() {
        let after = after(
            state_security,
            "security: [{ key: [] }]\npaths: { /a: { get: { security: [{ token: [] }] } } }\n",
        );
        let header = json!({ "type": "apiKey", "in": "header", "name": "Authorization" });
        assert_eq!(
            after.document["components"]["securitySchemes"],
            json!({ "key": header, "token": header })
        );
        assert_eq!(after.lost.len(), 2);
    }

    #[test]
    fn a_document_that_says_nothing_takes_no_credential() {
        let after = after(state_security, "paths: { /a: { get: {} } }\n");
        assert_eq!(after.document["paths"]["/a"]["get"]["security"], json!([]));
    }
}
