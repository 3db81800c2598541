//! In how many ways a value can be written: what of it has to be remembered so that it is written back to the byte.

use std::collections::BTreeSet;

use syn::{Fields, GenericArgument, Item, PathArguments, Type};

use super::Model;

/// In how many ways a value can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spelling {
    /// One; or it keeps how it came by itself.
    Plain,
    /// One, as long as its texts have no escapes.
    Text,
    /// Several.
    Spelled,
}

impl Spelling {
    /// That of the type.
    pub(super) fn of(ty: &Type, model: &Model) -> Self {
        let mut inside = BTreeSet::new();
        let spelling = of(ty, model, &mut inside);
        // How a secret is written is a copy of it.
        if inside.contains("Secret") {
            return Self::Plain;
        }
        spelling
    }

    /// The word for it in the macro of the run time.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Text => "text",
            Self::Spelled => "spelled",
        }
    }
}

/// `inside` are the names of the types on the way, down to those that keep how they came by themselves.
fn of(ty: &Type, model: &Model, inside: &mut BTreeSet<String>) -> Spelling {
    let Type::Path(path) = ty else {
        return Spelling::Spelled;
    };
    let Some(last) = path.path.segments.last() else {
        return Spelling::Spelled;
    };
    let name = last.ident.to_string();
    if !inside.insert(name.clone()) && model.get(&name).is_some() {
        return Spelling::Plain;
    }
    let mut of_arguments = Spelling::Plain;
    if let PathArguments::AngleBracketed(arguments) = &last.arguments {
        for argument in &arguments.args {
            if let GenericArgument::Type(argument) = argument {
                of_arguments = of_arguments.max(of(argument, model, inside));
            }
        }
    }
    match name.as_str() {
        "bool" | "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "Json"
        | "Fields" | "Secret" | "UnixTime" => Spelling::Plain,
        "String" | "Base64" | "Hex" | "Address" => Spelling::Text,
        "Option" | "Nullable" | "Vec" | "Box" => of_arguments,
        name => model
            .get(name)
            .map_or(Spelling::Spelled, |item| of_item(item, model, inside)),
    }
}

fn of_item(item: &Item, model: &Model, inside: &mut BTreeSet<String>) -> Spelling {
    match item {
        Item::Enum(enumeration) if model.texts(&enumeration.ident.to_string()).is_some() => {
            Spelling::Text
        }
        Item::Enum(enumeration) => (enumeration.variants.iter())
            .flat_map(|variant| &variant.fields)
            .map(|field| of(&field.ty, model, inside))
            .max()
            .unwrap_or(Spelling::Plain),
        Item::Struct(structure) => match &structure.fields {
            Fields::Unnamed(inner) => (inner.unnamed.first())
                .map_or(Spelling::Plain, |field| of(&field.ty, model, inside)),
            Fields::Named(_) | Fields::Unit => Spelling::Plain,
        },
        _ => Spelling::Spelled,
    }
}
