//! A few bytes of every keyword, searched for in raw JSON before anything is decoded
//! (and in long texts, before an automaton reads them).
//!
//! A fragment is taken from the folded keyword, where it holds no character that JSON
//! escapes; all its spellings in upper and lower case are searched for at once, with
//! SIMD instructions chosen at run time. Where one turns up, the longer piece of the
//! keyword that it was taken from is compared in place. It is a necessary condition: raw bytes
//! without any such piece hold no keyword, unless a letter is written as a `\u` escape or is
//! one of the few that fold to ASCII, and both are looked for too.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, Span, packed};
use memchr::memmem::Finder;
use regex_syntax::hir::literal::rank;
use rustc_hash::FxHashMap;

use super::commonplace::Commonplace;
use crate::fold;

/// The searcher for one set of keywords.
pub(super) struct Fragments {
    searcher: Searcher,
    /// For each pattern of the searcher, the pieces that could stand where it was found.
    pieces: Vec<Vec<Piece>>,
    /// Which ASCII characters some piece holds, in either case.
    held: [bool; 128],
    /// Some piece holds a letter that a character beyond ASCII folds to.
    foldable: bool,
    escape: Finder<'static>,
}

/// A run of plain characters of a keyword, and how far into it the fragment begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    text: Box<str>,
    offset: usize,
}

enum Searcher {
    /// Short and many at once, as long as there are few.
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

/// A fragment longer than this has too many spellings.
pub(super) const LENGTH: usize = 4;

/// What one pass of the packed searcher takes without slowing down.
const MAXIMUM_SPELLINGS: usize = 64;

/// Fragments whose automaton is written out as a table, of some 200 bytes a fragment.
const MAXIMUM_IN_TABLE: usize = 4_096;

impl Fragments {
    /// `None` if some keyword has no usable fragment.
    pub(super) fn new(keywords: &[String], commonplace: &Commonplace) -> Option<Fragments> {
        let choices: Vec<Vec<&str>> = keywords.iter().map(|keyword| fragments_of(keyword)).collect();
        if choices.iter().any(Vec::is_empty) {
            return None;
        }
        let mut chosen = choose(&choices, 0.5, commonplace);
        if count_spellings(&chosen) > MAXIMUM_SPELLINGS {
            chosen = choose(&choices, 1.0, commonplace);
        }
        let pieces = pieces_of(keywords, &chosen);
        let mut held = [false; 128];
        for byte in pieces.iter().flatten().flat_map(|piece| piece.text.bytes()) {
            held[usize::from(byte & 0x7f)] = true;
            held[usize::from(byte.to_ascii_uppercase() & 0x7f)] = true;
        }
        let foldable = b"iks".iter().any(|letter| held[usize::from(*letter)]);
        let packed = if count_spellings(&chosen) <= MAXIMUM_SPELLINGS {
            packed::Searcher::new(chosen.iter().flat_map(|fragment| spellings(fragment)))
        } else {
            None
        };
        let (searcher, pieces) = match packed {
            Some(packed) => {
                let of_spelling = |(fragment, pieces): (&&str, Vec<Piece>)| vec![pieces; 1 << letters(fragment)];
                (Searcher::Packed(packed), chosen.iter().zip(pieces).flat_map(of_spelling).collect())
            }
            None => {
                // Every byte of every record goes through it: a table that is walked without a second look is worth its size.
                let automaton = AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .kind((chosen.len() <= MAXIMUM_IN_TABLE).then_some(AhoCorasickKind::DFA))
                    .build(&chosen);
                (Searcher::Automaton(automaton.ok()?), pieces)
            }
        };
        Some(Fragments { searcher, pieces, held, foldable, escape: Finder::new("\\u").into_owned() })
    }

    /// Whether a keyword may stand in a record, given its JSON text.
    pub(super) fn may_stand_in(&self, raw: &[u8]) -> bool {
        self.finds_piece(raw) || self.hides_in_escape(raw) || (self.foldable && fold::may_fold_to_ascii(raw))
    }

    fn finds_piece(&self, raw: &[u8]) -> bool {
        let mut from = 0;
        loop {
            let span = Span::from(from..raw.len());
            let found = match &self.searcher {
                Searcher::Packed(searcher) => searcher.find_in(raw, span),
                Searcher::Automaton(automaton) => automaton.find(Input::new(raw).span(span)),
            };
            let Some(found) = found else { return false };
            let stands = |piece: &Piece| {
                let start = found.start().checked_sub(piece.offset);
                let there = start.and_then(|start| raw.get(start..start + piece.text.len()));
                there.is_some_and(|there| there.eq_ignore_ascii_case(piece.text.as_bytes()))
            };
            if self.pieces.get(found.pattern().as_usize()).is_none_or(|pieces| pieces.iter().any(stands)) {
                return true;
            }
            // Fragments may overlap.
            from = found.start() + 1;
        }
    }

    /// Whether a character of a fragment is written as an escape.
    fn hides_in_escape(&self, raw: &[u8]) -> bool {
        self.escape.find_iter(raw).any(|at| {
            let digits = raw.get(at + 2..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                Some(code @ 0..128) => self.held[code as usize],
                Some(code) => self.foldable && fold::folds_to_ascii(code),
                None => false,
            }
        })
    }
}

/// The parts of a keyword that stand in JSON as they are.
fn runs_of(keyword: &str) -> impl Iterator<Item = &str> {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || " .-_:@,;=()[]{}#!?*%$~^|".contains(character);
    keyword.split(move |character| !is_plain(character))
}

/// For each fragment, the pieces of keywords that begin at its place when it, or one that begins like it, was found:
/// the searcher tells of those that start at one place only one.
fn pieces_of(keywords: &[String], chosen: &[&str]) -> Vec<Vec<Piece>> {
    let numbers: FxHashMap<&str, usize> = chosen.iter().enumerate().map(|(number, text)| (*text, number)).collect();
    let mut own: Vec<Vec<Piece>> = vec![Vec::new(); chosen.len()];
    for keyword in keywords {
        // One is enough: where the keyword stands, all its runs do.
        let piece = fragments_of(keyword).into_iter().find_map(|text| {
            let number = *numbers.get(text)?;
            let run = runs_of(keyword).filter(|run| run.contains(text)).max_by_key(|run| run.len())?;
            Some((number, Piece { text: run.into(), offset: run.find(text)? }))
        });
        if let Some((number, piece)) = piece {
            own[number].push(piece);
        }
    }
    let mut pieces = own.clone();
    for (longer, text) in chosen.iter().enumerate() {
        for shorter in (1..text.len()).filter_map(|length| numbers.get(&text[..length])) {
            pieces[longer].extend(own[*shorter].iter().cloned());
            pieces[*shorter].extend(own[longer].iter().cloned());
        }
    }
    for pieces in &mut pieces {
        pieces.sort_unstable();
        pieces.dedup();
    }
    pieces
}

/// The usable fragments of a keyword, as long as they come.
fn fragments_of(keyword: &str) -> Vec<&str> {
    let runs: Vec<&str> = runs_of(keyword).collect();
    let longest = runs.iter().map(|run| run.len()).max().unwrap_or(0).min(LENGTH);
    if longest < 2 {
        return Vec::new();
    }
    let windows = |run: &'_ &'_ str| -> usize { run.len().saturating_sub(longest - 1) };
    let mut fragments: Vec<&str> =
        runs.iter().flat_map(|run| (0..windows(run)).map(|start| &run[start..start + longest])).collect();
    fragments.sort_unstable();
    fragments.dedup();
    fragments
}

/// Fragments of which every keyword has one: greedily the one that serves the most
/// keywords at the least cost. Among very many keywords, each has its own.
fn choose<'k>(choices: &[Vec<&'k str>], weight: f64, commonplace: &Commonplace) -> Vec<&'k str> {
    if choices.len() > MAXIMUM_SPELLINGS {
        let cheapest = |fragments: &Vec<&'k str>| {
            let cost = |fragment: &str| cost(fragment, weight, commonplace);
            fragments.iter().copied().min_by(|left, right| cost(left).total_cmp(&cost(right)))
        };
        let mut chosen: Vec<&str> = choices.iter().filter_map(cheapest).collect();
        chosen.sort_unstable();
        chosen.dedup();
        return chosen;
    }
    let mut open: Vec<&Vec<&str>> = choices.iter().collect();
    let mut chosen = Vec::new();
    let mut costs: FxHashMap<&'k str, f64> = FxHashMap::default();
    for fragment in choices.iter().flatten() {
        costs.entry(fragment).or_insert_with(|| cost(fragment, weight, commonplace));
    }
    while !open.is_empty() {
        let mut served: FxHashMap<&'k str, f64> = FxHashMap::default();
        for fragment in open.iter().flat_map(|fragments| fragments.iter()) {
            *served.entry(fragment).or_default() += 1.0;
        }
        let worth = |(fragment, count): &(&'k str, f64)| count / costs[fragment];
        // Equal worth goes by the text, so that the same rules give the same index.
        let best = served
            .into_iter()
            .max_by(|left, right| worth(left).total_cmp(&worth(right)).then_with(|| right.0.cmp(left.0)));
        let Some((best, _)) = best else { break };
        open.retain(|fragments| !fragments.contains(&best));
        chosen.push(best);
    }
    chosen
}

/// How often a fragment is expected to turn up in vain, and how many spellings it needs;
/// `weight` says how much the latter counts.
fn cost(fragment: &str, weight: f64, commonplace: &Commonplace) -> f64 {
    let commonness: f64 = fragment.bytes().map(|byte| f64::from(rank(byte)) / 255.0).sum();
    let foldable = if fragment.contains(['i', 'k', 's']) { 1.25 } else { 1.0 };
    // All bytes but one: the last letters of one common word and the first of another.
    let most = fragment.len() - 1;
    let everywhere = match () {
        () if commonplace.holds(fragment) => 50.0,
        () if commonplace.holds(&fragment[..most]) || commonplace.holds(&fragment[1..]) => 5.0,
        () => 1.0,
    };
    f64::from(1_u32 << letters(fragment)).powf(weight)
        * everywhere
        * foldable
        * (4.0 * commonness / fragment.len() as f64).exp()
}

fn count_spellings(fragments: &[&str]) -> usize {
    fragments.iter().map(|fragment| 1 << letters(fragment)).sum()
}

fn letters(fragment: &str) -> usize {
    fragment.bytes().filter(u8::is_ascii_alphabetic).count()
}

/// A fragment in upper and lower case and everything between.
fn spellings(fragment: &str) -> Vec<Vec<u8>> {
    let mut spellings = vec![Vec::new()];
    for byte in fragment.bytes() {
        let other = spellings.clone();
        spellings.iter_mut().for_each(|spelling| spelling.push(byte.to_ascii_lowercase()));
        if byte.is_ascii_alphabetic() {
            let upper = other.into_iter().map(|mut spelling| {
                spelling.push(byte.to_ascii_uppercase());
                spelling
            });
            spellings.extend(upper);
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::super::commonplace::Commonplace;
    use super::{choose, fragments_of};

    #[test]
    fn shared_and_rare_fragments_are_taken() {
        let keywords = [
            "microsoft.documentdb/databaseaccounts/listkeys/action",
            "microsoft.storage/storageaccounts/listkeys/action",
            "microsoft.compute/snapshots/write",
            "microsoft.network/networksecuritygroups/write",
        ];
        let choices: Vec<Vec<&str>> = keywords.iter().map(|keyword| fragments_of(keyword)).collect();
        assert_eq!(choose(&choices, 0.5, &Commonplace::new("two writes of snapshots")), ["keys", "tygr", "ompu"]);
    }
}
