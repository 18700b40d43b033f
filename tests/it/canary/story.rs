//! A whole story of signing in, sending, reading and being refused, with a word of its own for whatever is typed.

use referral_exchange::{
    app::{Caller, Declined, Error, IdempotencyKey, ListQuery, LogQuery, Password, ReferralView, example, raw_from_json},
    domain::{
        action::Action,
        agency::AgencyKind,
        answers::Answer,
        code::QuestionId,
        compartment::EntryKind,
        draft::Part,
        enquiry::FormKind,
        message::Audience,
        pathway::Pathway,
        sharing::{NewShare, ShareTo},
    },
};
use serde_json::json;

use crate::support::{acts::send, hub::Hub};

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

/// A whole story in which every secret and personal word is used; gives those words.
pub async fn story(hub: &Hub) -> Vec<String> {
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

    shared_on(hub, (&triager, &view), &mut words).await;
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

/// The answers shared with another team, read there and recalled; another share that is not made.
async fn shared_on(hub: &Hub, (triager, view): (&Caller, &ReferralView), words: &mut Vec<String>) {
    let app = &hub.app;
    let reference = view.referral.reference.to_string();
    let key = |text: &str| IdempotencyKey::parse(text).unwrap();
    let (basis, purpose) = app.own_law(triager, view).await.unwrap();
    let team = hub.person("hugh.pseudo").team_id;
    let share = NewShare {
        to: ShareTo { team: Some(team), person: String::new() },
        entries: view.entries.iter().filter(|entry| entry.kind == EntryKind::Submission).map(|entry| entry.id).collect(),
        basis: Some(basis),
        purpose: Some(purpose),
        reason: "a canarysharing b".to_owned(),
        ..NewShare::default()
    };
    let made = app.share(&app.request(None), triager, &key("share"), (&reference, &share)).await.unwrap().value;
    let hugh = hub.sign_in("hugh.pseudo").await;
    assert!(app.read_referral(&app.request(None), &hugh, &reference).await.unwrap().answers.is_some());
    app.recall_share(&app.request(None), triager, &key("recall"), (&reference, &made.id)).await.unwrap();
    let declined = Declined { team: Some(team), reason: "a canarydeclined b".to_owned() };
    app.decline_to_share(&app.request(None), triager, &key("decline"), (&reference, &declined)).await.unwrap();
    words.extend(["canarysharing".to_owned(), "canarydeclined".to_owned()]);
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
