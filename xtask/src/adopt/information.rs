//! What a document says of itself.

use super::adopting::Adopting;
use crate::spec::Content;

pub(super) fn complete_information(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    if root.map_mut().is_none() || (root.get("openapi").is_none() && root.get("info").is_none()) {
        return;
    }
    if let Some(version) = root.get("openapi")
        && version.as_str().is_some_and(|text| text == "3.0")
    {
        root.insert("openapi", "3.0.3".into());
    }
    let position = root
        .entry("info")
        .map_or(root.position, |entry| entry.key_position);
    let servers = root.get("servers");
    let host = servers
        .and_then(|servers| servers.items().first())
        .and_then(|server| server.text("url"))
        .map(str::to_owned);
    let info = root.section("info");
    let mut lacking = Vec::new();
    let text = |info: &crate::spec::Node, key: &str| {
        info.text(key)
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
    };
    let title = text(info, "title").unwrap_or_else(|| {
        lacking.push("title");
        host.map_or_else(
            || "A service".to_owned(),
            |host| format!("The service at {host}"),
        )
    });
    let description = text(info, "description").unwrap_or_else(|| {
        lacking.push("description");
        let ending = if title.ends_with('.') { "" } else { "." };
        format!("{title}{ending}")
    });
    let version = text(info, "version").unwrap_or_else(|| {
        lacking.push("version");
        "0".to_owned()
    });
    for (key, value) in [
        ("title", title),
        ("version", version),
        ("description", description),
    ] {
        if lacking.contains(&key) {
            info.insert(key, Content::Text(value));
        }
    }
    if !lacking.is_empty() {
        told.changed(position, format!("`info` lacks `{}`", lacking.join("`, `")));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn what_lacks_is_made_of_what_is_there() {
        let after = after(
            complete_information,
            "openapi: '3.0'\ninfo: { title: Pets }\n",
        );
        assert_eq!(
            after.document,
            json!({ "openapi": "3.0.3", "info": { "title": "Pets", "description": "Pets.", "version": "0" } })
        );
        assert_eq!(after.changes, ["`info` lacks `description`, `version`"]);
    }
}
