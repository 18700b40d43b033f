//! Routes of a pathway file.

use toml::{Spanned, de::DeValue};

use super::{
    conditions::condition,
    known::Known,
    possible::{can_hold, can_hold_beside},
    reader::Table,
};
use crate::domain::{
    code::{Code, QuestionId, TeamCode},
    condition::Condition,
    opening::{Days, Opening},
    route::{Route, Routes, SpecialRoute},
    urgency::Urgency,
};

/// The codes of urgencies, for faults.
pub(super) fn urgency_words() -> Vec<&'static str> {
    Urgency::ALL.iter().map(|urgency| urgency.code()).collect()
}

/// A list of urgencies; empty when absent.
pub(super) fn urgencies(table: &Table<'_>) -> Vec<Urgency> {
    let read = |item| table.reader.word("urgency", item, Urgency::parse, &urgency_words());
    table.list("urgency").into_iter().filter_map(read).collect()
}

/// Reads the routes: any number with `district`, `urgency` or `when`, and exactly one default without, the last.
pub(super) fn routes(file: &Table<'_>, known: &Known, district: Option<&QuestionId>) -> Option<Routes> {
    let mut special: Vec<SpecialRoute> = Vec::new();
    let mut default: Option<Route> = None;
    let mut is_there = false;
    let mut last = file.at.clone();
    for table in file.need_tables("route") {
        last = table.at.clone();
        let route = route(&table);
        let districts = districts(&table, known, district);
        let urgencies = urgencies(&table);
        let when = table.value("when").and_then(|value| condition(table.reader, value, known));
        let matches = ["district", "urgency", "when"].iter().any(|key| table.value(key).is_some());
        if is_there {
            table.fault("move this route up: the one without `district`, `urgency` and `when` must be the last");
        }
        // One with a fault of its own is no reason to ask for another.
        is_there |= !matches;
        if let Some(route) = route {
            if matches {
                let route = SpecialRoute { districts, urgencies, when, route };
                let takes =
                    |earlier: &SpecialRoute| takes_all(earlier, &route) || leaves_nothing(earlier, &route, known, district);
                if special.iter().any(takes) {
                    table.fault("move this route up or remove it: an earlier one takes all that it would");
                } else if let Some(taken) = special.iter().find_map(|earlier| taken(earlier, &route)) {
                    table.fault(format!("take `{taken}` out of `district`: an earlier route takes all of it"));
                }
                if holds(&route, district).is_some_and(|when| !can_hold(&when, known)) {
                    table.fault("change `district` or `when`: no answers fit both, so nothing would ever go this way");
                }
                special.push(route);
            } else {
                default = Some(route);
            }
        }
        table.end();
    }
    if !is_there && file.value("route").is_some() {
        let words = "add a last route without `district`, `urgency` and `when`, with team, hours, cover and restricted team, \
                     for everything else";
        file.reader.fault(&last, words);
    }
    Some(Routes { special, default: default? })
}

/// Whether everything that `later` matches is taken by `earlier`.
fn takes_all(earlier: &SpecialRoute, later: &SpecialRoute) -> bool {
    let within = |all: bool, each: bool, some: bool| all || (some && each);
    let districts = within(
        earlier.districts.is_empty(),
        later.districts.iter().all(|district| earlier.districts.contains(district)),
        !later.districts.is_empty(),
    );
    let urgencies = within(
        earlier.urgencies.is_empty(),
        later.urgencies.iter().all(|urgency| earlier.urgencies.contains(urgency)),
        !later.urgencies.is_empty(),
    );
    districts && urgencies && (earlier.when.is_none() || earlier.when == later.when)
}

/// What the answers must be for a route, as one condition; none where any will do.
fn holds(route: &SpecialRoute, district: Option<&QuestionId>) -> Option<Condition> {
    let of_district =
        district.filter(|_| !route.districts.is_empty()).map(|id| Condition::In(id.clone(), route.districts.clone()));
    let parts: Vec<Condition> = of_district.into_iter().chain(route.when.clone()).collect();
    (!parts.is_empty()).then_some(Condition::All(parts))
}

/// Whether no answers are left for `later` beside those that `earlier` takes.
fn leaves_nothing(earlier: &SpecialRoute, later: &SpecialRoute, known: &Known, district: Option<&QuestionId>) -> bool {
    let soon = earlier.urgencies.is_empty()
        || (!later.urgencies.is_empty() && later.urgencies.iter().all(|urgency| earlier.urgencies.contains(urgency)));
    let pair = holds(later, district).zip(holds(earlier, district));
    soon && pair.is_some_and(|(later, earlier)| can_hold(&later, known) && !can_hold_beside(&later, &earlier, known))
}

/// A district of `later` that `earlier` takes whatever else is answered.
fn taken<'r>(earlier: &SpecialRoute, later: &'r SpecialRoute) -> Option<&'r Code> {
    let takes = earlier.when.is_none() && earlier.urgencies.is_empty();
    later.districts.iter().find(|code| takes && earlier.districts.contains(code))
}

fn route(table: &Table<'_>) -> Option<Route> {
    let team = table.need_code("team", TeamCode::parse);
    let hours = table.need_text("hours");
    let opens = table.value("opens").and_then(|value| opening(table, value));
    let cover = table.need_code("cover", TeamCode::parse);
    let cover_decides = table.flag("cover_decides", false);
    if cover_decides && opens.is_none() {
        table.fault("say in `opens` when the team reads by the clock: `cover_decides` holds outside those hours");
    }
    let restricted = table.need_code("restricted", TeamCode::parse);
    let elsewhere = table.need_code("restricted_elsewhere", TeamCode::parse);
    let emergency = table.need_text("emergency");
    if restricted.is_some() && restricted == elsewhere {
        table.fault("name another agency's team in `restricted_elsewhere`: it serves when all of `restricted` are struck out");
    }
    if restricted.is_some() && restricted == cover {
        table.fault("name another team in `restricted`: what goes by name is no matter of those who cover");
    }
    Some(Route {
        team: team?,
        hours: hours?,
        opens,
        cover: cover?,
        cover_decides,
        restricted: restricted?,
        restricted_elsewhere: elsewhere?,
        emergency: emergency?,
    })
}

/// When a team reads, by the clock.
fn opening<'t>(table: &Table<'t>, value: &'t Spanned<DeValue<'t>>) -> Option<Opening> {
    let opens = table.reader.as_table("opens", value)?;
    let words: Vec<&str> = Days::ALL.iter().map(|days| days.code()).collect();
    let days = opens.need("days").and_then(|value| opens.reader.word("days", value, Days::parse, &words));
    let hour = |key, bounds| opens.need_number(key, bounds).and_then(|hour| i8::try_from(hour).ok());
    let (from, to) = (hour("from", 0..=23), hour("to", 1..=24));
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        opens.fault("let `to` be later than `from`");
    }
    opens.end();
    Some(Opening { days: days?, from: from?, to: to? })
}

/// A list of codes of the district question.
pub(super) fn districts(table: &Table<'_>, known: &Known, district: Option<&QuestionId>) -> Vec<Code> {
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
