//! What an expression of a rule may stand for, as far as can be told without evaluating it.

use super::path::{Step, Trail, path_of};

/// Alternatives of one expression that are told apart; beyond that it may be anything.
const MOST: usize = 48;
/// Parts of one value that are told apart, all within each other counted.
const MOST_PARTS: usize = 4_000;

/// One thing that an expression may stand for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// What stands at a path of `input`.
    Input(Trail),
    /// The key or index of an element of what stands at a path of `input`.
    KeyOf(Trail),
    /// `null`
    Null,
    /// A boolean.
    Boolean,
    /// A number, where it is known.
    Number(Option<f64>),
    /// A text, where it is known.
    Text(Option<String>),
    /// An array, element by element.
    List(Vec<Values>),
    /// An array or a set of any length.
    Elements(Values),
    /// An object: keys and values.
    Object(Vec<(Values, Values)>),
    /// An object, with members that are set to something else.
    Overlaid(Values, Vec<(Values, Values)>),
    /// A text that is put together from these.
    Written(Values),
    /// Anything that was computed.
    Unknown,
}

/// All that an expression may stand for; nothing where it cannot have a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Values(Vec<Value>);

impl Values {
    /// Exactly one.
    pub(crate) fn one(value: Value) -> Self {
        Self(vec![value])
    }

    /// Anything that was computed.
    pub(crate) fn unknown() -> Self {
        Self::one(Value::Unknown)
    }

    /// The alternatives.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.0.iter()
    }

    /// Whether there are more than are told apart.
    pub(crate) fn is_crowded(&self) -> bool {
        self.0.len() > MOST || self.left_of(MOST_PARTS).is_none()
    }

    /// What is left of a number of parts when its own are taken off; `None` where it has more.
    fn left_of(&self, parts: usize) -> Option<usize> {
        self.0.iter().try_fold(parts.checked_sub(1)?, |left, value| match value {
            Value::List(elements) => elements.iter().try_fold(left, |left, element| element.left_of(left)),
            Value::Elements(parts) | Value::Written(parts) => parts.left_of(left),
            Value::Object(fields) => left_of_fields(fields, left),
            Value::Overlaid(under, fields) => left_of_fields(fields, under.left_of(left)?),
            _ => left.checked_sub(1),
        })
    }

    /// The paths of `input` that it may itself be, not those that are in it.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Trail> {
        self.0.iter().filter_map(|value| match value {
            Value::Input(trail) => Some(trail),
            _ => None,
        })
    }

    /// Whether it is written out as an empty object or array.
    pub(crate) fn is_empty_literal(&self) -> bool {
        match self.0.as_slice() {
            [Value::Object(fields)] => fields.is_empty(),
            [Value::List(elements)] => elements.is_empty(),
            _ => false,
        }
    }

    /// Whether it is surely neither an object nor a collection.
    pub(crate) fn is_single(&self) -> bool {
        let single = |value: &Value| {
            matches!(
                value,
                Value::Null | Value::Boolean | Value::Number(_) | Value::Text(_) | Value::Written(_)
            )
        };
        !self.0.is_empty() && self.0.iter().all(single)
    }

    /// Whether it is null and nothing else.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.0.as_slice(), [Value::Null])
    }

    /// Adds an alternative.
    pub(crate) fn push(&mut self, value: Value) {
        if !self.0.contains(&value) {
            self.0.push(value);
        }
    }

    /// Adds the alternatives of another.
    pub(crate) fn extend(&mut self, other: Self) {
        other.0.into_iter().for_each(|value| self.push(value));
    }

    /// Shows every path of `input` in it, also those within lists and objects.
    pub(crate) fn trails(&self, show: &mut dyn FnMut(&Trail)) {
        for value in &self.0 {
            match value {
                Value::Input(trail) => show(trail),
                Value::List(elements) => elements.iter().for_each(|element| element.trails(show)),
                Value::Elements(parts) | Value::Written(parts) => parts.trails(show),
                Value::Object(fields) => fields_trails(fields, show),
                Value::Overlaid(under, fields) => {
                    under.trails(show);
                    fields_trails(fields, show);
                }
                Value::KeyOf(_)
                | Value::Null
                | Value::Boolean
                | Value::Number(_)
                | Value::Text(_)
                | Value::Unknown => {}
            }
        }
    }

    /// Whether null is one of its elements, as in `x in {null, ""}`.
    pub(crate) fn holds_null(&self) -> bool {
        self.0.iter().any(|value| match value {
            Value::List(elements) => elements.iter().any(Self::is_null),
            Value::Elements(elements) => elements.0.contains(&Value::Null),
            _ => false,
        })
    }

    /// What `some key, value in …` gives: keys and values.
    pub(crate) fn entries(&self, each: &mut dyn FnMut(&Trail) -> Trail) -> (Self, Self) {
        let (mut keys, mut values) = (Self::default(), Self::default());
        for value in &self.0 {
            match value {
                Value::Input(trail) => {
                    keys.push(Value::KeyOf(trail.clone()));
                    values.push(Value::Input(each(trail)));
                }
                Value::List(elements) => {
                    for (index, element) in elements.iter().enumerate() {
                        #[expect(clippy::cast_precision_loss, reason = "lists of policies are short")]
                        keys.push(Value::Number(Some(index as f64)));
                        values.extend(element.clone());
                    }
                }
                Value::Elements(elements) => {
                    keys.push(Value::Unknown);
                    values.extend(elements.clone());
                }
                Value::Overlaid(under, fields) => {
                    let (own_keys, own_values) = under.entries(each);
                    keys.extend(own_keys);
                    values.extend(own_values);
                    for (key, value) in fields {
                        keys.extend(key.clone());
                        values.extend(value.clone());
                    }
                }
                Value::Object(fields) => {
                    for (key, value) in fields {
                        keys.extend(key.clone());
                        values.extend(value.clone());
                    }
                }
                Value::Unknown => {
                    keys.push(Value::Unknown);
                    values.push(Value::Unknown);
                }
                Value::KeyOf(_)
                | Value::Null
                | Value::Boolean
                | Value::Number(_)
                | Value::Text(_)
                | Value::Written(_) => {}
            }
        }
        (keys, values)
    }

    /// What stands under one of these keys. `take` makes a step from a path of `input`, computed or not.
    pub(crate) fn under(&self, keys: &Self, take: &mut dyn FnMut(&Trail, Step, bool) -> Trail) -> Self {
        let mut found = Self::default();
        for value in &self.0 {
            match value {
                Value::Input(trail) => {
                    for key in &keys.0 {
                        let (step, computed) = step_of(key, trail);
                        found.push(Value::Input(take(trail, step, computed)));
                    }
                }
                Value::List(elements) => match keys.0.as_slice() {
                    [Value::Number(Some(number))] => {
                        let index = as_index(*number);
                        found
                            .extend(index.and_then(|index| elements.get(index)).cloned().unwrap_or_default());
                    }
                    _ => elements.iter().for_each(|element| found.extend(element.clone())),
                },
                Value::Elements(elements) => found.extend(elements.clone()),
                Value::Object(fields) => {
                    for (name, value) in fields {
                        if keys.may_equal(name) {
                            found.extend(value.at_key(name, keys, take));
                        }
                    }
                }
                Value::Overlaid(under, fields) => {
                    let is_set =
                        |key: &Self| fields.iter().any(|(name, _)| key.texts().is_some() && key == name);
                    for (name, value) in fields.iter().filter(|(name, _)| keys.may_equal(name)) {
                        found.extend(value.at_key(name, keys, take));
                    }
                    for key in keys.0.iter().map(|key| Self::one(key.clone())).filter(|key| !is_set(key)) {
                        found.extend(under.under(&key, take));
                    }
                }
                Value::Unknown => found.push(Value::Unknown),
                Value::KeyOf(_)
                | Value::Null
                | Value::Boolean
                | Value::Number(_)
                | Value::Text(_)
                | Value::Written(_) => {}
            }
        }
        found
    }

    /// The value of a member of a copy, `{k: v | some k, v in object}`, that is looked up by a known name: that member
    /// of the object.
    fn at_key(&self, name: &Self, keys: &Self, take: &mut dyn FnMut(&Trail, Step, bool) -> Trail) -> Self {
        let copied = name.0.iter().find_map(|name| match name {
            Value::KeyOf(object) => Some(object),
            _ => None,
        });
        let (Some(object), Some(texts)) = (copied, keys.texts()) else {
            return self.clone();
        };
        let mut found = Self::default();
        for value in &self.0 {
            match value {
                Value::Input(trail) if is_element(trail, object) => {
                    for text in &texts {
                        let mut member = take(object, Step::Key(text.clone()), false);
                        member.extend(trail.iter().skip(object.len() + 1).cloned());
                        found.push(Value::Input(member));
                    }
                }
                other => found.push(other.clone()),
            }
        }
        found
    }

    /// Its texts, where all that it may be are known texts.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        let texts = self.0.iter().map(|value| match value {
            Value::Text(Some(text)) => Some(text.clone()),
            _ => None,
        });
        texts.collect::<Option<Vec<String>>>().filter(|texts| !texts.is_empty())
    }

    /// Its elements, where it is one list that is written out.
    pub(crate) fn listed(&self) -> Option<&[Self]> {
        match self.0.as_slice() {
            [Value::List(elements)] => Some(elements),
            _ => None,
        }
    }

    /// Its members, where it is one object that is written out, with names that are known.
    pub(crate) fn written_out(&self) -> Option<&[(Self, Self)]> {
        match self.0.as_slice() {
            [Value::Object(fields)] if fields.iter().all(|(name, _)| name.texts().is_some()) => Some(fields),
            _ => None,
        }
    }

    /// The names of the members of such an object.
    pub(crate) fn names(&self) -> Option<Self> {
        let mut names = Self::default();
        for (name, _) in self.written_out()? {
            names.extend(name.clone());
        }
        Some(names)
    }

    /// The texts of an array or set of known ones, each by itself.
    pub(crate) fn known_elements(&self) -> Option<Vec<Self>> {
        let mut texts = Vec::new();
        for value in &self.0 {
            match value {
                Value::List(elements) => {
                    for element in elements {
                        texts.extend(element.texts()?);
                    }
                }
                Value::Elements(elements) => texts.extend(elements.texts()?),
                _ => return None,
            }
        }
        Some(texts.into_iter().map(|text| Self::one(Value::Text(Some(text)))).collect())
    }

    /// Whether the two may be the same text or number.
    fn may_equal(&self, other: &Self) -> bool {
        self.0.iter().any(|a| {
            other.0.iter().any(|b| match (a, b) {
                (Value::Text(Some(a)), Value::Text(Some(b))) => a == b,
                (Value::Number(Some(a)), Value::Number(Some(b))) => a.total_cmp(b).is_eq(),
                _ => true,
            })
        })
    }
}

fn left_of_fields(fields: &[(Values, Values)], left: usize) -> Option<usize> {
    fields.iter().try_fold(left, |left, (key, value)| value.left_of(key.left_of(left)?))
}

fn fields_trails(fields: &[(Values, Values)], show: &mut dyn FnMut(&Trail)) {
    for (key, value) in fields {
        key.trails(show);
        value.trails(show);
    }
}

/// Whether a path leads to or into any member of an object.
fn is_element(trail: &Trail, object: &Trail) -> bool {
    trail.get(object.len()).is_some_and(|taken| taken.step == Step::Each)
        && trail.iter().zip(object).all(|(a, b)| a.step == b.step)
}

/// The step that a key makes from a path, and whether it is computed.
fn step_of(key: &Value, trail: &Trail) -> (Step, bool) {
    match key {
        Value::Text(Some(text)) => (Step::Key(text.clone()), false),
        Value::Number(Some(number)) => match as_index(*number) {
            Some(index) => (Step::Index(index), false),
            None => (Step::Each, true),
        },
        Value::KeyOf(of) if path_of(of) == path_of(trail) => (Step::Each, false),
        _ => (Step::Each, true),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a small whole number")]
fn as_index(number: f64) -> Option<usize> {
    (number.fract() == 0.0 && (0.0..1e9).contains(&number)).then_some(number as usize)
}
