//! The built-in functions that policies may call.
//!
//! A verdict must come out the same tomorrow and on another machine, so nothing that reaches the network, the
//! environment, or chance is among them. `docs/policies.md` lists them.

/// What a built-in function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An array or a set.
    List,
    /// An object.
    Object,
    /// Anything, or something that hangs on its arguments.
    Anything,
}

/// A built-in function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Builtin {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its number of arguments.
    pub(crate) arity: usize,
    /// What it gives.
    pub(crate) gives: Gives,
}

macro_rules! builtins {
    ($($gives:ident { $($name:literal $arity:literal),* $(,)? })*) => {
        /// All that may be called.
        pub(crate) const ALLOWED: &[Builtin] = &[
            $($(Builtin { name: $name, arity: $arity, gives: Gives::$gives },)*)*
        ];
    };
}

builtins! {
    Boolean {
        "base64.is_valid" 1, "contains" 2, "endswith" 2, "glob.match" 3, "is_array" 1,
        "is_boolean" 1, "is_null" 1, "is_number" 1, "is_object" 1, "is_set" 1, "is_string" 1,
        "json.is_valid" 1, "object.subset" 2, "regex.is_valid" 1, "regex.match" 2, "regex.template_match" 4,
        "semver.is_valid" 1, "startswith" 2, "strings.any_prefix_match" 2, "strings.any_suffix_match" 2,
        "trace" 1, "yaml.is_valid" 1,
    }
    Number {
        "abs" 1, "bits.and" 2, "bits.lsh" 2, "bits.negate" 1, "bits.or" 2, "bits.rsh" 2, "bits.xor" 2,
        "ceil" 1, "count" 1, "floor" 1, "indexof" 2, "product" 1, "round" 1, "semver.compare" 2,
        "strings.count" 2, "sum" 1, "time.add_date" 4, "time.now_ns" 0, "time.parse_duration_ns" 1,
        "time.parse_ns" 2, "time.parse_rfc3339_ns" 1, "to_number" 1, "units.parse" 1, "units.parse_bytes" 1,
    }
    Text {
        "base64.decode" 1, "base64.encode" 1, "base64url.decode" 1, "base64url.encode" 1,
        "base64url.encode_no_pad" 1, "concat" 2, "format_int" 2, "glob.quote_meta" 1, "hex.decode" 1,
        "hex.encode" 1, "json.marshal" 1, "json.marshal_with_options" 2, "lower" 1, "regex.replace" 3,
        "replace" 3, "sprintf" 2, "strings.replace_n" 2, "strings.reverse" 1, "substring" 3, "time.format" 1,
        "time.weekday" 1, "trim" 2, "trim_left" 2, "trim_prefix" 2, "trim_right" 2, "trim_space" 1,
        "trim_suffix" 2, "type_name" 1, "upper" 1, "urlquery.decode" 1, "urlquery.encode" 1,
        "urlquery.encode_object" 1, "yaml.marshal" 1,
    }
    List {
        "array.concat" 2, "array.reverse" 1, "array.slice" 3, "graph.reachable" 2,
        "graph.reachable_paths" 2, "indexof_n" 2, "intersection" 1, "numbers.range" 2, "numbers.range_step" 3,
        "object.keys" 1, "regex.find_all_string_submatch_n" 3, "regex.find_n" 3, "regex.split" 2, "sort" 1, "split" 2, "time.clock" 1, "time.date" 1,
        "time.diff" 2, "union" 1,
    }
    Object {
        "json.filter" 2, "json.remove" 2, "object.filter" 2, "object.remove" 2, "object.union" 2,
        "object.union_n" 1, "urlquery.decode_object" 1,
    }
    Anything {
        "json.patch" 2, "json.unmarshal" 1, "max" 1, "min" 1, "object.get" 3, "walk" 1, "yaml.unmarshal" 1,
    }
}

/// Built-in functions that are known and refused, with the reason.
pub(crate) const REFUSED: [(&str, &str); 5] = [
    ("http.send", "it reaches the network"),
    ("opa.runtime", "it shows the environment"),
    ("rand.intn", "it is chance"),
    ("test.sleep", "it only takes time"),
    ("uuid.rfc4122", "it is chance"),
];

/// The built-in function of this name that may be called.
pub(crate) fn builtin(name: &str) -> Option<Builtin> {
    ALLOWED.iter().find(|builtin| builtin.name == name).copied()
}

/// Why a built-in function must not be called.
pub(crate) fn refusal(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, why)| *why)
}
