//! Waiting (`x-finality`) and finding out what became of a write (`x-lookup`): a table of what the spec says of them, and
//! the methods that go by it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, ImplItem, Item, Type, parse_quote};

use super::{docs, lookup, names, signatures::Generated, syntax, types::Model};
use crate::api::{Api, Operation, items as list_items};

/// The table; empty where the spec says nothing of either.
pub(super) fn items(api: &Api) -> Result<Vec<Item>, String> {
    let mut tables: Vec<Item> = Vec::new();
    for operation in &api.operations {
        if let Some(finality) = &operation.finality {
            tables.push(table(operation, finality));
        }
        if let Some(lookup) = &operation.lookup {
            tables.push(lookup::table(api, operation, lookup)?);
        }
    }
    if tables.is_empty() {
        return Ok(tables);
    }
    let text: Vec<String> = tables
        .iter()
        .map(|item| quote!(#item).to_string())
        .collect();
    let used = |name: &&str| {
        let mut words = text
            .iter()
            .flat_map(|text| text.split(|character: char| !character.is_alphanumeric()));
        words.any(|word| word == *name)
    };
    let idents = |names: &[&str]| -> Vec<Ident> {
        let used = names.iter().copied().filter(used);
        used.map(|name| format_ident!("{name}")).collect()
    };
    let own = idents(&["Finality", "Refusal"]);
    let lookups = idents(lookup::NAMES);
    let mut imports = quote!(#(#own),*);
    if !lookups.is_empty() {
        if !own.is_empty() {
            imports.extend(quote!(,));
        }
        imports.extend(quote!(lookup::{#(#lookups),*}));
    }
    let mut items: Vec<Item> = vec![parse_quote!(use bindery_runtime::{#imports};)];
    if !lookups.is_empty() {
        items.push(parse_quote!(
            use crate::operations;
        ));
    }
    items.extend(tables);
    Ok(items)
}

/// The methods of a call that waits, or whose outcome may be unknown.
pub(super) fn methods(
    api: &Api,
    model: &Model,
    generated: &Generated,
    operation: &Operation,
    answer: Option<&Type>,
) -> Result<Vec<ImplItem>, String> {
    let mut methods = Vec::new();
    if let (Some(finality), Some(answer)) = (&operation.finality, answer) {
        methods.push(wait(api, operation, finality, answer));
    }
    if is_submitted(operation) {
        methods.push(lookup::submit(api, model, generated, operation, answer)?);
    }
    Ok(methods)
}

/// Whether a call is told by its outcome: it may not be sent twice.
pub(super) fn is_submitted(operation: &Operation) -> bool {
    // Who reads while it comes sees what became of it.
    if operation.success.stream.is_some() {
        return false;
    }
    let by_method = || matches!(operation.method.as_str(), "POST" | "PATCH");
    match operation.idempotency.as_deref() {
        Some(idempotency) => idempotency == "never",
        None => by_method() || operation.lookup.is_some(),
    }
}

/// What callers name of it.
pub(super) fn names(api: &Api) -> Vec<&'static str> {
    let mut names = Vec::new();
    if api
        .operations
        .iter()
        .any(|operation| operation.finality.is_some())
    {
        names.extend(["Patience", "States", "Wait", "WaitError"]);
    }
    if api.operations.iter().any(is_submitted) {
        names.extend(["Outcome", "Unknown"]);
    }
    if api
        .operations
        .iter()
        .any(|operation| operation.lookup.is_some())
    {
        names.push("LookedUp");
    }
    names
}

fn table(operation: &Operation, finality: &Value) -> Item {
    let name = finality_name(operation);
    let texts = |key: &str| -> Vec<String> {
        list_items(&finality[key])
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let (done, failed, requires) = (texts("done"), texts("failed"), texts("requires"));
    let state = finality["state"].as_str().unwrap_or_default();
    let absent = refusals(&finality["absent"]);
    let about = docs::attributes([format!("When what `{}` reads is final.", operation.id)]);
    parse_quote! {
        #(#about)*
        pub(crate) static #name: Finality = Finality {
            state: #state,
            done: &[#(#done),*],
            failed: &[#(#failed),*],
            absent: &[#absent],
            requires: &[#(#requires),*],
        };
    }
}

/// Numbers are HTTP statuses, texts the provider's own codes.
pub(super) fn refusals(list: &Value) -> TokenStream {
    let refusals = list_items(list).filter_map(|refusal| match refusal {
        Value::String(code) => Some(quote!(Refusal::Code(#code))),
        status => {
            let status: TokenStream = status.to_string().parse().ok()?;
            Some(quote!(Refusal::Status(#status)))
        }
    });
    quote!(#(#refusals),*)
}

fn finality_name(operation: &Operation) -> Ident {
    names::static_name(&format!("{} finality", operation.id))
}

fn wait(api: &Api, operation: &Operation, finality: &Value, answer: &Type) -> ImplItem {
    let name = finality_name(operation);
    let documentation = docs::attributes([
        docs::wrap(&format!(
            "Waits until {}, by making the call again and again: `.await` it for the value, or follow its \
             [`states`](Wait::states).",
            what_is_done(finality)
        )),
        "Nothing goes on in the background: dropped, it asks no more.".to_owned(),
        "# Errors".to_owned(),
        what_fails(finality),
        "# Examples".to_owned(),
        example(api, operation),
    ]);
    let wait = parse_quote! {
        pub fn wait(self) -> Wait<#answer> {
            self.0.wait(&finality::#name)
        }
    };
    syntax::documented(documentation, wait)
}

fn what_is_done(finality: &Value) -> String {
    let state = finality["state"].as_str().unwrap_or_default();
    let mut text = format!("`{state}` is {}", either(&finality["done"]));
    for required in list_items(&finality["requires"]).filter_map(Value::as_str) {
        text.push_str(&format!(" and `{required}` is there"));
    }
    text
}

fn what_fails(finality: &Value) -> String {
    let mut lines = Vec::new();
    let failed = match either(&finality["failed"]).as_str() {
        "`*`" => format!("anything but {}", either(&finality["done"])),
        failed => failed.to_owned(),
    };
    if !failed.is_empty() {
        let state = finality["state"].as_str().unwrap_or_default();
        lines.push(format!(
            "`WaitError::Failed`: `{state}` is {failed}, and will never be anything else"
        ));
    }
    lines.push("`WaitError::Overdue`: the deadline passed".to_owned());
    let absent: Vec<String> = list_items(&finality["absent"])
        .map(|absent| match absent {
            Value::String(code) => format!("code {code}"),
            status => status.to_string(),
        })
        .collect();
    lines.push(if absent.is_empty() {
        "`WaitError::Call`: it cannot be read, and waiting will not mend that".to_owned()
    } else {
        format!(
            "`WaitError::Call`: it cannot be read, and waiting will not mend that; {} only means that it is not there yet",
            absent.join(" or ")
        )
    });
    docs::list(lines)
}

/// `A`, `B` or `C`.
fn either(states: &Value) -> String {
    let states: Vec<String> = list_items(states)
        .filter_map(Value::as_str)
        .map(|state| format!("`{state}`"))
        .collect();
    match states.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

fn example(api: &Api, operation: &Operation) -> String {
    let krate = format!("bindery_{}", names::module(&api.name));
    let request = names::type_name(&operation.id);
    format!(
        "```no_run\n# async fn example(call: {krate}::requests::{request}) -> Result<(), {krate}::Error> {{\nuse \
         std::time::Duration;\n\nlet done = call.wait().deadline(Duration::from_secs(180)).await?;\n# let _ = done;\n# \
         Ok(())\n# }}\n```"
    )
}
