//! Clocks of a pathway file, and every limit it gives.

use super::{conditions::condition, known::Known, reader::Table, routes::urgencies};
use crate::domain::{
    clock::{Limit, Pauses, SpecialLimit, Starts, Step, StepClock},
    pathway::Clocks,
    urgency::Urgency,
};

/// One `[[clock]]`.
struct Row<'t> {
    table: Table<'t>,
    step: Step,
    limit: Option<Limit>,
    /// Whether it is for some referrals only.
    special: Option<SpecialLimit>,
    pauses: Option<Pauses>,
    starts: Option<Starts>,
}

/// Reads the clocks: for each step, any number of special limits and exactly one default, the last.
pub(super) fn clocks(file: &Table<'_>, known: &Known) -> Option<Clocks> {
    let mut rows: Vec<Row<'_>> = file.need_tables("clock").into_iter().filter_map(|table| row(table, known)).collect();
    let mut triage = None;
    let mut others = Vec::new();
    for step in Step::ALL {
        let (mine, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.step == *step);
        rows = rest;
        if mine.is_empty() && *step != Step::Triage {
            continue;
        }
        match (one_step(file, *step, mine), *step) {
            (Some(clock), Step::Triage) => triage = Some(clock),
            (Some(clock), step) => others.push((step, clock)),
            (None, _) => {}
        }
    }
    Some(Clocks { triage: triage?, others })
}

fn row<'t>(table: Table<'t>, known: &Known) -> Option<Row<'t>> {
    let steps: Vec<&str> = Step::ALL.iter().map(|step| step.code()).collect();
    let step = table.need("step").and_then(|value| table.reader.word("step", value, Step::parse, &steps));
    let limit = limit(&table, "limit");
    let urgencies = urgencies(&table);
    let when = table.value("when").and_then(|value| condition(table.reader, value, known));
    let is_special = table.value("urgency").is_some() || table.value("when").is_some();
    let words: Vec<&str> = Pauses::ALL.iter().map(|pauses| pauses.code()).collect();
    let pauses = table.value("pauses").and_then(|value| table.reader.word("pauses", value, Pauses::parse, &words));
    let words: Vec<&str> = Starts::ALL.iter().map(|starts| starts.code()).collect();
    let starts = table.value("starts").and_then(|value| table.reader.word("starts", value, Starts::parse, &words));
    table.check_keys();
    let special = is_special.then_some(()).and(limit).map(|limit| SpecialLimit { urgencies, when, limit });
    Some(Row { table, step: step?, limit, special, pauses, starts })
}

fn one_step(file: &Table<'_>, step: Step, rows: Vec<Row<'_>>) -> Option<StepClock> {
    let (mut special, mut default) = (Vec::new(), None);
    // Those of what is for today or soon, whatever else is answered.
    let mut hurried = Vec::new();
    let mut sound = true;
    let last = rows.last().map_or_else(|| file.at.clone(), |row| row.table.at.clone());
    let has_rows = !rows.is_empty();
    for Row { table, limit, special: row, pauses, starts, .. } in rows {
        if default.is_some() {
            table.fault("move this clock up: the one without `urgency` and `when` must be the last of its step");
        }
        if pauses.is_some_and(|pauses| pauses != Pauses::Never) && step == Step::Triage {
            table.fault("remove `pauses`: the triage clock never pauses");
        }
        if starts == Some(Starts::Decision) && step == Step::Triage {
            table.fault("remove `starts`: the triage clock runs from receipt to the decision");
        }
        if starts.is_some() && row.is_some() {
            table.fault("set `starts` in the last clock of the step: it is for them all");
        }
        if pauses.is_some() && row.is_some() {
            table.fault("set `pauses` in the last clock of the step: it is for them all");
        }
        sound &= limit.is_some();
        if let Some(row) = row.as_ref().filter(|row| row.when.is_none() && !row.urgencies.contains(&Urgency::Routine)) {
            hurried.push((table.at.clone(), row.limit));
        }
        match (row, limit) {
            (Some(row), _) => special.push(row),
            (None, Some(limit)) => default = Some((limit, pauses.unwrap_or(Pauses::Never), starts.unwrap_or(Starts::Receipt))),
            (None, None) => {}
        }
    }
    if let Some((routine, ..)) = default
        && let Some((at, _)) = hurried.iter().find(|(_, limit)| least_hours(*limit) > most_hours(routine))
    {
        file.reader.fault(at, "make this limit shorter: what is urgent would have longer than what is not");
    }
    // A limit that could not be read has been told already.
    if default.is_none() && sound && (has_rows || file.value("clock").is_some()) {
        let words = format!("add a last clock for the step `{step}` without `urgency` and `when`, for everything else");
        file.reader.fault(&last, words);
    }
    let (default, pauses, starts) = default?;
    Some(StepClock { special, default, pauses, starts })
}

/// The hours that a limit lasts, at the least.
fn least_hours(limit: Limit) -> u32 {
    match limit {
        Limit::Hours(count) | Limit::WorkingHours(count) => u32::from(count),
        Limit::Days(count) | Limit::WorkingDays(count) => u32::from(count) * 24,
        Limit::Months(count) => u32::from(count) * 28 * 24,
    }
}

/// The hours that a limit lasts, at the most: a week has five working days or, at the turn of the year, three.
fn most_hours(limit: Limit) -> u32 {
    match limit {
        Limit::Hours(count) => u32::from(count),
        Limit::Days(count) => u32::from(count) * 24,
        Limit::Months(count) => u32::from(count) * 31 * 24,
        Limit::WorkingHours(count) => (u32::from(count) / 24 + 1) * 7 * 24,
        Limit::WorkingDays(count) => (u32::from(count) / 3 + 1) * 7 * 24,
    }
}

/// A form of limit: its key, and what it makes of the count.
type Form = (&'static str, fn(u16) -> Limit);

const FORMS: [Form; 5] = [
    ("hours", Limit::Hours),
    ("days", Limit::Days),
    ("months", Limit::Months),
    ("working_hours", Limit::WorkingHours),
    ("working_days", Limit::WorkingDays),
];

/// Reads a limit under a key: a table of one count.
pub(super) fn limit(table: &Table<'_>, key: &'static str) -> Option<Limit> {
    let limit = table.reader.as_table(key, table.need(key)?)?;
    let given: Vec<_> = FORMS.iter().filter_map(|(key, make)| Some((*key, limit.value(key)?, make))).collect();
    let read = if let [(key, value, make)] = given.as_slice() {
        limit.reader.number(key, value, 1..=5000).map(make)
    } else {
        limit.fault("give the limit in one of: hours, days, months, working_hours, working_days");
        None
    };
    limit.end();
    read
}
