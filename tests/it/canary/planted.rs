//! Every pathway sent by its pages with a word of its own in every field that takes words, by every way through the form;
//! then read, answered, checked and added to.

use std::{collections::BTreeSet, sync::Arc};

use referral_exchange::{
    app::{App, Caller, IdempotencyKey, ListQuery, Sending, Stop, Verdict, raw_from_json},
    domain::{
        code::Code,
        lawful::LegalPick,
        legal::{Basis, Purpose},
        message::Audience,
        parts::PartForm,
        pathway::Pathway,
        question::{Kind, Question},
    },
};
use serde_json::{Value, json};

use crate::support::{
    answers::{Form, Set, inside},
    client::Client,
    files::{attach, pdf},
    hub::Hub,
    walker::{WALKERS, Walk, walker_of},
};

/// What was planted, and where nobody may find it.
#[derive(Default)]
pub struct Planted {
    /// Words of which each stands in one field.
    pub words: Vec<String>,
    /// Addresses, titles and headers on the way.
    pub told: Vec<String>,
}

impl Planted {
    fn word(&mut self, text: &str) -> Value {
        self.words.push(text.to_owned());
        json!(text)
    }

    fn text(&mut self) -> Value {
        self.word(&format!("canary{:05}word", self.words.len()))
    }

    fn digits(&mut self, start: &str, digits: usize) -> Value {
        self.word(&format!("{start}{:0digits$}", 10_000 + self.words.len()))
    }

    /// A day that nobody else has.
    fn day(&mut self) -> String {
        let at = self.words.len();
        let day = format!("{}-{:02}-{:02}", 1930 + at / 300, at / 25 % 12 + 1, at % 25 + 1);
        self.words.push(day.clone());
        day
    }

    /// A day that nobody else has, on which a child was born.
    fn young_day(&mut self) -> String {
        let at = self.words.len();
        let day = format!("{}-{:02}-{:02}", 2010 + at / 300 % 10, at / 25 % 12 + 1, at % 25 + 1);
        self.words.push(day.clone());
        day
    }

    fn part(&mut self, form: PartForm) -> Option<Value> {
        match form {
            PartForm::Line(_) | PartForm::NeededLine(_) => Some(self.text()),
            PartForm::Uprn => Some(self.digits("94", 10)),
            PartForm::Registration => Some(self.digits("CNRY", 6)),
            PartForm::Date => Some(json!(self.day())),
            // A postcode is shorter than any word that is looked for.
            PartForm::Postcode | PartForm::Tick => None,
        }
    }

    /// Puts words into an answer; codes, numbers and "not known" stay.
    fn plant(&mut self, question: &Question, answer: &mut Value) {
        match &question.kind {
            Kind::Text { .. } if answer.is_string() => *answer = self.text(),
            Kind::LongText { min, .. } if answer.is_string() => {
                let word = self.text();
                *answer = json!(format!("{} {}", word.as_str().unwrap(), "and more. ".repeat(min / 10)).trim_end());
            }
            Kind::Email if answer.is_string() => {
                let address = format!("canary{:05}@post.example", self.words.len());
                *answer = self.word(&address);
            }
            Kind::Phone if answer.is_string() => *answer = self.digits("07700", 6),
            Kind::Date(_) if answer.is_string() => *answer = json!(self.day()),
            Kind::Age => *answer = json!({ "born": self.day() }),
            Kind::Group(group) => {
                for item in answer.as_array_mut().unwrap() {
                    for asked in &group.questions {
                        if let Some(answer) = item.get_mut(asked.id.as_str()) {
                            self.plant(asked, answer);
                        }
                    }
                }
            }
            kind if answer.get("not_known").is_none() => {
                for part in kind.parts() {
                    if let Some(word) = self.part(part.form) {
                        answer[part.name] = word;
                    }
                }
            }
            _ => {}
        }
    }

    /// Walks through a pathway with words in everything, and reads it as whoever sent it.
    async fn send(&mut self, client: &Client, pathway: &Pathway, set: &Set) {
        let before = self.words.len();
        let set = self.answers(pathway, set);
        let mut walk = Walk::new(client, pathway);
        let after = walk.send(&set, true).await;
        let read = walk.open(after.trim_end_matches("/sent")).await;
        let mine = self.words[before..].iter().filter(|word| word.starts_with("canary"));
        let unread: Vec<_> = mine.filter(|word| !read.body.contains(*word)).collect();
        assert!(unread.is_empty(), "{}: whoever sent it reads the words: {unread:?} in {:?}", pathway.id, read.words("dd"));
        self.told.append(&mut walk.seen);
        self.told.append(&mut walk.heads);
    }

    fn answers(&mut self, pathway: &Pathway, set: &Set) -> Set {
        let mut set = set.clone();
        for question in pathway.questions() {
            // A day of birth must not contradict that the person is under 18.
            let is_minor = question.minor.as_ref().and_then(|said| set.get(said.as_str())).is_some_and(|said| said == "yes");
            if let Some(answer) = set.get_mut(question.id.as_str()) {
                self.plant(question, answer);
                if is_minor {
                    *answer = json!({ "born": self.young_day() });
                }
            }
        }
        set
    }
}

fn takes_words(question: &Question) -> bool {
    let coded = matches!(question.kind, Kind::Choice(_) | Kind::Many(_) | Kind::YesNo | Kind::Number { .. } | Kind::Money);
    !coded && inside(question).is_none()
}

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

/// Whoever receives something reads all of it and writes on it.
async fn received(app: &Arc<App>, caller: &Caller, planted: &mut Planted) {
    for place in app.queue_places(caller) {
        let query = ListQuery { team: Some(place.team), ..ListQuery::default() };
        for item in app.queue(&app.request(None), caller, &query).await.unwrap().items {
            let reference = item.reference.to_string();
            app.read_referral(&app.request(None), caller, &reference).await.unwrap();
            let text = planted.text();
            let message = (reference.as_str(), Audience::Casework, text.as_str().unwrap());
            // A copy is for information: what is written on it is refused, and stands nowhere either.
            let _ = app.write_message(&app.request(None), caller, &key(app), message).await;
        }
    }
}

/// A notice that is checked first, with the reason of a lawful basis that is not offered, and the words of a stop.
async fn checked(hub: &Hub, planted: &mut Planted) {
    let app = &hub.app;
    let versioned = app.pathways().into_iter().find(|versioned| versioned.pathway.check.is_some()).unwrap();
    let (pathway, form) = (&versioned.pathway, hub.form(&versioned.pathway));
    let party = pathway.check.as_ref().unwrap().party.to_string();
    let mut set = form.example();
    set.insert(party, json!(false));
    set.insert("can_wait".to_owned(), json!("yes"));
    let set = planted.answers(pathway, &set);
    let reason = planted.text().as_str().map(str::to_owned);
    let legal = LegalPick { basis: Basis::Consent, purpose: Purpose::Safeguarding, reason };
    let mut sending = Sending::from(raw_from_json(&json!(set)).unwrap());
    sending.choices.legal = Some(legal);
    let sender = hub.sign_in(walker_of(pathway).0).await;
    let body = json!(set).to_string();
    let receipt = app.submit(&app.request(None), &sender, &key(app), body.as_bytes(), &versioned, sending).await.unwrap().value;
    let lead = hub.sign_in("lena.sample").await;
    let reference = receipt.reference.to_string();
    let text = planted.text().as_str().unwrap().to_owned();
    let stop = Verdict::Stop(Stop { reason: Code::parse("other-help").unwrap(), text });
    app.check(&app.request(None), &lead, &key(app), (&reference, &stop)).await.unwrap();
    assert!(app.read_referral(&app.request(None), &sender, &reference).await.unwrap().answers.is_some());
}

/// Plants words in everything; the hub is served meanwhile.
pub async fn planted(hub: Hub) -> (Hub, Planted) {
    let mut planted = Planted::default();
    let served = hub.serve().await;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        let mut asked: BTreeSet<String> = BTreeSet::new();
        for (username, sender) in WALKERS.into_iter().filter(|(_, kind)| pathway.may_submit(*kind)) {
            let client = Client::new(&served);
            client.sign_in(&served, username).await;
            for set in (Form { sender, ..served.hub.form(pathway) }).covering() {
                let items = set.values().filter_map(Value::as_array).flatten().filter_map(Value::as_object);
                let here: BTreeSet<String> = items.flat_map(Set::keys).chain(set.keys()).cloned().collect();
                if here.is_subset(&asked) {
                    continue;
                }
                asked.extend(here);
                planted.send(&client, pathway, &set).await;
            }
        }
        // Every field that takes words has one in some walk.
        let missing: Vec<_> = served.hub.form(pathway).questions().filter(|(_, question)| takes_words(question)).collect();
        let missing: Vec<_> =
            missing.iter().map(|(_, question)| question.id.as_str()).filter(|id| !asked.contains(*id)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", pathway.id);
    }
    let hub = served.stop().await;
    checked(&hub, &mut planted).await;
    for username in ["erin.hypothetical", "mara.storybook", "paul.figment", "fay.fictional", "nia.imaginary", "iris.makebelieve"]
    {
        let caller = hub.sign_in(username).await;
        received(&hub.app, &caller, &mut planted).await;
    }
    let sender = hub.sign_in("tess.example").await;
    let mine = hub.app.sent(&hub.app.request(None), &sender, &ListQuery::default()).await.unwrap();
    let reference = mine.items[0].reference.to_string();
    let name = planted.text().as_str().unwrap().to_owned() + ".pdf";
    let content = [&pdf(2000)[..], planted.text().as_str().unwrap().as_bytes(), b"\n%%EOF"].concat();
    attach(&hub.app, &sender, &reference, "planted", ("shared", name.as_str(), content.as_slice())).await.unwrap();
    planted.words.push("canary description".to_owned());
    assert!(planted.words.len() > 400, "{}", planted.words.len());
    (hub, planted)
}
