//! From a lowered document to the files of a crate.
//!
//! `progenitor` makes the types and the signatures of the calls; `skeleton` and `signatures` read those off its output;
//! `types`, `calls`, `failures`, `operations`, `schemes` (with `variables`), `finality` (with `lookup`), `environment`,
//! `webhooks` and `mock` write the crate's modules; `package` writes what is around them, with `sign_in` for the README,
//! `exercise` what the tests across crates need of it; `format` makes text of it all. `carried` tells of the types.
//! `syntax` puts together what there are thousands of.

mod calls;
mod carried;
mod docs;
mod environment;
mod examples;
mod exercise;
mod failures;
mod finality;
mod format;
mod lookup;
mod mock;
mod names;
mod operations;
mod package;
mod progenitor;
mod schemes;
mod sign_in;
mod signatures;
mod skeleton;
mod sockets;
mod syntax;
mod types;
mod variables;
mod webhooks;

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::Value;

pub use carried::{Call, Carried};
pub(crate) use {schemes::Schemes, types::fields::RUNTIME};

use crate::{api::Api, lower::lower, workspace::Registered};

/// Files by their path in the workspace.
pub type Files = BTreeMap<PathBuf, String>;

/// How much is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The crate.
    Crate,
    /// The crate, and the module by which the tests across crates know it.
    CrateAndTests,
}

/// The list of providers that the tests across crates go by.
pub fn index(specs: &[Registered]) -> (PathBuf, String) {
    let path = PathBuf::from("tests/exercise/mod.rs");
    (path, exercise::index(specs))
}

/// Generates the crate of `api`, whose spec has this text, and the module of the tests across crates.
///
/// # Errors
///
/// A message that names the spec, and the operation or schema where one is to blame.
pub fn generate(api: &Api, spec: &str) -> Result<Files, String> {
    let lowered = lower(api).0;
    generate_lowered(api, &lowered, spec, Extent::CrateAndTests).map(|(files, _)| files)
}

/// Generates the crate alone.
///
/// # Errors
///
/// As [`generate`].
pub fn generate_crate(api: &Api, spec: &str) -> Result<Files, String> {
    let lowered = lower(api).0;
    generate_lowered(api, &lowered, spec, Extent::Crate).map(|(files, _)| files)
}

/// As [`generate`], where the caller has lowered the document already; tells of the types too.
///
/// # Errors
///
/// As [`generate`].
pub fn generate_lowered(
    api: &Api,
    lowered: &Value,
    spec: &str,
    extent: Extent,
) -> Result<(Files, Carried), String> {
    let named = |error: String| format!("{}: {error}", api.name);
    let skeleton = progenitor::run(lowered).map_err(named)?;
    let generated = signatures::read(api, &skeleton).map_err(named)?;
    let mut model = types::Model::new(api, skeleton);
    let mut files = Files::new();
    let source = PathBuf::from("crates").join(&api.name).join("src");
    let header = format::header(&api.name);
    let types = model.module(&header, "What the calls carry and answer.");
    files.insert(source.join("types.rs"), types.map_err(named)?);
    let mut add = |name: &str, docs: &str, items: Vec<syn::Item>| {
        files.insert(source.join(name), format::module(&header, docs, items));
    };
    let failures = failures::Failures::of(api);
    if !failures.is_empty() {
        add(
            "failures.rs",
            "What failures carry, where the bodies of a call's failures differ.",
            failures.items(),
        );
    }
    add(
        "client.rs",
        "The client: a method for each call.",
        calls::client(api, &model, &generated)?,
    );
    add(
        "requests.rs",
        "The calls in the making: optional parameters, and sending.",
        calls::requests(api, &model, &generated, &failures)?,
    );
    add(
        "operations.rs",
        "What the spec says of each call.",
        operations::items(api),
    );
    let schemes = schemes::Schemes::of(api);
    if !schemes.is_empty() {
        add(
            "schemes.rs",
            "The credentials that calls take: where each goes, and where tokens come from.",
            schemes.items(),
        );
    }
    add(
        "environment.rs",
        "Where the service runs.",
        environment::items(api),
    );
    let (docs, items) = mock::module(api, &model, &generated)?;
    add("mock.rs", &docs, items);
    if let Some((docs, items)) = webhooks::module(api, &model) {
        add("webhooks.rs", &docs, items);
    }
    let finality = finality::items(api)?;
    if !finality.is_empty() {
        add(
            "finality.rs",
            "What the spec says of waiting, and of finding out what became of a write.",
            finality,
        );
    }
    files.extend(package::files(api, spec, &model, &generated, &failures));
    if extent == Extent::CrateAndTests {
        let module = format!("tests/exercise/{}.rs", names::module(&api.name));
        let text = exercise::file(api, &model, &generated)?;
        files.insert(PathBuf::from(module), text);
    }
    Ok((files, carried::carried(api, &model, &generated)))
}

/// What progenitor alone makes of a lowered document, in the builder style: what generated crates are held against.
///
/// # Errors
///
/// A message that names the operation where one is to blame.
pub fn plain(lowered: &Value) -> Result<String, String> {
    let tree = progenitor::plain(lowered)?;
    Ok(prettyplease::unparse(&tree))
}
