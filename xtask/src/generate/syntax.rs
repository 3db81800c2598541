//! Pieces of syntax trees, put together and not parsed: a crate has thousands of each, and parsing takes ten times as long.
//! What stands in a crate once is written with `quote` where it is needed.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{
    AngleBracketedGenericArguments, Arm, AttrStyle, Attribute, Block, Expr, ExprAssign, ExprCall,
    ExprField, ExprLit, ExprMatch, ExprMethodCall, ExprPath, ExprReference, ExprStruct, Field,
    FieldValue, FnArg, GenericArgument, ImplItem, ImplItemFn, Item, ItemImpl, ItemMacro, Lit,
    LitStr, Macro, MacroDelimiter, Member, Meta, MetaList, Pat, PatIdent, PatType, Path,
    PathArguments, PathSegment, Receiver, ReceiverKind, ReturnType, Signature, Stmt, TraitBound,
    Type, TypeImplTrait, TypeParamBound, TypePath, Visibility,
};

/// A word of the language or of the run time, or any other text that is known to be an identifier.
pub(super) fn word(word: &str) -> Ident {
    Ident::new(word, Span::call_site())
}

/// `first::second`.
pub(super) fn path<'i>(words: impl IntoIterator<Item = &'i Ident>) -> Path {
    Path {
        leading_colon: None,
        segments: words.into_iter().cloned().map(PathSegment::from).collect(),
    }
}

/// The value that a path names.
pub(super) fn value(path: impl Into<Path>) -> Expr {
    Expr::Path(ExprPath {
        attrs: Vec::new(),
        qself: None,
        path: path.into(),
    })
}

/// A text in quotes.
pub(super) fn text(text: &str) -> Expr {
    Expr::Lit(quoted(text))
}

fn quoted(text: &str) -> ExprLit {
    ExprLit {
        attrs: Vec::new(),
        lit: Lit::Str(LitStr::new(text, Span::call_site())),
    }
}

/// `of.name`.
pub(super) fn field(of: Expr, name: &Ident) -> Expr {
    Expr::Field(ExprField {
        attrs: Vec::new(),
        base: Box::new(of),
        dot_token: Default::default(),
        member: Member::Named(name.clone()),
    })
}

/// `&of`.
pub(super) fn reference(of: Expr) -> Expr {
    Expr::Reference(ExprReference {
        attrs: Vec::new(),
        and_token: Default::default(),
        mutability: None,
        expr: Box::new(of),
    })
}

/// `function(arguments)`.
pub(super) fn call(function: impl Into<Path>, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::Call(ExprCall {
        attrs: Vec::new(),
        func: Box::new(value(function)),
        paren_token: Default::default(),
        args: arguments.into_iter().collect(),
    })
}

/// `of.name(arguments)`.
pub(super) fn method_call(
    of: Expr,
    name: &Ident,
    arguments: impl IntoIterator<Item = Expr>,
) -> Expr {
    Expr::MethodCall(ExprMethodCall {
        attrs: Vec::new(),
        receiver: Box::new(of),
        dot_token: Default::default(),
        method: name.clone(),
        turbofish: None,
        paren_token: Default::default(),
        args: arguments.into_iter().collect(),
    })
}

/// `place = value;`.
pub(super) fn assign(place: Expr, value: Expr) -> Stmt {
    let assigned = Expr::Assign(ExprAssign {
        attrs: Vec::new(),
        left: Box::new(place),
        eq_token: Default::default(),
        right: Box::new(value),
    });
    Stmt::Expr(assigned, Some(Default::default()))
}

/// `match on { arms }`.
pub(super) fn match_on(on: Expr, arms: Vec<Arm>) -> Expr {
    Expr::Match(ExprMatch {
        attrs: Vec::new(),
        match_token: Default::default(),
        expr: Box::new(on),
        brace_token: Default::default(),
        arms,
    })
}

/// `"text" => body,`.
pub(super) fn arm_of_text(text: &str, body: Expr) -> Arm {
    arm(Pat::Lit(quoted(text)), body)
}

/// `path => body,`.
pub(super) fn arm_of_path(path: Path, body: Expr) -> Arm {
    let pattern = ExprPath {
        attrs: Vec::new(),
        qself: None,
        path,
    };
    arm(Pat::Path(pattern), body)
}

fn arm(pat: Pat, body: Expr) -> Arm {
    let has_comma = !matches!(body, Expr::Block(_));
    Arm {
        attrs: Vec::new(),
        pat,
        fat_arrow_token: Default::default(),
        body: Box::new(body),
        comma: has_comma.then(Default::default),
    }
}

/// `pub name: ty`.
pub(super) fn public_field(name: Ident, ty: Type) -> Field {
    Field {
        attrs: Vec::new(),
        vis: Visibility::Public(Default::default()),
        modifiers: Default::default(),
        ident: Some(name),
        colon_token: Some(Default::default()),
        ty,
        default: None,
    }
}

/// `name: value`, or `name` alone where that is the value.
pub(super) fn field_value(name: &Ident, value: Expr) -> FieldValue {
    let is_same = matches!(&value, Expr::Path(path) if path.path.is_ident(name));
    FieldValue {
        attrs: Vec::new(),
        member: Member::Named(name.clone()),
        colon_token: (!is_same).then(Default::default),
        expr: value,
    }
}

/// `name { fields }`.
pub(super) fn made_of(name: Ident, fields: Vec<FieldValue>) -> Expr {
    Expr::Struct(ExprStruct {
        attrs: Vec::new(),
        qself: None,
        path: name.into(),
        brace_token: Default::default(),
        fields: fields.into_iter().collect(),
        dot2_token: None,
        rest: None,
    })
}

/// What a function gives at its end.
pub(super) fn at_last(value: Expr) -> Stmt {
    Stmt::Expr(value, None)
}

/// The type that a path names.
pub(super) fn ty(path: impl Into<Path>) -> Type {
    Type::Path(TypePath {
        attrs: Vec::new(),
        qself: None,
        path: path.into(),
    })
}

/// `name<of>`.
pub(super) fn generic(name: &str, of: Type) -> Path {
    let mut segment = PathSegment::from(word(name));
    segment.arguments = PathArguments::AngleBracketed(AngleBracketedGenericArguments {
        colon2_token: None,
        lt_token: Default::default(),
        args: [GenericArgument::Type(of)].into_iter().collect(),
        gt_token: Default::default(),
    });
    segment.into()
}

/// `impl bound`.
pub(super) fn impl_trait(bound: Path) -> Type {
    let bound = TypeParamBound::Trait(TraitBound {
        paren_token: None,
        lifetimes: None,
        modifiers: Default::default(),
        maybe: None,
        path: bound,
    });
    Type::ImplTrait(TypeImplTrait {
        attrs: Vec::new(),
        impl_token: Default::default(),
        bounds: [bound].into_iter().collect(),
    })
}

/// `name: ty`.
pub(super) fn argument(name: &Ident, ty: Type) -> FnArg {
    FnArg::Typed(PatType {
        attrs: Vec::new(),
        pat: Box::new(Pat::Ident(PatIdent {
            attrs: Vec::new(),
            by_ref: None,
            mutability: None,
            ident: name.clone(),
            subpat: None,
        })),
        colon_token: Default::default(),
        ty: Box::new(ty),
    })
}

/// `impl Into<of>`.
pub(super) fn impl_into(of: Type) -> Type {
    impl_trait(generic("Into", of))
}

/// `#[name]`.
pub(super) fn attribute(name: &str) -> Attribute {
    Attribute {
        pound_token: Default::default(),
        style: AttrStyle::Outer,
        bracket_token: Default::default(),
        meta: Meta::Path(word(name).into()),
    }
}

/// How a method takes what it is called on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    /// `self`
    Itself,
    /// `mut self`
    ItselfToChange,
    /// `&self`
    Reference,
}

/// `pub fn name(self, arguments) -> returns { statements }`.
pub(super) fn method(
    name: &Ident,
    takes: Takes,
    arguments: impl IntoIterator<Item = FnArg>,
    returns: Type,
    statements: Vec<Stmt>,
) -> ImplItemFn {
    let inputs = [receiver(takes)].into_iter().chain(arguments);
    function(name, inputs, returns, statements)
}

fn receiver(takes: Takes) -> FnArg {
    FnArg::Receiver(Receiver {
        attrs: Vec::new(),
        mutability: matches!(takes, Takes::ItselfToChange).then(Default::default),
        self_token: Default::default(),
        kind: match takes {
            Takes::Itself | Takes::ItselfToChange => ReceiverKind::Value,
            Takes::Reference => ReceiverKind::Reference(Default::default(), None, None),
        },
    })
}

/// `pub fn name(arguments) -> returns { statements }`.
pub(super) fn function(
    name: &Ident,
    arguments: impl IntoIterator<Item = FnArg>,
    returns: Type,
    statements: Vec<Stmt>,
) -> ImplItemFn {
    ImplItemFn {
        attrs: Vec::new(),
        vis: Visibility::Public(Default::default()),
        modifiers: Default::default(),
        sig: Signature {
            constness: None,
            asyncness: None,
            safety: Default::default(),
            abi: None,
            fn_token: Default::default(),
            ident: name.clone(),
            generics: Default::default(),
            paren_token: Default::default(),
            inputs: arguments.into_iter().collect(),
            variadic: None,
            output: ReturnType::Type(Default::default(), Box::new(returns)),
        },
        block: Block {
            brace_token: Default::default(),
            stmts: statements,
        },
    }
}

/// `impl name { methods }`, or `impl of for name { methods }`.
pub(super) fn block(of: Option<Path>, name: &Ident, methods: Vec<ImplItem>) -> ItemImpl {
    ItemImpl {
        attrs: Vec::new(),
        modifiers: Default::default(),
        unsafety: None,
        impl_token: Default::default(),
        generics: Default::default(),
        trait_: of.map(|path| (path, Default::default())),
        self_ty: Box::new(ty(name.clone())),
        brace_token: Default::default(),
        items: methods,
    }
}

/// `#[name(tokens)]`.
pub(super) fn attribute_with(name: &str, tokens: TokenStream) -> Attribute {
    Attribute {
        meta: Meta::List(MetaList {
            path: word(name).into(),
            delimiter: MacroDelimiter::Paren(Default::default()),
            tokens,
        }),
        ..attribute(name)
    }
}

/// `path! { tokens }` among the items of a module.
pub(super) fn macro_call<'i>(
    words: impl IntoIterator<Item = &'i Ident>,
    tokens: TokenStream,
) -> Item {
    Item::Macro(ItemMacro {
        attrs: Vec::new(),
        ident: None,
        mac: Macro {
            path: path(words),
            bang_token: Default::default(),
            delimiter: MacroDelimiter::Brace(Default::default()),
            tokens,
        },
        semi_token: None,
    })
}

/// Puts attributes before those that are there: documentation, as a rule.
pub(super) fn put_before(attributes: &mut Vec<Attribute>, more: Vec<Attribute>) {
    attributes.splice(0..0, more);
}

/// A method with this documentation.
pub(super) fn documented(documentation: Vec<Attribute>, mut method: ImplItemFn) -> ImplItem {
    put_before(&mut method.attrs, documentation);
    ImplItem::Fn(method)
}
