//! `cargo xtask mutants`.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    time::Instant,
};

use clap::Args;

use super::counted;
use crate::{
    mutants::{
        catalogue::{self, Invariant},
        copy::Copy,
        packages::Packages,
        trial::{self, LIMIT, Outcome, Tests},
    },
    workspace::Workspace,
};

/// Break each invariant of the token layer on purpose, and see that its tests fail.
///
/// An invariant has a file `xtask/mutants/iNN.toml`: a line `invariant` that states it, and a table `[[mutant]]` for each
/// fault, with what it breaks (`what`), the `file` it is in, the text to `find` there, exactly once, and to `replace`,
/// and the `package` and the part of a name (`tests`) of the tests that have to notice it; `features` are added to the
/// default ones.
///
/// This works on a copy of what git knows of the workspace, in `target/mutants`, where what was built stays for the next
/// run. The named tests have to pass there first. Then each fault is put in by itself: it is killed if the code compiles
/// and a test fails. A fault that all tests pass, that does not compile, or whose tests have not ended after five minutes
/// is not killed: a test that can hang needs a time limit of its own, since nobody learns anything from one that hangs.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The invariants, such as `i07`; all of them if none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Build nothing: see that every fault has its place in the code, every invariant a fault, and every fault a test.
    #[arg(long, conflicts_with = "list")]
    check: bool,
    /// List the invariants and their faults, and do nothing.
    #[arg(long)]
    list: bool,
}

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let started = Instant::now();
    let packages = Packages::read(workspace)?;
    let (invariants, mut faults) = catalogue::read(workspace)?;
    if options.check {
        faults.extend(catalogue::missing(&packages, &invariants));
    }
    if !faults.is_empty() {
        for fault in &faults {
            writeln!(err, "{fault}")?;
        }
        writeln!(
            err,
            "\nerror: failed to read the mutants: mend the lines above first; nothing was run"
        )?;
        return Ok(false);
    }
    let Some(chosen) = chosen(&options.names, &invariants, err)? else {
        return Ok(false);
    };
    let number: usize = chosen.iter().map(|invariant| invariant.mutants.len()).sum();
    if options.list {
        for invariant in chosen {
            writeln!(
                out,
                "{:>12} {}",
                invariant.name.to_uppercase(),
                invariant.promise
            )?;
            for mutant in &invariant.mutants {
                writeln!(
                    out,
                    "{:>12} {} ({})",
                    "",
                    mutant.what,
                    mutant.file.display()
                )?;
            }
        }
        return Ok(true);
    }
    if options.check {
        let invariants = counted(chosen.len(), "invariant");
        writeln!(
            out,
            "{:>12} {} of {invariants}",
            "fresh",
            counted(number, "mutant")
        )?;
        return Ok(true);
    }
    let copy = Copy::of(workspace)?;
    if !pass_unbroken(&copy, &packages, &chosen, out, err)? {
        return Ok(false);
    }
    let mut left = 0;
    for invariant in chosen {
        for mutant in &invariant.mutants {
            let outcome = trial::of_mutant(&copy, mutant, &packages)?;
            let (fate, why) = match &outcome {
                Outcome::Failed(_) => ("killed", String::new()),
                Outcome::Passed(tests) => {
                    ("SURVIVED", format!(": {} passed", counted(*tests, "test")))
                }
                Outcome::NotBuilt(_) => ("NOT BUILT", ": it does not compile".to_owned()),
                Outcome::Hung => (
                    "HUNG",
                    format!(": its tests did not end within {} s", LIMIT.as_secs()),
                ),
            };
            let name = invariant.name.to_uppercase();
            writeln!(out, "{fate:>12} {name} {}{why}", mutant.what)?;
            out.flush()?;
            if let Outcome::NotBuilt(said) = &outcome {
                writeln!(err, "{}", said.trim_end())?;
            }
            left += usize::from(!matches!(outcome, Outcome::Failed(_)));
        }
    }
    let (all, took) = (counted(number, "mutant"), started.elapsed().as_secs());
    writeln!(
        out,
        "{:>12} {} of {all} killed, in {took} s",
        "done",
        number - left
    )?;
    if left > 0 {
        let left = counted(left, "mutant");
        writeln!(
            err,
            "\nerror: {left} not killed: strengthen the tests, or mend the mutant where it breaks nothing"
        )?;
    }
    Ok(left == 0)
}

/// The invariants of these names; `None` where there is none of a name, which was told then.
fn chosen<'a>(
    names: &[String],
    invariants: &'a [Invariant],
    err: &mut dyn Write,
) -> io::Result<Option<Vec<&'a Invariant>>> {
    let names: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
    let mut known = true;
    for name in &names {
        if !invariants.iter().any(|invariant| invariant.name == *name) {
            let all: Vec<_> = invariants
                .iter()
                .map(|invariant| invariant.name.as_str())
                .collect();
            writeln!(
                err,
                "error: there is no invariant called `{name}`; there are {}",
                all.join(", ")
            )?;
            known = false;
        }
    }
    let chosen = invariants
        .iter()
        .filter(|invariant| names.is_empty() || names.contains(&invariant.name));
    Ok(known.then(|| chosen.collect()))
}

/// Runs all named tests on the code as it is. A test that fails anyway, or that is none, would kill any mutant or none.
fn pass_unbroken(
    copy: &Copy,
    packages: &Packages,
    chosen: &[&Invariant],
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let mut well = true;
    for invariant in chosen {
        let trials: BTreeSet<_> = invariant
            .mutants
            .iter()
            .map(|mutant| Tests::of(mutant, packages))
            .collect();
        for tests in trials {
            let name = invariant.name.to_uppercase();
            let outcome = copy.run(&tests)?;
            let (fate, why) = match &outcome {
                Outcome::Passed(0) => ("NO TEST", "no test has such a name".to_owned()),
                Outcome::Passed(number) => {
                    ("unbroken", format!("{} passed", counted(*number, "test")))
                }
                Outcome::Failed(_) => ("FAILED", "a test fails without any mutant".to_owned()),
                Outcome::NotBuilt(_) => (
                    "NOT BUILT",
                    "it does not compile without any mutant".to_owned(),
                ),
                Outcome::Hung => (
                    "HUNG",
                    format!("its tests did not end within {} s", LIMIT.as_secs()),
                ),
            };
            writeln!(out, "{fate:>12} {name} {why}")?;
            out.flush()?;
            if let Outcome::Failed(said) | Outcome::NotBuilt(said) = &outcome {
                writeln!(err, "{}", said.trim_end())?;
            }
            well &= matches!(outcome, Outcome::Passed(1..));
        }
    }
    if !well {
        writeln!(
            err,
            "\nerror: failed to run the tests without a mutant: mend the lines above first; no mutant was tried"
        )?;
    }
    Ok(well)
}
