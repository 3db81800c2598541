//! `cargo xtask watch`.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::PathBuf,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::Duration,
};

use notify::{EventKind, RecursiveMode, Watcher as _};

use super::generate;
use crate::workspace::{Spec, Workspace};

/// Editors write a file in several steps: what follows this closely belongs to the same save.
const SETTLED: Duration = Duration::from_millis(30);

pub(super) fn run(
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let (sender, saved) = mpsc::channel();
    let _watching = watch(workspace, sender)?;
    // What changed before somebody watched. A fault in it is printed, and mended under our eyes.
    generate::run(&generate::Options::default(), workspace, out, err)?;
    writeln!(
        out,
        "{:>12} specs, until interrupted with Ctrl-C",
        "watching"
    )?;
    follow(&saved, workspace, out, err)?;
    Ok(true)
}

/// Sends the paths of the specs that are saved or removed, for as long as the watcher lives.
pub(super) fn watch(
    workspace: &Workspace,
    saved: Sender<PathBuf>,
) -> io::Result<notify::RecommendedWatcher> {
    let changed = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in event.paths {
            // Nobody listens any more: the watcher is about to go.
            let _ = saved.send(path);
        }
    };
    let folder = workspace.root().join("specs");
    let watching = notify::recommended_watcher(changed).and_then(|mut watcher| {
        // The folder and not its files: most editors put a new file in the place of the old one. And what is below it:
        // a document may consist of several files.
        watcher.watch(&folder, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    watching
        .map_err(|error| io::Error::other(format!("failed to watch the folder `specs`: {error}")))
}

/// Generates what every save touches, until nobody tells of saves any more.
pub(super) fn follow(
    saved: &Receiver<PathBuf>,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<()> {
    while let Ok(first) = saved.recv() {
        let mut touched = BTreeSet::from([first]);
        let mut watched = true;
        while watched {
            match saved.recv_timeout(SETTLED) {
                Ok(path) => {
                    touched.insert(path);
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => watched = false,
            }
        }
        let specs = workspace.specs()?;
        let names: Vec<String> = specs
            .iter()
            .filter(|spec| touched.contains(&workspace.root().join(&spec.path)))
            .map(|spec| spec.name.clone())
            .collect();
        let elsewhere = touched.iter().any(|path| {
            Spec::at(path).is_some()
                && !specs
                    .iter()
                    .any(|spec| workspace.root().join(&spec.path) == *path)
        });
        if elsewhere {
            // A spec that is gone, whose crate is of none now, or a part of one: only a look at all of them tells.
            generate::run(&generate::Options::default(), workspace, out, err)?;
        } else if !names.is_empty() {
            generate::run(&generate::Options::of(names), workspace, out, err)?;
        }
        out.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{BufRead as _, BufReader, PipeReader},
        path::Path,
        thread,
    };

    use super::*;

    const CLEAN: &str = include_str!("../spec/lint/tests/clean.yaml");

    /// Lines up to the first that holds `wanted`, with it.
    fn until(lines: &mut impl Iterator<Item = io::Result<String>>, wanted: &str) -> String {
        let mut seen = String::new();
        for line in lines {
            let line = line.expect("a line");
            seen.push_str(&line);
            seen.push('\n');
            if line.contains(wanted) {
                return seen;
            }
            // Nothing more is said then, and nobody is to wait for it.
            assert!(!line.starts_with("error:"), "{seen}");
        }
        panic!("{wanted:?} was never said, but:\n{seen}");
    }

    fn save(root: &Path, text: &str) {
        save_as(&root.join("specs/ledger.yaml"), text);
    }

    /// As editors do: a new file in the place of the old one.
    fn save_as(path: &Path, text: &str) {
        let beside = path.with_extension("yaml.swp");
        fs::write(&beside, text).expect("writable");
        fs::rename(&beside, path).expect("writable");
    }

    #[test]
    fn a_saved_part_of_a_spec_is_generated_with_it() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().canonicalize().expect("it is there");
        fs::create_dir_all(path.join("specs/parts")).expect("writable");
        let part = path.join("specs/parts/status.yaml");
        save_as(&part, "type: string\nenum: [PENDING, ACTIVE]\n");
        let whole = CLEAN.replacen(
            "'#/components/schemas/WalletStatus'",
            "'parts/status.yaml'",
            1,
        );
        let workspace = Workspace::at(&path);
        let (sender, saved) = mpsc::channel();
        let watching = watch(&workspace, sender).expect("it can be watched");
        let (said, mut to_out) = io::pipe().expect("a pipe");
        let mut to_err = to_out.try_clone().expect("a pipe");
        let mut said = lines(said);
        let followed = thread::spawn(move || follow(&saved, &workspace, &mut to_out, &mut to_err));

        save(&path, &whole);
        until(&mut said, "done");
        let types = || fs::read_to_string(path.join("crates/ledger/src/types.rs"));
        assert!(!types().expect("generated").contains("Frozen"));
        save_as(&part, "type: string\nenum: [PENDING, ACTIVE, FROZEN]\n");
        until(&mut said, "written crates/ledger");
        until(&mut said, "done");
        assert!(types().expect("generated").contains("Frozen"));

        drop(watching);
        followed.join().expect("no panic").expect("it could write");
    }

    fn lines(pipe: PipeReader) -> impl Iterator<Item = io::Result<String>> {
        BufReader::new(pipe).lines()
    }

    #[test]
    fn a_saved_spec_is_generated_and_its_faults_are_told() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().canonicalize().expect("it is there");
        fs::create_dir(path.join("specs")).expect("writable");
        let workspace = Workspace::at(&path);
        let (sender, saved) = mpsc::channel();
        let watching = watch(&workspace, sender).expect("it can be watched");
        let (said, mut to_out) = io::pipe().expect("a pipe");
        let mut to_err = to_out.try_clone().expect("a pipe");
        let mut said = lines(said);
        let followed = thread::spawn(move || follow(&saved, &workspace, &mut to_out, &mut to_err));

        save(&path, CLEAN);
        until(&mut said, "written crates/ledger");
        let manifest = path.join("crates/ledger/Cargo.toml");
        until(&mut said, "done");
        assert!(manifest.exists());

        save(
            &path,
            &CLEAN.replacen("schemas/NewWallet", "schemas/NewWalet", 1),
        );
        let faults = until(&mut said, "nothing was written");
        assert!(faults.contains("did you mean `NewWallet`?"), "{faults}");

        save(&path, &CLEAN.replacen("summary:", "sumary:", 1));
        let warnings = until(&mut said, "done");
        assert!(warnings.contains("did you mean `summary`?"), "{warnings}");

        save(&path, CLEAN);
        until(&mut said, "done");

        fs::remove_file(path.join("specs/ledger.yaml")).expect("it is there");
        until(&mut said, "of no spec");
        until(&mut said, "done");
        assert!(!manifest.exists());

        drop(watching);
        followed.join().expect("no panic").expect("it could write");
    }
}
