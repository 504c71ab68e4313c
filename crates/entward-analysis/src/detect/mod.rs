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
mod filter;
pub(crate) mod mapping;
mod operations;
pub(crate) mod place;
mod view;
pub(crate) mod vocabulary;
mod walk;

use entward_model::{Event, Level, Summary, Timestamp};
use entward_sigma::{Explanation, Rule, RuleError, RuleSet, Scratch};

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
}

/// A record that is worth keeping.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What it says. `index` counts from the start of the piece that was read.
    pub event: Event,
    /// The rules that match it, by their position in [`Detector::rules`].
    pub rules: Vec<u32>,
    /// The worst level of those rules; `None` for a record that only belongs to a story.
    pub level: Option<Level>,
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
    /// Compiles rules. What cannot be compiled is returned beside the detector, and the
    /// rest works.
    pub fn new(rules: Vec<Rule>, mapping: &Mapping, knowledge: &'static Knowledge) -> (Detector, Vec<RuleError>) {
        let (rules, errors) = RuleSet::compile(rules, &AzureVocabulary { mapping });
        let mut layout = Layout::new();
        let places = rules.field_names().iter().map(|field| mapping.places_of(field, &mut layout)).collect();
        (Detector { rules, places, layout, knowledge }, errors)
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

    /// Why a rule does or does not match the first record of a piece of JSON.
    pub fn explain(&mut self, rule: u32, bytes: &[u8]) -> Option<Explanation> {
        let Worker { detector, decoder, .. } = self;
        let mut explanation = None;
        decoder.read(bytes, None, &mut |decoded| {
            if let Decoded::Record(record, _) = decoded
                && explanation.is_none()
            {
                explanation = Some(detector.rules.explain(rule, &View::new(&record, &detector.places)));
            }
        });
        explanation
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
        let event = self.event(&record, index);
        if let Some(reason) = filter.refuses(&event) {
            summary.filtered.add(reason, 1);
            return;
        }
        summary.matches += matched.len() as u64;
        let level = matched.iter().map(|rule| level_of(&self.rules.rules()[*rule as usize])).max();
        sink.hit(Hit { event, rules: matched.clone(), level });
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
pub fn level_of(rule: &Rule) -> Level {
    match rule.level {
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
