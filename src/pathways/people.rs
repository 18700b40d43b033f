//! What a pathway file says about the person, about those who share and those who read.

use super::{clocks::limit, conditions::condition, known::Known, questions::choices, reader::Table};
use crate::domain::{
    agency::AgencyKind,
    check::Check,
    code::{Code, QuestionId, TeamCode},
    compartment::Category,
    consent::Consent,
    copies::CopyRule,
    lawful::LawfulBases,
    legal::{Basis, Purpose},
    pathway::Restricted,
    route::Routes,
};

/// Reads the two consents.
pub(super) fn consent(file: &Table<'_>, known: &Known) -> Option<Consent> {
    let table = file.reader.as_table("consent", file.value("consent")?)?;
    let share = table.need("share").and_then(|value| known.choice(table.reader, "share", value));
    let support = table.value("support").map(|value| known.choice(table.reader, "support", value));
    if share.is_some() && support.as_ref().is_some_and(|support| *support == share) {
        table.fault("ask about `support` in a question of its own: consent to share is not consent to be helped");
    }
    for (key, id) in [("share", share.as_ref()), ("support", support.as_ref().and_then(Option::as_ref))] {
        let Some((id, value)) = id.zip(table.value(key)) else { continue };
        let offered = known.choices(id);
        if !offered.is_empty()
            && ["given", "refused"].iter().any(|code| offered.iter().all(|choice| choice.code.as_str() != *code))
        {
            table
                .reader
                .fault(&value.span(), format!("name a question in `{key}` that offers `given` and `refused`: `{id}` does not"));
        }
    }
    table.end();
    Some(Consent { share: share?, support: support.flatten() })
}

/// Reads a list of questions.
pub(super) fn named(file: &Table<'_>, key: &'static str, known: &Known) -> Vec<QuestionId> {
    file.list(key).into_iter().filter_map(|value| known.named(file.reader, key, value)).collect()
}

/// Reads the lawful bases: every kind of agency that may send must find one for the pathway's purpose.
pub(super) fn lawful(file: &Table<'_>, may_submit: &[AgencyKind], own: Option<Purpose>) -> Vec<LawfulBases> {
    let mut read = Vec::new();
    for table in file.need_tables("lawful_basis") {
        let agencies = table.need_words("agencies", AgencyKind::parse, AgencyKind::ALL.iter().map(|kind| kind.code()));
        let purpose = table.need("purpose").and_then(|value| {
            let words: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.code()).collect();
            table.reader.word("purpose", value, Purpose::parse, &words)
        });
        let bases = table.need_words("basis", Basis::parse, Basis::ALL.iter().map(|basis| basis.code()));
        let gateway = table.need_text("gateway");
        let mut pairs = agencies.iter().flat_map(|kind| bases.iter().map(move |basis| (*kind, *basis)));
        if let Some((kind, basis)) = purpose.and_then(|purpose| pairs.find(|(kind, basis)| !basis.is_open_to(*kind, purpose))) {
            table.fault(format!(
                "take `{basis}` out: `{kind}` rests on it only as a competent authority, to prevent or investigate crime"
            ));
        }
        table.end();
        if let (Some(purpose), Some(gateway)) = (purpose, gateway) {
            read.push(LawfulBases { agencies, purpose, bases, gateway });
        }
    }
    let Some(own) = own else { return read };
    for kind in may_submit {
        let is_covered = read.iter().any(|row| row.purpose == own && row.agencies.contains(kind));
        if !is_covered && !read.is_empty() {
            let at = file.value("may_submit").map_or_else(|| file.at.clone(), toml::Spanned::span);
            file.reader.fault(&at, format!("add a `[[lawful_basis]]` of `{kind}` for the purpose `{own}`: it may submit"));
        }
    }
    read
}

/// Reads the copies.
pub(super) fn copies(file: &Table<'_>, known: &Known, routes: Option<&Routes>) -> Vec<CopyRule> {
    let mut read: Vec<CopyRule> = Vec::new();
    for table in file.tables("copy") {
        let code = table.need_code("code", Code::parse);
        let when = table.need("when").and_then(|value| condition(table.reader, value, known));
        let by = table.value("by").and_then(|value| known.choice(table.reader, "by", value));
        let offered = by.as_ref().map_or(&[][..], |id| known.choices(id));
        let mut teams = std::collections::BTreeMap::new();
        for (key, value) in table.pairs("teams") {
            let of = Code::parse(key.get_ref()).ok().filter(|code| offered.iter().any(|choice| choice.code == *code));
            let Some(of) = of else {
                let words = format!("correct `{}`: the question in `by` has no such choice", key.get_ref());
                table.reader.fault(&key.span(), words);
                continue;
            };
            if let Some(team) = table.reader.code("teams", value, TeamCode::parse) {
                teams.insert(of, team);
            }
        }
        let (default, why) = (table.need_code("default", TeamCode::parse), table.need_text("why"));
        let hours = table.text("hours");
        let cover = table.code("cover", TeamCode::parse);
        if hours.is_some() != cover.is_some() {
            table.fault(
                "give `hours` and `cover` together: when a human reads the copy, and who does outside those hours".to_owned(),
            );
        }
        if let Some(cover) = cover.as_ref().filter(|cover| teams.values().chain(&default).any(|team| team == *cover)) {
            table.fault(format!("name another team as `cover`: `{cover}` cannot cover for itself"));
        }
        check_copied(&table, || teams.values().chain(&default), routes);
        if let (Some(code), Some(when), Some(default), Some(why)) = (code, when, default, why) {
            if read.iter().any(|copy| copy.code == code) {
                table.fault(format!("rename this copy: another has the code `{code}`"));
            }
            read.push(CopyRule { code, when, by, teams, default, why, hours, cover });
        }
        table.end();
    }
    read
}

/// A copy goes to somebody else than it goes to anyway, and not to those who are set apart from everybody else.
fn check_copied<'c, C: Iterator<Item = &'c TeamCode>>(table: &Table<'_>, copied: impl Fn() -> C, routes: Option<&Routes>) {
    let Some(routes) = routes else { return };
    if let Some(team) = copied().find(|team| routes.all().any(|route| route.restricted == **team)) {
        table.fault(format!("name another team: `{team}` receives restricted cases, by name and nothing else"));
    }
    let receives = |team: &TeamCode| routes.all().all(|route| route.team == *team);
    if copied().next().is_some() && copied().all(receives) {
        table.fault("remove this copy: the team that it names receives all of it anyway");
    }
}

/// Reads the check before sharing.
pub(super) fn check(file: &Table<'_>, known: &Known) -> Option<Check> {
    let table = file.reader.as_table("check", file.value("check")?)?;
    let who = table.need_code("who", Code::parse);
    let absent_after = limit(&table, "absent_after");
    let unless = table.value("unless").map(|value| condition(table.reader, value, known));
    let party = table.need("party").and_then(|value| known.yes_no(table.reader, "party", value));
    let reasons = choices(&table, "reasons", 1);
    table.end();
    // A condition that could not be read has been told already.
    Some(Check { who: who?, absent_after: absent_after?, unless: unless.flatten(), party: party?, reasons })
}

/// Reads who may open the answers sealed apart: one for each category in use.
pub(super) fn restricted(file: &Table<'_>, known: &Known) -> Vec<Restricted> {
    let mut read: Vec<Restricted> = Vec::new();
    for table in file.tables("restricted") {
        let category = table.need("category").and_then(|value| {
            let words: Vec<&str> = Category::ALL.iter().map(|category| category.code()).collect();
            table.reader.word("category", value, Category::parse, &words)
        });
        let teams: Vec<TeamCode> =
            table.need_list("teams").into_iter().filter_map(|item| table.reader.code("teams", item, TeamCode::parse)).collect();
        let who = table.need_text("who");
        if let (Some(category), Some(who)) = (category, who) {
            if read.iter().any(|other| other.category == category) {
                table.fault(format!("remove this one: `{category}` has its teams already"));
            }
            if !known.restricted.values().any(|used| *used == category) {
                table.fault(format!("remove this one: no question is sealed as `{category}`"));
            }
            read.push(Restricted { category, teams, who });
        }
        table.end();
    }
    for category in Category::ALL {
        let used = known.restricted.iter().find(|(_, of)| *of == category);
        if let Some((id, _)) = used
            && read.iter().all(|other| other.category != *category)
        {
            file.fault(format!(
                "add a `[[restricted]]` for `{category}`, which the question `{id}` uses: it says who can read it"
            ));
        }
    }
    read
}
