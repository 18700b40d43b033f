//! What a file may say and nobody may want. A file that is checked or put into force is refused for it; one that is only
//! read is not, so that what was in force before can always be read again.

use toml::{Spanned, de::DeValue};

use super::{
    fault::Fault,
    library::Loaded,
    reader::{Reader, Table},
};
use crate::domain::{check::SAFEGUARDING_LEAD, pathway::Pathway};

/// Every such fault of a file that reads well, in the order of lines.
pub fn unwanted(file: &str, loaded: &Loaded) -> Vec<Fault> {
    let reader = Reader::new(file, &loaded.text);
    let Some(document) = reader.document() else { return Vec::new() };
    let whole = reader.table("the file", 0..0, document.get_ref());
    own_cover(&whole);
    unknown_duty(&whole);
    let pathway = &loaded.pathway;
    sealed_headline(&whole, pathway);
    if let Some((enquiry, form)) = within(&whole, "enquiry").zip(pathway.enquiry.as_ref()) {
        sealed_headline(&enquiry, &form.form);
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

/// There is one duty so far, and whoever writes another would believe that somebody else is asked.
fn unknown_duty(file: &Table<'_>) {
    let who = within(file, "check").and_then(|check| check.value("who"));
    if let Some(who) = who.filter(|who| words(who) != Some(SAFEGUARDING_LEAD)) {
        file.reader.fault(&who.span(), format!("set `who` to one of: {SAFEGUARDING_LEAD}"));
    }
}

/// What is kept apart stands in no list; a headline that names it shows nothing.
fn sealed_headline(table: &Table<'_>, pathway: &Pathway) {
    for item in table.list("headline") {
        let question = words(item).and_then(|id| pathway.questions().find(|question| question.id.as_str() == id));
        let Some((question, category)) = question.and_then(|question| question.sealed.category().map(|of| (question, of))) else {
            continue;
        };
        let id = &question.id;
        let told = format!("take `{id}` out of `headline`: it is sealed as `{category}`, and the queue cannot show it");
        table.reader.fault(&item.span(), told);
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
