//! Which generated type each schema of the original document leads to.

use std::cell::LazyCell;

use super::{
    Attempt,
    original::{Operation, Original, Role},
    reach::unreachable,
};
use crate::{
    adopt::Names,
    api::{Api, Encoding, Place, schema_name},
    generate::Carried,
    lower::unused,
    spec::{Document, Position, document::escape},
};

/// The places of the original whose values are sent through a type.
#[derive(Debug)]
pub struct Plan {
    pub(super) original: Original,
    /// The types, each once, as the program of the round trips names them.
    pub(super) types: Vec<String>,
    /// For each place of the original the number of its type; `None` where its values are no JSON there.
    pub(super) typed: Vec<Option<usize>>,
    /// The named schemas of the original that lead to no type.
    pub untyped: Vec<String>,
    /// What else of the original cannot be reached, each with its place.
    pub unreachable: Vec<String>,
}

/// The plan for a document that was generated.
///
/// # Errors
///
/// A message, where nothing was generated.
pub fn plan(attempt: &Attempt) -> Result<Plan, String> {
    let (Some(written), Some(adopted), Some(api)) =
        (&attempt.written, &attempt.adopted, &attempt.api)
    else {
        return Err("nothing was generated".to_owned());
    };
    let original = Original::read(written.root());
    let leading = Leading {
        api,
        carried: &attempt.carried,
        operations: positions(adopted, api),
        names: &attempt.names,
    };
    let mut plan = Plan {
        types: Vec::new(),
        typed: Vec::new(),
        untyped: Vec::new(),
        unreachable: unreachable(&original, &leading),
        original,
    };
    // Asked for where a schema has no type, which is seldom.
    let unused = LazyCell::new(|| unused(&api.document));
    let schemas = &api.document["components"]["schemas"];
    for place in &plan.original.places {
        let ty = leading.type_of(&plan.original, &place.role);
        if let (None, Role::Named(name)) = (&ty, &place.role)
            // The parts of a body in several parts are parameters.
            && (schemas.get(leading.names.of(name)).is_none()
                || unused.iter().any(|unused| unused == leading.names.of(name)))
        {
            plan.untyped.push(name.clone());
        }
        plan.typed.push(ty.map(|ty| {
            let known = plan.types.iter().position(|known| *known == ty);
            known.unwrap_or_else(|| {
                plan.types.push(ty);
                plan.types.len() - 1
            })
        }));
    }
    Ok(plan)
}

/// Where each operation of the profile was written. What a pass makes of an operation keeps the place of it.
pub(super) fn positions(adopted: &Document, api: &Api) -> Vec<(Position, usize)> {
    let operations = api.operations.iter().enumerate();
    operations
        .filter_map(|(number, operation)| {
            let method = operation.method.to_ascii_lowercase();
            let item = adopted.root().get("paths")?.get(&operation.key)?;
            Some((item.get(&method)?.position, number))
        })
        .collect()
}

/// What leads from the original to what is generated.
pub(super) struct Leading<'a> {
    api: &'a Api,
    carried: &'a Carried,
    operations: Vec<(Position, usize)>,
    names: &'a Names,
}

impl Leading<'_> {
    fn type_of(&self, original: &Original, role: &Role) -> Option<String> {
        match role {
            Role::Named(name) => self.named(name),
            Role::Body {
                operation,
                media_type,
            } => {
                let has_json = |operation: &&crate::api::Operation| {
                    let body = operation.body.as_ref();
                    body.is_some_and(|body| body.encoding == Encoding::Json)
                };
                let found = self.made_of(&original.operations[*operation]);
                let found: Vec<_> = found.into_iter().filter(has_json).collect();
                let same = |operation: &&&crate::api::Operation| {
                    let body = operation.body.as_ref();
                    body.is_some_and(|body| body.media_type == *media_type)
                };
                let call = found.iter().find(same).or(found.first())?;
                self.carried.calls.get(&call.id)?.body.clone()
            }
            Role::Answer { operation, .. } => {
                let found = self.made_of(&original.operations[*operation]);
                let json = |call: &&crate::api::Operation| {
                    let success = &call.success;
                    success.encoding == Encoding::Json
                        && success.schema.is_some()
                        && success.envelope.is_none()
                        && !call.websocket
                };
                let call = found.into_iter().find(json)?;
                self.carried.calls.get(&call.id)?.answer.clone()
            }
            Role::Failure { operation, status } => {
                let status: u16 = status.replace("XX", "00").parse().unwrap_or(500);
                let found = self.made_of(&original.operations[*operation]);
                let call = found.first()?;
                let mut failures = call.failures.iter();
                let failure = failures
                    .find(|failure| (failure.status.0..=failure.status.1).contains(&status))?;
                let name = schema_name(failure.schema.as_ref()?)?;
                self.carried.named.get(name).cloned()
            }
            Role::Parameter {
                operation,
                place,
                name,
            } => {
                let found = self.made_of(&original.operations[*operation]);
                let call = found.first()?;
                let mut parameters = call.parameters.iter();
                let number = parameters
                    .position(|other| other.name == *name && place_of(other.place) == place)?;
                self.carried
                    .calls
                    .get(&call.id)?
                    .parameters
                    .get(number)
                    .cloned()
            }
        }
    }

    /// Whether the client has a method for the call, with all of its parameters.
    pub(super) fn has_method(&self, call: &crate::api::Operation) -> bool {
        let method = self.carried.calls.get(&call.id);
        method.is_some_and(|method| method.parameters.len() == call.parameters.len())
    }

    fn named(&self, name: &str) -> Option<String> {
        let name = self.names.of(name);
        let named = &self.carried.named;
        named
            .get(name)
            .or_else(|| named.get(&*escape(name)))
            .cloned()
    }

    /// The operations that were made of one.
    pub(super) fn made_of(&self, written: &Operation) -> Vec<&crate::api::Operation> {
        let made = self.operations.iter();
        made.filter(|(position, _)| *position == written.position)
            .map(|(_, number)| &self.api.operations[*number])
            .collect()
    }
}

/// The word of OpenAPI for a place.
pub(super) fn place_of(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
        Place::Part => "formData",
    }
}
