//! OpenAPI 3.1 (and 3.2), said in the words of 3.0. Its schemas are JSON Schema 2020-12; see `schemas`.

mod schemas;

use super::{
    adopting::{Adopting, Told},
    objects,
};
use crate::spec::{Kind, Node, Severity};

pub(super) fn read_openapi_3_1(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let version = root.get("openapi").filter(|version| {
        version
            .as_str()
            .is_some_and(|text| text.starts_with("3.1") || text.starts_with("3.2"))
    });
    let Some(version) = version else { return };
    let position = version.position;
    let text = version.as_str().unwrap_or_default();
    let what = format!("OpenAPI {text} is read as OpenAPI 3.0.3");
    told.changed(position, what);
    root.insert("openapi", "3.0.3".into());
    root.remove("jsonSchemaDialect");
    root.remove("$self");
    webhooks(root, told);
    root.section("paths");
    if let Some(info) = root.get_mut("info") {
        information(info);
    }
    objects::each(root, Kind::Document, &mut |kind, node| match kind {
        Kind::Schema => schemas::rewrite(node, told),
        Kind::Parameter
        | Kind::Response
        | Kind::RequestBody
        | Kind::Header
        | Kind::Example
        | Kind::Link
        | Kind::SecurityScheme => bare_reference(node),
        _ => {}
    });
}

/// They say nothing of how a message is signed, without which none can be believed.
fn webhooks(root: &mut Node, told: &mut Told) {
    let Some(webhooks) = root.remove("webhooks") else {
        return;
    };
    if webhooks.value.entries().is_empty() {
        return;
    }
    told.lost(
        "webhooks-not-generated",
        Severity::Warning,
        webhooks.key_position,
        format!(
            "the {} webhooks of the document are not generated",
            webhooks.value.entries().len()
        ),
        "say under `components` in `x-webhooks` how they are signed, and which events there are",
    );
}

fn information(info: &mut Node) {
    if let Some(summary) = info.remove("summary")
        && info.get("description").is_none()
    {
        info.put("description", summary.value);
    }
    if let Some(license) = info.get_mut("license")
        && let Some(identifier) = license.remove("identifier")
        && license.get("url").is_none()
        && let Some(identifier) = identifier.value.as_str()
    {
        let url = format!("https://spdx.org/licenses/{identifier}.html");
        license.insert("url", url.into());
    }
}

/// A reference may have a summary and a description of its own in 3.1; in 3.0 it stands alone.
fn bare_reference(node: &mut Node) {
    if node.reference().is_some() {
        node.remove("summary");
        node.remove("description");
    }
}
