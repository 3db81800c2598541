//! What a block says happened: the spec's steps, carried out one by one, so that a block of any size takes the memory of
//! one event at a time.

use std::vec;

use serde_json::{Map, Value};

use super::socket::{Chosen, Replay, Step};
use crate::{Operation, pointer::put};

/// The names that expressions may use, the last given first.
type Scope = Vec<(&'static str, Value)>;

/// A block in the course of being told.
#[derive(Debug)]
pub(super) struct Rebuild {
    replay: &'static Replay,
    scope: Scope,
    open: Vec<Open>,
    reading: Option<(&'static str, &'static [Step])>,
}

#[derive(Debug)]
enum Open {
    Steps {
        steps: &'static [Step],
        done: usize,
        /// Whether a name goes out of use with them.
        named: bool,
    },
    Items {
        name: &'static str,
        items: vec::IntoIter<Value>,
        steps: &'static [Step],
    },
}

/// What comes next of a block.
#[derive(Debug)]
pub(super) enum Told {
    Event {
        id: String,
        event: Value,
    },
    /// An event that cannot be told.
    Lost {
        kind: &'static str,
        id: Option<String>,
    },
    /// An answer is needed first; [`Rebuild::read`] takes it.
    Needs {
        operation: &'static Operation,
        with: Vec<(&'static str, String)>,
    },
    /// That was all.
    All,
}

impl Rebuild {
    pub(super) fn new(
        replay: &'static Replay,
        parameters: &[(&'static str, String)],
        height: u64,
        block: Value,
    ) -> Self {
        let mut scope: Scope = parameters
            .iter()
            .map(|(name, value)| (*name, Value::from(value.as_str())))
            .collect();
        scope.push(("height", height.into()));
        scope.push(("block", block));
        Self {
            replay,
            scope,
            open: vec![steps(replay.steps, false)],
            reading: None,
        }
    }

    /// Takes the answer that was needed.
    pub(super) fn read(&mut self, answer: Value) {
        if let Some((name, then)) = self.reading.take() {
            self.scope.push((name, answer));
            self.open.push(steps(then, true));
        }
    }

    pub(super) fn next(&mut self, chosen: &Chosen, alike: Option<&[Value]>) -> Told {
        loop {
            let step = match self.open.last_mut() {
                None => return Told::All,
                Some(Open::Items {
                    name,
                    items,
                    steps: then,
                }) => {
                    match items.next() {
                        Some(item) => {
                            let (name, then) = (*name, *then);
                            self.scope.push((name, item));
                            self.open.push(steps(then, true));
                        }
                        None => drop(self.open.pop()),
                    }
                    continue;
                }
                Some(Open::Steps { steps, done, named }) => match steps.get(*done) {
                    Some(step) => {
                        *done += 1;
                        step
                    }
                    None => {
                        if *named {
                            self.scope.pop();
                        }
                        self.open.pop();
                        continue;
                    }
                },
            };
            if !chosen.wants(std::slice::from_ref(step)) {
                continue;
            }
            match step {
                Step::Event { when, .. } | Step::Lost { when, .. } if !self.holds(*when) => {}
                Step::Event { kind, .. } => return self.event(step, kind, alike),
                Step::Lost { kind, id, .. } => {
                    let id = filled(&self.scope, id);
                    return Told::Lost { kind, id };
                }
                Step::Each { list, name, steps } => {
                    let items = match look(&self.scope, list) {
                        Some(Value::Array(items)) => items.clone(),
                        _ => Vec::new(),
                    };
                    self.open.push(Open::Items {
                        name,
                        items: items.into_iter(),
                        steps,
                    });
                }
                Step::Read {
                    operation,
                    with,
                    name,
                    steps,
                } => {
                    let text = |(parameter, expression): &(&'static str, &str)| {
                        Some((*parameter, text_of(look(&self.scope, expression)?)?))
                    };
                    let given: Option<Vec<_>> = with.iter().map(text).collect();
                    match given {
                        Some(with) => {
                            self.reading = Some((name, steps));
                            return Told::Needs { operation, with };
                        }
                        // Without them there is nothing to ask for.
                        None => continue,
                    }
                }
            }
        }
    }

    fn holds(&self, when: Option<&str>) -> bool {
        when.is_none_or(|when| look(&self.scope, when).is_some_and(|value| !value.is_null()))
    }

    fn event(&self, step: &'static Step, kind: &'static str, alike: Option<&[Value]>) -> Told {
        let Step::Event {
            text,
            value,
            without,
            ..
        } = step
        else {
            return Told::Lost { kind, id: None };
        };
        let id = text.iter().find(|(at, _)| *at == self.replay.id);
        let id = id.and_then(|(_, template)| filled(&self.scope, template));
        match (self.made(kind, text, value, without, alike), id) {
            (Some(event), Some(id)) => Told::Event { id, event },
            (_, id) => Told::Lost { kind, id },
        }
    }

    /// The event; nothing where what it is made of is not there.
    fn made(
        &self,
        kind: &str,
        text: &[(&str, &str)],
        value: &[(&str, &str)],
        without: &[&str],
        alike: Option<&[Value]>,
    ) -> Option<Value> {
        let mut event = Value::Object(Map::new());
        for (at, expression) in value {
            put(&mut event, at, look(&self.scope, expression)?.clone())?;
        }
        for (place, (at, until_told)) in self.replay.alike.iter().enumerate() {
            match alike.and_then(|alike| alike.get(place)) {
                Some(told) => put(&mut event, at, told.clone())?,
                None if event.pointer(at).is_some() => {}
                None => put(&mut event, at, Value::from(*until_told))?,
            }
        }
        put(&mut event, self.replay.kind, kind.into())?;
        for (at, template) in text {
            put(&mut event, at, filled(&self.scope, template)?.into())?;
        }
        for at in without {
            remove(&mut event, at);
        }
        Some(event)
    }
}

fn steps(steps: &'static [Step], named: bool) -> Open {
    Open::Steps {
        steps,
        done: 0,
        named,
    }
}

/// What an expression leads to.
fn look<'a>(scope: &'a Scope, expression: &str) -> Option<&'a Value> {
    let (name, pointer) = match expression.find('/') {
        Some(slash) => expression.split_at(slash),
        None => (expression, ""),
    };
    let named = scope.iter().rev().find(|(other, _)| *other == name);
    named?.1.pointer(pointer)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text with the values of its expressions in the place of their braces.
fn filled(scope: &Scope, template: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (expression, behind) = behind.split_once('}')?;
        text.push_str(before);
        text.push_str(&text_of(look(scope, expression)?)?);
        rest = behind;
    }
    text.push_str(rest);
    Some(text)
}

fn remove(whole: &mut Value, pointer: &str) {
    if let Some((parent, token)) = pointer.rsplit_once('/')
        && let Some(Value::Object(object)) = whole.pointer_mut(parent)
    {
        object.remove(&token.replace("~1", "/").replace("~0", "~"));
    }
}
