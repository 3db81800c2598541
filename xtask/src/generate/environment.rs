//! The environments of a provider: those the spec names, and the caller's own.

use heck::ToPascalCase as _;
use syn::{Attribute, Ident, Item, parse_quote};

use super::{docs, names, schemes::Schemes};
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
    let schemes = Schemes::of(api);
    let (scheme_texts, scheme_names): (Vec<String>, Vec<&Ident>) = schemes
        .standard()
        .map(|(_, name)| (name.to_string(), name))
        .unzip();
    let uses: Item = if scheme_names.is_empty() {
        parse_quote!(
            use crate::Client;
        )
    } else {
        parse_quote!(
            use crate::{Client, schemes};
        )
    };
    let of_name: syn::ImplItem = if variants.is_empty() {
        parse_quote! {
            fn of_name(_: &str) -> Option<Self> {
                None
            }
        }
    } else {
        parse_quote! {
            fn of_name(name: &str) -> Option<Self> {
                Self::named(name)
            }
        }
    };
    vec![
        parse_quote!(
            use bindery_runtime::{Api, BaseUrl, InvalidBaseUrl, Scheme, Target};
        ),
        uses,
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
        parse_quote! {
            impl Api for Environment {
                type Client = Client;
                const PROVIDER: &'static str = #provider;
                const ENVIRONMENTS: &'static [&'static str] = &[#(#texts),*];
                const SCHEMES: &'static [(&'static str, &'static Scheme)] =
                    &[#((#scheme_texts, &schemes::#scheme_names)),*];

                #of_name

                fn of_base_url(base: BaseUrl) -> Self {
                    Self::Custom(base)
                }
            }
        },
    ]
}
