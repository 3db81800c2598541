//! Answers that come bit by bit.

use super::{
    context::Context,
    findings::Findings,
    operation::{Answer, Operation},
};
use crate::api::{Framing, framing};

/// What speaks of an answer that is there as a whole.
const OF_THE_WHOLE: [&str; 3] = ["x-pagination", "x-finality", "x-lookup"];

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let answers = operation.answers();
        let stream = of(context, &answers);
        let place = context.place(&operation.object.pointer);
        for answer in &answers {
            let own = framed(context, answer);
            if let Some((media_type, _)) = own
                && !answer.is_success()
            {
                findings.add(
                    answer.position,
                    format!("{place}: a failure is read whole, and never as `{media_type}`"),
                    "write `application/json`, or `text/plain` for a text",
                );
            }
        }
        let Some((media_type, _)) = stream else {
            continue;
        };
        for answer in answers.iter().filter(|answer| answer.is_success()) {
            let has_body = !context.list(answer.object, "content").is_empty();
            if has_body && framed(context, answer) != stream {
                findings.add(
                    answer.position,
                    format!("{place}: one success comes as `{media_type}`, and another does not"),
                    "describe it as an operation of its own, with a `#` behind the path",
                );
            }
        }
        of_the_whole(&operation, &place, findings);
        enveloped(context, &answers, &place, findings);
    }
}

/// Whether the successes of an operation come bit by bit, where only an answer that is there as a whole would do.
pub(super) fn comes_as_stream(context: &Context<'_>, operation: &Operation<'_, '_>) -> bool {
    of(context, &operation.answers()).is_some()
}

/// How the successes among these answers come bit by bit, if they do.
fn of<'a>(context: &Context<'a>, answers: &[Answer<'_, 'a>]) -> Option<(&'a str, Framing)> {
    let mut successes = answers.iter().filter(|answer| answer.is_success());
    successes.find_map(|answer| framed(context, answer))
}

/// How an answer comes bit by bit, if it does.
fn framed<'a>(context: &Context<'a>, answer: &Answer<'_, 'a>) -> Option<(&'a str, Framing)> {
    let content = context.list(answer.object, "content");
    let media = content.first()?;
    Some((media.key, framing(media.key)?))
}

fn of_the_whole(operation: &Operation<'_, '_>, place: &str, findings: &mut Findings<'_>) {
    for key in OF_THE_WHOLE {
        if let Some(entry) = operation.node().entry(key) {
            findings.add(
                entry.key_position,
                format!("{place}: `{key}` means nothing where the answer comes bit by bit"),
                "take it out",
            );
        }
    }
}

/// What comes is a part, and no envelope of one.
fn enveloped(
    context: &Context<'_>,
    answers: &[Answer<'_, '_>],
    place: &str,
    findings: &mut Findings<'_>,
) {
    for answer in answers.iter().filter(|answer| answer.is_success()) {
        let content = context.list(answer.object, "content");
        let schemas = content.iter().filter_map(|media| {
            let schema = context.field(media, "schema")?;
            context.resolve(schema)
        });
        for schema in schemas {
            if let Some(entry) = schema.node.entry("x-envelope") {
                findings.add(
                    entry.key_position,
                    format!("{place}: what comes bit by bit has no `x-envelope`"),
                    "refer to the schema of what stands inside it",
                );
            }
        }
    }
}
