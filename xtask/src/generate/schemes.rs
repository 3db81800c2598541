//! The security schemes, as what signs in wants them: where a credential goes, and where tokens come from.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::{docs, names, variables};
use crate::api::{Api, Flow, FlowKind, Placement, Scheme, Server};

/// The schemes that calls take, each with the name of its static.
pub(crate) struct Schemes<'a> {
    api: &'a Api,
    named: Vec<(&'a Scheme, Ident)>,
}

impl<'a> Schemes<'a> {
    pub(crate) fn of(api: &'a Api) -> Self {
        let mut named: Vec<(&Scheme, Ident)> = Vec::new();
        let mut read: Vec<String> = variables::OF_ENVIRONMENT.map(str::to_owned).into();
        for scheme in api.taken_schemes() {
            let plain = plain_name(scheme);
            let mut name = plain.clone();
            let mut number = 2;
            // A variable says one thing.
            let taken = |name: &Ident, named: &[(_, Ident)]| {
                let variables = variables::read(scheme, &name.to_string());
                named.iter().any(|(_, other)| other == name)
                    || variables.iter().any(|variable| read.contains(variable))
            };
            while taken(&name, &named) {
                name = format_ident!("{plain}_{number}");
                number += 1;
            }
            read.extend(variables::read(scheme, &name.to_string()));
            named.push((scheme, name));
        }
        Self { api, named }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// The name of the static of a scheme.
    pub(crate) fn name(&self, scheme: &str) -> Option<&Ident> {
        let mut named = self.named.iter();
        let found = named.find(|(known, _)| known.name == scheme);
        found.map(|(_, name)| name)
    }

    /// Those for which OpenAPI says all there is to know.
    pub(super) fn standard(&self) -> impl Iterator<Item = (&'a Scheme, &Ident)> {
        let named = self.named.iter().filter(|(scheme, _)| !scheme.own);
        named.map(|(scheme, name)| (*scheme, name))
    }

    /// Those for which it does not.
    pub(super) fn own(&self) -> impl Iterator<Item = &'a Scheme> {
        let named = self.named.iter().filter(|(scheme, _)| scheme.own);
        named.map(|(scheme, _)| *scheme)
    }

    /// Whether a token URL is below the URL of the provider's first host.
    pub(super) fn use_server(&self) -> bool {
        self.token_urls()
            .any(|url| matches!(place(&self.api.servers, url), Place::BelowServer(_)))
    }

    fn token_urls(&self) -> impl Iterator<Item = &'a str> {
        let flows = self.named.iter().flat_map(|(scheme, _)| &scheme.flows);
        flows
            .flat_map(|flow| flow.token_url.iter().chain(&flow.refresh_url))
            .map(String::as_str)
    }

    /// The module's items.
    pub(super) fn items(&self) -> Vec<Item> {
        let statics: Vec<Item> = self
            .named
            .iter()
            .map(|(scheme, name)| self.item(scheme, name))
            .collect();
        let at_root = self
            .token_urls()
            .any(|url| matches!(place(&self.api.servers, url), Place::AtRoot(_)));
        let flows = self
            .named
            .iter()
            .any(|(scheme, _)| !scheme.flows.is_empty());
        let urls = self.token_urls().next().is_some();
        let mut used = Vec::new();
        used.extend(flows.then_some(["Flow", "FlowKind"]).into_iter().flatten());
        used.extend(["Placement", "Scheme"]);
        used.extend(at_root.then_some("Server"));
        used.extend(urls.then_some("TokenUrl"));
        let used = used.into_iter().map(|name| format_ident!("{name}"));
        let mut items: Vec<Item> = vec![parse_quote!(use bindery_runtime::{#(#used),*};)];
        if self.use_server() {
            items.push(parse_quote!(
                use crate::operations::SERVER;
            ));
        }
        items.extend(statics);
        if at_root {
            let roots = self.api.servers.iter().filter(|server| is_whole(server));
            let roots = roots.map(|server| {
                let environment = server.environment.as_deref().unwrap_or_default();
                let root = root(&server.url);
                quote!((#environment, #root))
            });
            items.push(parse_quote! {
                /// The hosts alone, where a token URL is not below the path of the others.
                static ROOT: Server = Server::new(&[#(#roots),*], Some(""));
            });
        }
        items
    }

    fn item(&self, scheme: &Scheme, ident: &Ident) -> Item {
        let (provider, name) = (&self.api.name, &scheme.name);
        let placement = match &scheme.placement {
            Placement::Bearer => quote!(Bearer),
            Placement::Basic => quote!(Basic),
            Placement::Header(name) => quote!(Header(#name)),
            Placement::Query(name) => quote!(Query(#name)),
            Placement::Cookie(name) => quote!(Cookie(#name)),
        };
        let mut value = quote!(Scheme::new(#provider, #name, Placement::#placement));
        if !scheme.flows.is_empty() {
            let flows = scheme.flows.iter().map(|flow| self.flow(flow));
            value.extend(quote!(.flows(&[#(#flows),*])));
        }
        let about = docs::attributes([
            format!("`{name}`: {}.", placement_docs(&scheme.placement)),
            docs::prose(&scheme.description),
        ]);
        parse_quote! {
            #(#about)*
            pub static #ident: Scheme = #value;
        }
    }

    fn flow(&self, flow: &Flow) -> TokenStream {
        let kind = match flow.kind {
            FlowKind::AuthorizationCode => quote!(AuthorizationCode),
            FlowKind::ClientCredentials => quote!(ClientCredentials),
            FlowKind::Implicit => quote!(Implicit),
            FlowKind::Password => quote!(Password),
        };
        let scopes = flow.scopes.iter().map(|(scope, about)| {
            let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
            quote!((#scope, #about))
        });
        let mut value = quote!(Flow::new(FlowKind::#kind, &[#(#scopes),*]));
        if let Some(url) = &flow.authorization_url {
            value.extend(quote!(.authorization_url(#url)));
        }
        for (setter, url) in [
            ("token_url", &flow.token_url),
            ("refresh_url", &flow.refresh_url),
        ] {
            let Some(url) = url else { continue };
            let setter = format_ident!("{setter}");
            let url = match place(&self.api.servers, url) {
                Place::BelowServer(path) => quote!(TokenUrl::OnServer(&SERVER, #path)),
                Place::AtRoot(path) => quote!(TokenUrl::OnServer(&ROOT, #path)),
                Place::Elsewhere => quote!(TokenUrl::Elsewhere(#url)),
            };
            value.extend(quote!(.#setter(#url)));
        }
        value
    }
}

/// Where a credential goes, in words.
pub(super) fn placement_docs(placement: &Placement) -> String {
    match placement {
        Placement::Bearer => "a token in `Authorization`".to_owned(),
        Placement::Basic => "a name and a password in `Authorization`".to_owned(),
        Placement::Header(name) => format!("a key in the header `{name}`"),
        Placement::Query(name) => format!("a key in the query, as `{name}`"),
        Placement::Cookie(name) => format!("a key in the cookie `{name}`"),
    }
}

/// The name of a static; with what the credential is behind it, where the environment variable of that name says where the
/// calls go.
fn plain_name(scheme: &Scheme) -> Ident {
    let name = names::static_name(&scheme.name);
    let variables = variables::read(scheme, &name.to_string());
    let mut variables = variables.iter().map(String::as_str);
    match variables.any(|variable| variables::OF_ENVIRONMENT.contains(&variable)) {
        true if scheme.placement == Placement::Bearer => format_ident!("{name}_TOKEN"),
        true => format_ident!("{name}_KEY"),
        false => name,
    }
}

/// Where a token URL is.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// At this path below the URL of the provider's first host.
    BelowServer(String),
    /// At this path of the host.
    AtRoot(String),
    /// On another host.
    Elsewhere,
}

/// Whatever is relative, and whatever is on a host of the provider's own, is there in each environment.
fn place(servers: &[Server], url: &str) -> Place {
    if !url.contains("://") {
        return match url.strip_prefix('/') {
            Some(_) => Place::AtRoot(url.to_owned()),
            None => Place::BelowServer(format!("/{url}")),
        };
    }
    let whole = || servers.iter().filter(|server| is_whole(server));
    let below = whole()
        .filter_map(|server| below(&server.url, url))
        .min_by_key(|path| path.len());
    if let Some(path) = below {
        return Place::BelowServer(path.to_owned());
    }
    let at_root = whole().find_map(|server| below_root(&server.url, url));
    at_root.map_or(Place::Elsewhere, |path| Place::AtRoot(path.to_owned()))
}

fn below<'u>(server: &str, url: &'u str) -> Option<&'u str> {
    url.strip_prefix(server)
        .filter(|path| path.starts_with('/') && path.len() > 1)
}

fn below_root<'u>(server: &str, url: &'u str) -> Option<&'u str> {
    let host = root(server);
    let (start, path) = url.split_at_checked(host.len())?;
    (start.eq_ignore_ascii_case(host) && path.starts_with('/')).then_some(path)
}

/// Scheme, host and port.
fn root(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..path]
}

/// One with variables has no URL until the caller gives it.
fn is_whole(server: &Server) -> bool {
    !server.url.contains('{') && server.url.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(urls: &[&str]) -> Vec<Server> {
        let server = |url: &&str| Server {
            url: (*url).to_owned(),
            environment: None,
            description: String::new(),
        };
        urls.iter().map(server).collect()
    }

    #[test]
    fn a_token_url_is_found_on_the_hosts_of_the_provider_and_on_no_others() {
        let servers = servers(&[
            "https://api.example/v1",
            "https://sandbox.example/v1",
            "https://{host}/v1",
        ]);
        let below = |path: &str| Place::BelowServer(path.to_owned());
        let root = |path: &str| Place::AtRoot(path.to_owned());
        for (url, expected) in [
            ("https://api.example/v1/oauth/token", below("/oauth/token")),
            ("https://sandbox.example/v1/token/", below("/token/")),
            (
                "https://API.example/oauth/token?a=b",
                root("/oauth/token?a=b"),
            ),
            ("https://api.example/v10/token", root("/v10/token")),
            ("https://api.example.org/v1/token", Place::Elsewhere),
            ("https://login.example/token", Place::Elsewhere),
            ("http://api.example/v1/token", Place::Elsewhere),
            ("/oauth/token", root("/oauth/token")),
            ("oauth/token", below("/oauth/token")),
        ] {
            assert_eq!(place(&servers, url), expected, "{url}");
        }
    }
}
