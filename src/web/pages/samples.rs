//! Every page in its states (good, failed, empty), with invented people and with text that attacks.

mod account;
mod agencies;
mod drafts;
pub(super) mod fields;
mod files;
mod held;
mod kept;
mod lists;
mod people;
mod referral;
mod shares;
mod start;
mod work;

use askama::Template;

use super::{
    error::{ErrorPage, Reason},
    field::ChoiceView,
    pathway::Contact,
    queue::StateTag,
};
use crate::web::{
    components::NavigationItem,
    view::{Frame, SignedIn},
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
        service: "Referral Exchange".to_owned(),
        partnership: "Exampleshire Safeguarding Partnership".to_owned(),
        demo: true,
        csrf_token: "token-of-the-session".to_owned(),
        request_id: "0192f3c0-0000-7000-8000-00000000abcd".to_owned(),
        help: "ring the service desk of Exampleshire on 0116 496 0100".to_owned(),
        helpline: "0116 496 0100 (Monday to Friday, 9am to 5pm)".to_owned(),
        ..Frame::default()
    }
}

fn somebody() -> Frame {
    let item =
        |text: &str, href: &str| NavigationItem { text: text.to_owned(), href: href.to_owned(), ..NavigationItem::default() };
    Frame {
        signed_in: Some(SignedIn {
            name: PERSON.to_owned(),
            team: "Duty desk, Exampleshire Council".to_owned(),
            may_find: true,
            limits: crate::web::limits::Limits {
                idle_in: 900,
                idle_at: "10:57am".to_owned(),
                ends_in: 28_800,
                ends_at: "6:42pm".to_owned(),
            },
        }),
        notices: "3 unread notices".to_owned(),
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

fn state(text: &str, colour: &str) -> StateTag {
    StateTag { text: text.to_owned(), colour: colour.to_owned() }
}

/// All samples.
pub(super) fn all() -> Vec<Sample> {
    let mut samples = account::signing_in();
    samples.extend(people::joining());
    samples.extend(people::people());
    samples.extend(people::admissions());
    samples.extend(people::changes());
    samples.extend(people::teams());
    samples.extend(agencies::all());
    samples.extend(start::before_the_form());
    samples.extend(start::screening());
    for (state, answer) in [("", "Words\nover two lines"), ("-empty", ""), ("-attacked", ATTACK)] {
        samples.push(sample(&format!("form{state}"), false, &fields::section(answer, false)));
        samples.push(sample(&format!("form-failed{state}"), true, &fields::section(answer, true)));
        samples.push(sample(&format!("add{state}"), false, &fields::addition(answer, false)));
        samples.push(sample(&format!("add-failed{state}"), true, &fields::addition(answer, true)));
        samples.push(sample(&format!("amend{state}"), false, &fields::amendment(answer, false)));
        samples.push(sample(&format!("amend-failed{state}"), true, &fields::amendment(answer, true)));
        samples.push(sample(&format!("conflict{state}"), false, &fields::conflict(answer)));
        samples.push(sample(&format!("check{state}"), false, &drafts::check(answer, false, false)));
        samples.push(sample(&format!("check-open{state}"), false, &drafts::check(answer, true, false)));
        samples.push(sample(&format!("check-failed{state}"), true, &drafts::check(answer, false, true)));
        samples.push(sample(&format!("referral{state}"), false, &referral::referral(answer)));
        samples.push(sample(&format!("question{state}"), false, &referral::question(answer, false)));
        samples.push(sample(&format!("question-failed{state}"), true, &referral::question(answer, true)));
        samples.push(sample(&format!("print{state}"), false, &referral::print(answer, answer.is_empty())));
        samples.extend(files::pages(state, answer));
        samples.extend(work::pages(state, answer));
        samples.extend(shares::pages(state, answer));
        let rows = if answer.is_empty() { 0 } else { 6 };
        samples.push(sample(&format!("checks{state}"), false, &held::to_check(rows, answer)));
        samples.push(sample(&format!("access{state}"), false, &lists::access(rows, answer)));
        samples.push(sample(&format!("queue{state}"), false, &lists::queue(rows, answer)));
        samples.push(sample(&format!("mail{state}"), false, &held::own_mail(answer, false)));
        samples.push(sample(&format!("mail-failed{state}"), true, &held::own_mail(answer, true)));
        samples.push(sample(&format!("sent-list{state}"), false, &lists::sent_list(rows, answer)));
        samples.push(sample(
            &format!("log{state}"),
            false,
            &lists::log(rows, false, if answer.is_empty() { "" } else { PERSON }),
        ));
        samples.push(sample(&format!("log-failed{state}"), true, &lists::log(rows, true, answer)));
    }
    samples.push(sample("notices", false, &lists::notices(6, ATTACK)));
    samples.push(sample("notices-empty", false, &lists::notices(0, "")));
    samples.push(sample("open", false, &held::opened()));
    samples.push(sample("failing-mail", false, &held::failing_mail(ATTACK)));
    samples.push(sample("failing-mail-empty", false, &held::failing_mail("")));
    samples.push(sample("leads", false, &held::leads(false)));
    samples.push(sample("leads-failed", true, &held::leads(true)));
    samples.extend(drafts::about_drafts());
    samples.extend(referral::sent());
    samples.extend([referral::refer("Words\nover two lines", false), referral::refer(ATTACK, true)]);
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
