//! Which values an entity has shown before, for first-seen rules.

use serde::{Deserialize, Serialize};

use super::table::{Key, Table};
use super::{Counts, Limits};

/// What one first-seen rule remembers.
pub(super) struct Novelty {
    learn: i64,
    forget: i64,
    most_entities: usize,
    most_values: usize,
    most_values_each: u32,
    entities: Table<Entity>,
    values: Table<Seen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entity {
    /// Its first event; learning ends so long after.
    since: i64,
    last: i64,
    values: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    last: i64,
    entity: Key,
}

/// What is remembered, as it is written down: longest idle first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NoveltyState {
    entities: Vec<(Key, Entity)>,
    values: Vec<(Key, Seen)>,
}

impl Novelty {
    pub(super) fn new(learn: i64, forget: i64, limits: &Limits) -> Novelty {
        Novelty {
            learn,
            forget,
            most_entities: limits.entities.max(1),
            most_values: limits.values.max(1),
            most_values_each: limits.values_per_entity.max(1),
            entities: Table::new(),
            values: Table::new(),
        }
    }

    /// Takes the next event in the order of time. True when its value is new for its entity, and the
    /// entity is known well enough.
    pub(super) fn take(&mut self, entity: Key, value: Key, time: i64, counts: &mut Counts) -> bool {
        self.expire(time.saturating_sub(self.forget));
        let fresh = Entity { since: time, last: time, values: 0 };
        let Some((entity_place, is_new_entity)) = self.entities.touch(entity, fresh) else {
            counts.values_evicted += 1;
            return false;
        };
        if is_new_entity && self.entities.len() > self.most_entities {
            counts.entities_evicted += 1;
            if let Some(oldest) = self.entities.oldest() {
                self.entities.remove(oldest);
            }
        }
        let known = self.entities.value_mut(entity_place);
        known.last = time;
        let is_learnt = time.saturating_sub(known.since) >= self.learn;
        if self.values.find(value).is_none() && known.values >= self.most_values_each {
            // Its values differ all the time: another new one says nothing, and would push out others' values.
            counts.values_refused += 1;
            return false;
        }
        let Some((place, is_new)) = self.values.touch(value, Seen { last: time, entity }) else {
            counts.values_evicted += 1;
            return false;
        };
        self.values.value_mut(place).last = time;
        if is_new {
            self.entities.value_mut(entity_place).values += 1;
            if self.values.len() > self.most_values {
                counts.values_evicted += 1;
                self.forget_oldest_value();
            }
        }
        is_new && is_learnt
    }

    fn expire(&mut self, earliest: i64) {
        while let Some(oldest) = self.values.oldest()
            && self.values.value(oldest).last < earliest
        {
            self.forget_oldest_value();
        }
        while let Some(oldest) = self.entities.oldest()
            && self.entities.value(oldest).last < earliest
        {
            self.entities.remove(oldest);
        }
    }

    fn forget_oldest_value(&mut self) {
        let Some(oldest) = self.values.oldest() else { return };
        if let Some(entity) = self.entities.find(self.values.value(oldest).entity) {
            let entity = self.entities.value_mut(entity);
            entity.values = entity.values.saturating_sub(1);
        }
        self.values.remove(oldest);
    }

    pub(super) fn export(&self) -> NoveltyState {
        NoveltyState {
            entities: self
                .entities
                .places()
                .map(|place| (self.entities.key(place), *self.entities.value(place)))
                .collect(),
            values: self.values.places().map(|place| (self.values.key(place), *self.values.value(place))).collect(),
        }
    }

    pub(super) fn restore(&mut self, state: NoveltyState, counts: &mut Counts) {
        for (key, entity) in state.entities {
            self.entities.touch(key, entity);
        }
        for (key, seen) in state.values {
            self.values.touch(key, seen);
        }
        while self.values.len() > self.most_values {
            counts.values_evicted += 1;
            self.forget_oldest_value();
        }
        while self.entities.len() > self.most_entities
            && let Some(oldest) = self.entities.oldest()
        {
            counts.entities_evicted += 1;
            self.entities.remove(oldest);
        }
    }
}
