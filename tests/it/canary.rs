//! Words that nobody but the entitled may read stand in no file, row, event or line.

use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
};

use referral_exchange::{
    app::{Error, IdempotencyKey, ListQuery, LogQuery, Password, example, raw_from_json},
    domain::{
        action::Action, agency::AgencyKind, answers::Answer, code::QuestionId, draft::Part, enquiry::FormKind, message::Audience,
        pathway::Pathway,
    },
    store::Engine,
    telemetry::{self, Format},
};
use serde_json::json;

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    raw::{Raw, hex},
};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Each free text of the form with a word of its own, and what was typed where a name or password belongs.
struct Canaries {
    answers: Vec<(&'static str, String)>,
    typed: Vec<String>,
}

impl Canaries {
    fn new() -> Self {
        let fields = ["premises_name", "other_use", "responsible_person", "narrative", "opinion", "agency_reference"];
        let word = |field: &str| format!("canary{}", field.replace('_', ""));
        let address = ["canaryline", "canarytown"].map(str::to_owned);
        let answers = fields.iter().map(|field| (*field, word(field))).collect();
        let typed =
            ["canaryusername", "canarypassword", "canary wrong password", "canarycode", "canaryreference", "canarylogactor"];
        Self { answers, typed: typed.map(str::to_owned).into_iter().chain(address).collect() }
    }

    fn words(&self) -> Vec<String> {
        self.answers.iter().map(|(_, word)| word.clone()).chain(self.typed.iter().cloned()).collect()
    }
}

/// A word as it is, in hexadecimal and in each of the ways that base64 can cut it.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut spellings = vec![word.as_bytes().to_vec(), hex(word.as_bytes()).into_bytes()];
    for lead in 0..3_usize {
        let padded = [vec![b' '; lead], word.as_bytes().to_vec()].concat();
        let text = STANDARD.encode(&padded);
        // The ends depend on the neighbours; the middle does not.
        let middle = &text[if lead == 0 { 0 } else { 4 }..padded.len() / 3 * 4];
        if middle.len() >= 12 {
            spellings.push(middle.as_bytes().to_vec());
        }
    }
    spellings
}

/// All spellings of all words, found in one pass, whatever their case.
struct Net(HashMap<Vec<u8>, Vec<(Vec<u8>, String)>>);

/// No word is shorter.
const START: usize = 8;

impl Net {
    fn of(words: &[String]) -> Self {
        let mut net: HashMap<Vec<u8>, Vec<(Vec<u8>, String)>> = HashMap::new();
        for word in words {
            for spelling in spellings(word) {
                let spelling = spelling.to_ascii_lowercase();
                net.entry(spelling[..START].to_vec()).or_default().push((spelling, word.clone()));
            }
        }
        Self(net)
    }

    fn caught(&self, bytes: &[u8]) -> Option<&str> {
        let lower = bytes.to_ascii_lowercase();
        lower.windows(START).enumerate().find_map(|(at, start)| {
            let here = self.0.get(start)?;
            here.iter().find(|(spelling, _)| lower[at..].starts_with(spelling)).map(|(_, word)| word.as_str())
        })
    }

    fn assert_without(&self, place: &str, bytes: &[u8]) {
        assert_eq!(self.caught(bytes), None, "{place}");
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

/// A whole story in which every secret and personal word is used; gives those words.
async fn story(hub: &Hub) -> Vec<String> {
    let canaries = Canaries::new();
    let mut words = canaries.words();
    let app = &hub.app;
    let (sender, cookie) = hub.person("tess.example").sign_in(app).await.unwrap();
    words.push(cookie.to_string());
    words.push(sender.csrf_token());
    let receipt = send(app, &sender, "canary", |answers| {
        answers["premises_use"] = json!("other");
        for (field, word) in &canaries.answers {
            answers[*field] = json!(format!("a {word} b"));
        }
        let address = &mut answers["premises_address"];
        assert!(address.is_object(), "{address}");
        for (part, word) in [("line_1", "canaryline"), ("town", "canarytown")] {
            assert!(address[part].is_string(), "{address}");
            address[part] = json!(word);
        }
    })
    .await;
    let reference = receipt.reference.to_string();
    app.sent(&app.request(None), &sender, &ListQuery::default()).await.unwrap();
    let triager = hub.sign_in("theo.invented").await;
    app.queue(&app.request(None), &triager, &ListQuery::default()).await.unwrap();
    let view = app.read_referral(&app.request(None), &triager, &reference).await.unwrap();
    let shown = format!("{:?}", view.answers.as_ref().map(referral_exchange::domain::answers::Answers::is_empty));
    assert_eq!(shown, "Some(false)");

    enquiry(hub, &mut words).await;
    let request = app.request(Some("192.0.2.7".parse().unwrap()));
    let wrong = [
        ("canaryusername", "canarypassword"),
        ("tess.example", "canary wrong password"),
        ("canary username's", "canarypassword"),
    ];
    for (username, password) in wrong {
        let refused = app.sign_in(&request, username, Password::typed(password.to_owned()), "000000").await;
        assert!(matches!(refused, Err(Error::Credentials)));
    }
    hub.clock.advance(std::time::Duration::from_secs(31));
    let request = app.request(None);
    let right = Password::typed(hub.person("tess.example").password.clone());
    assert!(app.sign_in(&request, "tess.example", right, "canarycode").await.is_err());
    assert!(app.authenticate(&request, "canarycookie").await.is_err());
    assert!(app.read_referral(&request, &sender, "canaryreference").await.is_err());
    let officer = hub.sign_in("dora.madeup").await;
    let query = LogQuery { actor: Some("canarylogactor".into()), action: Some(Action::ReadReferral), ..LogQuery::default() };
    app.read_log(&app.request(None), &officer, &query).await.unwrap();
    app.sequence().await.unwrap();

    for person in &hub.people {
        words.push(person.password.clone());
        words.push(person.totp_secret.clone());
    }
    words.push("canarycookie".to_owned());
    words.push("AGE-SECRET-KEY-1".to_owned());
    words
}

/// A question in which nobody is named, answered, and a referral made of it by way of a draft.
async fn enquiry(hub: &Hub, words: &mut Vec<String>) {
    let app = &hub.app;
    let (asker, mara) = (hub.sign_in("tess.example").await, hub.sign_in("mara.storybook").await);
    let form = app.form("marac", FormKind::Enquiry).unwrap();
    let body = example(&form.pathway, AgencyKind::Education, app.now().uk_date());
    let mut answers = body["answers"].clone();
    answers["advice_worry"] = json!("a canaryworry b");
    let key = |text: &str| IdempotencyKey::parse(text).unwrap();
    let raw = raw_from_json(&answers).unwrap();
    let sent = app.submit(&app.request(None), &asker, &key("ask"), b"ask", &form, raw).await.unwrap().value;
    let reference = sent.reference.to_string();
    app.read_referral(&app.request(None), &mara, &reference).await.unwrap();
    let answer = (&*reference, Audience::Shared, "a canaryanswer b");
    app.write_message(&app.request(None), &mara, &key("answer"), answer).await.unwrap();
    let carry = |pathway: &Pathway, _: bool, carried: &[(QuestionId, Answer)]| {
        let text = carried.iter().find_map(|(id, answer)| match answer {
            Answer::Text(text) => Some((id.to_string(), text.clone())),
            _ => None,
        });
        let section = pathway.section_of(&QuestionId::parse("narrative").unwrap()).unwrap().id.to_string();
        vec![Part { section, fields: text.into_iter().collect() }]
    };
    let begun = app.refer_from_enquiry(&app.request(None), &asker, &key("refer"), (&reference, false), carry).await.unwrap();
    let draft = app.read_draft(&app.request(None), &asker, &begun.value.to_string()).await.unwrap();
    assert!(draft.fields().iter().any(|(_, value)| value == "a canaryworry b"), "the words are carried over");
    words.extend(["canaryworry".to_owned(), "canaryanswer".to_owned()]);
}

/// What the database holds, column by column, as its owner reads it.
async fn every_cell_is_clean(hub: &Hub, net: &Net) {
    let mut raw = Raw::owner(hub).await;
    // A word that stands in the clear on purpose: were it not caught, nothing would be.
    let (control, mut caught, mut cells) = (Net::of(&["tess.example".to_owned()]), 0, 0);
    for table in raw.schema().await.into_keys() {
        for row in raw.rows(&format!("SELECT * FROM {table}")).await {
            for cell in row {
                cells += 1;
                net.assert_without(&table, &cell.bytes());
                caught += usize::from(control.caught(&cell.bytes()).is_some());
            }
        }
    }
    assert!(cells > 2000 && caught > 0, "{cells}, {caught}");
}

/// On one thread, so that every line of ours goes to the writer that listens.
async fn words_stay_within(engine: Engine) {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = telemetry::subscriber(Format::Json, "trace", move || writer.clone()).unwrap();
    let listening = tracing::subscriber::set_default(subscriber);
    tracing::info!("listening");
    let hub = Hub::founded(engine).await;
    let words = story(&hub).await;
    assert!(words.len() > 30);
    let net = Net::of(&words);
    every_cell_is_clean(&hub, &net).await;

    // The files as they stand, write-ahead log and keys included, and again once the hub has closed its database.
    let before = files(hub.folder.path());
    if engine == Engine::Sqlite {
        assert!(
            before.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()),
            "the write-ahead log is looked at"
        );
    }
    for (name, bytes) in before {
        net.assert_without(&name, &bytes);
    }
    let folder = hub.folder.path().to_owned();
    hub.app.sequence().await.unwrap();
    hub.app.close().await.unwrap();
    for (name, bytes) in files(&folder) {
        net.assert_without(&name, &bytes);
    }
    hub.abandon().await;
    drop(listening);
    let lines = captured.0.lock().unwrap().clone();
    assert!(Net::of(&["listening".to_owned()]).caught(&lines).is_some(), "lines were captured");
    net.assert_without("the lines for the operator", &lines);
}

#[tokio::test]
async fn words_stay_within_sqlite() {
    words_stay_within(ENGINES[0]).await;
}

#[tokio::test]
async fn words_stay_within_postgres() {
    words_stay_within(ENGINES[1]).await;
}

#[test]
fn a_word_is_found_however_it_is_spelt() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let net = Net::of(&["canarypremisesname".to_owned()]);
    for lead in 0..5 {
        let text = [vec![b'x'; lead], b"canarypremisesname".to_vec(), b"yz".to_vec()].concat();
        for spelt in [text.clone(), STANDARD.encode(&text).into_bytes(), hex(&text).into_bytes()] {
            assert!(net.caught(&spelt).is_some(), "{lead}");
        }
    }
    assert!(net.caught(b"a CanaryPremisesName b").is_some());
    assert!(net.caught(b"canary premises name").is_none() && net.caught(b"").is_none());
}
