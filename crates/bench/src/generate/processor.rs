//! The time on processors that other programs take. Linux alone tells that in a file.

use std::{fs, io, process::Command, time::Instant};

use super::generator::finish;

/// The kernel counts in hundredths of a second, whatever its own clock is.
const TICK: f64 = 10.0;

/// The milliseconds that a command and everything it starts spend on processors, the kernel included.
pub(super) fn milliseconds(command: &mut Command) -> io::Result<f64> {
    let before = of_children()?;
    finish(command)?;
    Ok((of_children()? - before) * TICK)
}

/// The milliseconds that the fastest of some runs of a command takes, by the clock.
pub(super) fn fastest(command: &mut Command, runs: u64) -> io::Result<f64> {
    let mut fastest = f64::INFINITY;
    for _ in 0..runs {
        let started = Instant::now();
        finish(command)?;
        fastest = fastest.min(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(fastest)
}

/// The ticks of all programs that this one has started and seen end, and of those that they started.
fn of_children() -> io::Result<f64> {
    let told = fs::read_to_string("/proc/self/stat")?;
    ticks(&told).ok_or_else(|| io::Error::other("failed to find the times in `/proc/self/stat`"))
}

fn ticks(stat: &str) -> Option<f64> {
    // The second field is the name of the program in parentheses, with whatever is in it; 16 and 17 are the times.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(13);
    let (user, kernel): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + kernel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_children_are_found_behind_any_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 2000 0 0 11 12 130 14 20 0 1 0 5 6 7";
        assert_eq!(ticks(stat), Some(144.0));
        assert_eq!(ticks("7 (a) S 1"), None);
    }
}
