//! The environment variables of a scheme, as `bindery_auth::standard::from_env` reads them, without the provider's name that
//! they begin with.

use crate::api::{Flow, FlowKind, Placement, Scheme};

/// Those that say where the calls go.
pub(super) const OF_ENVIRONMENT: [&str; 3] = ["ALLOW_HTTP", "ENVIRONMENT", "URL"];

/// All that may say something of a scheme whose static has this name.
pub(super) fn read(scheme: &Scheme, name: &str) -> Vec<String> {
    match &scheme.placement {
        _ if scheme.own => Vec::new(),
        Placement::Bearer if !scheme.flows.is_empty() => {
            let parts =
                "CLIENT_ID CLIENT_SECRET USERNAME PASSWORD REFRESH_TOKEN ACCESS_TOKEN SCOPES";
            parts
                .split(' ')
                .map(|part| format!("{name}_{part}"))
                .collect()
        }
        _ => useful(scheme, name),
    }
}

/// Those that one of its flows takes.
pub(super) fn useful(scheme: &Scheme, name: &str) -> Vec<String> {
    let all = |parts: &[&str]| parts.iter().map(|part| format!("{name}_{part}")).collect();
    let has = |kind| scheme.flows.iter().any(|flow| flow.kind == kind);
    let renews = |flow: &Flow| flow.token_url.is_some() || flow.refresh_url.is_some();
    match &scheme.placement {
        Placement::Basic => all(&["USERNAME", "PASSWORD"]),
        Placement::Bearer if scheme.flows.iter().any(renews) => {
            let mut parts = vec!["CLIENT_ID", "CLIENT_SECRET"];
            if has(FlowKind::Password) {
                parts.extend(["USERNAME", "PASSWORD"]);
            }
            parts.extend(["REFRESH_TOKEN", "ACCESS_TOKEN", "SCOPES"]);
            all(&parts)
        }
        Placement::Bearer if !scheme.flows.is_empty() => all(&["ACCESS_TOKEN", "SCOPES"]),
        _ => vec![name.to_owned()],
    }
}
