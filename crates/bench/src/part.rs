//! Work that runs in a process of its own, so that nothing else is in its count: `bindery-bench part NAME …`.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
};

use crate::auth::{call, hit};

/// What a part does with the arguments after its name.
type Run = fn(&[String]) -> Result<(), Box<dyn Error>>;

const PARTS: &[(&str, Run)] = &[
    ("service", call::serve),
    ("call", call::repeat),
    ("hit", hit::repeat),
];

/// Runs the part that this process was started for; `None` where it was started by a person.
pub fn asked_for() -> Option<ExitCode> {
    let mut arguments = env::args().skip(1);
    if arguments.next()? != "part" {
        return None;
    }
    let arguments: Vec<_> = arguments.collect();
    let (name, arguments) = arguments.split_first()?;
    let (_, run) = PARTS.iter().find(|(part, _)| part == name)?;
    Some(match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: failed to run the part `{name}`: {error}");
            ExitCode::FAILURE
        }
    })
}

/// A part with its arguments.
#[derive(Clone, Debug)]
pub struct Part {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Part {
    /// The part `name` of the program at `program`, which is this package's own.
    pub fn of(program: impl Into<PathBuf>, name: &str) -> Self {
        Self {
            program: program.into(),
            arguments: vec!["part".to_owned(), name.to_owned()],
        }
    }

    /// With one more argument.
    pub fn with(mut self, argument: impl ToString) -> Self {
        self.arguments.push(argument.to_string());
        self
    }

    /// The program, and all that follows it.
    pub(crate) fn command(&self) -> (&Path, &[String]) {
        (&self.program, &self.arguments)
    }

    /// Starts it and waits for the one line in which it says where it is. It runs until the answer is dropped.
    ///
    /// # Errors
    ///
    /// When it does not start, or says nothing.
    pub fn start(&self) -> io::Result<Running> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut said)?;
        }
        let running = Running {
            child,
            said: said.trim().to_owned(),
        };
        if running.said.is_empty() {
            return Err(io::Error::other("the other process stopped at once"));
        }
        Ok(running)
    }
}

/// A part that runs beside this process.
#[derive(Debug)]
pub struct Running {
    child: Child,
    said: String,
}

impl Running {
    /// What it said when it was ready.
    pub fn said(&self) -> &str {
        &self.said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until whoever started this process is gone: the other end of the standard input is theirs.
pub(crate) fn until_abandoned() {
    let mut nothing = Vec::new();
    let _ = io::stdin().read_to_end(&mut nothing);
}
