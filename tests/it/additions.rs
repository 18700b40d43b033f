//! Adding after sending: by the referrer, sealed to the same people, shown with who and when; nothing sent before is changed.

use referral_exchange::{
    app::{Added, Answered, App, Caller, Choices, Error, IdempotencyKey, Receipt},
    domain::{
        action::Action,
        answers::{RawAnswer, RawAnswers},
        code::QuestionId,
        relation::Relation,
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    acts::send,
    client::{Client, Page},
    hub::{ENGINES, Hub},
    kept_back::try_send_chosen,
    notice::{self, read},
    raw::Raw,
};

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).unwrap()
}

async fn add(app: &App, caller: &Caller, reference: &str, key: &str, answers: &[(&str, &str)]) -> Result<Answered<Added>, Error> {
    let raw: RawAnswers = answers.iter().map(|(name, text)| (id(name), RawAnswer::Text((*text).to_owned()))).collect();
    let key = IdempotencyKey::parse(key).unwrap();
    let body = format!("{answers:?}");
    app.add_answers(&app.request(None), caller, &key, (reference, "seen"), (&raw, body.as_bytes())).await
}

/// Who added what, as one caller is shown it.
async fn shown(app: &App, caller: &Caller, reference: &str) -> Vec<(String, String)> {
    let view = app.read_referral(&app.request(None), caller, reference).await.unwrap();
    let question = view.pathway.pathway.question(&id("opinion")).unwrap();
    let words = |answers: &referral_exchange::domain::answers::Answers| {
        answers.get(&id("opinion")).map(|answer| answer.words(question)).unwrap_or_default()
    };
    view.additions.iter().map(|addition| (addition.from.clone(), words(&addition.answers))).collect()
}

async fn left_out(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let without = |answers: &mut Value| drop(answers.as_object_mut().unwrap().remove("opinion"));
    let reference = send(app, &tess, "added", without).await.reference.to_string();

    assert!(!add(app, &tess, &reference, "one", &[("opinion", "It was worse inside.")]).await.unwrap().replayed);
    assert!(add(app, &tess, &reference, "one", &[("opinion", "It was worse inside.")]).await.unwrap().replayed);
    let theo = hub.sign_in("theo.invented").await;
    for reader in [&tess, &theo] {
        let added = [("Tess Example".to_owned(), "It was worse inside.".to_owned())];
        assert_eq!(shown(app, reader, &reference).await, added);
        let view = app.read_referral(&app.request(None), reader, &reference).await.unwrap();
        assert!(view.answers.unwrap().get(&id("opinion")).is_none(), "what was sent stays as it was");
    }
    // Answered once, it is not asked again; what was sent cannot be said anew; nothing at all is nothing to add.
    for answers in [&[("opinion", "Other")][..], &[("narrative", "Other")], &[("opinion", "  ")], &[]] {
        let refused = add(app, &tess, &reference, "again", answers).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    // The receiving team asks; it does not answer for the sender. Strangers see nothing to add to.
    let refused = add(app, &theo, &reference, "theirs", &[("opinion", "Ours")]).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    let omar = hub.sign_in("omar.placeholder").await;
    assert!(matches!(add(app, &omar, &reference, "theirs", &[("opinion", "Ours")]).await, Err(Error::Unseen)));
    hub.finish().await;
}

/// Adds to the notice, whose one section may not follow.
async fn tell(app: &App, caller: &Caller, receipt: &Receipt, key: &str, answers: &[(&str, &str)]) -> Result<Added, Error> {
    let raw: RawAnswers = answers.iter().map(|(name, text)| (id(name), RawAnswer::Text((*text).to_owned()))).collect();
    let (key, body) = (IdempotencyKey::parse(key).unwrap(), format!("{answers:?}"));
    let at = (&*receipt.reference.to_string(), "all");
    app.add_answers(&app.request(None), caller, &key, at, (&raw, body.as_bytes())).await.map(|answered| answered.value)
}

/// What was added, as one caller reads it: the words of one question, in order.
async fn added(app: &App, caller: &Caller, receipt: &Receipt, question: &str) -> Vec<String> {
    let view = read(app, caller, receipt).await.unwrap();
    let asked = view.pathway.pathway.question(&id(question)).unwrap();
    view.additions.iter().filter_map(|addition| Some(addition.answers.get(&id(question))?.words(asked))).collect()
}

async fn sealed_apart(engine: Engine) {
    const APART: &str = "SELECT COALESCE(t.code, a.username, g.to_kind) FROM grant_made g JOIN compartment c ON c.id = g.compartment \
         LEFT JOIN team t ON t.id = g.to_id LEFT JOIN account a ON a.id = g.to_id WHERE c.kind = 'restricted' ORDER BY 1";
    const WHERE: &str = "SELECT c.kind FROM entry e JOIN compartment c ON c.id = e.compartment WHERE e.kind = 'addition'";
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = notice::send(app, &tess, &notice::with(&json!({ "informant": "canaryfirst" }))).await;
    let before = Raw::owner(&hub).await.texts(APART).await;
    assert_eq!(before, ["force-intelligence", "tess.example"]);

    // A category that nothing was said of yet gets a compartment of its own; nothing of it goes into the shared one.
    tell(app, &tess, &receipt, "health", &[("health", "canaryhealth")]).await.unwrap();
    let health = Raw::owner(&hub).await.texts(APART).await;
    assert_eq!(health, ["force-intelligence", "health-safeguarding", "tess.example", "tess.example"]);
    assert_eq!(added(app, &tess, &receipt, "health").await, ["canaryhealth"]);
    let petra = hub.sign_in("petra.phantom").await;
    let view = read(app, &petra, &receipt).await.unwrap();
    assert!(view.additions.is_empty() && view.entries.iter().all(|entry| entry.compartment.code() == "shared"));
    let cass = hub.sign_in("cass.nominal").await;
    assert!(added(app, &cass, &receipt, "health").await.is_empty(), "another category's team");
    let hana = hub.sign_in("hana.conjured").await;
    assert_eq!(added(app, &hana, &receipt, "health").await, ["canaryhealth"], "the team that the pathway names");
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.texts(WHERE).await, ["restricted"]);

    // Said once, it is not said anew; and nobody but its sender adds to it.
    for (caller, name) in [(&tess, "informant"), (&tess, "health")] {
        let again = tell(app, caller, &receipt, "again", &[(name, "canaryother")]).await;
        assert!(matches!(again, Err(Error::Invalid(_))), "{again:?}");
    }
    let refused = tell(app, &hana, &receipt, "theirs", &[("health", "canaryother")]).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    hub.finish().await;
}

async fn by_the_deputy(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let lena = hub.person("lena.sample").user;
    app.choose_deputy(&app.request(None), &tess, Some(lena)).await.unwrap();
    let mut answers = notice::plain();
    answers.as_object_mut().unwrap().remove("district");
    // Her deputy is the safeguarding lead, who is no party; it is for today, and so not checked first.
    answers["lead_party"] = false.into();
    answers["danger_now"] = true.into();
    let receipt = notice::send(app, &tess, &answers).await;
    let lena = hub.sign_in("lena.sample").await;
    let view = read(app, &lena, &receipt).await.unwrap();
    assert_eq!(view.relation, Relation::Deputy);
    assert!(view.actions.contains(&Action::AddToReferral));
    tell(app, &lena, &receipt, "where", &[("district", "blaby")]).await.unwrap();
    let petra = hub.sign_in("petra.phantom").await;
    assert_eq!(added(app, &petra, &receipt, "district").await, ["Blaby"]);
    let view = read(app, &petra, &receipt).await.unwrap();
    assert_eq!(view.additions[0].from, "Lena Sample");
    // What is sealed apart is the sender's own to add.
    let refused = tell(app, &lena, &receipt, "source", &[("informant", "canary")]).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    hub.finish().await;
}

crate::support::on_both! {
    what_is_sealed_apart_is_added_to_its_own_compartment => sealed_apart,
    a_deputy_adds_what_is_not_sealed_apart => by_the_deputy,
    what_was_left_out_is_added_by_the_referrer_and_read_by_both => left_out,
}

async fn post_from(client: &Client, address: &str, form: &Page, text: &str) -> Page {
    let (csrf, token) = (form.token(), form.value("form_token"));
    client.post(address, &[("csrf_token", &csrf), ("form_token", &token), ("opinion", text)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_after_sending_leads_to_what_can_be_added() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let sent = client.refer(&[]).await;
    let page = client.get(&sent).await;
    let address = sent.replace("/sent", "/add/seen");
    assert!(page.body.contains(&address), "{}", page.body);
    let form = client.get(&address).await;
    assert!(form.body.contains("name=\"opinion\"") && !form.body.contains("name=\"narrative\""));
    let nothing = post_from(&client, &address, &form, "").await;
    assert_eq!(nothing.status.as_u16(), 422);
    assert!(nothing.words(".govuk-error-summary__list a").contains(&"Answer at least one question".to_owned()));
    // Posted after the session ended, it is kept and offered, and nothing is added by that.
    served.hub.clock.advance(std::time::Duration::from_mins(20));
    let kept = post_from(&client, &address, &form, "It was worse inside.").await;
    assert!(kept.location().starts_with("/sign-in?kept=1&next="), "{}", kept.location());
    client.sign_in(&served, "tess.example").await;
    let offer = client.get(&address).await;
    assert!(offer.words(".app-kept").contains(&"You typed: It was worse inside.".to_owned()), "{}", offer.body);
    let id = offer.value("kept");
    let form = client.get(&format!("{address}?kept={id}&use=opinion")).await;
    assert_eq!((form.words("textarea"), form.value("kept")), (vec!["It was worse inside.".to_owned()], id.clone()));
    assert!(!client.get(&sent.replace("/sent", "")).await.body.contains("Added by"));
    // A form of an earlier session is given back at once, and nothing is added by that either.
    let old = post_from(&client, &address, &nothing, "It was worse inside.").await;
    let hidden = old.hidden();
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let again = client.post("/drafts/resume", &fields).await;
    assert!(again.status.as_u16() == 200 && again.body.contains("It was worse inside."), "{}", again.body);
    let (csrf, token) = (form.token(), form.value("form_token"));
    let fields = [("csrf_token", csrf.as_str()), ("form_token", &token), ("kept", &id), ("opinion", "It was worse inside.")];
    let added = client.post(&address, &fields).await;
    assert_eq!(Raw::owner(&served.hub).await.count("SELECT COUNT(*) FROM entry_kept_bytes").await, 0);
    let referral = client.get(added.location()).await;
    assert!(referral.body.contains("Added by Tess Example on") && referral.body.contains("It was worse inside."));
    assert!(!referral.body.contains("/add/seen"), "answered, it is not asked again");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_of_a_question_stands_where_it_is_added_as_on_the_form() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let pathway = hub.app.pathway("child-exploitation").unwrap();
    let later = || pathway.pathway.sections.iter().filter(|section| section.later);
    let left_out = later().flat_map(|section| &section.questions).map(|question| (question.id.to_string(), Value::Null));
    let form = ("child-exploitation", left_out.collect::<serde_json::Map<_, _>>().into());
    let receipt = try_send_chosen(&hub.app, &tess, form, Choices::default()).await.unwrap();
    let served = hub.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let mut helped = 0;
    for section in later() {
        let page = client.get(&format!("/referrals/{}/add/{}", receipt.reference, section.id)).await;
        if page.status.as_u16() == 404 {
            continue;
        }
        let hints = page.words(".govuk-hint");
        // What hangs on no other answer is asked at once.
        for question in section.questions.iter().filter(|question| question.show_when.is_none()) {
            assert!(page.body.contains(&format!("name=\"{}", question.id)) || question.kind.code() == "file", "{}", question.id);
            let Some(hint) = &question.hint else { continue };
            let said = hint.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(hints.contains(&said), "{}: {said:?} is not among {hints:?}", question.id);
            helped += 1;
        }
    }
    assert!(helped >= 3, "{helped}");
    served.finish().await;
}
