//! From words to places: which rule a correlation or a filter means.

use rustc_hash::{FxHashMap, FxHashSet};

use super::filter::{self, Filter, FilterDraft};
use super::{Collection, correlation::Draft};
use crate::correlation::{Alias, Correlation, Member};
use crate::error::{Place, RuleError, RuleErrorKind};
use crate::rule::Rule;

/// A chain of more correlations is none that a person wrote.
const DEEPEST_CHAIN: usize = 16;

/// What an id or a name stands for.
struct Names {
    members: FxHashMap<String, (Member, Place)>,
    seen: FxHashMap<String, Place>,
}

/// Ids are compared without letter case, as UUIDs are.
fn key(word: &str) -> String {
    word.to_lowercase()
}

impl Names {
    /// Takes the words of a document; false if another has one of them already.
    fn take(
        &mut self,
        id: Option<&str>,
        name: Option<&str>,
        place: &Place,
        member: Option<Member>,
        errors: &mut Vec<RuleError>,
    ) -> bool {
        let words = [("id", id), ("name", name)];
        let mut words: Vec<(&'static str, &str)> =
            words.into_iter().filter_map(|(what, word)| Some((what, word?))).collect();
        // Some give the same word as both.
        words.dedup_by(|later, earlier| key(later.1) == key(earlier.1));
        for (what, word) in &words {
            if let Some(first) = self.seen.get(&key(word)) {
                let kind = RuleErrorKind::Repeated { what, word: (*word).to_owned(), first: first.clone() };
                errors.push(RuleError { place: place.clone(), kind });
                return false;
            }
        }
        for (_, word) in words {
            self.seen.insert(key(word), place.clone());
            if let Some(member) = member {
                self.members.insert(key(word), (member, place.clone()));
            }
        }
        true
    }

    fn find(&self, word: &str, place: &Place, errors: &mut Vec<RuleError>) -> Option<Member> {
        let found = self.members.get(&key(word)).map(|(member, _)| *member);
        if found.is_none() {
            let nearest = self.nearest(word);
            let kind = RuleErrorKind::UnknownRule { reference: word.to_owned(), nearest };
            errors.push(RuleError { place: place.clone(), kind });
        }
        found
    }

    /// The most similar name, if it is at most three slips away; ties go by the alphabet.
    fn nearest(&self, word: &str) -> Option<String> {
        let word = key(word);
        let close = |known: &&String| known.len().abs_diff(word.len()) <= 3;
        let slips = |known: &String| crate::modifier::slips(&word, known);
        let nearest = self.members.keys().filter(close).min_by_key(|known| (slips(known), (*known).clone()))?;
        (slips(nearest) <= 3.min(word.len() / 3)).then(|| nearest.clone())
    }
}

pub(super) fn resolve(
    rules: Vec<Rule>,
    drafts: Vec<Draft>,
    filters: Vec<FilterDraft>,
    errors: &mut Vec<RuleError>,
) -> Collection {
    let mut names = Names { members: FxHashMap::default(), seen: FxHashMap::default() };
    let mut kept = Vec::new();
    for mut rule in rules {
        let number = kept.len();
        let member = Some(Member::Rule(number));
        if names.take(rule.about.id.as_deref(), rule.about.name.as_deref(), &rule.about.place, member, errors) {
            rule.number = u32::try_from(number).unwrap_or(u32::MAX);
            kept.push(rule);
        }
    }
    let mut kept_drafts = Vec::new();
    for draft in drafts {
        let member = Some(Member::Correlation(kept_drafts.len()));
        let about = &draft.about;
        if names.take(about.id.as_deref(), about.name.as_deref(), &about.place, member, errors) {
            kept_drafts.push(draft);
        }
    }
    let mut rules = kept;
    let filters = filters
        .into_iter()
        .filter(|filter| {
            let about = &filter.about;
            names.take(about.id.as_deref(), about.name.as_deref(), &about.place, None, errors)
        })
        .collect::<Vec<_>>();
    let filters = filters.iter().filter_map(|filter| apply(filter, &names, &mut rules, errors)).collect();
    let correlations = correlations(kept_drafts, &names, errors);
    for (place, rule) in rules.iter_mut().enumerate() {
        rule.reads = reads(rule, place, &correlations, errors);
    }
    Collection { rules, correlations, filters }
}

fn apply(draft: &FilterDraft, names: &Names, rules: &mut [Rule], errors: &mut Vec<RuleError>) -> Option<Filter> {
    let before = errors.len();
    let mut chosen = Vec::new();
    match &draft.rules {
        None => {
            chosen.extend((0..rules.len()).filter(|&rule| draft.logsource.covers(&rules[rule].logsource)));
            if chosen.is_empty() {
                let why = format!("no rule is about {}", draft.logsource);
                errors.push(unfit(&draft.place, why, "load the rules too, or write the log source that they have"));
            }
        }
        Some(named) => {
            for (word, place) in named {
                match names.find(word, place, errors) {
                    Some(Member::Rule(rule)) if draft.logsource.covers(&rules[rule].logsource) => chosen.push(rule),
                    Some(Member::Rule(rule)) => {
                        let theirs = &rules[rule].logsource;
                        let why = format!("`{word}` is about {theirs}, the filter about {}", draft.logsource);
                        errors.push(unfit(place, why, "give the filter the log source of its rules, or less of it"));
                    }
                    Some(Member::Correlation(_)) => {
                        let why = format!("`{word}` is a correlation, which has no events of its own");
                        errors.push(unfit(place, why, "name the rules that it correlates"));
                    }
                    None => {}
                }
            }
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    // A filter is an exception that somebody decided on: all of it, or none with the reason told.
    if errors.len() > before {
        return None;
    }
    for &rule in &chosen {
        filter::apply(draft, &mut rules[rule]);
    }
    Some(Filter { about: draft.about.clone(), logsource: draft.logsource.clone(), rules: chosen })
}

/// Resolves the references of correlations; what cannot be resolved is dropped with an error.
fn correlations(drafts: Vec<Draft>, names: &Names, errors: &mut Vec<RuleError>) -> Vec<Correlation> {
    let mut members: Vec<Option<Vec<Member>>> = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        let found: Vec<Option<Member>> =
            draft.members.iter().map(|(word, place)| names.find(word, place, errors)).collect();
        members.push(found.into_iter().collect());
    }
    drop_repeated_members(&drafts, &mut members, errors);
    drop_circles(&drafts, &mut members, errors);
    drop_dependants(&drafts, &mut members, errors);
    let mut place_of = vec![None; drafts.len()];
    let mut count = 0;
    for (draft, members) in members.iter().enumerate() {
        if members.is_some() {
            place_of[draft] = Some(count);
            count += 1;
        }
    }
    let mut correlations = Vec::new();
    for (draft, members) in drafts.into_iter().zip(members) {
        let Some(members) = members else { continue };
        let aliases = aliases(&draft, &members, names, errors);
        let moved = members.into_iter().filter_map(|member| match member {
            Member::Rule(_) => Some(member),
            Member::Correlation(draft) => place_of[draft].map(Member::Correlation),
        });
        correlations.push(Correlation {
            members: moved.collect(),
            about: draft.about,
            kind: draft.kind,
            group_by: draft.group_by,
            timespan: draft.timespan,
            condition: draft.condition,
            fields: draft.fields,
            aliases,
            generate: draft.generate,
            standalone: true,
        });
    }
    for place in 0..correlations.len() {
        correlations[place].standalone = is_standalone(&correlations, Member::Correlation(place));
    }
    correlations
}

pub(super) fn is_standalone(correlations: &[Correlation], member: Member) -> bool {
    let mut referring = correlations.iter().filter(|correlation| correlation.members.contains(&member)).peekable();
    referring.peek().is_none() || referring.any(|correlation| correlation.generate)
}

/// The same rule by its id and by its name.
fn drop_repeated_members(drafts: &[Draft], members: &mut [Option<Vec<Member>>], errors: &mut Vec<RuleError>) {
    for (draft, slot) in drafts.iter().zip(members) {
        let Some(found) = slot else { continue };
        let mut seen = FxHashSet::default();
        let Some(twice) = found.iter().position(|member| !seen.insert(*member)) else { continue };
        let (word, place) = &draft.members[twice];
        let why = format!("`{word}` means a rule that is named already");
        errors.push(unfit(place, why, "name each rule once"));
        *slot = None;
    }
}

/// Finds correlations that refer to each other in a circle, or in too long a chain.
fn drop_circles(drafts: &[Draft], members: &mut [Option<Vec<Member>>], errors: &mut Vec<RuleError>) {
    let depths = depths(members);
    let mut told = FxHashSet::default();
    for start in 0..drafts.len() {
        match depths[start] {
            Some(depth) if depth > DEEPEST_CHAIN => {
                let why = format!("it is the end of a chain of {depth} correlations");
                errors.push(unfit(&drafts[start].about.place, why, "shorten the chain"));
                told.insert(start);
            }
            Some(_) => {}
            None => {
                let circle = circle_from(start, members, &depths);
                if circle.iter().any(|draft| told.contains(draft)) {
                    continue;
                }
                let mut path: Vec<String> = circle.iter().map(|&draft| drafts[draft].about.call().to_owned()).collect();
                path.extend(path.first().cloned());
                let place = circle.first().map_or(&drafts[start], |&first| &drafts[first]).about.place.clone();
                errors.push(RuleError { place, kind: RuleErrorKind::Cycle(path) });
                told.extend(circle);
            }
        }
    }
    for draft in told {
        members[draft] = None;
    }
}

/// How many correlations lie on the longest way down, itself included; `None` in circles and above them.
fn depths(members: &[Option<Vec<Member>>]) -> Vec<Option<usize>> {
    let mut depths = vec![None; members.len()];
    let mut above = vec![Vec::new(); members.len()];
    let mut open = vec![0_usize; members.len()];
    let mut ready = Vec::new();
    for (draft, members) in members.iter().enumerate() {
        for below in members.iter().flatten().filter_map(|member| correlation_of(*member)) {
            above[below].push(draft);
            open[draft] += 1;
        }
        if open[draft] == 0 {
            depths[draft] = Some(1);
            ready.push(draft);
        }
    }
    let mut deepest = vec![1; members.len()];
    while let Some(draft) = ready.pop() {
        for &over in &above[draft] {
            deepest[over] = deepest[over].max(deepest[draft] + 1);
            open[over] -= 1;
            if open[over] == 0 {
                depths[over] = Some(deepest[over]);
                ready.push(over);
            }
        }
    }
    depths
}

/// A circle that can be reached from `start`, which has no depth, beginning with its first in the order of the files.
fn circle_from(start: usize, members: &[Option<Vec<Member>>], depths: &[Option<usize>]) -> Vec<usize> {
    let mut way = Vec::new();
    let mut at = start;
    let mut circle = loop {
        if let Some(begin) = way.iter().position(|&before| before == at) {
            break way.split_off(begin);
        }
        way.push(at);
        let below = members[at].iter().flatten().filter_map(|member| correlation_of(*member));
        match below.into_iter().find(|&below| depths[below].is_none()) {
            Some(below) => at = below,
            None => break way,
        }
    };
    let first = circle.iter().enumerate().min_by_key(|(_, draft)| **draft).map_or(0, |(at, _)| at);
    circle.rotate_left(first);
    circle
}

fn correlation_of(member: Member) -> Option<usize> {
    match member {
        Member::Correlation(draft) => Some(draft),
        Member::Rule(_) => None,
    }
}

/// What refers to a correlation that cannot be used cannot be used either.
fn drop_dependants(drafts: &[Draft], members: &mut [Option<Vec<Member>>], errors: &mut Vec<RuleError>) {
    loop {
        let lost = |member: &Member| correlation_of(*member).is_some_and(|below| members[below].is_none());
        let next = members.iter().enumerate().find_map(|(draft, slot)| {
            let at = slot.as_ref()?.iter().position(&lost)?;
            Some((draft, at))
        });
        let Some((draft, at)) = next else { return };
        let (word, place) = &drafts[draft].members[at];
        let why = format!("`{word}` is a correlation that cannot be used");
        errors.push(unfit(place, why, "see what is said about it, and mend it first"));
        members[draft] = None;
    }
}

fn unfit(place: &Place, why: String, cure: &str) -> RuleError {
    let kind = RuleErrorKind::Unfit { key: "rules".to_owned(), why, cure: cure.to_owned() };
    RuleError { place: place.clone(), kind }
}

/// An alias for a rule that is not correlated is an error, but costs nothing else.
fn aliases(draft: &Draft, members: &[Member], names: &Names, errors: &mut Vec<RuleError>) -> Vec<Alias> {
    let mut aliases = Vec::new();
    for alias in &draft.aliases {
        let mut fields = Vec::new();
        for (word, place, field) in &alias.fields {
            let Some(found) = names.find(word, place, errors) else { continue };
            match members.iter().position(|member| *member == found) {
                Some(member) => fields.push((member, field.clone())),
                None => {
                    let kind = RuleErrorKind::Unfit {
                        key: alias.name.clone(),
                        why: format!("`{word}` is not among the rules of the correlation"),
                        cure: "add it to `rules:`, or take it out here".to_owned(),
                    };
                    errors.push(RuleError { place: place.clone(), kind });
                }
            }
        }
        aliases.push(Alias { name: alias.name.clone(), fields });
    }
    aliases
}

/// The fields that the correlations above a rule, and the rule itself when it looks for
/// new values, ask of its records.
fn reads(rule: &Rule, place: usize, correlations: &[Correlation], errors: &mut Vec<RuleError>) -> Vec<String> {
    let mut reads: Vec<String> = Vec::new();
    let mut add = |field: &str| {
        if !reads.iter().any(|known| known == field) {
            reads.push(field.to_owned());
        }
    };
    if let Some(first_seen) = &rule.first_seen {
        first_seen.fields.iter().chain(&first_seen.per).for_each(|field| add(field));
    }
    let paths = crate::correlate::paths(Member::Rule(place), correlations);
    if paths.len() > crate::correlate::MOST_PATHS {
        let kind = RuleErrorKind::TooMany("ways through chains of correlations");
        errors.push(RuleError { place: rule.about.place.clone(), kind });
    }
    for path in &paths {
        path.wanted(correlations).into_iter().flatten().for_each(&mut add);
    }
    reads
}
