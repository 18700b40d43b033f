//! What is learnt after sending: whoever must be told of it then is told, and who is involved is written to nobody involved.

use referral_exchange::{
    app::{Added, Answered, App, Caller, Error, IdempotencyKey, NoticeQuery, Said, Verdict, flags},
    domain::{code::QuestionId, notice::NoticeCode, referral::ReferralState, withheld::Withhold},
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    kept_back::try_send,
    notice::{self, read, with},
};

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

async fn amend(app: &App, caller: &Caller, reference: &str, answers: &Value) -> Result<Answered<Added>, Error> {
    let revision = app.read_referral(&app.request(None), caller, reference).await.unwrap().referral.revision;
    let body = answers.to_string();
    let said = (Said::Json(answers), body.as_bytes());
    app.amend_answers(&app.request(None), caller, &key(app), (reference, None, revision), said).await
}

async fn opens(app: &App, caller: &Caller, reference: &str) -> bool {
    match app.read_referral(&app.request(None), caller, reference).await {
        Ok(view) => view.answers.is_some(),
        Err(Error::Unseen) => false,
        Err(error) => panic!("{error:?}"),
    }
}

/// Whether somebody was told of it for information, and whether it could not wait.
async fn copied(app: &App, caller: &Caller) -> Vec<bool> {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.iter().filter(|view| view.code == NoticeCode::Copied).map(|view| view.urgent).collect()
}

/// A child turns out to have been placed by another council, whatever the day.
async fn placed_by_another(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    for (missing, for_today) in [(false, false), (true, true)] {
        let tess = hub.sign_in("tess.example").await;
        let said = json!({
            "district": "leicester", "danger_now": false, "missing_now": missing, "safe_tonight": "safe",
            "care": "away", "placed_by": "leicester",
        });
        let sent = try_send(app, &tess, ("child-exploitation", said), Withhold::default()).await.unwrap();
        let reference = sent.reference.to_string();
        // Who leads Rutland's front door also works for the team that covers, and has it from the start where it is for today.
        let rory = hub.sign_in("rory.whimsy").await;
        let holds = async || {
            let view = app.read_referral(&app.request(None), &tess, &reference).await.unwrap();
            view.holders.iter().any(|holder| holder.name.starts_with("Rutland"))
        };
        assert!(!holds().await && opens(app, &rory, &reference).await == for_today, "{missing}");
        let before = copied(app, &rory).await.len();
        amend(app, &tess, &reference, &json!({ "placed_by": "rutland" })).await.unwrap();
        let view = app.read_referral(&app.request(None), &rory, &reference).await.unwrap();
        assert_eq!((view.referral.urgency == "today", view.answers.is_some()), (for_today, true));
        assert!(holds().await, "{missing}");
        let told = copied(app, &rory).await;
        assert_eq!((told.len() - before, told.contains(&true)), (1, for_today), "told, and at once only what cannot wait");
        // The team that has it is told of the change as of any, and the first council keeps what it was given.
        let nia = hub.sign_in("nia.imaginary").await;
        assert!(opens(app, &nia, &reference).await);
        let page = app.notices(&app.request(None), &nia, &NoticeQuery::default()).await.unwrap();
        assert!(page.items.iter().any(|view| view.code == NoticeCode::Amended), "{missing}");
    }
    hub.finish().await;
}

/// While it is being checked nothing is changed, so that nobody is told past the check.
async fn while_it_is_checked(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = notice::send(app, &tess, &with(&json!({ "lead_party": false }))).await;
    assert_eq!(receipt.state, ReferralState::Checking);
    let reference = receipt.reference.to_string();
    let early = amend(app, &tess, &reference, &json!({ "child": true })).await;
    assert!(matches!(early, Err(Error::Refused)), "{early:?}");
    let iris = hub.sign_in("iris.makebelieve").await;
    assert!(!opens(app, &iris, &reference).await && copied(app, &iris).await.is_empty());
    let lena = hub.sign_in("lena.sample").await;
    app.check(&app.request(None), &lena, &key(app), (&reference, &Verdict::Pass)).await.unwrap();
    assert!(!opens(app, &iris, &reference).await, "it is about no child");
    let tess = hub.sign_in("tess.example").await;
    amend(app, &tess, &reference, &json!({ "child": true })).await.unwrap();
    assert!(opens(app, &iris, &reference).await && copied(app, &iris).await == [false]);
    hub.finish().await;
}

/// Who is involved of those who receive it, or checks it, is nothing to write to those who have it.
async fn involved(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = notice::send(app, &tess, &with(&json!({ "lead_party": { "not_known": "not-known" } }))).await;
    let reference = receipt.reference.to_string();
    for (name, answer) in
        [("involved", json!(true)), ("lead_party", json!(true)), ("involved", json!({ "not_known": "not-known" }))]
    {
        for others in [json!({}), json!({ "account": "And more." })] {
            let mut change = others;
            change[name] = answer.clone();
            let refused = amend(app, &tess, &reference, &change).await;
            let Err(Error::Invalid(errors)) = refused else { panic!("{name}: {refused:?}") };
            assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), [name]);
            assert!(errors[0].message.contains("Send it anew and say so there"), "{}", errors[0].message);
        }
    }
    // What stood is no change, and everything else is changed as before.
    amend(app, &tess, &reference, &json!({ "account": "And more.", "involved": false })).await.unwrap();
    let view = read(app, &tess, &receipt).await.unwrap();
    let said: Vec<_> =
        view.additions.iter().flat_map(|added| added.answers.iter()).map(|(id, _)| id.as_str().to_owned()).collect();
    assert_eq!(said, ["account"]);
    hub.finish().await;
}

/// That somebody removed may be a victim stands above everything else, whenever it is learnt.
async fn a_victim(engine: Engine) {
    const FLAG: &str = "The person may be a victim or a witness. Stop, check nothing more, and decide Stopped.";
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    let pathway = app.pathway("foreign-national-offender").unwrap();
    let body = referral_exchange::app::example(
        &pathway.pathway,
        referral_exchange::domain::agency::AgencyKind::Police,
        app.request(None).at.uk_date(),
    );
    let raw = referral_exchange::app::raw_from_json(&body["answers"]).unwrap();
    let sent = app.submit(&app.request(None), &quinn, &key(app), body.to_string().as_bytes(), &pathway, raw).await.unwrap();
    let reference = sent.value.reference.to_string();
    let paul = hub.sign_in("paul.figment").await;
    let flagged = async |caller: &Caller| flags(&app.read_referral(&app.request(None), caller, &reference).await.unwrap());
    assert!(!flagged(&paul).await.contains(&FLAG.to_owned()));
    amend(app, &quinn, &reference, &json!({ "harm_signs": "not-sure" })).await.unwrap();
    assert!(flagged(&paul).await.contains(&FLAG.to_owned()), "{:?}", flagged(&paul).await);
    let question = QuestionId::parse("harm_signs").unwrap();
    let at = pathway.pathway.flags.iter().position(|flag| flag.when.questions().contains(&&question));
    assert!(matches!(at, Some(0..=1)), "near the top: {at:?}");
    hub.finish().await;
}

crate::support::on_both! {
    whoever_must_be_told_of_what_is_learnt_later_is_told_on_any_day => placed_by_another,
    nobody_is_told_past_the_check_and_everybody_after_it => while_it_is_checked,
    who_is_involved_is_never_written_to_those_who_have_it_already => involved,
    what_may_be_a_victim_or_a_witness_is_flagged_whenever_it_is_learnt => a_victim,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_for_changes_asks_nobody_who_is_involved_and_says_what_to_do_instead() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", json!({}));
    let sent = try_send(&hub.app, &tess, form, Withhold::default()).await.unwrap();
    let served = hub.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let at = format!("/referrals/{}/amend", sent.reference);
    let page = client.get(&format!("{at}/about-this-referral")).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.body.contains("name=\"second_contact\"") && !page.body.contains("name=\"conflict"), "{}", page.body);
    assert!(page.body.contains("Send it anew and say so where the form asks"), "{}", page.body);
    let other = client.get(&format!("{at}/sharing")).await;
    assert!(other.status.as_u16() == 200 && !other.body.contains("Send it anew and say so"), "{}", other.body);
    served.finish().await;
}
