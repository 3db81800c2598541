//! Operation ids: missing ones are made of method and path, and of two that would be one method the second is.

use std::collections::HashSet;

use super::adopting::Adopting;
use crate::{api::METHODS, spec::snake};

pub(super) fn name_operations(adopting: &mut Adopting) {
    let mut taken = HashSet::new();
    let mut renamed = Vec::new();
    let paths = adopting.root().entry_mut("paths");
    for item in paths
        .into_iter()
        .flat_map(|paths| paths.value.entries_mut())
    {
        let path = item.key.clone();
        let operations = item.value.entries_mut().iter_mut();
        for entry in operations.filter(|entry| METHODS.contains(&entry.key.as_str())) {
            let written = entry.value.text("operationId").map(str::to_owned);
            let from_path = || snake(&format!("{} {path}", entry.key));
            let wanted = written.as_deref().map_or_else(from_path, snake);
            let mut name = wanted.clone();
            if !name.starts_with(|c: char| c.is_ascii_lowercase()) || taken.contains(&name) {
                name = from_path();
            }
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{wanted}_{number}");
                number += 1;
            }
            if written.as_ref() != Some(&name) {
                let what = match &written {
                    Some(written) => format!("`{written}` is called `{name}`"),
                    None => format!("`{} {path}` is called `{name}`", entry.key.to_uppercase()),
                };
                renamed.push((entry.key_position, what));
                entry.value.insert("operationId", name.into());
            }
        }
    }
    for (position, what) in renamed {
        adopting.changed(position, what);
    }
}
