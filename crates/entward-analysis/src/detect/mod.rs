//! Which records matter, and why: rules against records.
//!
//! A [`Detector`] holds the compiled rules and where their fields stand in every shape. A
//! [`Worker`] runs it over pieces of a log and keeps what is worth keeping: a [`Hit`] for
//! each record that a rule matches or that may belong to the story of one that does. All
//! other records are counted and left after one pass over their bytes.
//!
//! Several workers share one detector. What a worker finds depends on the bytes it is
//! given and on nothing else, so the number of workers changes no result.

mod changed;
mod correlated;
mod filter;
pub(crate) mod mapping;
mod operations;
pub(crate) mod place;
mod repeated;
mod view;
pub(crate) mod vocabulary;
mod walk;

use entward_model::{Event, Level, RuleRef, Summary, Timestamp};
use entward_sigma::{Collection, Correlator, Explanation, Limits, Rule, RuleError, RuleSet, Scratch};

pub use correlated::Correlated;
pub use filter::Filter;
pub use mapping::{Mapping, MappingError};

use crate::decode::keys::{self, Layout};
use crate::decode::{Decoded, Decoder, Gathered, Header, Undecoded};
use crate::knowledge::Knowledge;
use crate::normalize::normalize;
use mapping::Places;
use operations::Operations;
use view::View;
use vocabulary::AzureVocabulary;

/// Compiled rules, and where their fields stand.
pub struct Detector {
    rules: RuleSet,
    places: Vec<Vec<Places>>,
    layout: Layout,
    knowledge: &'static Knowledge,
    collection: Collection,
    /// For each rule, by its position: what becomes of its matches.
    roles: Vec<Role>,
    book: Vec<RuleRef>,
}

/// What becomes of a rule's matches.
#[derive(Clone, Copy, Debug)]
struct Role {
    /// A match is a finding by itself.
    speaks: bool,
    /// A match is an event to the correlator.
    correlates: bool,
}

/// A record that is worth keeping.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What it says. `index` counts from the start of the piece that was read.
    pub event: Event,
    /// The rules that match it and speak for themselves, by their position in [`Detector::book`].
    pub rules: Vec<u32>,
    /// The worst level of those rules; `None` for a record of which no rule speaks.
    pub level: Option<Level>,
    /// Whether it belongs to a story by itself: a rule speaks, or the operation tells a story.
    pub tells_a_story: bool,
    /// What the correlator has to be told of it.
    pub correlated: Vec<Correlated>,
}

/// A piece of a log that was not read, or not as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The record's ordinal, from the start of the piece that was read.
    pub index: u64,
    /// The byte, from the start of the piece.
    pub offset: usize,
    /// What is wrong, as a sentence fragment.
    pub reason: &'static str,
    /// Whether the record was read all the same, with its one possible cure.
    pub cured: bool,
}

impl Detector {
    /// Compiles the rules of a collection. What cannot be compiled is returned beside the detector, and the
    /// rest works.
    pub fn new(collection: Collection, mapping: &Mapping, knowledge: &'static Knowledge) -> (Detector, Vec<RuleError>) {
        let (rules, errors) = RuleSet::compile(collection.rules.clone(), &AzureVocabulary { mapping });
        let correlator = Correlator::new(&collection, Limits::default());
        let role = |rule: &Rule| Role {
            speaks: rule.first_seen.is_none() && collection.is_standalone(rule.number() as usize),
            correlates: correlator.wants(rule.number()),
        };
        let roles = rules.rules().iter().map(role).collect();
        let book = correlated::book(rules.rules(), &collection);
        let mut layout = Layout::new();
        let places = rules.field_names().iter().map(|field| mapping.places_of(field, &mut layout)).collect();
        (Detector { rules, places, layout, knowledge, collection, roles, book }, errors)
    }

    /// Rules, and behind them correlations, as alerts name them.
    pub fn book(&self) -> &[RuleRef] {
        &self.book
    }

    /// The rules and correlations, as they were read.
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// A correlator for what the rules match; [`Correlated`] is what it is fed with.
    pub fn correlator(&self, limits: Limits) -> Correlator {
        Correlator::new(&self.collection, limits)
    }

    /// The position in [`book`](Detector::book) of a rule, by its number in the collection.
    pub fn position_of_rule(&self, number: u32) -> Option<u32> {
        let position = self.rules.rules().iter().position(|rule| rule.number() == number)?;
        u32::try_from(position).ok()
    }

    /// The position in [`book`](Detector::book) of a correlation, by its place in the collection.
    pub fn position_of_correlation(&self, correlation: usize) -> u32 {
        u32::try_from(self.rules.rules().len() + correlation).unwrap_or(u32::MAX)
    }

    /// The rules that take part; a hit names them by their position here.
    pub fn rules(&self) -> &[Rule] {
        self.rules.rules()
    }

    /// The rules whose log source is none of ours.
    pub fn foreign(&self) -> &[Rule] {
        self.rules.foreign()
    }

    /// Understands the header of a CSV file.
    pub fn header(&self, columns: &[String], delimiter: u8) -> Header {
        Header::new(columns, delimiter, &self.layout)
    }

    /// A worker over this detector.
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            detector: self,
            decoder: Decoder::new(&self.layout),
            bench: Bench { scratch: Scratch::default(), matched: Vec::new(), operations: Operations::default() },
        }
    }
}

/// Runs a detector over pieces of a log. One per thread; its memory is used again.
pub struct Worker<'d> {
    detector: &'d Detector,
    decoder: Decoder<'d>,
    bench: Bench,
}

/// What a worker uses again for each record.
struct Bench {
    scratch: Scratch,
    matched: Vec<u32>,
    operations: Operations,
}

/// What a worker makes of the records it reads.
pub trait Sink {
    /// A record worth keeping.
    fn hit(&mut self, hit: Hit);
    /// A piece that was not read, or not as it stood.
    fn trouble(&mut self, trouble: Trouble);
}

impl Worker<'_> {
    /// Reads a piece of a log (a row of CSV where there is a header, else JSON; see
    /// [`crate::decode`]) and keeps what matters; `index` is the ordinal of its first record,
    /// and is advanced past its last.
    #[inline]
    pub fn scan(
        &mut self,
        bytes: &[u8],
        header: Option<&Header>,
        index: &mut u64,
        filter: &Filter,
        summary: &mut Summary,
        sink: &mut impl Sink,
    ) {
        let Worker { detector, decoder, bench } = self;
        decoder.read(bytes, header, &mut |decoded| {
            detector.take(bench, decoded, *index, filter, summary, sink);
            *index += 1;
        });
    }

    /// Reads a piece of a log, likewise, and tells every record of it as an event, matched or not.
    pub fn events(
        &mut self,
        bytes: &[u8],
        header: Option<&Header>,
        index: &mut u64,
        summary: &mut Summary,
        visit: &mut impl FnMut(Result<Event, Trouble>),
    ) {
        let Worker { detector, decoder, .. } = self;
        decoder.read(bytes, header, &mut |decoded| {
            detector.tell(decoded, *index, summary, visit);
            *index += 1;
        });
    }

    /// Reads a piece of a log, likewise, and lets `visit` ask of every record why rules match it or not.
    pub fn explain(
        &mut self,
        bytes: &[u8],
        header: Option<&Header>,
        index: &mut u64,
        visit: &mut impl FnMut(u64, &Asked<'_>),
    ) {
        let Worker { detector, decoder, .. } = self;
        decoder.read(bytes, header, &mut |decoded| {
            if let Decoded::Record(record, _) = decoded {
                let view = View::new(&record, &detector.places);
                visit(*index, &Asked { rules: &detector.rules, view: &view });
            }
            *index += 1;
        });
    }
}

/// A record that can be asked why rules match it or not.
pub struct Asked<'a> {
    rules: &'a RuleSet,
    view: &'a View<'a>,
}

impl Asked<'_> {
    /// Why a rule, by its position in [`Detector::rules`], matches the record or not; `None` where it is not about the
    /// record's log at all.
    pub fn why(&self, rule: u32) -> Option<Explanation> {
        use entward_sigma::Record;
        (self.rules.streams_of(rule) & self.view.stream() != 0).then(|| self.rules.explain(rule, self.view))
    }
}

impl Detector {
    #[inline]
    fn take(
        &self,
        bench: &mut Bench,
        decoded: Decoded<'_>,
        index: u64,
        filter: &Filter,
        summary: &mut Summary,
        sink: &mut impl Sink,
    ) {
        let (record, cured) = match decoded {
            Decoded::Record(record, cured) => (record, cured),
            Decoded::Undecoded(undecoded) => return sink.trouble(undecoded.at(index, false)),
        };
        if let Some(cured) = cured {
            sink.trouble(cured.at(index, true));
        }
        summary.count_record(record.shape, time_of(&record));
        let operation = bench.operations.recognize(self.knowledge, &record, summary);
        let matched = &mut bench.matched;
        matched.clear();
        self.rules.matches(&View::new(&record, &self.places), &mut bench.scratch, matched);
        if matched.is_empty() && !operation.tells_a_story {
            return;
        }
        let correlated = correlated::of(matched, &self.roles, &self.rules, &View::new(&record, &self.places));
        matched.retain(|rule| self.roles[*rule as usize].speaks);
        let tells_a_story = operation.tells_a_story || !matched.is_empty();
        if !tells_a_story && correlated.is_empty() {
            return;
        }
        let event = self.event(&record, index);
        if let Some(reason) = filter.refuses(&event) {
            summary.filtered.add(reason, 1);
            return;
        }
        summary.matches += matched.len() as u64;
        let level = matched.iter().map(|rule| self.book[*rule as usize].level).max();
        sink.hit(Hit { event, rules: matched.clone(), level, tells_a_story, correlated });
    }

    fn tell(
        &self,
        decoded: Decoded<'_>,
        index: u64,
        summary: &mut Summary,
        visit: &mut impl FnMut(Result<Event, Trouble>),
    ) {
        match decoded {
            Decoded::Record(record, cured) => {
                if let Some(cured) = cured {
                    visit(Err(cured.at(index, true)));
                }
                let event = self.event(&record, index);
                summary.count_record(record.shape, event.time);
                visit(Ok(event));
            }
            Decoded::Undecoded(undecoded) => visit(Err(undecoded.at(index, false))),
        }
    }

    fn event(&self, record: &Gathered<'_>, index: u64) -> Event {
        let mut event = normalize(self.knowledge, record.shape, &record.value());
        event.index = index;
        event
    }
}

impl Undecoded {
    fn at(self, index: u64, cured: bool) -> Trouble {
        Trouble { index, offset: self.offset, reason: self.reason, cured }
    }
}

/// The level of a rule in the words of the model.
pub fn level_of(level: Option<entward_sigma::Level>) -> Level {
    match level {
        Some(entward_sigma::Level::Critical) => Level::Critical,
        Some(entward_sigma::Level::High) => Level::High,
        Some(entward_sigma::Level::Medium) => Level::Medium,
        Some(entward_sigma::Level::Low) => Level::Low,
        Some(entward_sigma::Level::Informational) | None => Level::Informational,
    }
}

/// The time of a record, for the span of a scan: the first of the members that hold it.
fn time_of(record: &Gathered<'_>) -> Option<Timestamp> {
    const MEMBERS: [keys::Slot; 11] = [
        keys::TIME,
        keys::ACTIVITY_DATE_TIME,
        keys::CREATED_DATE_TIME,
        keys::EVENT_TIMESTAMP,
        keys::CREATION_TIME,
        keys::TIME_GENERATED,
        keys::EVENT_TIME,
        keys::CREATION_DATE,
        keys::DATE_UTC,
        keys::DETECTED_DATE_TIME,
        keys::TIME_COLUMN,
    ];
    let text = MEMBERS.iter().find_map(|slot| record.text(*slot))?;
    Timestamp::parse(std::str::from_utf8(text).ok()?).ok()
}
