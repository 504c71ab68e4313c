//! At which instants a correlation's condition holds: a window of the timespan ends at each, both ends included.
//!
//! All events of an instant are in its window together, since Kusto keeps no order among them. The engine asks after each
//! of them; the two differ only where a limit can be passed upwards within one instant.
//!
//! - Counts of events need no more than the event so many rows before (`prev`).
//! - Which rules were met, and in which order, is carried along row by row (`scan`,
//!   <https://learn.microsoft.com/kusto/query/scan-operator>: a step's own name stands for the row before).
//! - Values are joined to the instants by bins as long as the timespan, so that a window lies in two of them
//!   (<https://learn.microsoft.com/kusto/query/join-time-window>).

use entward_sigma::{Correlation, CorrelationCondition, CorrelationKind, Expression, Limit, Threshold, Timespan};

/// Before all events.
pub(super) const NEVER: &str = "datetime(1900-01-01)";

/// More ways in which rules may follow each other would make an endless query.
const MOST_ORDERS: usize = 12;

/// Statements that go before, and the lines behind the events. What comes out has `Key`, `TimeGenerated`, `Holds` and
/// what is carried, sorted by the first two.
pub(super) struct Held {
    pub(super) statements: Vec<String>,
    pub(super) lines: Vec<String>,
}

/// `carried` are columns that each instant keeps, from any of its events.
pub(super) fn held(correlation: &Correlation, source: &str, carried: &[String]) -> Result<Held, String> {
    let span = span(correlation);
    Ok(match correlation.kind {
        CorrelationKind::EventCount => {
            Held { statements: Vec::new(), lines: event_count(threshold(correlation)?, &span) }
        }
        CorrelationKind::Temporal => {
            let members = correlation.members.len();
            let (mut lines, met) = (met(members, &span), in_window(members));
            lines.push(format!("| extend Holds = {}", temporal(&correlation.condition, &met)));
            Held { statements: Vec::new(), lines }
        }
        CorrelationKind::TemporalOrdered => Held { statements: Vec::new(), lines: ordered(correlation, &span)? },
        _ => values(correlation, source, carried, &span)?,
    })
}

/// The timespan of a correlation as Kusto writes it.
pub(super) fn span(correlation: &Correlation) -> String {
    written(&correlation.timespan)
}

/// A span of time as Kusto writes it.
pub(super) fn written(timespan: &Timespan) -> String {
    let seconds = timespan.nanoseconds() / 1_000_000_000;
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let (length, unit) = units.into_iter().find(|(length, _)| seconds % length == 0).unwrap_or((1, 's'));
    format!("{}{unit}", seconds / length)
}

fn threshold(correlation: &Correlation) -> Result<&Threshold, String> {
    match &correlation.condition {
        CorrelationCondition::Threshold(threshold) => Ok(threshold),
        CorrelationCondition::Expression(_) => Err("its condition names rules, and not how many".to_owned()),
    }
}

/// Whether the row is the last of its instant; rows are sorted by group and time.
fn last_of_instant() -> [String; 2] {
    let last = "next(Key, 1, \"\") != Key or next(TimeGenerated, 1, datetime(2900-01-01)) != TimeGenerated";
    [format!("| serialize IsLast = {last}"), "| where IsLast".to_owned()]
}

fn event_count(threshold: &Threshold, span: &str) -> Vec<String> {
    let mut reached: Vec<u64> = Vec::new();
    let mut at_least = |count: f64| {
        if count <= 1.0 {
            return "true".to_owned();
        }
        let count = count as u64;
        if !reached.contains(&count) {
            reached.push(count);
        }
        format!("AtLeast{count}")
    };
    let parts = threshold.limits.iter().map(|(limit, number)| {
        let (from, above) = (number.ceil(), number.floor() + 1.0);
        match limit {
            Limit::AtLeast => at_least(from),
            Limit::Above => at_least(above),
            Limit::Below => format!("not({})", at_least(from)),
            Limit::AtMost => format!("not({})", at_least(above)),
            // No count is a fraction.
            Limit::Exactly if from >= above => "false".to_owned(),
            Limit::Other if from >= above => "true".to_owned(),
            Limit::Exactly => format!("{} and not({})", at_least(from), at_least(above)),
            Limit::Other => format!("(not({}) or {})", at_least(from), at_least(above)),
        }
    });
    let holds = parts.collect::<Vec<_>>().join(" and ");
    let mut lines = vec!["| sort by Key asc, TimeGenerated asc".to_owned()];
    for count in &reached {
        let before = count - 1;
        lines.push(format!(
            "| serialize AtLeast{count} = prev(Key, {before}, \"\") == Key and TimeGenerated - prev(TimeGenerated, {before}, {NEVER}) <= {span}"
        ));
    }
    lines.extend(last_of_instant());
    lines.push(format!("| extend Holds = {holds}"));
    lines
}

/// Lines that carry along when each member was met last.
fn met(members: usize, span: &str) -> Vec<String> {
    let mut lines = vec!["| sort by Key asc, TimeGenerated asc, Member asc".to_owned()];
    lines.extend(scan(&(0..members).map(met_last).collect::<Vec<_>>()));
    lines.extend(last_of_instant());
    let within: Vec<String> =
        (0..members).map(|member| format!("In{member} = TimeGenerated - Met{member} <= {span}")).collect();
    lines.push(format!("| extend {}", within.join(", ")));
    lines
}

fn met_last(member: usize) -> (String, String) {
    let meaning = format!("case(Member == {member}, TimeGenerated, Before.Key == Key, Before.Met{member}, {NEVER})");
    (format!("Met{member}"), meaning)
}

/// Columns of times that follow from the row and the one before it.
pub(super) fn scan(columns: &[(String, String)]) -> Vec<String> {
    let declared: Vec<String> = columns.iter().map(|(name, _)| format!("{name}: datetime = {NEVER}")).collect();
    let mut lines =
        vec![format!("| scan declare ({}) with (", declared.join(", ")), "    step Before: true =>".to_owned()];
    for (place, (name, meaning)) in columns.iter().enumerate() {
        let end = if place + 1 == columns.len() { ";" } else { "," };
        lines.push(format!("        {name} = {meaning}{end}"));
    }
    lines.push("    )".to_owned());
    lines
}

fn in_window(members: usize) -> Vec<String> {
    (0..members).map(|member| format!("In{member}")).collect()
}

fn temporal(condition: &CorrelationCondition, met: &[String]) -> String {
    match condition {
        CorrelationCondition::Expression(expression) => said(expression, met),
        CorrelationCondition::Threshold(threshold) => limits(&count(met), threshold),
    }
}

fn count(met: &[String]) -> String {
    let met: Vec<String> = met.iter().map(|met| format!("toint({met})")).collect();
    format!("({})", met.join(" + "))
}

fn said(expression: &Expression, met: &[String]) -> String {
    let parts = |parts: &[Expression]| parts.iter().map(|part| said(part, met)).collect::<Vec<_>>();
    match expression {
        Expression::Member(member) => met.get(*member).cloned().unwrap_or_else(|| "false".to_owned()),
        Expression::Not(inner) => format!("not({})", said(inner, met)),
        Expression::All(all) => format!("({})", parts(all).join(" and ")),
        Expression::Any(any) => format!("({})", parts(any).join(" or ")),
        Expression::AtLeast(needed, of) => format!("({} >= {needed})", count(&parts(of))),
    }
}

fn limits(measure: &str, threshold: &Threshold) -> String {
    let one = |(limit, number): &(Limit, f64)| {
        let word = match limit {
            Limit::Above => ">",
            Limit::AtLeast => ">=",
            Limit::Below => "<",
            Limit::AtMost => "<=",
            Limit::Exactly => "==",
            Limit::Other => "!=",
        };
        format!("{measure} {word} {number}")
    };
    threshold.limits.iter().map(one).collect::<Vec<_>>().join(" and ")
}

/// Of each way in which the rules may follow each other: how late the chain began that has come so far. A row of the
/// next rule takes over what the rule before has; rules that are met at one instant stand in their order.
fn ordered(correlation: &Correlation, span: &str) -> Result<Vec<String>, String> {
    let orders = correlation.orders();
    if orders.len() > MOST_ORDERS {
        return Err(format!("its rules may follow each other in {} ways", orders.len()));
    }
    let mut columns: Vec<(String, String)> = Vec::new();
    let mut parts = Vec::new();
    for (number, (chain, absent)) in orders.iter().enumerate() {
        let mut part = Vec::new();
        for (place, member) in chain.iter().enumerate() {
            let name = format!("Chain{number}_{place}");
            let meaning = match place.checked_sub(1) {
                None => format!("case(Member == {member}, TimeGenerated, Before.Key == Key, Before.{name}, {NEVER})"),
                Some(before) => {
                    let before = format!("Before.Chain{number}_{before}");
                    format!(
                        "case(Before.Key != Key, {NEVER}, Member == {member} and {before} > Before.{name}, {before}, Before.{name})"
                    )
                }
            };
            columns.push((name, meaning));
        }
        if let Some(last) = chain.len().checked_sub(1) {
            part.push(format!("TimeGenerated - Chain{number}_{last} <= {span}"));
        }
        for member in absent {
            let met = met_last(*member);
            if !columns.contains(&met) {
                columns.push(met);
            }
            part.push(format!("TimeGenerated - Met{member} > {span}"));
        }
        if part.is_empty() {
            part.push("true".to_owned());
        }
        parts.push(format!("({})", part.join(" and ")));
    }
    let mut lines = vec!["| sort by Key asc, TimeGenerated asc, Member asc".to_owned()];
    if !columns.is_empty() {
        lines.extend(scan(&columns));
    }
    lines.extend(last_of_instant());
    let holds = if parts.is_empty() { "false".to_owned() } else { parts.join(" or ") };
    lines.push(format!("| extend Holds = {holds}"));
    Ok(lines)
}

fn values(correlation: &Correlation, source: &str, carried: &[String], span: &str) -> Result<Held, String> {
    let threshold = threshold(correlation)?;
    let statement = format!(
        "let Window = {source} | project Key, Bin = bin(TimeGenerated, {span}), Time = TimeGenerated, Counted = Value;"
    );
    let share = correlation.kind == CorrelationKind::ValuePercentile(None);
    let mut keep: Vec<String> = carried.iter().map(|name| format!("{name} = take_any({name})")).collect();
    // The newest event's value is what its share is asked of.
    let by = if share { "Key, TimeGenerated, Value" } else { "Key, TimeGenerated" };
    let kept = keep.clone();
    let instants =
        if keep.is_empty() { format!("| distinct {by}") } else { format!("| summarize {} by {by}", keep.join(", ")) };
    let measure = match correlation.kind {
        CorrelationKind::ValueCount => "Measure = count_distinct(Counted)".to_owned(),
        CorrelationKind::ValueSum => "Measure = sum(Counted)".to_owned(),
        CorrelationKind::ValueAverage => "Measure = avg(Counted)".to_owned(),
        CorrelationKind::ValuePercentile(None) => "Same = countif(Counted == Value), All = count()".to_owned(),
        _ => "Numbers = make_list(Counted)".to_owned(),
    };
    keep.insert(0, measure);
    let mut lines = vec![
        instants,
        format!("| extend Bins = pack_array(bin(TimeGenerated, {span}) - {span}, bin(TimeGenerated, {span}))"),
        "| mv-expand Bin = Bins to typeof(datetime)".to_owned(),
        "| join kind=inner Window on Key, Bin".to_owned(),
        format!("| where Time >= TimeGenerated - {span} and Time <= TimeGenerated"),
        format!("| summarize {} by {by}", keep.join(", ")),
    ];
    match correlation.kind {
        CorrelationKind::ValuePercentile(None) => {
            lines.push("| extend Measure = 100.0 * Same / All".to_owned());
        }
        CorrelationKind::ValuePercentile(Some(percentile)) => {
            lines.push("| extend Numbers = array_sort_asc(Numbers)".to_owned());
            lines.push(format!("| extend Rank = toint(ceiling({percentile} / 100.0 * array_length(Numbers)))"));
            lines.push("| extend Measure = toreal(Numbers[iff(Rank > 1, Rank - 1, 0)])".to_owned());
        }
        _ => {}
    }
    lines.push(format!("| extend Holds = {}", limits("Measure", threshold)));
    if share {
        let mut keep = kept;
        keep.insert(0, "Holding = countif(Holds)".to_owned());
        lines.push(format!("| summarize {} by Key, TimeGenerated", keep.join(", ")));
        lines.push("| extend Holds = Holding > 0".to_owned());
    }
    lines.push("| sort by Key asc, TimeGenerated asc".to_owned());
    Ok(Held { statements: vec![statement], lines })
}
