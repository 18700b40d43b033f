//! Every page in its states (good, failed, empty), with invented people and with text that attacks.

mod files;
mod held;

use askama::Template;

use super::{
    account::{AccountPage, Place},
    addition::AddPage,
    check::{CheckPage, CheckRow, CheckSection, OpenItem, RulePage},
    deputy::DeputyPage,
    draft::{DeletePage, Task, TasksPage},
    error::{ErrorPage, Reason},
    field::{ChoiceView, FieldKind, FieldView},
    field_parts::{ItemView, PartView},
    home::{DraftLine, HomePage, PathwayLine, PlaceLine},
    kept::{KeptPage, Why},
    log::{LogFilters, LogPage, LogRow},
    pathway::{Contact, DangerPage, StartPage, StopPage},
    queue::{FilterLink, QueuePage, QueueRow, StateTag},
    referral::{AnswerSection, ReferralPage},
    section::{ConflictPage, SectionPage},
    sent::SentPage,
    sent_list::{SentListPage, SentRow},
    sign_in::{CodePage, PasswordPage},
};
use crate::{
    domain::progress::Progress,
    web::{
        components::NavigationItem,
        view::{Frame, SignedIn},
    },
};

/// A person of the samples: must never stand in a title.
pub(super) const PERSON: &str = "Sample Canaryname";
/// Text as an attacker would type it.
pub(super) const ATTACK: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)> & {{ 7 }}";

/// A page: its name, whether it answers a failed form, its HTML.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) failed: bool,
    pub(super) html: String,
}

fn sample(name: &str, failed: bool, page: &impl Template) -> Sample {
    Sample { name: name.to_owned(), failed, html: page.render().expect("renders") }
}

fn nobody() -> Frame {
    Frame {
        partnership: "Exampleshire Safeguarding Partnership".to_owned(),
        demo: true,
        csrf_token: "token-of-the-session".to_owned(),
        request_id: "0192f3c0-0000-7000-8000-00000000abcd".to_owned(),
        help: "ring the service desk of Exampleshire on 0116 496 0100".to_owned(),
        ..Frame::default()
    }
}

fn somebody() -> Frame {
    let item =
        |text: &str, href: &str| NavigationItem { text: text.to_owned(), href: href.to_owned(), ..NavigationItem::default() };
    Frame {
        signed_in: Some(SignedIn { name: PERSON.to_owned(), team: "Duty desk, Exampleshire Council".to_owned(), may_find: true }),
        navigation: vec![
            item("Start", "/"),
            item("My referrals", "/sent"),
            item("Queue", "/queue"),
            item("Log", "/log"),
            item("Your account", "/account"),
        ],
        ..nobody()
    }
}

fn choices(texts: &[(&str, &str)]) -> Vec<ChoiceView> {
    texts.iter().map(|(code, text)| ChoiceView::new(code, text)).collect()
}

fn contacts() -> Vec<Contact> {
    vec![
        Contact { who: "Police, in an emergency".to_owned(), number: "999".to_owned(), when: String::new() },
        Contact {
            who: "Children’s duty team".to_owned(),
            number: "0116 496 0123".to_owned(),
            when: "Every day, at all hours".to_owned(),
        },
    ]
}

/// One field of every kind, answered or empty, with or without an error.
pub(super) fn fields(answer: &str, error: bool) -> Vec<FieldView> {
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
        ..FieldView::new(id, kind, label)
    };
    kinds.into_iter().map(field).collect()
}

fn section(answer: &str, failed: bool) -> SectionPage {
    SectionPage {
        frame: somebody().titled("The child – Child exploitation").back_to("/drafts/7K3F-9QXD-2").failed_if(failed),
        pathway: "Child exploitation".to_owned(),
        title: "The child".to_owned(),
        intro: "We ask so that the team can find and help the child. Only that team and yours will see it.".to_owned(),
        later: !failed,
        action: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
        revision: 3,
        may_grow: true,
        grown: failed,
        fields: fields(answer, failed),
        set_aside: vec![("other".to_owned(), answer.to_owned())],
        saved: if failed { "10:42am".to_owned() } else { String::new() },
        next_href: "/drafts/7K3F-9QXD-2/section/concern".to_owned(),
    }
}

fn addition(answer: &str, failed: bool) -> AddPage {
    AddPage {
        frame: somebody().titled("School and health – Add to a referral").back_to("/referrals/7K3F-9QXD-2").failed_if(failed),
        reference: "7K3F-9QXD-2".to_owned(),
        title: "School and health".to_owned(),
        intro: "So that the team knows whom to speak to.".to_owned(),
        action: "/referrals/7K3F-9QXD-2/add/school".to_owned(),
        form_token: "token-of-the-form".to_owned(),
        fields: fields(answer, failed),
    }
}

fn conflict(answer: &str) -> ConflictPage {
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

fn tasks(full: bool) -> TasksPage {
    let task = |title: &str, id: &str, progress| Task {
        title: title.to_owned(),
        href: format!("/drafts/7K3F-9QXD-2/section/{id}"),
        id: id.to_owned(),
        progress,
    };
    TasksPage {
        frame: somebody().titled("Your draft – Child exploitation").back_to("/"),
        pathway: "Child exploitation".to_owned(),
        reference: "7K3F-9QXD-2".to_owned(),
        received_by: "The exploitation hub (Exampleshire Police)".to_owned(),
        minimum: vec![
            task("The child", "child", Progress::Completed),
            task("What you are worried about", "concern", Progress::Incomplete),
            task("Reaching the family safely", "contact", Progress::NotStarted),
        ],
        later: if full { vec![task("School and health", "school", Progress::NotStarted)] } else { Vec::new() },
        check_href: "/drafts/7K3F-9QXD-2/check".to_owned(),
        shared_with: if full { format!("You and {PERSON} can see this draft and go on with it.") } else { String::new() },
        alone: !full,
        deputy_href: if full { String::new() } else { "/drafts/7K3F-9QXD-2/deputy".to_owned() },
        delete_href: if full { String::new() } else { "/drafts/7K3F-9QXD-2/delete".to_owned() },
        kept: "Last saved on 4 June 2026, 9:32am. If nobody sends it, it is deleted on 4 July 2026.".to_owned(),
    }
}

fn check(answer: &str, open: bool) -> CheckPage {
    let row = |field: &str, question: &str, answer: &str| CheckRow {
        field: field.to_owned(),
        question: question.to_owned(),
        answer: answer.to_owned(),
    };
    let item = |text: &str| OpenItem { text: text.to_owned(), href: "/drafts/7K3F-9QXD-2/section/child?look=yes".to_owned() };
    CheckPage {
        frame: somebody().titled("Check your answers – Child exploitation").back_to("/drafts/7K3F-9QXD-2"),
        pathway: "Child exploitation".to_owned(),
        send_action: "/drafts/7K3F-9QXD-2/send".to_owned(),
        open: if open { vec![item("Enter what you are worried about")] } else { Vec::new() },
        can_follow: vec!["School and health".to_owned()],
        sections: vec![CheckSection {
            title: "The child".to_owned(),
            href: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
            rows: vec![row("concern", "What are you worried about?", answer), row("district", "District", "")],
        }],
        received_by: vec!["The exploitation hub (Exampleshire Police)".to_owned()],
        copies: vec!["City front door (Exampleshire Council): the authority that placed the child must know".to_owned()],
        read_when: "Somebody will read it by 5pm today, Tuesday 4 June 2026.".to_owned(),
        risk: "High".to_owned(),
        advice: vec!["Think about a modern slavery referral as well.".to_owned()],
        choices: held::choices(answer),
        warning: "The child’s file at school is not told. Tell the school yourself if it is safe to.".to_owned(),
    }
}

fn about_drafts() -> Vec<Sample> {
    let delete = DeletePage {
        frame: somebody().titled("Delete this draft? – Child exploitation").back_to("/drafts/7K3F-9QXD-2"),
        pathway: "Child exploitation".to_owned(),
        saved: "4 June 2026, 9:32am".to_owned(),
        action: "/drafts/7K3F-9QXD-2/delete".to_owned(),
        keep_href: "/drafts/7K3F-9QXD-2".to_owned(),
    };
    let stop = RulePage {
        frame: somebody().titled("This cannot be sent – Child exploitation").back_to("/drafts/7K3F-9QXD-2"),
        pathway: "Child exploitation".to_owned(),
        heading: "This is not the way to report it".to_owned(),
        text: "Tell the team that helps people who were harmed.".to_owned(),
        others: vec![("Modern slavery".to_owned(), "/refer/modern-slavery".to_owned())],
        contacts: contacts(),
        change_href: "/drafts/7K3F-9QXD-2/section/child#concern".to_owned(),
        draft_href: "/drafts/7K3F-9QXD-2".to_owned(),
    };
    let deputy = |chosen: &str| DeputyPage {
        frame: somebody().titled("Your deputy").back_to("/account").at("/account"),
        heading: "Who goes on with your drafts if you cannot?".to_owned(),
        about: "They can see and send the drafts that you begin from now on.".to_owned(),
        action: "/account/deputy".to_owned(),
        people: vec![("0a".to_owned(), PERSON.to_owned())],
        chosen: chosen.to_owned(),
    };
    let kept = |why| KeptPage {
        frame: somebody().titled(if why == Why::OldForm { "Look at your answers again" } else { "Sign in to go on" }),
        why,
        action: "/drafts/resume".to_owned(),
        kept_at: "/drafts/7K3F-9QXD-2/section/child".to_owned(),
        form_cookie_token: "token-of-the-session".to_owned(),
        answers: vec![("concern".to_owned(), ATTACK.to_owned())],
    };
    vec![
        sample("tasks", false, &tasks(true)),
        sample("tasks-alone", false, &tasks(false)),
        sample("draft-delete", false, &delete),
        sample("draft-stop", false, &stop),
        sample("deputy", false, &deputy("0a")),
        sample("deputy-empty", false, &deputy("")),
        sample("kept", false, &kept(Why::SignedOut)),
        sample("kept-old", false, &kept(Why::OldForm)),
    ]
}

fn state(text: &str, colour: &str) -> StateTag {
    StateTag { text: text.to_owned(), colour: colour.to_owned() }
}

fn queue(rows: usize, headline: &str) -> QueuePage {
    let filter = |text: &str, href: &str, current: bool| FilterLink { text: text.to_owned(), href: href.to_owned(), current };
    let row = |at: usize| QueueRow {
        reference: format!("7K3F-9QXD-{at}"),
        href: format!("/referrals/7K3F-9QXD-{at}"),
        headline: headline.to_owned(),
        pathway: "Child exploitation".to_owned(),
        state: if at == 0 { state("Received", "blue") } else { state("Opened", "yellow") },
        due: if at == 0 { "Overdue by 2 hours".to_owned() } else { format!("Due in {at} hours") },
        overdue: at == 0,
        urgency: if at == 0 { "Today".to_owned() } else { "Soon".to_owned() },
        unopened_urgent: at == 0,
        sent: "Exampleshire County Council, 4 June 2026".to_owned(),
    };
    QueuePage {
        frame: somebody().titled("Queue").at("/queue"),
        team: "the exploitation hub".to_owned(),
        teams: if rows == 0 {
            Vec::new()
        } else {
            vec![filter("Exploitation hub", "/queue?team=1", true), filter("Night desk", "/queue?team=2", false)]
        },
        states: vec![
            filter("All", "/queue", true),
            filter("Received (3)", "/queue?state=received", false),
            filter("Opened (4)", "/queue?state=opened", false),
        ],
        rows: (0..rows).map(row).collect(),
        next: if rows == 0 { String::new() } else { "/queue?cursor=abc".to_owned() },
    }
}

fn sent_list(rows: usize, words: &str) -> SentListPage {
    let row = |at: usize| SentRow {
        reference: format!("7K3F-9QXD-{at}"),
        href: format!("/referrals/7K3F-9QXD-{at}"),
        pathway: "Child exploitation".to_owned(),
        sent: "4 June 2026, 9:32am".to_owned(),
        state: state("Received", "blue"),
        due: "Decision due by 6 June 2026".to_owned(),
        headline: words.to_owned(),
    };
    SentListPage {
        frame: somebody().titled("My referrals").at("/sent"),
        rows: (0..rows).map(row).collect(),
        next: if rows == 0 { String::new() } else { "/sent?cursor=abc".to_owned() },
        start_href: "/".to_owned(),
    }
}

fn log(rows: usize, failed: bool, words: &str) -> LogPage {
    let row = |at: usize| LogRow {
        index: (1000 + at).to_string(),
        when: "4 June 2026, 9:32:07am (+01:00)".to_owned(),
        who: words.to_owned(),
        role: "Triager, Exampleshire Police".to_owned(),
        what: "opened a referral".to_owned(),
        reference: "7K3F-9QXD-2".to_owned(),
        outcome: "Done".to_owned(),
    };
    LogPage {
        frame: somebody().titled("Log").at("/log").failed_if(failed),
        filters: LogFilters {
            from: if failed { words.to_owned() } else { String::new() },
            use_code: "lawfulness".to_owned(),
            ..LogFilters::default()
        },
        actions: choices(&[("sign-in", "Signed in"), ("read-referral", "Opened a referral")]),
        uses: choices(&[
            ("lawfulness", "Checking lawfulness"),
            ("self-monitoring", "Watching ourselves"),
            ("integrity", "Integrity and security"),
            ("criminal-proceedings", "Criminal proceedings"),
        ]),
        errors: if failed {
            vec![("from".to_owned(), "From must be a real date, such as 2026-03-27".to_owned())]
        } else {
            Vec::new()
        },
        asked: !failed,
        rows: (0..rows).map(row).collect(),
        next: if rows == 0 { String::new() } else { "/log?cursor=abc".to_owned() },
        pending: rows as u64,
    }
}

fn referral(words: &str) -> ReferralPage {
    ReferralPage {
        frame: somebody().titled("Referral 7K3F-9QXD-2").back_to("/queue"),
        reference: "7K3F-9QXD-2".to_owned(),
        pathway: "Child exploitation".to_owned(),
        state: state("Opened", "yellow"),
        due: "Decision due by 6 June 2026, 5pm".to_owned(),
        sent: "4 June 2026, 9:32am".to_owned(),
        sent_by: "Duty desk, Exampleshire Council".to_owned(),
        received_by: "The exploitation hub, Exampleshire Police".to_owned(),
        stopped: vec![format!("{PERSON} stopped this at the check: Another way helps more."), words.to_owned()],
        controls: Some(held::controls(words)),
        legal_reason: words.to_owned(),
        seen_by: vec!["Duty desk, Exampleshire Council".to_owned(), "The exploitation hub, Exampleshire Police".to_owned()],
        sections: vec![AnswerSection {
            title: "The child".to_owned(),
            rows: vec![
                ("Name".to_owned(), PERSON.to_owned()),
                ("What are you worried about?".to_owned(), words.to_owned()),
                ("District".to_owned(), String::new()),
            ],
        }],
        added: vec![AnswerSection {
            title: format!("Added by {PERSON} on 5 June 2026, 9:32am"),
            rows: vec![("Which school?".to_owned(), words.to_owned())],
        }],
        to_add: vec![("School and health".to_owned(), "/referrals/7K3F-9QXD-2/add/school".to_owned())],
        files: files::list(words),
    }
}

fn before_the_form() -> Vec<Sample> {
    let home = |full: bool| HomePage {
        frame: somebody().titled("Start").at("/"),
        notice: if full { "The service will be down on Sunday from 2am to 3am.".to_owned() } else { String::new() },
        nothing: vec!["You are agency administrator in Information governance. There are no pages for that role yet.".to_owned()],
        pathways: if full {
            vec![PathwayLine {
                title: "Child exploitation".to_owned(),
                href: "/refer/cse".to_owned(),
                about: "For a child who may be used for sex, crime or work.".to_owned(),
                minutes: 5,
            }]
        } else {
            Vec::new()
        },
        drafts: if full {
            vec![DraftLine {
                pathway: "Child exploitation".to_owned(),
                reference: "7K3F-9QXD-2".to_owned(),
                href: "/drafts/7K3F-9QXD-2".to_owned(),
                about: "Saved on 4 June 2026, 9:32am.".to_owned(),
                ending: "Nobody has sent it. It is deleted on 4 July 2026 unless you save or send it.".to_owned(),
                delete_href: "/drafts/7K3F-9QXD-2/delete".to_owned(),
            }]
        } else {
            Vec::new()
        },
        places: if full {
            vec![PlaceLine {
                title: "Queue of the exploitation hub".to_owned(),
                href: "/queue".to_owned(),
                about: "3 waiting, 1 overdue".to_owned(),
            }]
        } else {
            Vec::new()
        },
    };
    let start = StartPage {
        frame: somebody().titled("Before you start – Child exploitation").back_to("/"),
        title: "Child exploitation".to_owned(),
        who_for: vec!["For anybody who thinks that a child may be used for sex, crime or work.".to_owned()],
        minutes: 5,
        to_hand: vec![
            "Name and age of the child, or what they look like".to_owned(),
            "What you saw or heard, and when".to_owned(),
        ],
        received_by: "The exploitation hub (Exampleshire Police)".to_owned(),
        hours: "Somebody reads referrals from 8am to 8pm every day. The night desk covers outside those hours.".to_owned(),
        start_href: "/refer/cse/danger".to_owned(),
    };
    let danger = |failed| DangerPage {
        frame: somebody().titled("Is anyone in danger now? – Child exploitation").back_to("/refer/cse").failed_if(failed),
        pathway: "Child exploitation".to_owned(),
        action: "/refer/cse/start".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    };
    let stop = StopPage {
        frame: somebody().titled("Ring now – Child exploitation").back_to("/refer/cse/danger"),
        pathway: "Child exploitation".to_owned(),
        heading: "Ring now, before you write".to_owned(),
        lines: vec!["A referral is not read at once. Speak to somebody first.".to_owned()],
        contacts: contacts(),
        districts: vec![("leicester".to_owned(), "Leicester".to_owned())],
        district: String::new(),
        here: "/refer/cse/ring".to_owned(),
        action: "/refer/cse/start".to_owned(),
        form_token: "token-of-the-form".to_owned(),
    };
    vec![
        sample("home", false, &home(true)),
        sample("home-empty", false, &home(false)),
        sample("pathway-start", false, &start),
        sample("pathway-danger", false, &danger(false)),
        sample("pathway-danger-failed", true, &danger(true)),
        sample("pathway-stop", false, &stop),
    ]
}

fn signing_in() -> Vec<Sample> {
    let password = |failed: bool, username: &str| PasswordPage {
        frame: nobody().titled("Sign in").failed_if(failed),
        username: username.to_owned(),
        notice: if failed { String::new() } else { "You have signed out.".to_owned() },
        next: "/sent".to_owned(),
        empty: (false, false),
    };
    let empty = PasswordPage { empty: (true, true), ..password(true, "") };
    let code = |failed| CodePage {
        frame: nobody().titled("Code – Sign in").back_to("/sign-in").failed_if(failed),
        next: "/".to_owned(),
    };
    vec![
        sample("sign-in", false, &password(false, "")),
        sample("sign-in-failed", true, &password(true, ATTACK)),
        sample("sign-in-empty", true, &empty),
        sample("code", false, &code(false)),
        sample("code-failed", true, &code(true)),
    ]
}

fn rest() -> Vec<Sample> {
    let sent = SentPage {
        frame: somebody().titled("Referral sent – Child exploitation"),
        reference: "7K3F-9QXD-2".to_owned(),
        pathway: "Child exploitation".to_owned(),
        received_by: "The exploitation hub (Exampleshire Police)".to_owned(),
        checked_first: String::new(),
        read_when: "Somebody will read it by 5pm today, Tuesday 4 June 2026.".to_owned(),
        steps: vec!["The team decides by 6 June 2026.".to_owned(), "You hear what was decided under My referrals.".to_owned()],
        contacts: contacts(),
        to_add: vec![("School and health".to_owned(), "/referrals/7K3F-9QXD-2/add/school".to_owned())],
        view_href: "/referrals/7K3F-9QXD-2".to_owned(),
        another_href: "/".to_owned(),
    };
    let account = AccountPage {
        frame: somebody().titled("Your account").at("/account"),
        name: PERSON.to_owned(),
        username: "sample.c".to_owned(),
        places: vec![Place {
            team: "Duty desk".to_owned(),
            agency: "Exampleshire Council".to_owned(),
            role: "Practitioner".to_owned(),
        }],
        deputy: PERSON.to_owned(),
        sessions: 2,
    };
    vec![sample("sent", false, &sent), sample("account", false, &account)]
}

/// All samples.
pub(super) fn all() -> Vec<Sample> {
    let mut samples = signing_in();
    samples.extend(before_the_form());
    for (state, answer) in [("", "Words\nover two lines"), ("-empty", ""), ("-attacked", ATTACK)] {
        samples.push(sample(&format!("form{state}"), false, &section(answer, false)));
        samples.push(sample(&format!("form-failed{state}"), true, &section(answer, true)));
        samples.push(sample(&format!("add{state}"), false, &addition(answer, false)));
        samples.push(sample(&format!("add-failed{state}"), true, &addition(answer, true)));
        samples.push(sample(&format!("conflict{state}"), false, &conflict(answer)));
        samples.push(sample(&format!("check{state}"), false, &check(answer, false)));
        samples.push(sample(&format!("check-open{state}"), false, &check(answer, true)));
        samples.push(sample(&format!("referral{state}"), false, &referral(answer)));
        samples.extend(files::pages(state, answer));
        let rows = if answer.is_empty() { 0 } else { 6 };
        samples.push(sample(&format!("checks{state}"), false, &held::to_check(rows, answer)));
        samples.push(sample(&format!("queue{state}"), false, &queue(rows, answer)));
        samples.push(sample(&format!("sent-list{state}"), false, &sent_list(rows, answer)));
        samples.push(sample(&format!("log{state}"), false, &log(rows, false, if answer.is_empty() { "" } else { PERSON })));
        samples.push(sample(&format!("log-failed{state}"), true, &log(rows, true, answer)));
    }
    samples.extend(about_drafts());
    samples.extend(rest());
    for reason in Reason::ALL {
        let page =
            ErrorPage { retry_after: (reason == Reason::TooManyTries).then_some(300), ..ErrorPage::new(&somebody(), reason) };
        samples.push(sample(&format!("error-{}", reason.status().as_u16()), false, &page));
        samples.push(sample(
            &format!("error-{}-{reason:?}-nobody", reason.status().as_u16()),
            false,
            &ErrorPage::new(&nobody(), reason),
        ));
    }
    samples
}
