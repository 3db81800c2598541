//! What a process takes for a long piece of work, by what the kernel knows of it. Linux alone tells that in files.

use std::{fs, io};

use crate::{figure::Figure, part::Part, report::Outcome, sheet::Sheet};

/// How much more memory may be held at the end than after a tenth, in KiB: what an allocator keeps at hand comes and goes.
const SLACK: f64 = 1024.0;

/// Marks in a piece of work: after the first tenth, when all that is made once is made, and at the end.
#[derive(Debug)]
pub struct Marks {
    all: u64,
    done: u64,
    early: Option<Mark>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    done: u64,
    nanoseconds: u64,
    kib: u64,
}

impl Marks {
    /// Of a piece of work with so many steps.
    pub fn new(all: u64) -> Self {
        Self {
            all,
            done: 0,
            early: None,
        }
    }

    /// Begins the next step; there is none behind the last.
    ///
    /// # Errors
    ///
    /// When the kernel does not tell what was taken so far.
    pub fn more(&mut self) -> io::Result<bool> {
        if self.done == self.all / 10 {
            self.early = Some(self.mark()?);
        }
        self.done += 1;
        Ok(self.done <= self.all)
    }

    /// After the last step: says how many of them followed the early mark, the nanoseconds that the processor took for
    /// them, and the KiB that were held before and after.
    ///
    /// # Errors
    ///
    /// When the kernel does not tell, or there was no step.
    pub fn say(mut self) -> io::Result<()> {
        self.done -= 1;
        let early = self
            .early
            .ok_or_else(|| io::Error::other("there was no step"))?;
        let late = self.mark()?;
        let nanoseconds = late.nanoseconds - early.nanoseconds;
        let steps = late.done - early.done;
        println!("{steps} {nanoseconds} {} {}", early.kib, late.kib);
        Ok(())
    }

    fn mark(&self) -> io::Result<Mark> {
        Ok(Mark {
            done: self.done,
            nanoseconds: time()?,
            kib: memory()?,
        })
    }
}

/// What a part took that ends with [`Marks::say`].
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// The nanoseconds of the processor, for each step.
    pub nanoseconds_each: f64,
    /// The KiB that more were held at the end than after a tenth; below zero where it was less.
    pub growth: f64,
    /// The KiB that were held at the end.
    pub held: f64,
}

/// Runs a part whose last argument is the number of steps.
///
/// # Errors
///
/// When it fails.
pub fn taken(part: &Part, steps: u64) -> io::Result<Taken> {
    let numbers = part.clone().with(steps).numbers()?;
    let [steps, nanoseconds, before, after] = numbers[..] else {
        return Err(io::Error::other("the other process said something else"));
    };
    Ok(Taken {
        nanoseconds_each: nanoseconds as f64 / steps as f64,
        growth: after as f64 - before as f64,
        held: after as f64,
    })
}

impl Taken {
    /// Writes down what memory is held, and that it does not grow.
    ///
    /// # Errors
    ///
    /// When the figure cannot be written.
    pub fn flat(&self, sheet: &mut Sheet<'_>, name: &str) -> Outcome {
        sheet.write(&Figure::informing(name, self.held, "KiB"))?;
        let name = format!("{name}.growth");
        sheet.write(&Figure::at_most(name, self.growth, "KiB", SLACK))?;
        Ok(())
    }
}

/// The nanoseconds that the first thread has spent on a processor.
fn time() -> io::Result<u64> {
    let told = fs::read_to_string("/proc/self/schedstat")?;
    number(told.split_whitespace().next(), "/proc/self/schedstat")
}

/// The KiB of memory that it holds.
fn memory() -> io::Result<u64> {
    let told = fs::read_to_string("/proc/self/status")?;
    let held = told.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let held = held.and_then(|held| held.split_whitespace().next());
    number(held, "/proc/self/status")
}

fn number(text: Option<&str>, file: &str) -> io::Result<u64> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| io::Error::other(format!("failed to find the number in `{file}`")))
}
