//! Documents of any size, of the kind that vendors publish: so that no figure depends on a document that is elsewhere.

use std::fmt::Write as _;

/// How many resources make a document as large as the largest that vendors of this field publish, 1.4 MB.
pub(super) const LARGE: usize = 65;

/// A document with so many resources: each has five operations and ten schemas, with enums, lists, maps, unions,
/// references between resources, examples of everything, and refusals of several kinds. What the generator has to bring
/// into its profile is there too: no descriptions of media types, schemas without a name, `default` answers.
pub(super) fn document(resources: usize) -> String {
    let mut paths = String::new();
    let mut schemas = String::new();
    for number in 0..resources {
        let other = (number + 1) % resources;
        // Writing to a String cannot fail.
        let _ = write!(paths, "{}", filled(PATHS, number, other));
        let _ = write!(schemas, "{}", filled(SCHEMAS, number, other));
    }
    format!("{HEAD}paths:\n{paths}components:\n{COMPONENTS}  schemas:\n{COMMON}{schemas}")
}

fn filled(template: &str, number: usize, other: usize) -> String {
    template
        .replace("THING", EXAMPLE)
        .replace("PROSE", PROSE)
        .replace("NEXT", &format!("{other:03}"))
        .replace("NUMBER", &format!("{number:03}"))
}

const EXAMPLE: &str = "{id: 7, created_at: '2024-05-01T12:00:00Z', name: my-thing, state: active, amount: {currency: ETH, value: \
     '1000000000000000000'}, target: {kind: wallet, address: '0x52908400098527886E0F7030069857D2E4169EE7'}, related: [{id: \
     8, via: {kind: bank, iban: DE02120300000000202051}}], labels: {shelf: upper}, score: 0.5, frozen: false}";

const PROSE: &str = "What the ledger says counts, and not what was sent; a caller that wants to be sure reads it again once it \
     is final. Amounts are in the smallest unit of their currency, so that none is rounded on its way, and times are those \
     of the ledger, in UTC. Things that were given up stay in the ledger for ten years, and keep their numbers; nobody but \
     an auditor sees them. Limits are those of the account and not of the key that signs for it.";

const HEAD: &str = r#"openapi: 3.0.3
info:
  title: Ledger of many things
  version: 1.0.0
  description: A service with as many resources as it takes.
servers:
  - url: https://ledger.example.com/v1
    description: Production
security:
  - key: []
tags:
  - name: things
"#;

const COMPONENTS: &str = r#"  securitySchemes:
    key:
      type: http
      scheme: bearer
  parameters:
    Cursor:
      name: cursor
      in: query
      description: Where the page begins.
      schema: {type: string, example: eyJhIjoxfQ}
    PageSize:
      name: page_size
      in: query
      description: How many items a page has.
      schema: {type: integer, format: int32, minimum: 1, maximum: 200, default: 50}
  responses:
    Refused:
      description: The request was refused.
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Refusal'}
          example: {code: invalid_request, message: The name is taken., details: []}
"#;

const COMMON: &str = r#"    Refusal:
      type: object
      description: Why a request was refused.
      required: [code, message]
      properties:
        code: {type: string, enum: [invalid_request, not_found, rate_limited, outage], description: What went wrong.}
        message: {type: string, description: The same in words.}
        details: {type: array, items: {type: string}, description: What else there is to say.}
"#;

const PATHS: &str = r#"  /accounts/{account_id}/things-NUMBER:
    get:
      operationId: listThingsNUMBER
      summary: List the things of kind NUMBER
      description: Lists all things of kind NUMBER that the account holds, the newest first, page by page. PROSE
      tags: [things]
      parameters:
        - {name: account_id, in: path, required: true, description: The account., schema: {type: string, format: uuid}, example: 8c2b1f0e-1b1c-4f6e-9a55-1d2f3c4b5a69}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/PageSize'}
        - {name: state, in: query, description: Only those in this state., schema: {$ref: '#/components/schemas/ThingNUMBERState'}}
      responses:
        '200':
          description: A page of things.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ThingNUMBERPage'}
              examples:
                empty: {summary: Nothing yet, value: {items: [], next: null}}
                some: {summary: Three things, value: {items: [THING, THING, THING], next: eyJhIjoxfQ}}
        default: {$ref: '#/components/responses/Refused'}
    post:
      operationId: createThingNUMBER
      summary: Make a thing of kind NUMBER
      description: Makes a thing of kind NUMBER for the account; it is active once it is in the ledger. PROSE
      tags: [things]
      parameters:
        - {name: account_id, in: path, required: true, description: The account., schema: {type: string, format: uuid}, example: 8c2b1f0e-1b1c-4f6e-9a55-1d2f3c4b5a69}
        - {name: X-Idempotency-Key, in: header, description: Makes a repetition harmless., schema: {type: string, minLength: 1, maxLength: 128}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/ThingNUMBERRequest'}
      responses:
        '201':
          description: The new thing.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ThingNUMBER'}
              example: THING
        '409':
          description: There is one of that name already.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Refusal'}
        default: {$ref: '#/components/responses/Refused'}
  /accounts/{account_id}/things-NUMBER/{thing_id}:
    parameters:
      - {name: account_id, in: path, required: true, description: The account., schema: {type: string, format: uuid}, example: 8c2b1f0e-1b1c-4f6e-9a55-1d2f3c4b5a69}
      - {name: thing_id, in: path, required: true, description: The thing., schema: {type: integer, format: int64}, example: 7}
    get:
      operationId: getThingNUMBER
      summary: Read a thing of kind NUMBER
      description: PROSE PROSE
      tags: [things]
      responses:
        '200':
          description: The thing.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ThingNUMBER'}
              example: THING
        '404': {$ref: '#/components/responses/Refused'}
    patch:
      operationId: updateThingNUMBER
      summary: Change a thing of kind NUMBER
      description: PROSE PROSE
      tags: [things]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                label: {type: string, nullable: true, description: What people call it.}
                tags: {type: array, items: {type: string}, description: Words to find it by.}
      responses:
        '200':
          description: The thing as it is now.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ThingNUMBER'}
              example: THING
        '404': {$ref: '#/components/responses/Refused'}
    delete:
      operationId: deleteThingNUMBER
      summary: Give a thing of kind NUMBER up
      description: PROSE PROSE
      tags: [things]
      responses:
        '204': {description: It is gone.}
        '404': {$ref: '#/components/responses/Refused'}
"#;

const SCHEMAS: &str = r#"    ThingNUMBERState:
      type: string
      description: How far a thing of kind NUMBER has got. PROSE PROSE
      enum: [pending, active, frozen, closed]
    ThingNUMBERPage:
      type: object
      description: A page of things of kind NUMBER. PROSE PROSE
      required: [items]
      properties:
        items: {type: array, items: {$ref: '#/components/schemas/ThingNUMBER'}}
        next: {type: string, nullable: true, description: The cursor of the next page.}
    ThingNUMBERBase:
      type: object
      required: [id, created_at]
      properties:
        id: {type: integer, format: int64, description: The number of the thing., example: 7}
        created_at: {type: string, format: date-time, description: When it was made., example: '2024-05-01T12:00:00Z'}
    ThingNUMBER:
      description: A thing of kind NUMBER, as the ledger has it. PROSE PROSE
      allOf:
        - {$ref: '#/components/schemas/ThingNUMBERBase'}
        - type: object
          required: [name, state, amount]
          properties:
            name: {type: string, pattern: '^[a-z][a-z0-9-]{2,62}$', description: A name that is unique in the account., example: my-thing}
            state: {$ref: '#/components/schemas/ThingNUMBERState'}
            amount: {$ref: '#/components/schemas/ThingNUMBERAmount'}
            target: {$ref: '#/components/schemas/ThingNUMBERTarget'}
            related: {type: array, items: {$ref: '#/components/schemas/ThingNEXTReference'}, description: Things of another kind.}
            labels: {type: object, additionalProperties: {type: string}, description: Words of the caller's own.}
            score: {type: number, description: Between nothing and one., minimum: 0, maximum: 1, example: 0.5}
            frozen: {type: boolean, default: false, description: Whether nothing can be done with it.}
    ThingNUMBERAmount:
      type: object
      description: How much of a currency. PROSE PROSE
      required: [currency, value]
      properties:
        currency: {type: string, enum: [EUR, USD, BTC, ETH], description: The currency.}
        value: {type: string, description: 'The amount in the smallest unit, in digits.', example: '1000000000000000000'}
      example: {currency: EUR, value: '12'}
    ThingNUMBERReference:
      type: object
      description: Where a thing of kind NUMBER is found. PROSE PROSE
      required: [id]
      properties:
        id: {type: integer, format: int64}
        via: {$ref: '#/components/schemas/ThingNUMBERTarget'}
    ThingNUMBERTarget:
      description: Where a thing of kind NUMBER belongs. PROSE PROSE
      oneOf:
        - {$ref: '#/components/schemas/ThingNUMBERWallet'}
        - {$ref: '#/components/schemas/ThingNUMBERBank'}
      discriminator:
        propertyName: kind
        mapping: {wallet: '#/components/schemas/ThingNUMBERWallet', bank: '#/components/schemas/ThingNUMBERBank'}
    ThingNUMBERWallet:
      type: object
      description: A wallet on a chain. PROSE PROSE
      required: [kind, address]
      properties:
        kind: {type: string, enum: [wallet]}
        address: {type: string, description: The address on the chain., example: '0x52908400098527886E0F7030069857D2E4169EE7'}
    ThingNUMBERBank:
      type: object
      description: An account at a bank. PROSE PROSE
      required: [kind, iban]
      properties:
        kind: {type: string, enum: [bank]}
        iban: {type: string, minLength: 15, maxLength: 34, description: The number of the account., example: DE02120300000000202051}
    ThingNUMBERRequest:
      type: object
      description: What it takes to make a thing of kind NUMBER. PROSE PROSE
      required: [name, amount]
      properties:
        name: {type: string, pattern: '^[a-z][a-z0-9-]{2,62}$', description: A name that is unique in the account.}
        amount: {$ref: '#/components/schemas/ThingNUMBERAmount'}
        target: {$ref: '#/components/schemas/ThingNUMBERTarget'}
      example: {name: my-thing, amount: {currency: EUR, value: '12'}, target: {kind: wallet, address: '0x52908400098527886E0F7030069857D2E4169EE7'}}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_grows_with_its_resources() {
        let sizes = [1, 2, 4].map(|times| document(20 * times).len());
        let added = |more: usize, fewer: usize| more - fewer;
        assert_eq!(2 * added(sizes[1], sizes[0]), added(sizes[2], sizes[1]));
        let large = document(LARGE).len();
        assert!((1_350_000..1_450_000).contains(&large), "{large} bytes");
    }
}
