//! Every pathway walked in the browser on a small phone, section by section as its task list has them: first nothing, then
//! what cannot be right, then good answers, to the page after sending.

use std::collections::BTreeSet;

use referral_exchange::domain::{
    pathway::Pathway,
    question::{Kind, Question},
};
use serde_json::{Value, json};

use super::eyes::Eyes;
use crate::support::{
    answers::{Form, Set, fields},
    browser::{Browser, NARROW},
    hub::{ENGINES, Hub},
    walker::{signed_in, walker_of},
};

/// One pathway being walked.
struct Walk<'b> {
    browser: &'b Browser,
    eyes: &'b mut Eyes,
    /// The states of sections that were looked at.
    looked: &'b mut BTreeSet<String>,
    pathway: &'b Pathway,
}

/// What somebody types that cannot be right, by field; nothing where only a choice is made.
pub fn wrong(question: &Question, base: &str) -> Vec<(String, String)> {
    let of = |part: &str, text: &str| vec![(format!("{base}{part}"), text.to_owned())];
    match &question.kind {
        Kind::Text { max } | Kind::LongText { max, .. } if *max <= 500 => of("", &"too long ".repeat(max / 9 + 1)),
        Kind::Date(_) => {
            [("-day", "31"), ("-month", "2"), ("-year", "2026")].iter().flat_map(|(part, text)| of(part, text)).collect()
        }
        Kind::Age => of(".years", "200"),
        Kind::Person => of(".given_name", &"Robin ".repeat(20)),
        Kind::Phone => of("", "ask at the desk"),
        Kind::Address(_) => [of(".line_1", "1 Example Street"), of(".postcode", "nowhere")].concat(),
        Kind::Vehicle => of(".registration", "ZZ99 ZZZ ZZ99 ZZZ"),
        Kind::Document => of(".expires", "next year"),
        Kind::Money => of("", "a lot"),
        Kind::Number { .. } => of("", "many"),
        Kind::Group(group) => group
            .questions
            .iter()
            .filter(|asked| asked.show_when.is_none())
            .flat_map(|asked| wrong(asked, &format!("{base}.0.{}", asked.id)))
            .collect(),
        _ => Vec::new(),
    }
}

impl Walk<'_> {
    async fn look(&mut self, state: &str) {
        let name = format!("{}-{state}", self.pathway.id);
        self.browser.picture(&format!("{name}-320")).await;
        self.browser.picture_at(&format!("{name}-1200"), 1200).await;
        // Sections that ask the same are looked at once, whichever pathway asks it.
        let same = {
            let asked = self.asked().await;
            let asked: Vec<(&str, &str)> = asked.iter().map(|question| (question.id.as_str(), question.label.as_str())).collect();
            (!asked.is_empty()).then(|| format!("{state} {asked:?}"))
        };
        if same.is_none_or(|same| self.looked.insert(same)) {
            self.eyes.look(self.browser, &name).await;
        }
        assert!(!self.browser.overflows().await, "{name} is wider than the window");
    }

    /// The questions that the open section asks now.
    async fn asked(&self) -> Vec<&Question> {
        let ids = self.browser.shown().await;
        self.pathway.questions().filter(|question| ids.contains(&question.id.to_string())).collect()
    }

    /// The values of these fields.
    async fn values(&self, names: &[&str]) -> Value {
        let values = "return arguments[0].map(name => document.querySelector(`main [name='${name}']`).value)";
        self.browser.client.execute(values, vec![json!(names)]).await.unwrap()
    }

    /// Posts what cannot be right: it is said at the top, beside the field and to whoever hears the page, and nothing is lost.
    async fn badly(&mut self, section: &str) {
        self.browser.submit().await;
        let is_needed = self.browser.has(".govuk-error-summary").await;
        if is_needed {
            let focus = self.browser.run("return document.activeElement.className").await;
            assert_eq!(focus, json!("govuk-error-summary"), "{section}: the summary has the focus");
            assert!(self.browser.client.title().await.unwrap().starts_with("Error: "), "{section}");
        } else {
            self.browser.client.back().await.unwrap();
        }
        let asked = self.asked().await;
        let typed: Vec<_> = asked.iter().flat_map(|question| wrong(question, question.id.as_str())).collect();
        if typed.is_empty() {
            if is_needed {
                self.look(&format!("{section}-nothing")).await;
            }
            return;
        }
        self.browser.answer(&typed).await;
        self.browser.submit().await;
        assert!(self.browser.has(".govuk-error-summary").await, "{} {section}: {typed:?}", self.pathway.id);
        let (names, texts): (Vec<&str>, Vec<&str>) = typed.iter().map(|(name, text)| (name.as_str(), text.as_str())).unzip();
        assert_eq!(self.values(&names).await, json!(texts), "{} {section}: what was typed is kept", self.pathway.id);
        let links = "return [...document.querySelectorAll('.govuk-error-summary a')].map(link => link.hash.slice(1))";
        let links = self.browser.run(links).await;
        let links: Vec<&str> = links.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        for question in asked.iter().filter(|question| !wrong(question, "").is_empty()) {
            let is_its = |id: &&str| {
                id.strip_prefix(question.id.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
            };
            assert!(links.iter().any(is_its), "{} {section}: {} in {links:?}", self.pathway.id, question.id);
        }
        let lost = "return arguments[0].filter(id => !document.getElementById(id))";
        let lost = self.browser.client.execute(lost, vec![json!(links)]).await.unwrap();
        assert_eq!(lost, json!([]), "{} {section}: each line leads to its field", self.pathway.id);
        self.look(&format!("{section}-wrong")).await;
        let blank: Vec<_> = typed.iter().map(|(name, _)| (name.clone(), String::new())).collect();
        self.browser.answer(&blank).await;
    }

    /// Answers the open section; gives the names of the fields that it showed by the time that their turn came.
    async fn fill(&self, answers: &Set) -> BTreeSet<String> {
        let all = self.pathway.questions().filter_map(|question| Some((question, answers.get(question.id.as_str())?)));
        let all: Vec<_> = all.flat_map(|(question, answer)| fields(question, question.id.as_str(), answer)).collect();
        self.browser.answer(&all).await.into_iter().collect()
    }

    /// Fills in the section that is open.
    async fn well(&mut self, section: &str, answers: &Set) {
        let filled = self.fill(answers).await;
        if self.browser.has("[data-app-when]:not([hidden])").await {
            self.look(&format!("{section}-follow-up")).await;
        }
        self.browser.submit().await;
        assert!(!self.browser.has(".govuk-error-summary").await, "{section}: {}", self.browser.text("main").await);
        // What may mean danger shows whom to ring, and the way on.
        if self.browser.client.current_url().await.unwrap().query() == Some("ring=yes") {
            self.look(&format!("{section}-ring")).await;
            self.browser.follow("Go on with the record").await;
        }
        let section = self.pathway.sections.iter().find(|known| known.id.as_str() == section).unwrap();
        let all = section.questions.iter().filter_map(|question| Some((question, answers.get(question.id.as_str())?)));
        let all = all.flat_map(|(question, answer)| fields(question, question.id.as_str(), answer));
        let missing: Vec<_> =
            all.map(|(name, _)| name).filter(|name| !filled.contains(name) && !name.ends_with("-items")).collect();
        assert!(missing.is_empty(), "{} never asks {missing:?}", self.pathway.id);
    }

    /// The first task that is not complete, among the first so many.
    async fn next_task(&self, done: &[String]) -> Option<String> {
        let open = "return [...document.querySelectorAll('.govuk-task-list__item')] \
            .filter(task => !task.textContent.includes('Completed')).map(task => task.querySelector('a')).filter(link => link) \
            .map(link => link.getAttribute('href'))";
        let open = self.browser.run(open).await;
        let mut open = open.as_array().unwrap().iter().map(|at| at.as_str().unwrap().to_owned());
        open.find(|at| !done.contains(at))
    }

    async fn begin(&mut self) -> String {
        self.browser.go("/").await;
        self.browser.follow(&self.pathway.title).await;
        self.look("page-start").await;
        self.browser.follow("Start now").await;
        self.browser.submit().await;
        self.look("page-danger").await;
        self.browser.choose("danger", "no").await;
        self.browser.submit().await;
        self.look("page-tasks").await;
        self.browser.path().await
    }

    async fn walk(&mut self, answers: &Set) {
        let draft = self.begin().await;
        let mut done = Vec::new();
        while let Some(task) = self.next_task(&done).await {
            let section = task.rsplit('/').next().unwrap().to_owned();
            self.browser.press(&format!(".govuk-task-list a[href='{task}']")).await;
            self.look(&section).await;
            self.badly(&section).await;
            self.well(&section, answers).await;
            done.push(task);
            self.browser.go(&draft).await;
        }
        self.look("page-tasks-done").await;
        self.browser.follow("Check your answers").await;
        self.look("page-check").await;
        self.browser.submit().await;
        assert_eq!(self.browser.heading().await, "Referral sent");
        self.look("page-sent").await;
        self.browser.follow("See this referral").await;
        self.look("page-referral").await;
    }
}

/// On every way through a form, each section of the minimum asks in the browser what the server asks, no more and no less.
#[tokio::test(flavor = "multi_thread")]
async fn follow_ups_show_exactly_when_the_form_asks_them() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let (mut signed, mut hidden, mut shown) = ("", 0, 0);
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let (username, _) = walker_of(pathway);
        let client = signed_in(&served, pathway).await;
        if signed != username {
            browser.client.delete_all_cookies().await.unwrap();
            browser.sign_in(&served, username).await;
            signed = username;
        }
        for answers in served.hub.form(pathway).covering() {
            let mut walk = crate::support::walker::Walk::new(&client, pathway);
            let draft = walk.begin(&answers).await;
            walk.fill_all(&draft, &answers, false).await;
            for section in pathway.minimum() {
                let asked: Vec<&str> = section
                    .questions
                    .iter()
                    .map(|question| question.id.as_str())
                    .filter(|id| answers.contains_key(*id))
                    .collect();
                if asked.is_empty() || section.questions.iter().all(|question| question.show_when.is_none()) {
                    continue;
                }
                browser.go(&format!("{draft}/section/{}", section.id)).await;
                assert_eq!(browser.shown().await, asked, "{} {}", pathway.id, section.id);
                // Nothing ticked, nothing that hangs on a tick.
                let untick = "document.querySelectorAll('main input:checked').forEach(box => { box.checked = false }); \
                    document.querySelector('main form input').dispatchEvent(new Event('input', { bubbles: true }))";
                browser.run(untick).await;
                hidden += browser.drawn().await.len() - browser.shown().await.len();
                shown += asked.len();
            }
        }
    }
    assert!(hidden > 50 && shown > 50, "{hidden} hidden, {shown} shown");
    browser.close().await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pathway_is_walked_to_sent_on_a_small_phone_with_bad_and_good_answers() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let (mut eyes, mut looked) = (Eyes::open(), BTreeSet::new());
    let mut signed_in = "";
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let (username, _) = walker_of(pathway);
        if signed_in != username {
            browser.client.delete_all_cookies().await.unwrap();
            browser.sign_in(&served, username).await;
            signed_in = username;
        }
        let form: Form<'_> = served.hub.form(pathway);
        let mut walk = Walk { browser: &browser, eyes: &mut eyes, looked: &mut looked, pathway };
        walk.walk(&form.completed(form.example())).await;
    }
    eyes.assert_nothing_found();
    browser.close().await;
    served.finish().await;
}
