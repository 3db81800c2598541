//! What a caller sees of one item, as text that can be compared.

use syn::{Attribute, FnArg, Item, Pat, Signature, Visibility, parse_quote};

use super::super::Verdict;

/// What a caller sees of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its signature or type, without the names of arguments.
    pub(super) code: String,
    /// With them, to be shown.
    pub(super) shown: String,
    /// The names of its arguments in their order.
    arguments: Vec<String>,
    /// Its variants in their order, where callers see that.
    pub(super) order: Vec<String>,
    /// Whether callers name all of its parts: then a new one breaks them.
    pub(super) closed: bool,
    deprecated: bool,
}

impl Seen {
    /// How what has the same code differs all the same.
    pub(super) fn same(&self, is: &Self) -> Vec<(Verdict, String)> {
        let mut told = Vec::new();
        if moved(&self.arguments, &is.arguments) {
            let what = format!("has its arguments in another order: is `{}`", is.shown);
            told.push((Verdict::Breaking, what));
        }
        if moved(&self.order, &is.order) {
            let what = "has its variants in another order, by which they compare".to_owned();
            told.push((Verdict::Breaking, what));
        }
        if self.closed && !is.closed {
            told.push((Verdict::Breaking, "may get more parts now".to_owned()));
        }
        match (self.deprecated, is.deprecated) {
            (false, true) => told.push((Verdict::Minor, "is deprecated".to_owned())),
            (true, false) => told.push((Verdict::Patch, "is deprecated no more".to_owned())),
            _ => {}
        }
        told
    }
}

/// Whether what is in both lists stands in another order.
fn moved(before: &[String], after: &[String]) -> bool {
    let before = before.iter().filter(|name| after.contains(name));
    let after = after
        .iter()
        .filter(|name| before.clone().any(|it| it == *name));
    !before.clone().eq(after)
}

pub(super) fn plain(code: String, attributes: &[Attribute]) -> Seen {
    Seen {
        shown: code.clone(),
        code,
        arguments: Vec::new(),
        order: Vec::new(),
        closed: false,
        deprecated: has(attributes, "deprecated"),
    }
}

pub(super) fn signature(signature: &Signature, attributes: &[Attribute]) -> Seen {
    let mut nameless = signature.clone();
    let mut arguments = Vec::new();
    for input in &mut nameless.inputs {
        if let FnArg::Typed(argument) = input
            && let Pat::Ident(name) = &*argument.pat
        {
            arguments.push(name.ident.to_string());
            *argument.pat = parse_quote!(_);
        }
    }
    Seen {
        code: function(&nameless),
        shown: function(signature),
        arguments,
        order: Vec::new(),
        closed: false,
        deprecated: has(attributes, "deprecated"),
    }
}

fn function(signature: &Signature) -> String {
    let line = printed(parse_quote!(#signature {}));
    line.trim_end_matches("{}").trim_end().to_owned()
}

pub(super) fn seen(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

pub(super) fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|it| it.path().is_ident(name))
}

/// A type on one line, as one writes it.
pub(super) fn code(ty: &impl quote::ToTokens) -> String {
    let line = printed(parse_quote!(type It = #ty;));
    let ty = line.strip_prefix("type It = ").unwrap_or(&line);
    ty.trim_end_matches(';').to_owned()
}

/// An item on one line, formatted.
fn printed(item: Item) -> String {
    let file = parse_quote!(#item);
    let text = prettyplease::unparse(&file);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // What is broken over several lines ends in a comma that one line does not have.
    line.replace("( ", "(")
        .replace(", )", ")")
        .replace(" .", ".")
}
