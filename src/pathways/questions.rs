//! Sections and questions of a pathway file.

use super::{
    conditions::condition_within,
    known::Known,
    reader::{At, Table},
};
use crate::domain::{
    code::{Choice, Code, QuestionId},
    compartment::Category,
    question::{AddressUse, DateKind, DateRange, Group, Kind, NOT_KNOWN, NotKnown, Precision, Question, SENDER_KIND, Sealed},
    section::Section,
};

/// Reads every section; fills in what later conditions may name.
pub(super) fn sections(file: &Table<'_>, known: &mut Known) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for table in file.need_tables("section") {
        let (later, gate) = (table.flag("later", false), table.flag("gate", false));
        if later && gate {
            table.fault("take `gate` or `later` out: what may follow after sending holds nothing up");
        }
        let place = Place { later, sealed: sealed(&table).unwrap_or(Sealed::Shared), inside: false };
        let questions = table.need_tables("question");
        let questions: Vec<_> = questions.into_iter().filter_map(|question| one(question, known, place)).collect();
        let (id, title, intro) = (table.need_code("id", Code::parse), table.need_text("title"), table.text("intro"));
        if let (Some(id), Some(title)) = (id, title) {
            if sections.iter().any(|section| section.id == id) {
                table.fault(format!("rename this section: another has the id `{id}`"));
            }
            sections.push(Section { id, title, intro, later, gate, questions });
        }
        table.end();
    }
    check_withheld(file, &sections);
    for (id, at) in std::mem::take(&mut known.ages_to_come) {
        if known.kinds.get(&id) != Some(&Kind::Age) {
            file.reader.fault(&at, format!("ask `{id}` earlier: a date is held against earlier dates, and against ages"));
        }
    }
    sections
}

/// Nothing that everybody reads hangs on an answer that can be kept from somebody: it would tell them that there is one.
fn check_withheld(file: &Table<'_>, sections: &[Section]) {
    let inside = |question: &'_ Question| match &question.kind {
        Kind::Group(group) => group.questions.clone(),
        _ => Vec::new(),
    };
    let asked = sections.iter().flat_map(|section| &section.questions);
    let all: Vec<Question> = asked.flat_map(|question| inside(question).into_iter().chain([question.clone()])).collect();
    for question in &all {
        let hangs_on = question.show_when.iter().flat_map(|when| when.questions());
        for on in hangs_on.filter(|id| all.iter().any(|other| other.id == **id && other.withhold)) {
            file.fault(format!("let `{}` not hang on `{on}`, which can be kept from somebody", question.id));
        }
    }
}

/// Reads questions that stand in no section; fills in what later conditions may name.
pub(super) fn questions(table: &Table<'_>, known: &mut Known) -> Vec<(Question, At)> {
    let place = Place { later: false, sealed: Sealed::Shared, inside: false };
    let asked = table.need_tables("question").into_iter();
    asked
        .filter_map(|question| {
            let at = question.at.clone();
            Some((one(question, known, place)?, at))
        })
        .collect()
}

/// What a section, or a group, says of its questions.
#[derive(Clone, Copy)]
struct Place {
    later: bool,
    sealed: Sealed,
    /// Whether they are asked inside a group.
    inside: bool,
}

fn one(table: Table<'_>, known: &mut Known, place: Place) -> Option<Question> {
    let id = table.need_code("id", QuestionId::parse);
    match &id {
        Some(id) if id.as_str() == SENDER_KIND => {
            table.fault(format!("rename this question: `{id}` is kept for the kind of agency that sends"));
        }
        Some(id) if known.kinds.contains_key(id) => {
            table.fault(format!("rename this question: another has the id `{id}`"));
        }
        _ => {}
    }
    let sealed = sealed(&table).unwrap_or(place.sealed);
    let kind = kind(&table, known, Place { sealed, ..place });
    let label = table.need_text("label");
    let show_when = table.value("show_when").map(|value| condition_within(table.reader, value, known, sealed.category()));
    let (free, sound) = (kind.as_ref().is_some_and(|kind| !kind.is_coded()), kind.is_some());
    let question = Question {
        id: id?,
        short: table.text("short").or_else(|| label.clone()).unwrap_or_default(),
        noun: table.need_text("noun").unwrap_or_default(),
        label: label.unwrap_or_default(),
        hint: table.text("hint"),
        kind: kind.unwrap_or(Kind::YesNo),
        required: table.flag("required", false),
        not_known: not_known(&table),
        // A faulty condition has already been reported; the file is refused, so what stands here is never used.
        show_when: show_when.flatten(),
        sealed,
        personal: table.flag("personal", free),
        // Set once it is known which question is the one about danger.
        or_not_sure: false,
        withhold: table.flag("withhold", false),
        minor: minor(&table, known),
        not_before: not_before(&table, known, place),
        within_months: table.value("within_months").and_then(|value| table.reader.number("within_months", value, 1..=1200)),
        example: table.text("example"),
    };
    if sound {
        check(&table, &question);
    }
    if place.later && question.required {
        table.fault(format!("take `required` from `{}`: its section may follow after sending", question.id));
    }
    if known.about_person && sealed == Sealed::Clear && !question.personal && question.kind.is_coded() {
        table.fault(format!("seal `{}`: nothing that is answered about a person can be clear", question.id));
    }
    if let (Some(category), true) = (place.sealed.category(), sealed != place.sealed) {
        table.fault(format!(
            "take `sealed` from `{}`: its section is sealed as `{category}`, and one question would undo that",
            question.id
        ));
    }
    if place.inside && place.sealed.category().is_none() && sealed != place.sealed {
        table.fault(format!("take `sealed` from `{}`: a group is sealed as a whole", question.id));
    }
    known.add(&question);
    table.end();
    Some(question)
}

/// The question that an age is held against: whether somebody is under 18.
fn minor(table: &Table<'_>, known: &Known) -> Option<QuestionId> {
    let value = table.value("minor")?;
    let id = known.choice(table.reader, "minor", value)?;
    let offers = |code: &str| known.choices(&id).iter().any(|choice| choice.code.as_str() == code);
    let is_answered = known.choices(&id).is_empty() || (offers("yes") && offers("no"));
    if !is_answered {
        table.reader.fault(&value.span(), format!("name a question in `minor` that offers `yes` and `no`: `{id}` does not"));
    }
    Some(id)
}

fn check(table: &Table<'_>, question: &Question) {
    if question.sealed == Sealed::Clear && (question.personal || !question.kind.is_coded()) {
        let why = if question.personal { "it is personal" } else { "free answers can hold anything" };
        table.fault(format!("seal `{}`: it cannot be clear, because {why}", question.id));
    }
    if question.kind == Kind::File && question.required {
        table.fault(format!("take `required` from `{}`: files can always follow", question.id));
    }
    if let Kind::LongText { min, .. } = question.kind
        && question.example.as_ref().is_none_or(|example| example.chars().count() < min)
        && min > 0
    {
        table.fault(format!("give `{}` an example of `min` characters at least", question.id));
    }
    if question.withhold && (question.sealed != Sealed::Shared || !question.kind.can_be_withheld()) {
        table.fault(format!(
            "take `withhold` from `{}`: it is for words, numbers to ring and addresses that all readers share",
            question.id
        ));
    }
    if question.kind == Kind::Address(AddressUse::Lives) && question.sealed == Sealed::Shared && !question.withhold {
        table
            .fault(format!("add `withhold = true` to `{}`: where somebody lives may have to be kept from somebody", question.id));
    }
    if question.minor.is_some() && question.kind != Kind::Age {
        table.fault(format!("take `minor` from `{}`: only an age is held against it", question.id));
    }
    for (key, is_there) in [("not_before", !question.not_before.is_empty()), ("within_months", question.within_months.is_some())]
    {
        if is_there && !matches!(question.kind, Kind::Date(_)) {
            table.fault(format!("take `{key}` from `{}`: only a date is held against it", question.id));
        }
    }
    if let (Some(example), Kind::Age) = (&question.example, &question.kind) {
        if example.parse::<u8>().is_err() {
            table.fault(format!("change the example of `{}`: an age in whole years", question.id));
        }
    } else if let Some(example) = &question.example {
        let max = match question.kind {
            Kind::Text { max } | Kind::LongText { max, .. } => max,
            _ => 0,
        };
        if example.chars().count() + 50 > max || !example.contains(' ') {
            table
                .fault(format!("change the example of `{}`: free text of several words, 50 characters below `max`", question.id));
        }
    }
}

fn kind(table: &Table<'_>, known: &Known, place: Place) -> Option<Kind> {
    let value = table.need("kind")?;
    let name = table.reader.text("kind", value)?;
    let max = |most| table.need_number("max", 1..=most).map(usize::from);
    match name.as_str() {
        "text" => Some(Kind::Text { max: max(500)? }),
        "long-text" => {
            let min = table.value("min").and_then(|value| table.reader.number("min", value, 1..=1000)).map_or(0, usize::from);
            Some(Kind::LongText { min, max: max(15_000)? })
        }
        "choice" => Some(Kind::Choice(choices(table, "options", 2))),
        "many" => Some(Kind::Many(choices(table, "options", 1))),
        "yes-no" => Some(Kind::YesNo),
        "date" => {
            let when = word(table, "when", DateRange::parse, DateRange::ALL, DateRange::code, DateRange::Any);
            let precision = word(table, "precision", Precision::parse, Precision::ALL, Precision::code, Precision::Whole);
            let approximate = table.flag("approximate", false);
            Some(Kind::Date(DateKind { when: when?, precision: precision?, approximate }))
        }
        "age" => Some(Kind::Age),
        "person" => Some(Kind::Person),
        "phone" => Some(Kind::Phone),
        "email" => Some(Kind::Email),
        "address" => {
            word(table, "use", AddressUse::parse, AddressUse::ALL, AddressUse::code, AddressUse::Place).map(Kind::Address)
        }
        "vehicle" => Some(Kind::Vehicle),
        "document" => Some(Kind::Document),
        "money" => Some(Kind::Money),
        "number" => {
            let number = |key| table.need_number(key, 0..=9999).map(u32::from);
            let (least, most) = (number("least"), number("most"));
            if least > most && most.is_some() {
                table.fault("make `least` no greater than `most`");
            }
            Some(Kind::Number { least: least?, most: most? })
        }
        "file" | "group" if place.inside => {
            table.reader.fault(&value.span(), format!("take this out of the group: a group holds no {name}"));
            None
        }
        "file" => Some(Kind::File),
        "group" => group(table, known, place),
        _ => {
            table.reader.fault(&value.span(), format!("set `kind` to one of: {}", Kind::CODES));
            None
        }
    }
}

/// One of a fixed set of words; the given one when absent.
fn word<T: Copy>(
    table: &Table<'_>,
    key: &'static str,
    parse: fn(&str) -> Option<T>,
    all: &[T],
    code: fn(T) -> &'static str,
    absent: T,
) -> Option<T> {
    let Some(value) = table.value(key) else { return Some(absent) };
    let words: Vec<&str> = all.iter().map(|one| code(*one)).collect();
    table.reader.word(key, value, parse, &words)
}

/// The most items of a group.
const MOST_ITEMS: u16 = 20;

fn group(table: &Table<'_>, known: &Known, place: Place) -> Option<Kind> {
    let item = table.need_text("item");
    let least = table.value("least").map_or(Some(0), |value| table.reader.number("least", value, 0..=MOST_ITEMS));
    let most = table.need_number("most", 1..=MOST_ITEMS);
    if least > most && most.is_some() {
        table.fault("make `least` no greater than `most`");
    }
    // Inside, earlier questions of the group can be named too; outside, none of them.
    let mut inside = known.clone();
    inside.anywhere.extend(known.inside.iter().cloned());
    let place = Place { later: false, inside: true, ..place };
    let questions: Vec<_> =
        table.need_tables("question").into_iter().filter_map(|asked| one(asked, &mut inside, place)).collect();
    Some(Kind::Group(Box::new(Group { item: item?, least: least?.into(), most: most?.into(), questions })))
}

/// Codes with titles, each code once.
pub(super) fn choices(table: &Table<'_>, key: &'static str, least: usize) -> Vec<Choice> {
    let mut read: Vec<Choice> = Vec::new();
    let tables = if least == 0 { table.tables(key) } else { table.need_tables(key) };
    for item in tables {
        if let (Some(code), Some(title)) = (item.need_code("code", Code::parse), item.need_text("title")) {
            if read.iter().any(|choice| choice.code == code) {
                item.fault(format!("rename this one: `{code}` stands twice in `{key}`"));
            }
            if let Some(same) = read.iter().find(|choice| choice.title == title && choice.code != code) {
                item.fault(format!("give this one a title of its own: `{}` has the same", same.code));
            }
            if code.as_str() == NOT_KNOWN {
                item.fault("remove this one: `not-known` is kept for `not_known = true`");
            }
            let alone = item.flag("alone", false);
            if alone && key != "options" {
                item.fault("take `alone` away: it is for ticks");
            }
            read.push(Choice { code, title, hint: item.text("hint"), alone });
        }
        item.end();
    }
    if read.len() < least && read.len() == 1 {
        table.fault(format!("offer at least {least} in `{key}`"));
    }
    read
}

/// The questions that a date cannot lie before. Dates are asked earlier; an age may be asked later too, since a birth is looked
/// at once all is answered: which those are is checked when all is read.
fn not_before(table: &Table<'_>, known: &mut Known, place: Place) -> Vec<QuestionId> {
    let Some(value) = table.value("not_before") else { return Vec::new() };
    let named: Vec<_> = value.get_ref().as_array().map_or_else(|| vec![value], |items| items.iter().collect());
    let mut read = Vec::new();
    for value in named {
        let Some(id) = table.reader.code("not_before", value, QuestionId::parse) else { continue };
        if !place.inside && !known.kinds.contains_key(&id) && known.anywhere.contains(id.as_str()) {
            known.ages_to_come.push((id.clone(), value.span()));
            read.push(id);
        } else {
            read.extend(known.day(table.reader, "not_before", value));
        }
    }
    read
}

fn not_known(table: &Table<'_>) -> Option<NotKnown> {
    if let Some(none) = table.text("none") {
        if table.value("not_known").is_some() {
            table.fault("take `none` or `not_known` out: either there is none, or it may be not known");
        }
        return NotKnown::none(none);
    }
    let value = table.value("not_known")?;
    match value.get_ref().as_bool() {
        Some(true) => Some(NotKnown::default()),
        Some(false) => None,
        None => Some(NotKnown { reasons: choices(table, "not_known", 1), is_none: false }),
    }
}

fn sealed(table: &Table<'_>) -> Option<Sealed> {
    let words: Vec<&str> = ["shared", "clear"].into_iter().chain(Category::ALL.iter().map(|category| category.code())).collect();
    table.reader.word("sealed", table.value("sealed")?, Sealed::parse, &words)
}
