//! Counts what a part does, by valgrind. Unlike a time, a count stays the same from run to run and from machine to
//! machine.

use std::process::Command;

use crate::part::Part;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Instructions, of the process and not of the kernel.
    Instructions,
    /// Blocks taken from the heap.
    Allocations,
    /// Bytes of the heap that are held at one time, at most.
    HeldAtMost,
}

impl Count {
    /// The tool that counts it, told to keep nothing on disk.
    fn tool(self) -> &'static [&'static str] {
        match self {
            Self::Instructions => &[
                "--tool=cachegrind",
                "--cache-sim=no",
                "--cachegrind-out-file=/dev/null",
            ],
            Self::Allocations | Self::HeldAtMost => &["--tool=dhat", "--dhat-out-file=/dev/null"],
        }
    }

    /// Finds the number in what the tool says at its end.
    fn read(self, said: &str) -> Option<u64> {
        said.lines().find_map(|line| {
            let line = line.split_once("== ")?.1.trim();
            let number = match self {
                // `I refs:        1,234,567`, in some versions with more blanks between the two words.
                Self::Instructions => line
                    .strip_prefix('I')?
                    .trim_start()
                    .strip_prefix("refs:")?
                    .trim(),
                // `Total:     1,234 bytes in 56 blocks`
                Self::Allocations => line
                    .strip_prefix("Total:")?
                    .rsplit_once(" in ")?
                    .1
                    .strip_suffix(" blocks")?,
                // `At t-gmax: 1,234 bytes in 56 blocks`
                Self::HeldAtMost => {
                    line.strip_prefix("At t-gmax:")?
                        .trim_start()
                        .split_once(" bytes")?
                        .0
                }
            };
            number.replace(',', "").parse().ok()
        })
    }
}

/// Why nothing was counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Uncounted {
    /// There is no valgrind.
    #[error(
        "failed to count, since valgrind does not start ({0}); install it, for instance with `apt-get install valgrind`"
    )]
    Absent(std::io::Error),
    /// The part failed under it.
    #[error("failed to count: {0}")]
    Failed(String),
    /// It said nothing that can be read.
    #[error(
        "failed to count: valgrind says nothing that can be read as a count; it is known to work in version 3"
    )]
    Silent,
}

/// How many there are for one repetition of `part`, whose last argument is the number of repetitions. It is the
/// difference between a run with `times` and one with twice as many, so that whatever is done once drops out.
///
/// # Errors
///
/// When there is no valgrind, or the part fails under it.
pub fn each(count: Count, part: &Part, times: u64) -> Result<f64, Uncounted> {
    let once = whole(count, part, times)?;
    let twice = whole(count, part, 2 * times)?;
    Ok((twice as f64 - once as f64) / times as f64)
}

fn whole(count: Count, part: &Part, times: u64) -> Result<u64, Uncounted> {
    let part = part.clone().with(times);
    let (program, arguments) = part.command();
    let mut command = Command::new(program);
    command.args(arguments);
    of(count, &command)
}

/// How many there are for one run of a program.
///
/// # Errors
///
/// When there is no valgrind, or the program fails under it.
pub fn of(count: Count, command: &Command) -> Result<u64, Uncounted> {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(count.tool())
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        valgrind.current_dir(folder);
    }
    let output = valgrind.output().map_err(Uncounted::Absent)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(Uncounted::Failed(said.trim().to_owned()));
    }
    count.read(&said).ok_or(Uncounted::Silent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_what_each_tool_says() {
        let cachegrind = "==7== Cachegrind, a cache and branch-prediction profiler\n==7== \n==7== I   refs:      1,234,567\n";
        assert_eq!(Count::Instructions.read(cachegrind), Some(1_234_567));
        assert_eq!(Count::Instructions.read("==7== I refs:  12"), Some(12));
        let dhat =
            "==7== Total:     19,474 bytes in 1,094 blocks\n==7== At t-gmax: 9 bytes in 8 blocks\n";
        assert_eq!(Count::Allocations.read(dhat), Some(1_094));
        assert_eq!(Count::Allocations.read(cachegrind), None);
        assert_eq!(Count::Instructions.read(dhat), None);
        assert_eq!(Count::HeldAtMost.read(dhat), Some(9));
    }
}
