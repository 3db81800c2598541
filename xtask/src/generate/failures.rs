//! The bodies of failures: which type each call's failures are read as, and the enums of those that have several.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use syn::{Item, parse_quote};

use super::{docs, names};
use crate::{
    api::{Api, Failure, Operation, items as list_items, resolve, schema_name},
    lower::value_schema,
};

/// What the failures of a call are read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bodies {
    /// None has a body that the spec describes.
    Undescribed,
    /// All described have this one.
    One(Body),
    /// An enum with this name.
    Several(Ident),
}

/// A body of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// None at all.
    Empty,
    /// Plain text.
    Text,
    /// JSON without a name.
    Json,
    /// A type of the crate.
    Named(Ident),
}

/// One variant of an enum, with the statuses that lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Variant {
    name: Ident,
    body: Body,
    statuses: Vec<(u16, u16)>,
    descriptions: Vec<String>,
}

/// The enums of an API, each with the operations whose failures it has.
#[derive(Debug)]
pub(super) struct Failures {
    enums: Vec<Enum>,
}

/// One of them.
#[derive(Debug)]
struct Enum {
    name: Ident,
    variants: Vec<Variant>,
    operations: Vec<String>,
}

impl Failures {
    /// Those of `api`.
    pub(super) fn of(api: &Api) -> Self {
        let mut enums: Vec<(Vec<Variant>, Vec<String>)> = Vec::new();
        for operation in &api.operations {
            let variants = variants(operation);
            if variants.len() < 2 {
                continue;
            }
            match enums.iter_mut().find(|(known, _)| same(known, &variants)) {
                Some((_, operations)) => operations.push(operation.id.clone()),
                None => enums.push((variants, vec![operation.id.clone()])),
            }
        }
        let mut taken: Vec<Ident> = Vec::new();
        let enums = enums.into_iter().map(|(variants, operations)| {
            let name = free_name(&variants, &operations, &taken);
            taken.push(name.clone());
            Enum {
                name,
                variants,
                operations,
            }
        });
        Self {
            enums: enums.collect(),
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.enums.is_empty()
    }

    /// Whether some call's failures have a body of any shape.
    pub(super) fn have_json(api: &Api) -> bool {
        let mut all = api.operations.iter().flat_map(variants);
        all.any(|variant| variant.body == Body::Json)
    }

    /// What the failures of `operation` are read as.
    pub(super) fn bodies(&self, operation: &Operation) -> Bodies {
        let mut enums = self.enums.iter();
        if let Some(found) = enums.find(|one| one.operations.contains(&operation.id)) {
            return Bodies::Several(found.name.clone());
        }
        match variants(operation).as_slice() {
            [only] if only.body != Body::Empty => Bodies::One(only.body.clone()),
            _ => Bodies::Undescribed,
        }
    }

    /// The module of the enums.
    pub(super) fn items(&self) -> Vec<Item> {
        let variants = || self.enums.iter().flat_map(|one| &one.variants);
        let json = variants().any(|variant| variant.body == Body::Json);
        let json = json.then(|| names::type_name("Json")).into_iter();
        let mut items: Vec<Item> = vec![parse_quote!(
            use bindery_runtime::{FailureAnswer, FailureBody, #(#json),*};
        )];
        if variants().any(|variant| matches!(variant.body, Body::Named(_))) {
            items.push(parse_quote!(
                use crate::types;
            ));
        }
        for one in &self.enums {
            items.extend(enumeration(one));
        }
        items
    }
}

/// Whether a caller could not tell them apart. What is said of a status may differ from call to call.
fn same(one: &[Variant], other: &[Variant]) -> bool {
    let telling = |variant: &Variant| {
        (
            variant.name.clone(),
            variant.body.clone(),
            variant.statuses.clone(),
        )
    };
    one.iter().map(telling).eq(other.iter().map(telling))
}

/// The different bodies of an operation's failures. Those of one schema are one variant, named after it; without a
/// schema, each status is one, named after the status.
fn variants(operation: &Operation) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    // In the order of the statuses, which is the order of reading.
    let mut failures: Vec<&Failure> = operation.failures.iter().collect();
    failures.sort_by_key(|failure| failure.status.0);
    for failure in failures {
        let body = body(failure);
        let name = match &body {
            Body::Named(name) => name.clone(),
            _ => names::type_name(status_name(failure.status)),
        };
        match variants
            .iter_mut()
            .find(|known| known.name == name && known.body == body)
        {
            Some(known) => {
                known.statuses.push(failure.status);
                if !known.descriptions.contains(&failure.description) {
                    known.descriptions.push(failure.description.clone());
                }
            }
            None => {
                let taken = variants.iter().any(|known| known.name == name) || name == "Other";
                variants.push(Variant {
                    name: match taken {
                        true => names::type_name(&format!("{name} {}", failure.status.0)),
                        false => name,
                    },
                    body,
                    statuses: vec![failure.status],
                    descriptions: vec![failure.description.clone()],
                });
            }
        }
    }
    for variant in &mut variants {
        // What lies in a range that leads to the same is said with the range.
        let ranges: Vec<(u16, u16)> = variant
            .statuses
            .iter()
            .filter(|(from, to)| from < to)
            .copied()
            .collect();
        variant.statuses.retain(|(from, to)| {
            from < to
                || !ranges
                    .iter()
                    .any(|(low, high)| (low..=high).contains(&from))
        });
    }
    variants
}

fn body(failure: &Failure) -> Body {
    let json = failure
        .media_type
        .as_deref()
        .is_some_and(|kind| kind.contains("json"));
    match &failure.schema {
        None => Body::Empty,
        Some(_) if !json => Body::Text,
        Some(schema) => {
            schema_name(schema).map_or(Body::Json, |name| Body::Named(names::type_name(name)))
        }
    }
}

/// What HTTP calls a status (RFC 9110 section 15).
fn status_name(status: (u16, u16)) -> &'static str {
    match status {
        (400, 499) => "client error",
        (500, 599) => "server error",
        (status, _) => http::StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("unnamed status"),
    }
}

/// A longer one nobody reads.
const LONGEST_NAME: usize = 80;

/// After its variants; after the first operation that has it where it is the only one, or where that is no name of its
/// own: the same variants may come with other statuses.
fn free_name(variants: &[Variant], operations: &[String], taken: &[Ident]) -> Ident {
    let of_operation = |id: &String| names::type_name(&format!("{id} failure"));
    let all = variants.iter().map(|variant| variant.name.to_string());
    let of_variants = names::type_name(&all.collect::<Vec<_>>().join(" or "));
    match operations {
        [first, _, ..]
            if taken.contains(&of_variants) || of_variants.to_string().len() > LONGEST_NAME =>
        {
            of_operation(first)
        }
        [only] => of_operation(only),
        _ => of_variants,
    }
}

fn enumeration(one: &Enum) -> [Item; 2] {
    let Enum {
        name,
        variants,
        operations,
    } = one;
    let calls = operations.iter().map(|id| {
        let method = names::value_name(id);
        format!("[`Client::{method}`](crate::Client::{method})")
    });
    let about = docs::attributes([
        docs::wrap(&format!(
            "What a failure of {} carries, by its status.",
            calls.collect::<Vec<_>>().join(" or ")
        )),
        "[`Error::failure`](crate::Error::failure) reads it.".to_owned(),
    ]);
    let shown = variants.iter().map(|variant| {
        let ident = &variant.name;
        let described = docs::attributes([docs::prose(&format!(
            "{}: {}",
            statuses(&variant.statuses),
            variant.descriptions.join("; ")
        ))]);
        let carried: TokenStream = match &variant.body {
            Body::Empty => quote!(),
            Body::Text => quote!((String)),
            Body::Json => quote!((Json)),
            Body::Named(name) => quote!((types::#name)),
        };
        quote!(#(#described)* #ident #carried)
    });
    let read = |variant: &Variant| {
        let ident = &variant.name;
        match &variant.body {
            Body::Empty => quote!(Self::#ident),
            Body::Text => quote!(Self::#ident(answer.text())),
            Body::Json | Body::Named(_) => {
                quote!(answer.json().map_or_else(undescribed, Self::#ident))
            }
        }
    };
    // An exact status goes before the range it lies in.
    let arms = [true, false].into_iter().flat_map(|exact| {
        variants.iter().filter_map(move |variant| {
            let statuses = variant.statuses.iter();
            let statuses: Vec<TokenStream> = statuses
                .filter(|(from, to)| (from == to) == exact)
                .map(pattern)
                .collect();
            let read = read(variant);
            (!statuses.is_empty()).then(|| quote!(#(#statuses)|* => #read))
        })
    });
    [
        parse_quote! {
            #(#about)*
            #[derive(Clone, Debug)]
            #[non_exhaustive]
            pub enum #name {
                #(#shown,)*
                /// Another status, or a body that does not fit.
                Other {
                    /// The HTTP status.
                    status: u16,
                    /// The body, as text.
                    text: String,
                },
            }
        },
        parse_quote! {
            impl FailureBody for #name {
                fn read(answer: &FailureAnswer<'_>) -> Option<Self> {
                    let undescribed = || Self::Other {
                        status: answer.status(),
                        text: answer.text(),
                    };
                    let failure = match answer.status() {
                        #(#arms,)*
                        _ => undescribed(),
                    };
                    Some(failure)
                }
            }
        },
    ]
}

fn pattern((from, to): &(u16, u16)) -> TokenStream {
    let (low, high) = (Literal::u16_unsuffixed(*from), Literal::u16_unsuffixed(*to));
    match from == to {
        true => quote!(#low),
        false => quote!(#low..=#high),
    }
}

/// Statuses, for documentation.
pub(super) fn statuses(all: &[(u16, u16)]) -> String {
    let one = |(from, to): &(u16, u16)| match from == to {
        true => from.to_string(),
        false => format!("{from} to {to}"),
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What `send` says of the bodies of failures: the one step to each.
pub(super) fn documentation(api: &Api, failures: &Failures, operation: &Operation) -> String {
    let read = match failures.bodies(operation) {
        Bodies::Undescribed | Bodies::One(Body::Empty) => String::new(),
        Bodies::One(Body::Named(name)) => {
            format!("[`Error::failure`] reads the body: a [`types::{name}`](crate::types::{name}).")
        }
        Bodies::One(Body::Json) => {
            "[`Error::failure`] reads the body: a [`Json`](crate::Json).".to_owned()
        }
        Bodies::One(Body::Text) => "[`Error::message`] is the body.".to_owned(),
        Bodies::Several(name) => format!(
            "[`Error::failure`] reads the body: a [`failures::{name}`](crate::failures::{name})."
        ),
    };
    let text = match details(api, operation) {
        None => read,
        Some(ty) => format!(
            "{read} [`Error::details`] reads the single faults: each a [`types::{ty}`](crate::types::{ty})."
        ),
    };
    docs::wrap(&text)
}

/// The type of a single fault, where one place of `details` leads to a list of something with a name.
fn details(api: &Api, operation: &Operation) -> Option<Ident> {
    operation.failures.iter().find_map(|failure| {
        let envelope = failure.envelope.as_ref()?;
        let schema = resolve(&api.document, failure.schema.as_ref()?);
        list_items(&envelope["details"]).find_map(|place| {
            let list = value_schema(&api.document, schema, place.as_str()?)?;
            let list = resolve(&api.document, &list);
            schema_name(&list["items"]).map(names::type_name)
        })
    })
}
