//! What a rule is compiled to.

use std::cmp::Ordering;
use std::ops::Range;

use regex::Regex;

use super::constant::Constant;
use crate::evaluate::slots::Slot;

/// A rule for the resources of one operation.
#[derive(Debug)]
pub(super) struct Program {
    /// The rule that says whether the rule is about a resource.
    pub(super) applies: Option<GlobalId>,
    /// The definitions of `deny`.
    pub(super) deny: Vec<SetDefinition>,
    /// The definitions of `inconclusive`.
    pub(super) inconclusive: Vec<SetDefinition>,
    /// Rules without arguments that it refers to.
    pub(super) globals: Vec<Global>,
    /// Functions that it calls.
    pub(super) functions: Vec<Function>,
    /// Patterns that it looks for.
    pub(super) patterns: Vec<Regex>,
}

impl Program {
    /// One that says nothing.
    pub(super) const EMPTY: Self = Self {
        applies: None,
        deny: Vec::new(),
        inconclusive: Vec::new(),
        globals: Vec::new(),
        functions: Vec::new(),
        patterns: Vec::new(),
    };

    /// Whether a rule without arguments is undefined or `false` of every resource, as far as can be told beforehand.
    pub(super) fn is_never_true(&self, global: GlobalId) -> bool {
        let Some(Global::Value { definitions, default }) = self.globals.get(global) else {
            return false;
        };
        let ends_at_once = |steps: &[Step]| {
            let first = steps.first().filter(|step| step.loops.is_empty()).map(|step| &step.kind);
            matches!(first, Some(StepKind::Holds(Expression::Constant(Constant::Boolean(false)))))
        };
        let is_never = |definition: &ValueDefinition| {
            let mut bodies = definition.bodies.iter();
            definition.parameters.is_empty() && bodies.all(|(steps, _)| ends_at_once(steps))
        };
        matches!(default, None | Some(Constant::Boolean(false))) && definitions.iter().all(is_never)
    }

    /// The most local names of a definition of `deny` or `inconclusive`.
    pub(super) fn most_locals(&self) -> usize {
        let own = self.deny.iter().chain(&self.inconclusive);
        own.map(|definition| definition.locals).max().unwrap_or_default()
    }
}

/// Number of a rule without arguments.
pub(super) type GlobalId = usize;
/// Number of a local name within a definition.
pub(super) type Local = usize;

/// A definition of a set.
#[derive(Debug)]
pub(super) struct SetDefinition {
    /// Its number in the read set, where it is one of `deny` or `inconclusive`.
    pub(super) number: usize,
    pub(super) locals: usize,
    pub(super) steps: Vec<Step>,
    pub(super) element: Expression,
    /// The keys that its elements are marked with.
    pub(super) keys: Vec<Local>,
}

/// A rule without arguments.
#[derive(Debug)]
pub(super) enum Global {
    /// One with a value.
    Value {
        /// Its definitions, which must agree.
        definitions: Vec<ValueDefinition>,
        /// Its value where no definition gives one.
        default: Option<Constant>,
    },
    /// A set.
    Set(Vec<SetDefinition>),
}

/// A definition of a value.
#[derive(Clone, Debug)]
pub(super) struct ValueDefinition {
    pub(super) parameters: Vec<Pattern>,
    pub(super) locals: usize,
    /// The bodies, each with what it gives; those behind the first are those of `else`. Without one the value holds as
    /// it is.
    pub(super) bodies: Vec<(Vec<Step>, Expression)>,
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) definitions: Vec<ValueDefinition>,
}

/// A statement of a body.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// What is gone through before it, the outermost first.
    pub(super) loops: Vec<Loop>,
    pub(super) kind: StepKind,
}

impl Step {
    /// Whether it holds in one way at most.
    pub(super) const fn is_plain(&self) -> bool {
        self.loops.is_empty() && !matches!(self.kind, StepKind::Some { .. })
    }
}

/// A reference with a key that is not known: it is gone through.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub(super) collection: Expression,
    pub(super) key: Local,
    pub(super) value: Local,
}

#[derive(Clone, Debug)]
pub(super) enum StepKind {
    /// An expression that must hold.
    Holds(Expression),
    /// An expression that must not.
    Not(Expression),
    /// `pattern := expression`
    Assign(Pattern, Expression),
    /// `some key, value in collection`
    Some { key: Pattern, value: Pattern, collection: Expression },
    /// `every key, value in domain { … }`
    Every { key: Option<Local>, value: Local, domain: Expression, steps: Vec<Step> },
}

/// What a value is held against, and which names it gives a value.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Anything.
    Any,
    /// Anything, under a name.
    Local(Local),
    /// A value.
    Constant(Constant),
    /// An array of so many elements.
    Array(Vec<Self>),
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Constant(Constant),
    /// Nothing.
    Undefined,
    /// A value of the input; undefined where it is absent.
    Input(Slot),
    /// `object.get(input.resource, …, default)`
    InputOr(Slot, Box<Self>),
    /// Either of them, compared.
    Test(Box<Test>),
    /// What several rules look at.
    Shared(usize),
    /// Whether a built-in function holds of each of some values of the input.
    AreAll(Builtin, Vec<Slot>),
    /// The sum of some values of the input.
    Sum(Vec<Slot>),
    Local(Local),
    Global(GlobalId),
    /// What is under a key.
    Under(Box<(Self, Self)>),
    Call(Builtin, Vec<Self>),
    /// A pattern of the rule, looked for in a text.
    Matches(usize, Box<Self>),
    /// A text in which what fits a pattern of the rule is replaced by another.
    Replaced(usize, Box<(Self, Self)>),
    Function(usize, Vec<Self>),
    /// What a function gives, in place of its call.
    Given(Box<Given>),
    Compare(Comparison, Box<(Self, Self)>),
    Arithmetic(Operation, Box<(Self, Self)>),
    Union(Box<(Self, Self)>),
    Intersection(Box<(Self, Self)>),
    /// `value in collection`
    Member(Box<(Self, Self)>),
    /// `key, value in collection`
    Entry(Box<(Self, Self, Self)>),
    Array(Vec<Self>),
    Set(Vec<Self>),
    Object(Vec<(Self, Self)>),
    ArrayOf(Box<Collector>),
    SetOf(Box<Collector>),
    ObjectOf(Box<Collector>),
}

/// A comprehension.
#[derive(Clone, Debug)]
pub(super) struct Collector {
    pub(super) steps: Vec<Step>,
    /// The key, of an object; else unused.
    pub(super) key: Expression,
    pub(super) value: Expression,
}

/// Statements, and what they give where they hold: a function that is called in one place.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) steps: Vec<Step>,
    pub(super) value: Expression,
}

/// A value of the input that is held against a value of the rule.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) slot: Slot,
    /// What comes out where the value is absent; nothing where it is not defined then.
    pub(super) of_absent: Option<bool>,
    /// What comes out where it is null.
    pub(super) of_null: bool,
    pub(super) comparison: Comparison,
    pub(super) constant: Constant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether two values of this order compare so.
    pub(super) const fn is_met_by(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

macro_rules! builtins {
    ($($builtin:ident $name:literal $arity:literal)*) => {
        /// The built-in functions of the engine that are known here too.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Builtin {
            $($builtin),*
        }

        impl Builtin {
            /// The function of this name, if it takes so many arguments.
            pub(super) fn named(name: &str, arity: usize) -> Option<Self> {
                match (name, arity) {
                    $(($name, $arity) => Some(Self::$builtin),)*
                    _ => None,
                }
            }
        }
    };
}

builtins! {
    Abs "abs" 1
    ArrayConcat "array.concat" 2
    ArrayReverse "array.reverse" 1
    ArraySlice "array.slice" 3
    Ceil "ceil" 1
    Concat "concat" 2
    Contains "contains" 2
    Count "count" 1
    EndsWith "endswith" 2
    Floor "floor" 1
    IndexOf "indexof" 2
    IsArray "is_array" 1
    IsBoolean "is_boolean" 1
    IsNull "is_null" 1
    IsNumber "is_number" 1
    IsObject "is_object" 1
    IsSet "is_set" 1
    IsString "is_string" 1
    Lower "lower" 1
    Max "max" 1
    Min "min" 1
    NowNs "time.now_ns" 0
    ObjectGet "object.get" 3
    ObjectKeys "object.keys" 1
    ParseRfc3339Ns "time.parse_rfc3339_ns" 1
    Replace "replace" 3
    Round "round" 1
    Sort "sort" 1
    Split "split" 2
    Sprintf "sprintf" 2
    StartsWith "startswith" 2
    Substring "substring" 3
    Sum "sum" 1
    Trim "trim" 2
    TrimLeft "trim_left" 2
    TrimPrefix "trim_prefix" 2
    TrimRight "trim_right" 2
    TrimSpace "trim_space" 1
    TrimSuffix "trim_suffix" 2
    TypeName "type_name" 1
    Upper "upper" 1
}

/// Places in a rule's file of expressions whose keys are told, see `marks`.
pub(super) type KeyPlaces = [Range<usize>];
