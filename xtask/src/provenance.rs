//! Where a spec comes from, as the comment at its beginning says it.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// How the first line of a spec begins that is as its vendor published it. Whoever has brought it into the profile takes
/// the words out, and from then on it is held to the profile like all others.
const AS_PUBLISHED: &str = "# As published by its vendor";

/// What the last line of the comment begins with.
const DIGEST: &str = "# sha256 of what follows: ";

/// A file of a document as somebody brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its name, below the folder that all files are in.
    pub name: String,
    /// The digest of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// Where a document comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Whether it is as its vendor published it, and not yet in the profile.
    pub as_published: bool,
    /// Where it is published: an address, or words.
    pub source: Option<String>,
    /// When it was published or fetched.
    pub date: Option<String>,
    /// The files, the one that leads to the others first.
    pub files: Vec<Origin>,
    /// Why it was written anew, where it was.
    pub rewritten: Option<&'static str>,
}

impl Provenance {
    /// The document with the comment before it.
    pub fn before(&self, text: &str) -> String {
        let mut comment = match self.as_published {
            true => format!(
                "{AS_PUBLISHED}, and not held to the profile until these words are taken out.\n"
            ),
            false => String::new(),
        };
        // Writing to a String cannot fail.
        for (what, said) in [("From", &self.source), ("Date", &self.date)] {
            if let Some(said) = said {
                let _ = writeln!(comment, "# {what}: {said}");
            }
        }
        for Origin { name, sha256 } in &self.files {
            let _ = writeln!(comment, "# File: {name}, sha256 {sha256}");
        }
        if let Some(rewritten) = self.rewritten {
            let _ = writeln!(comment, "# {rewritten}");
        }
        format!("{comment}{DIGEST}{}\n{text}", digest(text.as_bytes()))
    }
}

/// Whether the first line of a spec says that it is as its vendor published it.
pub fn is_as_published(text: &str) -> bool {
    text.starts_with(AS_PUBLISHED)
}

/// Whether a spec is what its comment says that it was when it was added, the comment aside; `false` where it has none.
pub fn is_unchanged(text: &str) -> bool {
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        if let Some(told) = line.strip_prefix(DIGEST) {
            return told == digest(after.as_bytes());
        }
        if !line.starts_with('#') {
            return false;
        }
        rest = after;
    }
    false
}

/// The digest of these bytes, in hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_says_where_it_comes_from_and_tells_whether_it_was_changed_since() {
        let provenance = Provenance {
            as_published: true,
            source: Some("https://api.example.com/openapi.json".to_owned()),
            date: Some("2026-11-22".to_owned()),
            files: vec![Origin {
                name: "openapi.json".to_owned(),
                sha256: digest(b"{}"),
            }],
            rewritten: Some("Written anew as YAML."),
        };
        let text = provenance.before("openapi: 3.0.3\n");
        assert!(is_as_published(&text) && is_unchanged(&text));
        assert!(!is_unchanged(&format!("{text}info: {{}}\n")));
        assert!(!is_unchanged("openapi: 3.0.3\n"));
        insta::assert_snapshot!(text, @r"
        # As published by its vendor, and not held to the profile until these words are taken out.
        # From: https://api.example.com/openapi.json
        # Date: 2026-11-22
        # File: openapi.json, sha256 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
        # Written anew as YAML.
        # sha256 of what follows: faa4988e76ddd0d66e9c95e3d7da6faecc44be96bf988ac35b22dd39213ff509
        openapi: 3.0.3
        ");
    }

    #[test]
    fn what_is_in_the_profile_says_only_where_it_comes_from() {
        let text = Provenance::default().before("openapi: 3.0.3\n");
        assert!(!is_as_published(&text) && is_unchanged(&text));
    }
}
