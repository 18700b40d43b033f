//! Every pathway walked by keyboard alone, without scripts, on a small phone: the fewest answers, to the page after sending.

use std::collections::BTreeMap;

use serde_json::Value;

use super::eyes::Eyes;
use crate::support::{
    answers::{Set, fields},
    browser::{Browser, NARROW},
    hub::{ENGINES, Hub},
    walker::walker_of,
};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";

/// What has the focus, and whether it can be seen.
const FOCUS: &str = "const at = document.activeElement; const box = at.getBoundingClientRect(); \
    return { name: at.name || '', kind: at.type || at.tagName.toLowerCase(), value: at.value || '', ticked: !!at.checked, \
    words: at.textContent.trim().replace(/\\s+/g, ' '), shown: box.bottom > 0 && box.top < window.innerHeight && box.width > 0 }";

/// Hands on a keyboard.
struct Keys<'b>(&'b Browser);

impl Keys<'_> {
    async fn press(&self, keys: &str) {
        self.0.press_keys(keys).await;
    }

    /// Goes on to the next control, which must be on the screen.
    async fn next(&self) -> Value {
        self.press(TAB).await;
        let focus = self.0.run(FOCUS).await;
        assert_eq!(focus["shown"], true, "the focus can be seen: {focus} at {}", self.0.path().await);
        focus
    }

    /// Skips what every page begins with.
    async fn skip(&self) {
        // An address that leads to a question of the page begins there; the whole page is walked here.
        let (path, address) = (self.0.path().await, self.0.run("return location.search + location.hash").await);
        if let Some((search, _)) = address.as_str().unwrap().split_once('#') {
            self.0.go(&format!("{path}{search}")).await;
        }
        let first = self.next().await;
        assert_eq!(first["words"], "Skip to main content", "{first} at {}", self.0.path().await);
        self.press(ENTER).await;
    }

    /// Presses Enter on a link or button of these words, and waits for the page it leads to.
    async fn activate(&self, words: &str) {
        self.skip().await;
        for _ in 0..120 {
            let focus = self.next().await;
            if focus["words"] == words {
                return self.leave().await;
            }
        }
        panic!("the keyboard never reaches {words}");
    }

    async fn leave(&self) {
        let old = self.0.find("html").await;
        self.press(ENTER).await;
        let here = async {
            while old.tag_name().await.is_ok() {}
            // A key pressed before the page is whole goes nowhere.
            while self.0.run("return document.readyState").await != "complete" {}
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), here).await.expect("another page comes");
    }

    /// Goes through a form as it comes, answers what there is an answer to, and presses its button.
    async fn fill(&self, answers: &[(String, String)], button: &str) {
        let mut wanted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in answers {
            wanted.entry(name).or_default().push(value);
        }
        self.skip().await;
        for _ in 0..200 {
            let focus = self.next().await;
            let (name, kind) = (focus["name"].as_str().unwrap(), focus["kind"].as_str().unwrap());
            if kind == "submit" && focus["words"] == button {
                return self.leave().await;
            }
            let Some(values) = wanted.get(name) else { continue };
            match kind {
                "radio" => {
                    // The first of the group has the focus, and arrows go round.
                    self.press(" ").await;
                    while self.0.run(FOCUS).await["value"] != values[0] {
                        self.press(DOWN).await;
                    }
                }
                "checkbox" if values.iter().any(|value| focus["value"] == *value) && focus["ticked"] == false => {
                    self.press(" ").await;
                }
                "text" | "textarea" | "tel" if focus["value"] == "" => self.press(values[0]).await,
                _ => {}
            }
        }
        panic!("the keyboard never reaches {button}");
    }

    async fn walk(&self, pathway: &referral_exchange::domain::pathway::Pathway, answers: &Set, eyes: &mut Eyes) {
        // The checker itself needs scripts; the page, loaded without, stays as it is.
        let look = async |eyes: &mut Eyes, state: &str| {
            self.0.let_scripts(true).await;
            eyes.look(self.0, &format!("{} {state}", pathway.id)).await;
            self.0.let_scripts(false).await;
        };
        self.0.go("/").await;
        self.activate(&pathway.title).await;
        self.activate("Start now").await;
        self.fill(&[("danger".to_owned(), "no".to_owned())], "Continue").await;
        loop {
            let open = "const next = [...document.querySelectorAll('.govuk-task-list')][0].querySelectorAll('li'); \
                const task = [...next].find(task => !task.textContent.includes('Completed')); \
                return task ? task.querySelector('a').textContent.trim() : ''";
            let task = self.0.run(open).await;
            let Some(task) = task.as_str().filter(|task| !task.is_empty()) else { break };
            self.activate(task).await;
            while self.0.path().await.contains("/section/") {
                // What may mean danger shows whom to ring, and the way on.
                if !self.0.has("main form").await {
                    self.activate("Go on with the record").await;
                    continue;
                }
                let ids = self.0.drawn().await;
                let asked = pathway.questions().filter(|question| ids.contains(&question.id.to_string()));
                let answered = asked.filter_map(|question| Some((question, answers.get(question.id.as_str())?)));
                let all: Vec<_> =
                    answered.flat_map(|(question, answer)| fields(question, question.id.as_str(), answer)).collect();
                look(eyes, &self.0.path().await).await;
                self.fill(&all, "Save and continue").await;
                assert!(!self.0.has(".govuk-error-summary").await, "{}: {}", pathway.id, self.0.text("main").await);
            }
            if self.0.heading().await == "Check your answers" {
                break;
            }
        }
        if self.0.heading().await != "Check your answers" {
            self.activate("Check your answers").await;
        }
        look(eyes, "check").await;
        self.activate("Send referral").await;
        assert_eq!(self.0.heading().await, "Referral sent", "{}", pathway.id);
        look(eyes, "sent").await;
        self.activate("See this referral").await;
        look(eyes, "referral").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pathway_is_walked_to_sent_by_keyboard_without_scripts_with_the_fewest_answers() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let mut eyes = Eyes::open();
    let mut signed_in = "";
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let (username, _) = walker_of(pathway);
        if signed_in != username {
            browser.let_scripts(true).await;
            browser.client.delete_all_cookies().await.unwrap();
            browser.sign_in(&served, username).await;
            browser.let_scripts(false).await;
            signed_in = username;
        }
        Keys(&browser).walk(pathway, &served.hub.form(pathway).fewest(), &mut eyes).await;
    }
    eyes.assert_nothing_found();
    browser.close().await;
    served.finish().await;
}
