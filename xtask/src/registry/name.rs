//! What a provider may be called.

use std::{fs, io, path::PathBuf};

use syn::Ident;

use crate::{emit, workspace::Workspace};

/// Names that crates.io or Windows keep for themselves.
const DEVICES: [&str; 22] = [
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1",
    "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// The longest name of a crate that crates.io takes.
const LONGEST: usize = 64;

/// Why a new provider cannot be called `name`; `None` where it can.
///
/// # Errors
///
/// When the workspace cannot be read.
pub fn refusal(name: &str, workspace: &Workspace) -> io::Result<Option<String>> {
    if let Some(why) = misspelt(name) {
        return Ok(Some(why));
    }
    let krate = format!("bindery-{name}");
    if let Some(spec) = (workspace.specs()?.into_iter()).find(|spec| spec.name == name) {
        let path = spec.path.display();
        return Ok(Some(format!(
            "there is one already: edit {path} and run `cargo xtask generate {name}`"
        )));
    }
    let root = workspace.root();
    let folder = format!("crates/{name}");
    let manifest = root.join(&folder).join("Cargo.toml");
    if manifest.exists() && !emit::is_generated(&fs::read(manifest)?) {
        return Ok(Some(format!("{folder} is a crate of another kind")));
    }
    if krate == super::TESTS_PACKAGE {
        return Ok(Some(format!("`{krate}` has the tests across crates")));
    }
    // Without a spec, what is there of it is left over.
    let module = PathBuf::from(format!("tests/exercise/{}.rs", name.replace('-', "_")));
    let mut left = emit::below(root, folder.as_ref())?;
    left.extend(Some(module).filter(|module| root.join(module).exists()));
    for path in [super::WORKSPACE, super::TESTS, super::LOCK] {
        let text = fs::read_to_string(root.join(path)).unwrap_or_default();
        if text.contains(&format!("\n{krate} =")) || super::lock::has(&text, &krate) {
            left.push(path.into());
        }
    }
    Ok(left.first().map(|path| {
        let path = path.display();
        format!("{path} knows it, and there is no spec: `cargo xtask remove {name}` takes out what is left of it")
    }))
}

/// Why a text is no name of a provider.
pub fn misspelt(name: &str) -> Option<String> {
    let parts = || name.split('-');
    let letters = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let kebab = name.starts_with(|first: char| first.is_ascii_lowercase())
        && parts().all(|part| !part.is_empty() && letters(part));
    if !kebab {
        return Some(
            "a name is of small letters, digits and single dashes, and begins with a letter: \
             `my-provider`"
                .to_owned(),
        );
    }
    if "bindery-".len() + name.len() > LONGEST {
        return Some(format!(
            "the crate's name may have {LONGEST} letters, `bindery-` among them"
        ));
    }
    if syn::parse_str::<Ident>(&name.replace('-', "_")).is_err() {
        return Some("it is a word of Rust's own, and cannot name a module".to_owned());
    }
    if DEVICES.contains(&name) {
        return Some("no folder can be called so on Windows".to_owned());
    }
    if name.ends_with("-operations") {
        return Some("its snapshots would be those of another provider's operations".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kebab_case_and_can_name_a_crate_a_module_and_a_folder() {
        for good in ["a", "web3", "alibaba-baas", "x-9", "serde", "core"] {
            assert_eq!(misspelt(good), None, "{good}");
        }
        let long = "a".repeat(57);
        for bad in [
            "",
            "-",
            "A",
            "Acme",
            "acme_pay",
            "acme--pay",
            "-acme",
            "acme-",
            "9lives",
            "../acme",
            "a/b",
            "acme pay",
            "ä",
            "async",
            "type",
            "self",
            "con",
            "lpt1",
            "acme-operations",
            &long,
        ] {
            assert!(misspelt(bad).is_some(), "{bad}");
        }
    }
}
