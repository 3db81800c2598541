//! Values of a schema: the least that fits, the most, each branch, each listed value, nulls, and the edges of numbers.
//! The same schema gives the same values on every run.

use serde_json::{Map, Number, Value, json};

use crate::api::{entries, items, resolve, schema_name};

/// How deep a value goes before it takes the shortest way out.
const DEEP: usize = 5;
/// How deep a value goes at all.
const DEEPEST: usize = 24;

/// Which of the many values of a schema is made.
#[derive(Debug, Clone, Copy)]
struct Choice {
    /// Whether what may be left out is there.
    full: bool,
    /// Which branch, listed value or number is taken.
    pick: usize,
    /// Whether what may be null is.
    nulls: bool,
}

/// Values of the schema called `name`.
pub fn samples(document: &Value, name: &str) -> Vec<Value> {
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    let resolved = resolve(document, &schema);
    let branches = items(&resolved["oneOf"]).count() + items(&resolved["anyOf"]).count();
    let listed = items(&resolved["enum"]).count();
    let picks = (branches * 2).max(listed).clamp(4, 64);
    let mut choices = vec![
        Choice {
            full: false,
            pick: 0,
            nulls: false,
        },
        Choice {
            full: true,
            pick: 0,
            nulls: true,
        },
    ];
    choices.extend((0..picks).map(|pick| Choice {
        full: pick % 2 == 0 || branches > 0 || listed > 0,
        pick,
        nulls: false,
    }));
    let mut all: Vec<Value> = Vec::new();
    for choice in choices {
        if let Some(value) = (Maker { document, choice }).value(&schema, 0)
            && !all.contains(&value)
        {
            all.push(value);
        }
    }
    all
}

struct Maker<'a> {
    document: &'a Value,
    choice: Choice,
}

impl Maker<'_> {
    /// A value; `None` where the schema never ends.
    fn value(&self, schema: &Value, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        if schema["nullable"] == true && (self.choice.nulls || depth > 2 * DEEP) {
            return Some(Value::Null);
        }
        if schema.get("$ref").is_some() {
            return self.value(
                self.document
                    .pointer(schema["$ref"].as_str()?.strip_prefix('#')?)?,
                depth + 1,
            );
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.first().and_then(|part| self.value(part, depth + 1));
        }
        if let Some(branches) = schema
            .get("oneOf")
            .or_else(|| schema.get("anyOf"))
            .and_then(Value::as_array)
        {
            // The first that ends, from the one that was picked.
            let places =
                (0..branches.len()).map(|place| (place + self.choice.pick) % branches.len());
            return places
                .into_iter()
                .find_map(|place| self.branch(schema, &branches[place], depth));
        }
        if let Some(values) = schema["enum"]
            .as_array()
            .filter(|values| !values.is_empty())
        {
            return Some(values[self.choice.pick % values.len()].clone());
        }
        let kind = schema["type"].as_str().unwrap_or_default();
        Some(match kind {
            "string" => text(schema, self.choice.pick).into(),
            "integer" => integer(schema, self.choice.pick),
            "number" => json!(bounded(
                schema,
                [0.5, 1e300, -2.25, 3.0][self.choice.pick % 4]
            )),
            "boolean" => json!(self.choice.pick.is_multiple_of(2)),
            "array" => self.list(schema, depth)?,
            "object" => self.object(schema, depth)?,
            _ if schema.get("properties").is_some() => self.object(schema, depth)?,
            _ => [
                json!({"any": [1, {"thing": "x"}]}),
                json!("text"),
                json!(7),
                json!([true]),
            ][self.choice.pick % 4]
                .clone(),
        })
    }

    fn branch(&self, union: &Value, branch: &Value, depth: usize) -> Option<Value> {
        let mut value = self.value(branch, depth + 1)?;
        let tag = union["discriminator"]["propertyName"].as_str();
        let name = schema_name(branch);
        if let (Some(tag), Some(name), Value::Object(fields)) = (tag, name, &mut value) {
            let mut mapping = entries(&union["discriminator"]["mapping"]).filter(|(_, to)| {
                to.as_str().is_some_and(|to| {
                    to.strip_prefix("#/components/schemas/").unwrap_or(to) == name
                })
            });
            let text = mapping.next().map_or(name, |(text, _)| text.as_str());
            // A tag that lists other values is not ours to overrule.
            let declared = &resolve(self.document, branch)["properties"][tag];
            let listed = resolve(self.document, declared)["enum"].as_array();
            if listed.is_none_or(|listed| listed.iter().any(|value| value == text))
                && !declared.is_null()
            {
                fields.insert(tag.to_owned(), text.into());
            }
        }
        Some(value)
    }

    fn list(&self, schema: &Value, depth: usize) -> Option<Value> {
        let least = count(schema, "minItems").unwrap_or(0);
        let most = count(schema, "maxItems").unwrap_or(usize::MAX);
        let wanted = if self.choice.full && depth < DEEP {
            2.max(least).min(most)
        } else {
            least
        };
        let mut list = Vec::new();
        for place in 0..wanted.min(50) {
            let choice = Choice {
                pick: self.choice.pick + place,
                ..self.choice
            };
            match (Maker {
                document: self.document,
                choice,
            })
            .value(&schema["items"], depth + 1)
            {
                Some(value) => list.push(value),
                None if list.len() >= least => break,
                None => return None,
            }
        }
        Some(Value::Array(list))
    }

    fn object(&self, schema: &Value, depth: usize) -> Option<Value> {
        let required: Vec<&str> = items(&schema["required"])
            .filter_map(Value::as_str)
            .collect();
        let least = count(schema, "minProperties").unwrap_or(0);
        let most = count(schema, "maxProperties").unwrap_or(usize::MAX);
        let mut fields = Map::new();
        for (place, (name, property)) in entries(&schema["properties"]).enumerate() {
            let needed = required.contains(&name.as_str());
            let to_come = required.iter().filter(|name| !fields.contains_key(**name));
            let sure = fields.len() + to_come.count();
            let wanted = self.choice.full && depth < DEEP || sure < least;
            if !needed && (!wanted || sure >= most) {
                continue;
            }
            let choice = Choice {
                pick: self.choice.pick + place % 3,
                ..self.choice
            };
            match (Maker {
                document: self.document,
                choice,
            })
            .value(property, depth + 1)
            {
                Some(value) => drop(fields.insert(name.clone(), value)),
                None if needed => return None,
                None => {}
            }
        }
        let open = schema.get("properties").is_none();
        if let Some(more) = schema
            .get("additionalProperties")
            .filter(|more| *more != &json!(false))
        {
            let wanted = if self.choice.full && depth < DEEP {
                least.max(fields.len() + 2)
            } else {
                least
            };
            for place in fields.len()..wanted.min(most).min(50) {
                let value = match more {
                    Value::Bool(_) => Some(json!({"more": place})),
                    schema => self.value(schema, depth + 1),
                };
                if let Some(value) = value {
                    fields.insert(format!("more{place}"), value);
                }
            }
        } else if open && (self.choice.full || least > 0) {
            for place in 0..least.max(2).min(most) {
                fields.insert(format!("any{place}"), json!(place));
            }
        }
        Some(Value::Object(fields))
    }
}

fn count(schema: &Value, key: &str) -> Option<usize> {
    schema[key]
        .as_u64()
        .and_then(|count| usize::try_from(count).ok())
}

fn text(schema: &Value, pick: usize) -> String {
    let even = pick.is_multiple_of(2);
    let mut text = match schema["format"].as_str().unwrap_or_default() {
        "uuid" if even => "936da01f-9abd-4d9d-80c7-02af85c822a8".to_owned(),
        "uuid" => "00000000-0000-4000-8000-000000000001".to_owned(),
        "date-time" if even => "2021-02-03T04:05:06Z".to_owned(),
        "date-time" => "1999-12-31T23:59:59.250Z".to_owned(),
        "date" => "2021-02-03".to_owned(),
        "byte" => "aGVsbG8=".to_owned(),
        "uint256" => {
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
                .to_owned()
        }
        "hex" if even => "0x".to_owned(),
        "hex" => "0x00ff".to_owned(),
        "address" => "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed".to_owned(),
        "unixtime" => "1700000000".to_owned(),
        _ => ["text", "ä \"quoted\" text", "", "0"][pick % 4].to_owned(),
    };
    let is_text = !matches!(
        schema["format"].as_str(),
        Some("uuid" | "date-time" | "date" | "byte" | "uint256" | "hex" | "address" | "unixtime")
    );
    if is_text {
        let least = count(schema, "minLength").unwrap_or(0).min(100_000);
        while text.chars().count() < least {
            text.push('x');
        }
        if let Some(most) = count(schema, "maxLength") {
            text = text.chars().take(most).collect();
        }
    }
    text
}

fn integer(schema: &Value, pick: usize) -> Value {
    let numbers: [Number; 4] = match schema["format"].as_str().unwrap_or_default() {
        "int32" => [0.into(), i32::MAX.into(), i32::MIN.into(), 7.into()],
        "unixtime" => [
            0.into(),
            1_700_000_000.into(),
            1.into(),
            4_102_444_800_i64.into(),
        ],
        "uint64" | "uint256" => [
            0_u64.into(),
            u64::MAX.into(),
            1.into(),
            9_007_199_254_740_993_u64.into(),
        ],
        _ => [
            0.into(),
            i64::MAX.into(),
            i64::MIN.into(),
            9_007_199_254_740_993_i64.into(),
        ],
    };
    Value::Number(numbers[pick % 4].clone())
}

fn bounded(schema: &Value, number: f64) -> f64 {
    let least = schema["minimum"].as_f64().unwrap_or(f64::MIN);
    let most = schema["maximum"].as_f64().unwrap_or(f64::MAX);
    number.max(least).min(most)
}
