//! Texts that rules put together, to the letter as the engine writes them.

use std::fmt::Write as _;

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;

use super::Unsure;
use super::datum::{Datum, Items};

/// `sprintf` with the verbs that people use: `%s`, `%v`, `%d` and `%%`, without widths.
pub(super) fn sprintf<'a>(format: &str, items: Items<'a>, bump: &'a Bump) -> Result<&'a str, Unsure> {
    let mut text = BumpString::with_capacity_in(format.len() + 32, bump);
    let mut pieces = format.split('%');
    text.push_str(pieces.next().unwrap_or_default());
    let mut used = 0;
    let mut after_percent = false;
    for piece in pieces {
        if after_percent {
            // Behind `%%` the text goes on.
            after_percent = false;
            text.push_str(piece);
            continue;
        }
        let Some(verb) = piece.chars().next() else {
            // `%%`, or a lone one at the end.
            text.push('%');
            after_percent = true;
            continue;
        };
        let value = items.get(used)?.ok_or(Unsure)?;
        used += 1;
        match (verb, value) {
            ('s' | 'v', value) => write(value, false, &mut text, bump)?,
            ('d', Datum::Integer(number)) => {
                if number < 0 {
                    // The engine writes the sign, and then the number with its sign.
                    text.push('-');
                }
                write(value, false, &mut text, bump)?;
            }
            _ => return Err(Unsure),
        }
        text.push_str(piece.get(verb.len_utf8()..).unwrap_or_default());
    }
    if after_percent || used != items.count() {
        return Err(Unsure);
    }
    Ok(text.into_bump_str())
}

/// `concat`
pub(super) fn concat<'a>(between: &str, items: Items<'a>, bump: &'a Bump) -> Result<&'a str, Unsure> {
    let mut text = BumpString::new_in(bump);
    items.each(|index, item| {
        if index > 0 {
            text.push_str(between);
        }
        text.push_str(item.text(bump).ok_or(Unsure)?);
        Ok(())
    })?;
    Ok(text.into_bump_str())
}

/// A value in words; texts in quotes where they stand in another value.
fn write<'a>(
    value: Datum<'a>,
    within: bool,
    text: &mut BumpString<'a>,
    bump: &'a Bump,
) -> Result<(), Unsure> {
    let written = match value {
        Datum::Null => write!(text, "null"),
        Datum::Boolean(value) => write!(text, "{value}"),
        Datum::Integer(value) => write!(text, "{value}"),
        Datum::Float(value) => write!(text, "{value}"),
        Datum::Text(value) if !within => {
            text.push_str(value);
            Ok(())
        }
        Datum::Text(_) | Datum::Time(_) | Datum::Date(_) => {
            let value = value.text(bump).ok_or(Unsure)?;
            if within {
                text.push_str(&serde_json::to_string(value).map_err(|_| Unsure)?);
            } else {
                text.push_str(value);
            }
            Ok(())
        }
        Datum::Array(items) => return list(items, ["[", "]"], text, bump),
        Datum::Set(items) => return list(items, ["{", "}"], text, bump),
        Datum::Object(members) => {
            text.push('{');
            for (index, (key, value)) in members.sorted(bump)?.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                write(*key, true, text, bump)?;
                text.push_str(": ");
                write(*value, true, text, bump)?;
            }
            text.push('}');
            Ok(())
        }
    };
    written.map_err(|_| Unsure)
}

fn list<'a>(
    items: Items<'a>,
    [open, close]: [&str; 2],
    text: &mut BumpString<'a>,
    bump: &'a Bump,
) -> Result<(), Unsure> {
    text.push_str(open);
    items.each(|index, item| {
        if index > 0 {
            text.push_str(", ");
        }
        write(item, true, text, bump)
    })?;
    text.push_str(close);
    Ok(())
}
