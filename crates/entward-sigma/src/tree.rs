//! What a rule looks for, laid open for a translator into another language.
//!
//! Encodings and placeholders are done, conditions are resolved: what is left are fields,
//! the texts, expressions and numbers they are compared with, and how the parts join.

use crate::condition::Condition;
use crate::detection::{Body, Detection, Item, Test};
use crate::fold::{self, Folding};
use crate::modifier::{self, Modifiers};
use crate::number::Number;
use crate::pattern::{Matcher, Pattern, Token};
use crate::rule::Rule;

/// A part of what a rule looks for.
#[derive(Clone, Debug)]
pub enum Tree {
    /// All of these have to hold.
    All(Vec<Tree>),
    /// One of these has to hold.
    Any(Vec<Tree>),
    /// So many of these have to hold.
    AtLeast(usize, Vec<Tree>),
    /// This must not hold.
    Not(Box<Tree>),
    /// A field against its values.
    Leaf(TreeLeaf),
}

/// A field against its values.
#[derive(Clone, Debug)]
pub struct TreeLeaf {
    /// The field's name as the rule has it; `None` for keywords.
    pub field: Option<String>,
    /// The key as the rule wrote it, with its modifiers.
    pub written: String,
    /// Letter case matters.
    pub cased: bool,
    /// The whole is turned around: it holds when nothing is met, also when the field is missing.
    pub negated: bool,
    /// Every one of these has to be met, each by some value of the field; of the tests in one, any will do.
    pub groups: Vec<Vec<Sought>>,
}

/// One comparison with a value.
#[derive(Clone, Debug)]
pub enum Sought {
    /// The field is missing or null.
    Null,
    /// The whole text fits these pieces.
    Text(Vec<Piece>),
    /// The expression is found somewhere in the text.
    Regex(Expression),
    /// The address is in this network.
    Cidr {
        /// The network, as `192.0.2.0/24`.
        network: String,
        /// Whether it is one of IPv6.
        v6: bool,
    },
    /// The number is on this side of a limit, which is given as decimal text.
    Number(Side, String),
    /// A part of a date, as a number; `None` is equality.
    TimePart(TimePart, Option<Side>, String),
    /// Whether the field is there.
    Exists(bool),
    /// Some value of another field, compared in this way.
    Reference(String, Relation),
}

/// A piece of a text with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Literal(String),
    /// Any text, also none.
    Any,
    /// One character.
    One,
}

/// A regular expression in the syntax of the `regex` crate, with its flags beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// The expression as the rule has it.
    pub text: String,
    /// Letter case does not matter.
    pub ignore_case: bool,
    /// `^` and `$` stand at line ends too.
    pub multi_line: bool,
    /// A dot is a line end too.
    pub dot_all: bool,
    /// Whether it is found in an empty text.
    pub meets_empty: bool,
}

/// A side of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A part of a date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimePart {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// Of the month, 1 to 31.
    Day,
    /// Of ISO 8601, 1 to 53.
    Week,
    /// 1 to 12.
    Month,
    /// For example 2026.
    Year,
}

/// How a value relates to a value of another field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are equal.
    Equals,
    /// It holds the other.
    Contains,
    /// It begins with the other.
    StartsWith,
    /// It ends with the other.
    EndsWith,
}

impl Rule {
    /// What the rule looks for.
    pub fn tree(&self) -> Tree {
        of_detection(&self.detection)
    }
}

impl Sought {
    /// Whether a text fits, folded as an embedder folds the field ([`crate::Vocabulary::folding`]);
    /// `None` when that cannot be told from the text alone.
    pub fn fits(&self, text: &str, cased: bool, folding: Option<Folding>) -> Option<bool> {
        match self {
            Sought::Null => Some(false),
            Sought::Exists(wanted) => Some(*wanted),
            Sought::Text(pieces) => {
                let tokens = pieces.iter().map(|piece| match piece {
                    Piece::Literal(text) => Token::Literal(text.clone()),
                    Piece::Any => Token::Any,
                    Piece::One => Token::One,
                });
                let pattern = Pattern { tokens: tokens.collect() };
                if cased {
                    return Some(Matcher::new(&pattern).fits(text));
                }
                let folded = pattern.mapped(|piece| fold::folded(piece, folding));
                Some(Matcher::new(&folded).fits(&fold::folded(text, folding)))
            }
            Sought::Regex(_)
            | Sought::Cidr { .. }
            | Sought::Number(..)
            | Sought::TimePart(..)
            | Sought::Reference(..) => None,
        }
    }
}

fn of_detection(detection: &Detection) -> Tree {
    let bodies: Vec<Tree> = detection.selections.iter().map(|selection| of_body(&selection.body)).collect();
    let mut conditions: Vec<Tree> =
        detection.conditions.iter().map(|condition| of_condition(condition, &bodies)).collect();
    if conditions.len() == 1 { conditions.swap_remove(0) } else { Tree::Any(conditions) }
}

fn of_condition(condition: &Condition, bodies: &[Tree]) -> Tree {
    let all = |parts: &[Condition]| parts.iter().map(|part| of_condition(part, bodies)).collect();
    match condition {
        Condition::Selection(number) => bodies[*number].clone(),
        Condition::Not(inner) => Tree::Not(Box::new(of_condition(inner, bodies))),
        Condition::All(parts) => Tree::All(all(parts)),
        Condition::Any(parts) => Tree::Any(all(parts)),
        Condition::AtLeast(needed, parts) => Tree::AtLeast(*needed, all(parts)),
    }
}

fn of_body(body: &Body) -> Tree {
    match body {
        Body::All(parts) => Tree::All(parts.iter().map(of_body).collect()),
        Body::Any(parts) => Tree::Any(parts.iter().map(of_body).collect()),
        Body::Item(item) => Tree::Leaf(of_item(item)),
    }
}

fn of_item(item: &Item) -> TreeLeaf {
    let flags = flags_of(item);
    let groups: Vec<Vec<Sought>> =
        item.groups.iter().map(|group| group.iter().map(|test| of_test(test, flags)).collect()).collect();
    TreeLeaf {
        field: item.field.clone(),
        written: item.written.clone(),
        cased: item.cased,
        negated: item.negated,
        groups: if item.all { groups } else { vec![groups.into_iter().flatten().collect()] },
    }
}

/// The flags of the item's expressions, which a built expression no longer tells.
fn flags_of(item: &Item) -> (bool, bool, bool) {
    let parts = item.written.split('|').skip(1).map(str::trim);
    match Modifiers::parse(parts, item.field.is_none()).map(|modifiers| modifiers.operator) {
        Ok(modifier::Operator::Regex { ignore_case, multi_line, dot_all }) => (ignore_case, multi_line, dot_all),
        _ => (false, false, false),
    }
}

fn of_test(test: &Test, (ignore_case, multi_line, dot_all): (bool, bool, bool)) -> Sought {
    match test {
        Test::Null => Sought::Null,
        Test::Text(pattern) => Sought::Text(pattern.tokens.iter().map(of_token).collect()),
        Test::Regex(regex) => {
            let meets_empty = regex.is_match("");
            Sought::Regex(Expression { text: regex.as_str().to_owned(), ignore_case, multi_line, dot_all, meets_empty })
        }
        Test::Cidr(network) => {
            Sought::Cidr { network: network.to_string(), v6: matches!(network, ipnet::IpNet::V6(_)) }
        }
        Test::Compare(comparison, limit) => Sought::Number(side(*comparison), shown(*limit)),
        Test::TimePart(part, comparison, number) => {
            Sought::TimePart(time_part(*part), comparison.map(side), shown(*number))
        }
        Test::Exists(wanted) => Sought::Exists(*wanted),
        Test::Reference(name, operator) => Sought::Reference(name.clone(), relation(*operator)),
    }
}

fn of_token(token: &Token) -> Piece {
    match token {
        Token::Literal(text) => Piece::Literal(text.clone()),
        Token::Any => Piece::Any,
        Token::One => Piece::One,
    }
}

fn side(comparison: modifier::Comparison) -> Side {
    match comparison {
        modifier::Comparison::Less => Side::Less,
        modifier::Comparison::LessOrEqual => Side::LessOrEqual,
        modifier::Comparison::Greater => Side::Greater,
        modifier::Comparison::GreaterOrEqual => Side::GreaterOrEqual,
    }
}

fn time_part(part: modifier::TimePart) -> TimePart {
    match part {
        modifier::TimePart::Minute => TimePart::Minute,
        modifier::TimePart::Hour => TimePart::Hour,
        modifier::TimePart::Day => TimePart::Day,
        modifier::TimePart::Week => TimePart::Week,
        modifier::TimePart::Month => TimePart::Month,
        modifier::TimePart::Year => TimePart::Year,
    }
}

fn relation(operator: modifier::Operator) -> Relation {
    match operator {
        modifier::Operator::Contains => Relation::Contains,
        modifier::Operator::StartsWith => Relation::StartsWith,
        modifier::Operator::EndsWith => Relation::EndsWith,
        _ => Relation::Equals,
    }
}

fn shown(number: Number) -> String {
    match number {
        Number::Whole(whole) => whole.to_string(),
        Number::Real(real) => format!("{real:?}"),
    }
}
