//! Routes, urgency rules, clocks and advice of a pathway file.

use super::{
    conditions::{Known, condition},
    reader::Table,
};
use crate::domain::{
    clock::{Limit, SpecialLimit, Step, StepClock},
    code::{Code, PathwayId, QuestionId, TeamCode},
    pathway::{Advice, Clocks, UrgencyRule},
    route::{Route, Routes, SpecialRoute},
    urgency::Urgency,
};

fn urgency_words() -> Vec<&'static str> {
    Urgency::ALL.iter().map(|urgency| urgency.code()).collect()
}

/// A list of urgencies; empty when absent.
fn urgencies(table: &Table<'_>) -> Vec<Urgency> {
    let read = |item| table.reader.word("urgency", item, Urgency::parse, &urgency_words());
    table.list("urgency").into_iter().filter_map(read).collect()
}

/// Reads the routes: any number with `district` or `urgency`, and exactly one default without, the last.
pub(super) fn routes(file: &Table<'_>, known: &Known, district: Option<&QuestionId>) -> Option<Routes> {
    let mut special = Vec::new();
    let mut default: Option<Route> = None;
    let mut last = file.at.clone();
    for table in file.need_tables("route") {
        last = table.at.clone();
        let route = (
            table.need_code("team", TeamCode::parse),
            table.need_text("hours"),
            table.need_code("cover", TeamCode::parse),
            table.need_text("emergency"),
        );
        let districts = districts(&table, known, district);
        let urgencies = urgencies(&table);
        let matches = table.value("district").is_some() || table.value("urgency").is_some();
        if default.is_some() {
            table.fault("move this route up: the one without `district` and `urgency` must be the last");
        }
        if let (Some(team), Some(hours), Some(cover), Some(emergency)) = route {
            let route = Route { team, hours, cover, emergency };
            if matches {
                special.push(SpecialRoute { districts, urgencies, route });
            } else {
                default = Some(route);
            }
        }
        table.end();
    }
    if default.is_none() && file.value("route").is_some() {
        file.reader
            .fault(&last, "add a last route without `district` and `urgency`, with team, hours and cover, for everything else");
    }
    Some(Routes { special, default: default? })
}

fn districts(table: &Table<'_>, known: &Known, district: Option<&QuestionId>) -> Vec<Code> {
    let offered = district.and_then(|id| known.kinds.get(id)).map_or(&[][..], |kind| kind.choices());
    let read = |item| {
        let code = table.reader.code("district", item, Code::parse)?;
        if !offered.iter().any(|choice| choice.code == code) {
            table.reader.fault(
                &item.span(),
                format!("the district question has no choice `{code}`: correct it or name the question in `district`"),
            );
        }
        Some(code)
    };
    table.list("district").into_iter().filter_map(read).collect()
}

/// Reads the urgency rules.
pub(super) fn urgency(file: &Table<'_>, known: &Known) -> Vec<UrgencyRule> {
    let mut rules = Vec::new();
    for table in file.tables("urgency") {
        let when = table.need("when").and_then(|value| condition(table.reader, value, known));
        let urgency =
            table.need("urgency").and_then(|value| table.reader.word("urgency", value, Urgency::parse, &urgency_words()));
        if let (Some(when), Some(urgency)) = (when, urgency) {
            rules.push(UrgencyRule { when, urgency });
        }
        table.end();
    }
    rules
}

/// Reads the hints.
pub(super) fn advice(file: &Table<'_>, known: &Known) -> Vec<Advice> {
    let mut read: Vec<Advice> = Vec::new();
    for table in file.tables("advice") {
        let code = table.need_code("code", Code::parse);
        let when = table.need("when").and_then(|value| condition(table.reader, value, known));
        let text = table.need_text("text");
        let pathway = table.code("pathway", PathwayId::parse);
        if let (Some(code), Some(when), Some(text)) = (code, when, text) {
            if read.iter().any(|advice| advice.code == code) {
                table.fault(format!("rename this advice: another has the code `{code}`"));
            }
            read.push(Advice { code, when, text, pathway });
        }
        table.end();
    }
    read
}

/// Reads the clocks: for each step, any number of special limits and exactly one default, the last.
pub(super) fn clocks(file: &Table<'_>, known: &Known) -> Option<Clocks> {
    let mut special = Vec::new();
    let mut default: Option<Limit> = None;
    let mut last = file.at.clone();
    for table in file.need_tables("clock") {
        last = table.at.clone();
        let steps: Vec<&str> = Step::ALL.iter().map(|step| step.code()).collect();
        let step = table.need("step").and_then(|value| table.reader.word("step", value, Step::parse, &steps));
        let limit = limit(&table);
        let urgencies = urgencies(&table);
        let when = table.value("when").and_then(|value| condition(table.reader, value, known));
        let matches = table.value("urgency").is_some() || table.value("when").is_some();
        if default.is_some() {
            table.fault("move this clock up: the one without `urgency` and `when` must be the last of its step");
        }
        if let (Some(Step::Triage), Some(limit)) = (step, limit) {
            if matches {
                special.push(SpecialLimit { urgencies, when, limit });
            } else {
                default = Some(limit);
            }
        }
        table.end();
    }
    if default.is_none() && file.value("clock").is_some() {
        file.reader.fault(&last, "add a last clock for the step `triage` without `urgency` and `when`, for everything else");
    }
    Some(Clocks { triage: StepClock { special, default: default? } })
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

fn limit(table: &Table<'_>) -> Option<Limit> {
    let limit = table.reader.as_table("limit", table.need("limit")?)?;
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
