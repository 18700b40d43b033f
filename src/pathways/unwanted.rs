//! What a file may say and nobody may want. A file that is checked or put into force is refused for it; one that is only
//! read is not, so that what was in force before can always be read again.

use toml::{Spanned, de::DeValue};

use super::{
    fault::Fault,
    hours,
    known::Known,
    library::Loaded,
    possible,
    reader::{Reader, Table},
};
use crate::domain::{
    check::{Check, SAFEGUARDING_LEAD},
    clock::Limit,
    pathway::Pathway,
    phone::number_of,
    rule::UrgencyRule,
};

/// Every such fault of a file that reads well, in the order of lines.
pub fn unwanted(file: &str, loaded: &Loaded) -> Vec<Fault> {
    let reader = Reader::new(file, &loaded.text);
    let Some(document) = reader.document() else { return Vec::new() };
    let whole = reader.table("the file", 0..0, document.get_ref());
    let pathway = &loaded.pathway;
    own_cover(&whole);
    own_restricted(&whole);
    contradicted_hours(&whole, pathway);
    unknown_duty(&whole);
    long_absence(&whole, pathway);
    no_number(&whole);
    open_ended(&whole);
    unreached(&whole, pathway);
    sealed_headline(&whole, pathway);
    if let Some((enquiry, form)) = within(&whole, "enquiry").zip(pathway.enquiry.as_ref()) {
        sealed_headline(&enquiry, &form.form);
        unreached(&enquiry, &form.form);
    }
    unranked(&whole, pathway);
    reader.faults()
}

fn within<'t>(file: &Table<'t>, key: &'static str) -> Option<Table<'t>> {
    file.reader.as_table(key, file.value(key)?)
}

fn words<'t>(value: &'t Spanned<DeValue<'t>>) -> Option<&'t str> {
    value.get_ref().as_str().map(str::trim)
}

/// Outside its hours a team that covers for itself leaves nobody.
fn own_cover(file: &Table<'_>) {
    for route in file.tables("route") {
        let (team, cover) = (route.value("team").and_then(words), route.value("cover"));
        if let Some(cover) = cover.filter(|cover| team.is_some() && words(cover) == team) {
            let said = words(cover).unwrap_or_default();
            file.reader.fault(&cover.span(), format!("name another team as `cover`: `{said}` cannot cover for itself"));
        }
    }
}

/// Somebody known to the receiving team must not fall to that very team.
fn own_restricted(file: &Table<'_>) {
    for route in file.tables("route") {
        let team = route.value("team").and_then(words);
        for key in ["restricted", "restricted_elsewhere"] {
            let Some(value) = route.value(key).filter(|value| team.is_some() && words(value) == team) else { continue };
            let said = words(value).unwrap_or_default();
            let told = format!("name another team as `{key}`: `{said}` is the one that may know who is involved");
            file.reader.fault(&value.span(), told);
        }
    }
}

/// A page says both: the words, and when somebody reads next by the clock.
fn contradicted_hours(file: &Table<'_>, pathway: &Pathway) {
    for (table, route) in file.tables("route").iter().zip(pathway.routes.all()) {
        let (Some(value), Some(opens)) = (table.value("hours"), route.opens) else { continue };
        if hours::contradict(&route.hours, opens) {
            let told = format!("make `hours` and `opens` say the same: by `opens` it is \"{}\"", hours::in_words(opens));
            file.reader.fault(&value.span(), told);
        }
    }
}

/// What nobody has checked goes on by itself while it can still help.
fn long_absence(file: &Table<'_>, pathway: &Pathway) {
    let Some(Check { absent_after, .. }) = &pathway.check else { return };
    let is_long = match *absent_after {
        Limit::Hours(hours) => hours > 7 * 24,
        Limit::Days(days) => days > 7,
        Limit::Months(_) => true,
        Limit::WorkingHours(hours) => hours > 5 * 24,
        Limit::WorkingDays(days) => days > 5,
    };
    let value = within(file, "check").and_then(|check| check.value("absent_after"));
    if let Some(value) = value.filter(|_| is_long) {
        file.reader.fault(&value.span(), "make `absent_after` a week at most: nobody receives it until then");
    }
}

/// What is shown as a number is rung.
fn no_number(file: &Table<'_>) {
    for ring in within(file, "danger").iter().flat_map(|danger| danger.tables("ring")) {
        if let Some(value) = ring.value("number").filter(|value| words(value).is_none_or(|said| number_of(said).is_none())) {
            file.reader.fault(&value.span(), "write a telephone number in `number`, in figures: people ring it");
        }
    }
}

/// Whoever writes an answer that is sealed apart is told who alone can open it.
fn open_ended(file: &Table<'_>) {
    for restricted in file.tables("restricted") {
        let ends = |said: &str| ["nobody else", "no one else", "neither", "alone"].iter().any(|end| said.contains(end));
        if let Some(value) = restricted.value("who").filter(|value| words(value).is_some_and(|said| !ends(said))) {
            let told = "end `who` with \"and you who write them; nobody else\": only its `teams` and the sender can open them";
            file.reader.fault(&value.span(), told);
        }
    }
}

/// The first rule that holds counts: one that an earlier takes everything from never does.
fn unreached(table: &Table<'_>, pathway: &Pathway) {
    let known = Known::of(pathway);
    let rules: Vec<_> = table.tables("urgency").into_iter().zip(&pathway.urgency).collect();
    for (at, (table, rule)) in rules.iter().enumerate() {
        let hides = |(_, earlier): &&(Table<'_>, &UrgencyRule)| !possible::can_hold_beside(&rule.when, &earlier.when, &known);
        if let Some((earlier, _)) = rules.iter().take(at).find(hides) {
            let line = table.reader.line(&earlier.at);
            table.fault(format!("move this urgency rule up or remove it: the one in line {line} takes all that it would"));
        }
    }
}

/// There is one duty so far, and whoever writes another would believe that somebody else is asked.
fn unknown_duty(file: &Table<'_>) {
    let who = within(file, "check").and_then(|check| check.value("who"));
    if let Some(who) = who.filter(|who| words(who) != Some(SAFEGUARDING_LEAD)) {
        file.reader.fault(&who.span(), format!("set `who` to one of: {SAFEGUARDING_LEAD}"));
    }
}

/// What is kept apart stands in no list; a headline that names it shows nothing. Nor does what may have to be kept from somebody.
fn sealed_headline(table: &Table<'_>, pathway: &Pathway) {
    for item in table.list("headline") {
        let question = words(item).and_then(|id| pathway.questions().find(|question| question.id.as_str() == id));
        let Some(question) = question else { continue };
        let why = match question.sealed.category() {
            Some(category) => format!("it is sealed as `{category}`, and the queue cannot show it"),
            None if question.can_be_withheld() => "it may have to be kept from somebody who sees the queue".to_owned(),
            None => continue,
        };
        table.reader.fault(&item.span(), format!("take `{}` out of `headline`: {why}", question.id));
    }
}

/// A grade without a rank counts for nothing.
fn unranked(file: &Table<'_>, pathway: &Pathway) {
    let order = within(file, "risk").and_then(|risk| risk.value("order"));
    let Some((order, risk)) = order.zip(pathway.risk.as_ref()) else { return };
    let graded = risk.questions.iter().filter_map(|id| pathway.question(id));
    if let Some(code) = risk.unranked(graded.flat_map(|question| question.kind.choices()).map(|choice| &choice.code)) {
        let told = format!("put `{code}` into `order`: a question of `risk` offers it, and it counts for nothing");
        file.reader.fault(&order.span(), told);
    }
}
