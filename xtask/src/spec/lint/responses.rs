//! What counts as success and what as failure.

use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::operation::Answer;

pub(super) fn default_response(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        for answer in operation
            .answers()
            .iter()
            .filter(|answer| answer.status == "default")
        {
            findings.add(
                answer.position,
                format!(
                    "{}: a `default` response is success and failure at once",
                    context.place(&operation.object.pointer)
                ),
                "write `4XX` and `5XX` instead",
            );
        }
    }
}

pub(super) fn unknown_status(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        for answer in operation.answers() {
            let known = match answer.status.as_bytes() {
                [b'1'..=b'5', b'X', b'X'] => true,
                [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => true,
                _ => answer.status == "default",
            };
            if !known {
                findings.add(
                    answer.position,
                    format!(
                        "{}: `{}` is no status",
                        context.place(&operation.object.pointer),
                        answer.status
                    ),
                    "write a code such as `200`, or `4XX` for all of its kind",
                );
            }
        }
    }
}

pub(super) fn missing_success(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if !operation.has_broken_answers() && !operation.answers().iter().any(Answer::is_success) {
            findings.add(
                operation.object.key_position,
                format!(
                    "{} has no success response",
                    context.place(&operation.object.pointer)
                ),
                "write the response `200`, or `2XX`",
            );
        }
    }
}

pub(super) fn several_success_types(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let answers = operation.answers();
        let mut successes = answers.iter().filter(|answer| answer.is_success());
        // One without a body beside one with it is fine: the caller gets it or nothing.
        let Some(first) = successes.find(|answer| body(context, answer).is_some()) else {
            continue;
        };
        let expected = body(context, first);
        let differs = |answer: &&Answer<'_, '_>| {
            let body = body(context, answer);
            body.is_some() && body != expected
        };
        for other in successes.filter(differs) {
            findings.add(
                other.position,
                format!(
                    "{}: the responses {} and {} have different bodies",
                    context.place(&operation.object.pointer),
                    first.status,
                    other.status
                ),
                "give both the same schema, or keep one of them",
            );
        }
    }
}

/// What tells the body of one response from that of another.
fn body(context: &Context<'_>, answer: &Answer<'_, '_>) -> Option<String> {
    let content = context.list(answer.object, "content");
    let schema = context.field(content.first()?, "schema")?;
    Some(
        schema
            .node
            .reference()
            .map_or_else(|| schema.node.to_value().to_string(), str::to_owned),
    )
}

pub(super) fn missing_error(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context
        .operations()
        .filter(|operation| !operation.has_broken_answers())
    {
        let answers = operation.answers();
        for (class, whose) in [("4", "the caller's"), ("5", "the server's")] {
            if !answers
                .iter()
                .any(|answer| answer.status.starts_with(class) || answer.status == "default")
            {
                findings.add(
                    operation.object.key_position,
                    format!(
                        "{} has no response for {whose} faults",
                        context.place(&operation.object.pointer)
                    ),
                    format!("write the response `{class}XX`"),
                );
            }
        }
    }
}

pub(super) fn missing_websocket(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        for answer in operation
            .answers()
            .iter()
            .filter(|answer| answer.status == "101")
        {
            if operation.node().get("x-websocket").is_none() {
                findings.add(
                    answer.position,
                    format!(
                        "{} switches protocols, but to which messages?",
                        context.place(&operation.object.pointer)
                    ),
                    "write `x-websocket:` with the schema of one `message`",
                );
            }
        }
    }
}

/// The media types of every response, those of `components` once.
pub(super) fn contents<'s, 'a>(
    context: &'s Context<'a>,
) -> impl Iterator<Item = &'s super::walk::Object<'a>> {
    context
        .all(Kind::Response)
        .flat_map(|response| context.list(response, "content"))
}
