//! The modifiers behind a field's name (`OperationName|contains|all`), and which
//! of them go together.
//!
//! To add one: a line in [`MODIFIERS`], a place in [`Modifiers`], and its rule of
//! use in [`Modifiers::check`].

/// What is written behind a field, understood.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Modifiers {
    pub(crate) operator: Operator,
    /// The value names another field (`fieldref`).
    pub(crate) reference: bool,
    /// The part of a date that is compared instead of the text.
    pub(crate) part: Option<TimePart>,
    /// What is done to the value before it is looked for, in order.
    pub(crate) encodings: Vec<Encoding>,
    /// Letter case matters.
    pub(crate) cased: bool,
    /// Every value has to be met, not just one.
    pub(crate) all: bool,
    /// The whole is turned around (`neq`).
    pub(crate) negated: bool,
    /// The values hold placeholders.
    pub(crate) expand: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
    Regex { ignore_case: bool, multi_line: bool, dot_all: bool },
    Cidr,
    Compare(Comparison),
    Exists,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TimePart {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Base64,
    Base64Offset,
    /// Little endian with a byte order mark.
    Utf16,
    Utf16Le,
    Utf16Be,
    Windash,
}

#[derive(Clone, Copy)]
enum Modifier {
    Operator(Operator),
    IgnoreCase,
    MultiLine,
    DotAll,
    Part(TimePart),
    Encoding(Encoding),
    All,
    Cased,
    Neq,
    FieldRef,
    Expand,
}

const REGEX: Operator = Operator::Regex { ignore_case: false, multi_line: false, dot_all: false };

/// Every modifier of Sigma 2.1, in the order of its specification.
const MODIFIERS: &[(&str, Modifier)] = &[
    ("all", Modifier::All),
    ("cased", Modifier::Cased),
    ("contains", Modifier::Operator(Operator::Contains)),
    ("endswith", Modifier::Operator(Operator::EndsWith)),
    ("startswith", Modifier::Operator(Operator::StartsWith)),
    ("exists", Modifier::Operator(Operator::Exists)),
    ("neq", Modifier::Neq),
    ("re", Modifier::Operator(REGEX)),
    ("i", Modifier::IgnoreCase),
    ("ignorecase", Modifier::IgnoreCase),
    ("m", Modifier::MultiLine),
    ("multiline", Modifier::MultiLine),
    ("s", Modifier::DotAll),
    ("dotall", Modifier::DotAll),
    ("base64", Modifier::Encoding(Encoding::Base64)),
    ("base64offset", Modifier::Encoding(Encoding::Base64Offset)),
    ("utf16", Modifier::Encoding(Encoding::Utf16)),
    ("utf16le", Modifier::Encoding(Encoding::Utf16Le)),
    ("utf16be", Modifier::Encoding(Encoding::Utf16Be)),
    ("wide", Modifier::Encoding(Encoding::Utf16Le)),
    ("windash", Modifier::Encoding(Encoding::Windash)),
    ("cidr", Modifier::Operator(Operator::Cidr)),
    ("lt", Modifier::Operator(Operator::Compare(Comparison::Less))),
    ("lte", Modifier::Operator(Operator::Compare(Comparison::LessOrEqual))),
    ("gt", Modifier::Operator(Operator::Compare(Comparison::Greater))),
    ("gte", Modifier::Operator(Operator::Compare(Comparison::GreaterOrEqual))),
    ("minute", Modifier::Part(TimePart::Minute)),
    ("hour", Modifier::Part(TimePart::Hour)),
    ("day", Modifier::Part(TimePart::Day)),
    ("week", Modifier::Part(TimePart::Week)),
    ("month", Modifier::Part(TimePart::Month)),
    ("year", Modifier::Part(TimePart::Year)),
    ("fieldref", Modifier::FieldRef),
    ("expand", Modifier::Expand),
];

/// The names of all modifiers.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODIFIERS.iter().map(|(name, _)| *name)
}

/// Why a chain of modifiers cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModifierTrouble {
    Unknown { modifier: String, nearest: Option<&'static str> },
    Misfit(String),
}

impl Modifiers {
    /// Reads the modifiers of a key, its field's name taken away.
    pub(crate) fn parse<'a>(chain: impl Iterator<Item = &'a str>, keyword: bool) -> Result<Modifiers, ModifierTrouble> {
        let mut read = Modifiers {
            operator: Operator::Equals,
            reference: false,
            part: None,
            encodings: Vec::new(),
            cased: false,
            all: false,
            negated: false,
            expand: false,
        };
        for name in chain {
            let Some(&(_, modifier)) = MODIFIERS.iter().find(|(known, _)| *known == name) else {
                return Err(ModifierTrouble::Unknown { modifier: name.to_owned(), nearest: nearest(name) });
            };
            read.add(name, modifier)?;
        }
        read.check(keyword)?;
        Ok(read)
    }

    fn add(&mut self, name: &str, modifier: Modifier) -> Result<(), ModifierTrouble> {
        match modifier {
            Modifier::Operator(operator) => {
                if self.operator != Operator::Equals {
                    return misfit(format!("`{name}` cannot follow another way of comparing"));
                }
                self.operator = operator;
            }
            Modifier::IgnoreCase | Modifier::MultiLine | Modifier::DotAll => {
                let Operator::Regex { ignore_case, multi_line, dot_all } = &mut self.operator else {
                    return misfit(format!("`{name}` has to follow `re`"));
                };
                match modifier {
                    Modifier::IgnoreCase => *ignore_case = true,
                    Modifier::MultiLine => *multi_line = true,
                    _ => *dot_all = true,
                }
            }
            Modifier::Part(part) => {
                if self.part.replace(part).is_some() {
                    return misfit("only one part of a date can be compared".to_owned());
                }
            }
            Modifier::Encoding(encoding) => self.encodings.push(encoding),
            Modifier::All => self.all = true,
            Modifier::Cased => self.cased = true,
            Modifier::Neq => self.negated = true,
            Modifier::FieldRef => self.reference = true,
            Modifier::Expand => self.expand = true,
        }
        Ok(())
    }

    fn check(&self, keyword: bool) -> Result<(), ModifierTrouble> {
        let textual =
            matches!(self.operator, Operator::Equals | Operator::Contains | Operator::StartsWith | Operator::EndsWith);
        let comparing = matches!(self.operator, Operator::Compare(_));
        if self.cased && !textual {
            return misfit("`cased` is for text; `re` minds the case unless `i` follows".to_owned());
        }
        if self.reference && (!textual || !self.encodings.is_empty() || self.part.is_some()) {
            let why = "`fieldref` goes with `contains`, `startswith`, `endswith`, `cased` and `neq` only";
            return misfit(why.to_owned());
        }
        if !self.encodings.is_empty() && !textual {
            return misfit("an encoded value can only be compared as text".to_owned());
        }
        self.check_encodings(keyword)?;
        if self.part.is_some() && !comparing && self.operator != Operator::Equals {
            return misfit("a part of a date goes with `lt`, `lte`, `gt`, `gte` and `neq` only".to_owned());
        }
        if self.part.is_some() && (self.cased || !self.encodings.is_empty()) {
            return misfit("a part of a date is a number, not text".to_owned());
        }
        if self.operator == Operator::Exists && (self.all || self.negated || self.expand || self.part.is_some()) {
            return misfit("`exists` stands alone; its value is `true` or `false`".to_owned());
        }
        if comparing && (self.all || self.negated) {
            return misfit("a comparison of numbers takes neither `all` nor `neq`".to_owned());
        }
        if keyword {
            let usable = matches!(self.operator, Operator::Equals | Operator::Contains | Operator::Regex { .. });
            if !usable || self.reference || self.part.is_some() {
                return misfit("keywords take `all`, `cased`, `contains`, `re` and the encodings only".to_owned());
            }
        }
        Ok(())
    }

    /// UTF-16 is bytes that no text holds, so Base64 has to follow.
    fn check_encodings(&self, keyword: bool) -> Result<(), ModifierTrouble> {
        let mut wide = false;
        let mut encoded = false;
        for encoding in &self.encodings {
            match encoding {
                Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be if wide || encoded => {
                    return misfit("a value is turned into UTF-16 once, and before `base64`".to_owned());
                }
                Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be => wide = true,
                Encoding::Base64 | Encoding::Base64Offset if encoded => {
                    return misfit("a value is turned into Base64 once".to_owned());
                }
                Encoding::Base64 | Encoding::Base64Offset => encoded = true,
                Encoding::Windash if wide || encoded => {
                    return misfit("`windash` has to stand before the encodings".to_owned());
                }
                Encoding::Windash => {}
            }
        }
        if wide && !encoded {
            return misfit("UTF-16 has to be followed by `base64` or `base64offset`".to_owned());
        }
        if self.encodings.contains(&Encoding::Base64Offset) && !keyword && self.operator != Operator::Contains {
            return misfit("`base64offset` has to be followed by `contains`".to_owned());
        }
        Ok(())
    }
}

fn misfit(why: String) -> Result<(), ModifierTrouble> {
    Err(ModifierTrouble::Misfit(why))
}

/// The most similar modifier, if it is at most two slips away.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    names()
        .filter(|known| known.len() > 1)
        .map(|known| (slips(&name, known), known))
        .filter(|&(slips, known)| slips <= 2.min(known.len() / 2))
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, known)| known)
}

/// How many letters have to be added, dropped or replaced (Levenshtein).
pub(crate) fn slips(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, left_letter) in left.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, right_letter) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(left_letter != *right_letter);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
