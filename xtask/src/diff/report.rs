//! Changes in words: lines for a terminal, an entry for a changelog, and the version that they ask for.

use std::fmt::Write as _;

use super::{Change, Verdict};

/// A line for each change.
pub fn lines(changes: &[Change]) -> String {
    let mut lines = String::new();
    for Change {
        verdict,
        subject,
        what,
    } in changes
    {
        let _ = writeln!(lines, "{:>12} {subject}: {what}", verdict.word());
    }
    lines
}

/// An entry for the changelog of the crate, in the form of <https://keepachangelog.com>.
pub fn changelog(version: &str, changes: &[Change]) -> String {
    let mut entry = format!("## {version}\n");
    for (verdict, heading) in [
        (Verdict::Breaking, "Breaking"),
        (Verdict::Minor, "Added"),
        (Verdict::Patch, "Changed"),
    ] {
        let mut these = changes
            .iter()
            .filter(|change| change.verdict == verdict)
            .peekable();
        if these.peek().is_some() {
            let _ = write!(entry, "\n### {heading}\n\n");
        }
        for Change { subject, what, .. } in these {
            let _ = writeln!(entry, "- `{subject}`: {what}.");
        }
    }
    entry
}

/// The version after `version` that the changes ask for, by the rules of Cargo: below 1.0.0 the second number takes the
/// part of the first. `None` where nothing changed, or `version` is none.
pub fn bumped(version: &str, changes: &[Change]) -> Option<String> {
    let verdict = changes.iter().map(|change| change.verdict).max()?;
    let mut numbers = version.split('.').map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    let (major, minor, patch) = (next()?, next()?, next()?);
    Some(match (major, verdict) {
        (0, Verdict::Breaking) => format!("0.{}.0", minor + 1),
        (_, Verdict::Breaking) => format!("{}.0.0", major + 1),
        (1.., Verdict::Minor) => format!("{major}.{}.0", minor + 1),
        _ => format!("{major}.{minor}.{}", patch + 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(verdicts: &[Verdict]) -> Vec<Change> {
        let change = |verdict: &Verdict| Change::new(*verdict, "time", "it is gone");
        verdicts.iter().map(change).collect()
    }

    #[test]
    fn the_worst_change_decides_the_version() {
        use Verdict::{Breaking, Minor, Patch};
        for (version, verdicts, next) in [
            ("1.2.3", &[Patch, Breaking, Minor][..], Some("2.0.0")),
            ("1.2.3", &[Patch, Minor], Some("1.3.0")),
            ("1.2.3", &[Patch], Some("1.2.4")),
            ("0.1.4", &[Breaking], Some("0.2.0")),
            ("0.1.4", &[Minor], Some("0.1.5")),
            ("0.1.4", &[], None),
            ("what", &[Minor], None),
        ] {
            assert_eq!(
                bumped(version, &changes(verdicts)).as_deref(),
                next,
                "{version} {verdicts:?}"
            );
        }
    }
}
