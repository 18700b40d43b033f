//! Fields of every kind, and the forms that hold them.

use super::{
    super::{
        addition::AddPage,
        field::{FieldKind, FieldView},
        field_parts::{ItemView, PartView},
        follow_up::When,
        keep_back::KeepBack,
        section::{ConflictPage, SectionPage},
    },
    choices, kept, somebody,
};

/// One field of every kind, answered or empty, with or without an error.
pub(in crate::web::pages) fn fields(answer: &str, error: bool) -> Vec<FieldView> {
    let kinds = [
        (FieldKind::Text, "place", "Where did it happen?"),
        (FieldKind::Name, "person.name", "Name of the person referred"),
        (FieldKind::Number, "person.age", "Age, or about how old"),
        (FieldKind::Phone, "person.phone", "Safe telephone number"),
        (FieldKind::Email, "person.email", "Safe e-mail address"),
        (FieldKind::Postcode, "person.postcode", "Postcode"),
        (FieldKind::LongText, "concern", "What are you worried about?"),
        (FieldKind::Radios, "risk", "How great is the risk?"),
        (FieldKind::Checkboxes, "signs", "What have you seen or heard?"),
        (FieldKind::Select, "district", "District"),
        (FieldKind::Date, "person.birthday", "Date of birth"),
        (FieldKind::PartDate, "since", "Since when?"),
        (FieldKind::Age, "age", "How old are they?"),
        (FieldKind::Parts, "home", "Where do they live?"),
        (FieldKind::Money, "debt", "How much is owed?"),
        (FieldKind::File, "files", "Have you anything to show?"),
        (FieldKind::Group, "children", "Which children are there?"),
    ];
    let part = |name: &str, label: &str, is_tick| PartView {
        name: name.to_owned(),
        label: label.to_owned(),
        value: if is_tick { String::new() } else { answer.to_owned() },
        is_tick,
        is_short: false,
    };
    let child = |at: usize| {
        let field = FieldView {
            values: vec![answer.to_owned()],
            error: error.then(|| "Enter the name of the child".to_owned()),
            ..FieldView::new(&format!("children.{at}.name"), FieldKind::Name, "Name of the child")
        };
        ItemView { fields: vec![field] }
    };
    let field = |(kind, id, label): (FieldKind, &str, &str)| FieldView {
        hint: if kind == FieldKind::Name { "Also any other name they use.".to_owned() } else { String::new() },
        values: match (kind, answer) {
            (_, "") => Vec::new(),
            (FieldKind::Radios | FieldKind::Checkboxes | FieldKind::Select, _) => vec!["high".to_owned()],
            (FieldKind::Date | FieldKind::PartDate, _) => vec!["31".to_owned(), "2".to_owned(), "2011".to_owned()],
            _ => vec![answer.to_owned()],
        },
        choices: choices(&[("high", "High"), ("medium", "Medium"), ("low", "Low")]),
        not_known: match kind {
            FieldKind::Radios | FieldKind::Date => choices(&[("not-known", "Not known")]),
            FieldKind::Phone => choices(&[("not-known", "Not known"), ("withheld", "Withheld for their safety")]),
            _ => Vec::new(),
        },
        not_known_code: if kind == FieldKind::Phone { "withheld".to_owned() } else { String::new() },
        parts: match kind {
            FieldKind::Parts => vec![
                part("line_1", "Address line 1", false),
                part("town", "Town or city", false),
                part("write_to", "It is safe to write to this address", true),
            ],
            FieldKind::Age => vec![part("years", "Or age in years", false), part("estimated", "The age is a guess", true)],
            _ => Vec::new(),
        },
        items: if kind == FieldKind::Group { vec![child(0), child(1)] } else { Vec::new() },
        item: if kind == FieldKind::Group { "child".to_owned() } else { String::new() },
        can_add: true,
        about: (kind == FieldKind::PartDate).then_some(!answer.is_empty()),
        error: (error && !matches!(kind, FieldKind::Parts | FieldKind::File | FieldKind::Group))
            .then(|| format!("Enter an answer to “{label}”")),
        part_errors: if error && kind == FieldKind::Parts {
            vec![("town".to_owned(), "Enter the town or city of the home".to_owned())]
        } else {
            Vec::new()
        },
        optional: kind == FieldKind::Email,
        when: (kind == FieldKind::Checkboxes).then(|| When {
            condition: r#"{"in":["risk",["high"]]}"#.to_owned(),
            words: "If you answer “High” to “How great is the risk?”:".to_owned(),
        }),
        ..FieldView::new(id, kind, label)
    };
    kinds.into_iter().map(field).collect()
}

pub(super) fn section(answer: &str, failed: bool) -> SectionPage {
    SectionPage {
        frame: somebody().titled("The child – Child exploitation").back_to("/drafts/7K3F-9QXD-2").failed_if(failed),
        pathway: "Child exploitation".to_owned(),
        title: "The child".to_owned(),
        leave_out: if failed { "Leave out whatever shows who they are.".to_owned() } else { String::new() },
        intro: "We ask so that the team can find and help the child. Only that team and yours will see it.".to_owned(),
        later: !failed,
        action: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
        revision: 3,
        fields: fields(answer, failed),
        set_aside: vec![("other".to_owned(), answer.to_owned())],
        saved: if failed { "10:42am".to_owned() } else { String::new() },
        next_href: "/drafts/7K3F-9QXD-2/section/concern".to_owned(),
        kept: kept::in_form(answer, failed),
    }
}

/// What was sent, to be changed; somebody was too late.
pub(super) fn amendment(answer: &str, failed: bool) -> AddPage {
    AddPage {
        frame: somebody().titled("School and health – Change a referral").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        revision: Some(3),
        notice: answer.to_owned(),
        action: "/referrals/7K3F-9QXD-2/amend/school".to_owned(),
        ..addition(answer, failed)
    }
}

pub(super) fn addition(answer: &str, failed: bool) -> AddPage {
    AddPage {
        frame: somebody().titled("School and health – Add to a referral").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        reference: "7K3F-9QXD-2".to_owned(),
        revision: None,
        notice: String::new(),
        title: "School and health".to_owned(),
        intro: "So that the team knows whom to speak to.".to_owned(),
        reaches: "What you write here goes to all who hold this referral: Made-up team (Made-up agency).".to_owned(),
        asked_who_is_involved: failed,
        keep: KeepBack {
            answers: vec![("lives_at".to_owned(), "Home address".to_owned())],
            agencies: vec![("exampleshire-police".to_owned(), "Exampleshire Police".to_owned())],
            ..KeepBack::default()
        },
        action: "/referrals/7K3F-9QXD-2/add/school".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        fields: fields(answer, failed),
        kept: kept::in_form(answer, failed),
    }
}

pub(super) fn conflict(answer: &str) -> ConflictPage {
    ConflictPage {
        frame: somebody().titled("Saved in another window – Child exploitation").back_to("/drafts/7K3F-9QXD-2/section/child"),
        pathway: "Child exploitation".to_owned(),
        title: "The child".to_owned(),
        saved: "10:42am".to_owned(),
        rows: vec![("What are you worried about?".to_owned(), "Other words".to_owned(), answer.to_owned())],
        action: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
        revision: 4,
        fields: vec![("concern".to_owned(), answer.to_owned())],
        keep_href: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
    }
}
