//! The environments of a provider: those the spec names, and the caller's own.

use heck::ToPascalCase as _;
use syn::{Attribute, Ident, Item, parse_quote};

use super::{docs, names};
use crate::api::Api;

/// The name and URL of each environment that the spec names.
pub(super) fn named(api: &Api) -> impl Iterator<Item = (&str, &str, &str)> {
    api.servers.iter().filter_map(|server| {
        let environment = server.environment.as_deref()?;
        Some((
            environment,
            server.url.as_str(),
            server.description.as_str(),
        ))
    })
}

/// The module's items.
pub(super) fn items(api: &Api) -> Vec<Item> {
    let provider = &api.name;
    let (mut variants, mut texts, mut variant_docs): (Vec<Ident>, Vec<&str>, Vec<Vec<Attribute>>) =
        Default::default();
    for (environment, url, description) in named(api) {
        variants.push(names::type_name(&environment.to_pascal_case()));
        texts.push(environment);
        variant_docs.push(docs::attributes([
            docs::prose(description),
            format!("<{url}>"),
        ]));
    }
    let from_name: Option<syn::ImplItem> = (!variants.is_empty()).then(|| {
        parse_quote! {
            /// The environment of this name in the spec; `None` where it has none such.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    #(#texts => Some(Self::#variants),)*
                    _ => None,
                }
            }
        }
    });
    let about = docs::attributes([format!("Where {} runs.", api.title)]);
    vec![
        parse_quote!(
            use bindery_runtime::{BaseUrl, InvalidBaseUrl, Target};
        ),
        parse_quote! {
            #(#about)*
            #[derive(Clone, Debug, PartialEq, Eq)]
            #[non_exhaustive]
            pub enum Environment {
                #(#(#variant_docs)* #variants,)*
                /// A base URL of the caller's own, in the place of all of the provider's hosts.
                Custom(BaseUrl),
            }
        },
        parse_quote! {
            impl Environment {
                #from_name

                /// A base URL of the caller's own, which has to be `https`.
                ///
                /// # Errors
                ///
                /// When `url` is no absolute `https` URL, or has a user, a query or a fragment.
                pub fn custom(url: &str) -> Result<Self, InvalidBaseUrl> {
                    BaseUrl::https(url).map(Self::Custom)
                }

                /// A base URL of the caller's own, which may be plain `http`: everyone on the way can read the
                /// credentials then.
                ///
                /// # Errors
                ///
                /// As [`Environment::custom`], except that `http` is taken too.
                pub fn custom_over_plain_http(url: &str) -> Result<Self, InvalidBaseUrl> {
                    BaseUrl::plain_http(url).map(Self::Custom)
                }
            }
        },
        parse_quote! {
            impl From<Environment> for Target {
                fn from(environment: Environment) -> Self {
                    match environment {
                        #(Environment::#variants => Self::named(#provider, #texts),)*
                        Environment::Custom(base) => Self::custom(#provider, base),
                    }
                }
            }
        },
    ]
}
