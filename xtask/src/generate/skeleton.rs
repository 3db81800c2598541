//! What is read of progenitor's output: the definitions of types, and the signatures of calls. The bodies of functions are
//! most of it, and nobody looks into them, so that they are not parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Item, Signature};

/// What progenitor made of a document, as far as it is looked at.
#[derive(Debug)]
pub(super) struct Skeleton {
    /// The structs and enums of its `types` module.
    pub(super) definitions: Vec<Item>,
    /// The blocks and modules beside them, each with the name of the type, or its own.
    pub(super) beside: Vec<(String, Unread)>,
    /// The signatures of the client's methods.
    pub(super) methods: Vec<Signature>,
}

/// An item whose inside has not been looked at.
#[derive(Debug)]
pub(super) struct Unread {
    /// The trait that it implements.
    pub(super) implemented: Option<String>,
    tokens: TokenStream,
}

impl Unread {
    /// The whole item.
    pub(super) fn read(self) -> syn::Result<Item> {
        syn::parse2(self.tokens)
    }
}

/// Reads what progenitor wrote.
///
/// # Errors
///
/// When a definition or a signature is no Rust.
pub(super) fn read(tokens: TokenStream) -> syn::Result<Skeleton> {
    let mut skeleton = Skeleton {
        definitions: Vec::new(),
        beside: Vec::new(),
        methods: Vec::new(),
    };
    for item in items(tokens) {
        match item.keyword().as_str() {
            "mod" if item.name() == "types" => {
                for item in item.body().map(items).unwrap_or_default() {
                    skeleton.add_type(item)?;
                }
            }
            "impl" if item.header().implemented.is_none() => {
                for method in item.body().map(items).unwrap_or_default() {
                    skeleton.methods.extend(method.signature()?);
                }
            }
            _ => {}
        }
    }
    Ok(skeleton)
}

impl Skeleton {
    fn add_type(&mut self, item: Tokens) -> syn::Result<()> {
        match item.keyword().as_str() {
            "struct" | "enum" => {
                let tokens = item.without_documentation().collect();
                self.definitions.push(syn::parse2(tokens)?);
            }
            "mod" => {
                let name = item.name();
                self.beside.push((name, item.unread(None)));
            }
            "impl" => {
                let Header { implemented, of } = item.header();
                if let Some(of) = of {
                    self.beside.push((of, item.unread(implemented)));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The tokens of one item.
#[derive(Debug)]
struct Tokens {
    all: Vec<TokenTree>,
    /// How many of them are attributes and the visibility.
    before: usize,
}

/// What a block says of itself.
struct Header {
    implemented: Option<String>,
    /// The name of the type.
    of: Option<String>,
}

impl Tokens {
    /// All but typify's documentation of the item: it quotes the whole schema, and ours says what the schema describes.
    fn without_documentation(self) -> impl Iterator<Item = TokenTree> {
        let is_documentation = |token: &TokenTree| {
            let TokenTree::Group(group) = token else {
                return false;
            };
            let first = group.stream().into_iter().next();
            group.delimiter() == Delimiter::Bracket
                && first.is_some_and(|token| is_word(&token, "doc"))
        };
        let mut tokens = self.all.into_iter().peekable();
        std::iter::from_fn(move || {
            while let Some(mark) = tokens.next_if(is_hash) {
                if tokens.next_if(is_documentation).is_none() {
                    return Some(mark);
                }
            }
            tokens.next()
        })
    }

    /// The word that says what it is.
    fn keyword(&self) -> String {
        self.word(self.before)
    }

    fn name(&self) -> String {
        self.word(self.before + 1)
    }

    fn word(&self, place: usize) -> String {
        match self.all.get(place) {
            Some(TokenTree::Ident(word)) => word.to_string(),
            _ => String::new(),
        }
    }

    /// What stands in its braces.
    fn body(&self) -> Option<TokenStream> {
        match self.all.last() {
            Some(TokenTree::Group(group)) if is_braced(group) => Some(group.stream()),
            _ => None,
        }
    }

    /// What stands before its braces, and behind the attributes and the visibility.
    fn head(&self) -> &[TokenTree] {
        let end = self.all.len() - usize::from(self.body().is_some());
        self.all.get(self.before..end).unwrap_or_default()
    }

    fn header(&self) -> Header {
        let head = self.head().get(1..).unwrap_or_default();
        let place = head.iter().rposition(|token| is_word(token, "for"));
        let (implemented, of) = match place {
            Some(place) => (path_end(&head[..place]), path_end(&head[place + 1..])),
            None => (None, path_end(head)),
        };
        Header { implemented, of }
    }

    /// The signature; `None` where it is no function.
    fn signature(&self) -> syn::Result<Option<Signature>> {
        let head = self.head();
        if !head.iter().any(|token| is_word(token, "fn")) {
            return Ok(None);
        }
        syn::parse2(head.iter().cloned().collect()).map(Some)
    }

    fn unread(self, implemented: Option<String>) -> Unread {
        Unread {
            implemented,
            tokens: self.all.into_iter().collect(),
        }
    }
}

/// The last name of the path that these tokens are, which may begin with the parameters of a block.
fn path_end(tokens: &[TokenTree]) -> Option<String> {
    let mut depth = 0_usize;
    let mut end = None;
    for token in tokens {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '<' => depth += 1,
            TokenTree::Punct(mark) if mark.as_char() == '>' => depth = depth.saturating_sub(1),
            TokenTree::Punct(mark) if mark.as_char() == '&' && depth == 0 => return None,
            TokenTree::Ident(name) if depth == 0 => end = Some(name.to_string()),
            _ => {}
        }
    }
    end
}

/// The tokens of each item: it ends with its braces or, where it has none or is a `use`, with a semicolon.
fn items(tokens: TokenStream) -> Vec<Tokens> {
    let mut items = Vec::new();
    let mut all: Vec<TokenTree> = Vec::new();
    let mut before = None;
    for token in tokens {
        let ends = match &token {
            TokenTree::Punct(mark) => mark.as_char() == ';',
            TokenTree::Group(group) => {
                is_braced(group) && before.is_some_and(|before| !is_word(&all[before], "use"))
            }
            _ => false,
        };
        if before.is_none() && matches!(token, TokenTree::Ident(_)) && !is_word(&token, "pub") {
            before = Some(all.len());
        }
        all.push(token);
        if ends {
            items.push(Tokens {
                before: before.take().unwrap_or_default(),
                all: std::mem::take(&mut all),
            });
        }
    }
    items
}

fn is_braced(group: &Group) -> bool {
    group.delimiter() == Delimiter::Brace
}

fn is_hash(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == '#')
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::Ident;

    use super::*;

    #[test]
    fn definitions_and_signatures_are_read_and_blocks_are_known_by_their_types() {
        let skeleton = read(quote! {
            #[allow(unused_imports)]
            use progenitor_client::{encode_path, ClientHooks};

            pub mod types {
                use serde::{Deserialize, Serialize};

                pub mod error {
                    pub struct ConversionError;
                }
                /// A wallet; with `{braces}`.
                #[derive(Clone)]
                pub struct Wallet { pub id: i64 }
                pub struct Name(pub String);
                #[serde(untagged)]
                pub enum Kind { A(Wallet), B }
                impl ::std::convert::From<&Wallet> for Wallet {
                    fn from(value: &Wallet) -> Self { not rust at all }
                }
                impl<'de> ::serde::Deserialize<'de> for Name { }
                impl ::std::fmt::Display for Kind { }
                impl From<Wallet> for ::std::vec::Vec<Wallet> { }
                impl Kind { }
            }

            #[derive(Clone)]
            pub struct Client { pub(crate) url: String }
            impl ClientHooks<()> for &Client {}
            impl Client {
                pub fn new(url: &str) -> Self { let x = a; }
            }
            impl Client {
                ///Sends a `GET` request
                pub async fn list<'a>(&'a self, a: Option<&'a str>) -> Result<types::Wallet, Error<()>> {
                    nobody reads this
                }
            }
        })
        .expect("it is Rust where it is looked at");
        let heads = skeleton.definitions.iter().map(|item| match item {
            Item::Struct(item) => (&item.ident, item.attrs.len()),
            Item::Enum(item) => (&item.ident, item.attrs.len()),
            other => panic!("{other:?}"),
        });
        let (names, attributes): (Vec<&Ident>, Vec<usize>) = heads.unzip();
        assert_eq!(names, ["Wallet", "Name", "Kind"]);
        assert_eq!(attributes, [1, 0, 1]);
        let beside: Vec<(&str, Option<&str>)> = (skeleton.beside.iter())
            .map(|(of, unread)| (of.as_str(), unread.implemented.as_deref()))
            .collect();
        assert_eq!(
            beside,
            [
                ("error", None),
                ("Wallet", Some("From")),
                ("Name", Some("Deserialize")),
                ("Kind", Some("Display")),
                ("Vec", Some("From")),
                ("Kind", None),
            ]
        );
        let methods: Vec<String> = (skeleton.methods.iter())
            .map(|method| method.ident.to_string())
            .collect();
        assert_eq!(methods, ["new", "list"]);
    }

    #[test]
    fn a_definition_that_is_no_rust_is_an_error() {
        assert!(read(quote!(pub mod types { pub struct A { b c } })).is_err());
    }
}
