//! The built-in functions of the engine that compiled rules call: the same result for arguments of the right types, and
//! for any other the word that this is the engine's affair.

use bumpalo::Bump;
use bumpalo::collections::{String as BumpString, Vec as BumpVec};

use super::Unsure;
use super::datum::{Datum, Items, sort};
use super::machine::index_datum;
use super::program::{Builtin, Operation};
use super::text::{concat, sprintf};

/// 2^53: up to here a double that is whole becomes an integer.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// The value of a call; `None` where it is undefined.
pub(super) fn call<'a>(
    builtin: Builtin,
    arguments: &'a [Datum<'a>],
    bump: &'a Bump,
) -> Result<Option<Datum<'a>>, Unsure> {
    Ok(Some(match (builtin, arguments) {
        (builtin, [value]) => return of_one(builtin, *value, bump),
        (builtin, [one, other]) => of_two(builtin, *one, *other, bump)?,
        (Builtin::ObjectGet, [object, key, default]) => object_get(*object, *key, *default, bump)?,
        (Builtin::Replace, [text, old, new]) => {
            let (text, old, new) = (text_of(*text, bump)?, text_of(*old, bump)?, text_of(*new, bump)?);
            if !text.contains(old) {
                return Ok(Some(Datum::Text(text)));
            }
            Datum::Text(bump.alloc_str(&text.replace(old, new)))
        }
        (Builtin::Substring, [text, Datum::Integer(offset), Datum::Integer(length)]) => {
            let text = text_of(*text, bump)?;
            let offset = usize::try_from(*offset).map_err(|_| Unsure)?;
            let length = usize::try_from(*length).unwrap_or(text.len());
            let characters = text.chars().skip(offset).take(length);
            Datum::Text(BumpString::from_iter_in(characters, bump).into_bump_str())
        }
        (Builtin::ArraySlice, [Datum::Array(items), Datum::Integer(start), Datum::Integer(stop)]) => {
            let start = usize::try_from(*start).unwrap_or(0);
            let stop = usize::try_from(*stop).unwrap_or(0).min(items.count());
            let mut kept = BumpVec::new_in(bump);
            for index in start..stop {
                kept.extend(items.get(index)?);
            }
            Datum::Array(Items::Made(kept.into_bump_slice()))
        }
        _ => return Err(Unsure),
    }))
}

fn text_of<'a>(value: Datum<'a>, bump: &'a Bump) -> Result<&'a str, Unsure> {
    value.text(bump).ok_or(Unsure)
}

pub(super) fn of_one<'a>(
    builtin: Builtin,
    value: Datum<'a>,
    bump: &'a Bump,
) -> Result<Option<Datum<'a>>, Unsure> {
    let is_text = matches!(value, Datum::Text(_) | Datum::Time(_) | Datum::Date(_));
    let is_number = matches!(value, Datum::Integer(_) | Datum::Float(_));
    Ok(Some(match builtin {
        Builtin::IsArray => Datum::Boolean(matches!(value, Datum::Array(_))),
        Builtin::IsBoolean => Datum::Boolean(matches!(value, Datum::Boolean(_))),
        Builtin::IsNull => Datum::Boolean(matches!(value, Datum::Null)),
        Builtin::IsNumber => Datum::Boolean(is_number),
        Builtin::IsObject => Datum::Boolean(matches!(value, Datum::Object(_))),
        Builtin::IsSet => Datum::Boolean(matches!(value, Datum::Set(_))),
        Builtin::IsString => Datum::Boolean(is_text),
        Builtin::TypeName => Datum::Text(match value {
            Datum::Null => "null",
            Datum::Boolean(_) => "boolean",
            Datum::Integer(_) | Datum::Float(_) => "number",
            Datum::Text(_) | Datum::Time(_) | Datum::Date(_) => "string",
            Datum::Array(_) => "array",
            Datum::Set(_) => "set",
            Datum::Object(_) => "object",
        }),
        Builtin::Count => index_datum(match value {
            Datum::Array(items) | Datum::Set(items) => items.count(),
            Datum::Object(members) => members.count(),
            // As the engine counts: in units of UTF-16.
            value if is_text => text_of(value, bump)?.encode_utf16().count(),
            _ => return Err(Unsure),
        })?,
        Builtin::Sum => {
            let (Datum::Array(items) | Datum::Set(items)) = value else { return Err(Unsure) };
            let mut sum = Datum::Integer(0);
            items.each(|_, item| {
                sum = arithmetic(Operation::Add, sum, item)?;
                Ok(())
            })?;
            sum
        }
        Builtin::Max | Builtin::Min => {
            let (Datum::Array(items) | Datum::Set(items)) = value else { return Err(Unsure) };
            let mut all = collected(items)?;
            sort(&mut all, bump)?;
            let found = if builtin == Builtin::Max { all.last() } else { all.first() };
            return Ok(found.copied());
        }
        Builtin::Sort => {
            let (Datum::Array(items) | Datum::Set(items)) = value else { return Err(Unsure) };
            let mut all = collected(items)?;
            sort(&mut all, bump)?;
            Datum::Array(Items::Made(bump.alloc_slice_copy(&all)))
        }
        Builtin::ArrayReverse => {
            let Datum::Array(items) = value else { return Err(Unsure) };
            let mut all = collected(items)?;
            all.reverse();
            Datum::Array(Items::Made(bump.alloc_slice_copy(&all)))
        }
        Builtin::ObjectKeys => {
            let Datum::Object(members) = value else { return Err(Unsure) };
            let keys = members.sorted(bump)?.iter().map(|(key, _)| *key);
            Datum::Set(Items::Made(bump.alloc_slice_fill_iter(keys.collect::<Vec<_>>())))
        }
        Builtin::Lower => {
            let text = text_of(value, bump)?;
            if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
                return Ok(Some(Datum::Text(text)));
            }
            Datum::Text(bump.alloc_str(&text.to_lowercase()))
        }
        Builtin::Upper => Datum::Text(bump.alloc_str(&text_of(value, bump)?.to_uppercase())),
        Builtin::TrimSpace => Datum::Text(text_of(value, bump)?.trim()),
        Builtin::ParseRfc3339Ns => Datum::Integer(nanoseconds(value)?),
        Builtin::Abs => match value {
            Datum::Integer(value) => Datum::Integer(value.checked_abs().ok_or(Unsure)?),
            Datum::Float(value) => Datum::Float(value.abs()),
            _ => return Err(Unsure),
        },
        Builtin::Floor | Builtin::Ceil | Builtin::Round => match value {
            Datum::Integer(_) => value,
            Datum::Float(value) => normalised(match builtin {
                Builtin::Floor => value.floor(),
                Builtin::Ceil => value.ceil(),
                _ => value.round(),
            })?,
            _ => return Err(Unsure),
        },
        _ => return Err(Unsure),
    }))
}

fn of_two<'a>(
    builtin: Builtin,
    one: Datum<'a>,
    other: Datum<'a>,
    bump: &'a Bump,
) -> Result<Datum<'a>, Unsure> {
    match (builtin, one, other) {
        (Builtin::Sprintf, format, Datum::Array(items)) => {
            return sprintf(text_of(format, bump)?, items, bump).map(Datum::Text);
        }
        (Builtin::Concat, between, Datum::Array(items) | Datum::Set(items)) => {
            return concat(text_of(between, bump)?, items, bump).map(Datum::Text);
        }
        (Builtin::ArrayConcat, Datum::Array(one), Datum::Array(other)) => {
            let mut all = collected(one)?;
            all.extend(collected(other)?);
            return Ok(Datum::Array(Items::Made(bump.alloc_slice_copy(&all))));
        }
        _ => {}
    }
    let (text, other) = (text_of(one, bump)?, text_of(other, bump)?);
    Ok(match builtin {
        Builtin::Contains => Datum::Boolean(text.contains(other)),
        Builtin::StartsWith => Datum::Boolean(text.starts_with(other)),
        Builtin::EndsWith => Datum::Boolean(text.ends_with(other)),
        Builtin::IndexOf => match text.find(other) {
            // An empty text has no character where anything could be found.
            _ if text.is_empty() => Datum::Integer(-1),
            Some(byte) => index_datum(text.get(..byte).unwrap_or_default().chars().count())?,
            None => Datum::Integer(-1),
        },
        Builtin::Split => {
            let mut parts = BumpVec::new_in(bump);
            if other.is_empty() {
                for (at, character) in text.char_indices() {
                    parts.push(Datum::Text(text.get(at..at + character.len_utf8()).ok_or(Unsure)?));
                }
            } else {
                parts.extend(text.split(other).map(Datum::Text));
            }
            Datum::Array(Items::Made(parts.into_bump_slice()))
        }
        Builtin::Trim => Datum::Text(text.trim_matches(|c| other.contains(c))),
        Builtin::TrimLeft => Datum::Text(text.trim_start_matches(|c| other.contains(c))),
        Builtin::TrimRight => Datum::Text(text.trim_end_matches(|c| other.contains(c))),
        Builtin::TrimPrefix => Datum::Text(text.strip_prefix(other).unwrap_or(text)),
        Builtin::TrimSuffix => Datum::Text(text.strip_suffix(other).unwrap_or(text)),
        _ => return Err(Unsure),
    })
}

fn object_get<'a>(
    object: Datum<'a>,
    key: Datum<'a>,
    default: Datum<'a>,
    bump: &'a Bump,
) -> Result<Datum<'a>, Unsure> {
    let Datum::Object(members) = object else { return Err(Unsure) };
    let Datum::Array(keys) = key else {
        return Ok(members.get(key, bump)?.unwrap_or(default));
    };
    let mut found = object;
    for index in 0..keys.count() {
        let key = keys.get(index)?.ok_or(Unsure)?;
        match found.under(key, bump)? {
            Some(next) => found = next,
            None => return Ok(default),
        }
    }
    Ok(found)
}

fn collected(items: Items<'_>) -> Result<Vec<Datum<'_>>, Unsure> {
    let mut all = Vec::with_capacity(items.count());
    items.each(|_, item| {
        all.push(item);
        Ok(())
    })?;
    Ok(all)
}

/// Nanoseconds since 1970 of a time.
fn nanoseconds(value: Datum<'_>) -> Result<i64, Unsure> {
    let time = match value {
        Datum::Time(time) => time.utc(),
        Datum::Text(text) => chrono::DateTime::parse_from_rfc3339(text).map_err(|_| Unsure)?.to_utc(),
        _ => return Err(Unsure),
    };
    time.timestamp_nanos_opt().ok_or(Unsure)
}

/// The engine's numbers: integers without an end, here of 64 bits, and doubles.
pub(super) fn arithmetic<'a>(
    operation: Operation,
    left: Datum<'a>,
    right: Datum<'a>,
) -> Result<Datum<'a>, Unsure> {
    if let (Datum::Integer(left), Datum::Integer(right)) = (left, right) {
        let whole = match operation {
            Operation::Add => left.checked_add(right),
            Operation::Subtract => left.checked_sub(right),
            Operation::Multiply => left.checked_mul(right),
            // By zero it is an error.
            Operation::Remainder => left.checked_rem(right),
            Operation::Divide => {
                if left.checked_rem(right).ok_or(Unsure)? != 0 {
                    return quotient(double(Datum::Integer(left))?, double(Datum::Integer(right))?);
                }
                left.checked_div(right)
            }
        };
        return whole.map(Datum::Integer).ok_or(Unsure);
    }
    let (left, right) = (double(left)?, double(right)?);
    match operation {
        Operation::Add => normalised(left + right),
        Operation::Subtract => normalised(left - right),
        Operation::Multiply => normalised(left * right),
        Operation::Divide => quotient(left, right),
        Operation::Remainder => Err(Unsure),
    }
}

fn quotient<'a>(left: f64, right: f64) -> Result<Datum<'a>, Unsure> {
    let quotient = left / right;
    if right == 0.0 || !quotient.is_finite() { Err(Unsure) } else { Ok(Datum::Float(quotient)) }
}

fn double(value: Datum<'_>) -> Result<f64, Unsure> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "the engine does the same")]
        Datum::Integer(value) => Ok(value as f64),
        Datum::Float(value) => Ok(value),
        _ => Err(Unsure),
    }
}

/// A double that is whole, and not too large, becomes an integer.
fn normalised<'a>(value: f64) -> Result<Datum<'a>, Unsure> {
    if !value.is_finite() {
        return Err(Unsure);
    }
    if value.fract() == 0.0 && value.abs() <= WHOLE {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
        return Ok(Datum::Integer(value as i64));
    }
    Ok(Datum::Float(value))
}
