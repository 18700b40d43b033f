//! Deputies: what they send stays with whoever wrote it, and nobody who may be involved is one.

use std::{sync::Arc, time::Duration};

use referral_exchange::{
    app::{App, Caller, Error, Hands, IdempotencyKey, ListQuery, Receipt, answers_to_json, raw_from_json},
    domain::{draft::Part, enquiry::FormKind, reference::Reference, relation::Relation},
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    hub::{ENGINES, Hub},
    notice::{self, NOTICE, answers, read, send, with},
};

/// Begins a draft of the test's notice, with one section saved.
async fn begin(app: &App, caller: &Caller) -> Reference {
    let key = IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
    let part = Part { section: "all".to_owned(), fields: vec![("account".to_owned(), "words".to_owned())] };
    app.start_draft(&app.request(None), caller, &key, ((NOTICE, FormKind::Referral), &part)).await.unwrap().value
}

/// Sends a draft with these answers, whatever it holds.
async fn send_draft(app: &Arc<App>, caller: &Caller, reference: Reference, answers: &Value) -> Result<Receipt, Error> {
    let read = |_: &_| raw_from_json(answers);
    app.send_draft(&app.request(None), caller, reference, read).await.map(|answered| answered.value)
}

/// Answers that are for today, so that nobody checks them first.
fn urgent() -> Value {
    with(&json!({ "danger_now": true, "lead_party": false, "informant": "canaryinformant" }))
}

async fn with_deputy(engine: Engine) -> (Hub, Caller, Caller) {
    let hub = notice::founded(engine).await;
    let tess = hub.sign_in("tess.example").await;
    hub.app.choose_deputy(&hub.app.request(None), &tess, Some(hub.person("lena.sample").user)).await.unwrap();
    let lena = hub.sign_in("lena.sample").await;
    (hub, tess, lena)
}

async fn stays(engine: Engine) {
    let (hub, tess, lena) = with_deputy(engine).await;
    let app = &hub.app;
    let reference = begin(app, &tess).await;
    let receipt = send_draft(app, &lena, reference, &urgent()).await.unwrap();

    let by_author = read(app, &tess, &receipt).await.unwrap();
    assert_eq!(
        (by_author.relation, by_author.deputy.as_ref().map(|deputy| &*deputy.name)),
        (Relation::Referrer, Some("Lena Sample"))
    );
    assert_eq!(answers_to_json(by_author.answers.as_ref().unwrap())["informant"], "canaryinformant");
    let list = app.sent(&app.request(None), &tess, &ListQuery::default()).await.unwrap().items;
    assert_eq!(list.iter().map(|item| item.reference).collect::<Vec<_>>(), [reference], "it stays in the author's list");

    let by_sender = read(app, &lena, &receipt).await.unwrap();
    assert_eq!((by_sender.relation, by_sender.sent_by.0.as_str()), (Relation::Deputy, "Tess Example"));
    assert!(answers(app, &lena, &receipt).await.get("informant").is_none(), "what is kept apart stays with who wrote it");
    hub.finish().await;
}

/// What a person reads under My referrals: each reference, by how they hold it.
async fn listed(app: &App, caller: &Caller, query: &ListQuery) -> (Vec<(Reference, Hands)>, Option<String>) {
    let page = app.sent(&app.request(None), caller, query).await.unwrap();
    (page.items.into_iter().map(|item| (item.reference, item.hands)).collect(), page.next)
}

async fn lists(engine: Engine) {
    let (hub, tess, lena) = with_deputy(engine).await;
    let app = &hub.app;
    let all = ListQuery::default();
    let none = listed(app, &lena, &all).await;
    assert_eq!(none, (Vec::new(), None), "nothing before anything is sent");
    // Sent as her deputy; sent by herself; and one that he may be a party to, which he holds nothing of.
    let first = begin(app, &tess).await;
    send_draft(app, &lena, first, &urgent()).await.unwrap();
    hub.clock.advance(Duration::from_secs(5));
    let second = send(app, &tess, &urgent()).await.reference;
    hub.clock.advance(Duration::from_secs(5));
    let party = with(&json!({ "danger_now": true, "lead_party": true, "informant": "canaryinformant" }));
    let hidden = send(app, &tess, &party).await.reference;
    hub.clock.advance(Duration::from_secs(5));
    let own = send(app, &lena, &urgent()).await.reference;

    let hands = |author: Option<&str>, sender: Option<&str>| Hands {
        author: author.map(str::to_owned),
        sender: sender.map(str::to_owned),
    };
    let (tess_is, lena_is) = ("Tess Example", "Lena Sample");
    let expected =
        vec![(own, Hands::default()), (second, hands(Some(tess_is), Some(tess_is))), (first, hands(Some(tess_is), None))];
    assert_eq!(listed(app, &lena, &all).await, (expected.clone(), None));
    let expected_of_author = vec![(hidden, Hands::default()), (second, Hands::default()), (first, hands(None, Some(lena_is)))];
    assert_eq!(listed(app, &tess, &all).await, (expected_of_author, None));

    // Page by page it is the same list: nothing twice, nothing left out.
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let (page, next) = listed(app, &lena, &ListQuery { cursor, limit: Some(1), ..ListQuery::default() }).await;
        found.extend(page);
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
    // Another of the partnership, who is nobody's deputy.
    let paul = hub.sign_in("paul.figment").await;
    assert_eq!(listed(app, &paul, &all).await, (Vec::new(), None));
    hub.finish().await;
}

async fn wrote_it_too(engine: Engine) {
    let (hub, tess, lena) = with_deputy(engine).await;
    let app = &hub.app;
    let reference = begin(app, &tess).await;
    let part = Part { section: "all".to_owned(), fields: vec![("informant".to_owned(), "somebody".to_owned())] };
    app.save_draft(&app.request(None), &lena, (&reference.to_string(), 1), &part).await.unwrap();
    let receipt = send_draft(app, &lena, reference, &urgent()).await.unwrap();
    for caller in [&tess, &lena] {
        assert_eq!(answers(app, caller, &receipt).await["informant"], "canaryinformant", "{}", caller.username().as_str());
    }
    hub.finish().await;
}

/// A case that goes by name: on the sender's side whoever wrote it and whoever sent it.
async fn by_name(engine: Engine) {
    let (hub, tess, lena) = with_deputy(engine).await;
    let app = &hub.app;
    let reference = begin(app, &tess).await;
    let answers = with(&json!({ "involved": true, "lead_party": false }));
    let receipt = send_draft(app, &lena, reference, &answers).await.unwrap();
    assert_eq!(read(app, &tess, &receipt).await.unwrap().relation, Relation::Referrer);
    assert_eq!(read(app, &lena, &receipt).await.unwrap().relation, Relation::Deputy);
    hub.finish().await;
}

async fn parties(engine: Engine) {
    let (hub, tess, lena) = with_deputy(engine).await;
    let app = &hub.app;
    for party in [json!(true), json!({ "not_known": "not-known" })] {
        let answers = with(&json!({ "lead_party": party }));
        let receipt = send(app, &tess, &answers).await;
        assert!(matches!(read(app, &lena, &receipt).await, Err(Error::Unseen)), "who may be a party holds nothing: {answers}");
        let reference = begin(app, &tess).await;
        let refused = send_draft(app, &lena, reference, &answers).await;
        let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors[0].field.as_str(), "lead_party", "nor sends it");
        let receipt = send_draft(app, &tess, reference, &answers).await.unwrap();
        assert!(matches!(read(app, &lena, &receipt).await, Err(Error::Unseen)));
    }
    hub.finish().await;
}

crate::support::on_both! {
    what_a_deputy_sends_stays_with_whoever_wrote_it => stays,
    what_a_deputy_sent_or_can_open_stands_in_their_list => lists,
    a_deputy_keeps_what_they_wrote_themselves => wrote_it_too,
    a_case_by_name_that_a_deputy_sends_is_seen_by_its_author => by_name,
    a_lead_who_may_be_a_party_is_no_deputy => parties,
}
