//! What must never reach an agency is given to another that may have it, each answer by itself; and what is said after sending can be
//! kept from an agency as it was at sending. By no door does anybody of that agency get it.

use std::{collections::BTreeSet, sync::Arc};

use referral_exchange::{
    app::{Added, Answered, App, Caller, Error, IdempotencyKey, LogQuery, ReferralView, Said, Saying, answers_to_json, latest},
    domain::{
        action::Action,
        answers::FieldError,
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        ids::TeamId,
        sharing::{AnswerPart, NewShare, ShareTo},
        withheld::Withhold,
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    kept_back::{REFUGE, keep, try_send},
    raw::Raw,
};

const POLICE: &str = "leicestershire-police";
const CITY: &str = "leicester-city-council";
const HAVEN: &str = "3 Canaryhaven Close";

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

async fn send(app: &Arc<App>, caller: &Caller, withhold: Withhold) -> String {
    let form = ("child-exploitation", json!({ "district": "leicester" }));
    let sent = try_send(app, caller, form, withhold).await;
    sent.unwrap_or_else(|error| panic!("{error:?}")).reference.to_string()
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap_or_else(|error| panic!("{error:?}"))
}

/// All that a view says of answers, as sent and as they stand now.
fn words(view: &ReferralView) -> String {
    let additions: Vec<_> = view.additions.iter().map(|added| answers_to_json(&added.answers)).collect();
    let sent = view.answers.as_ref().map(answers_to_json);
    let warned: BTreeSet<&String> = view.warned.iter().collect();
    format!("{sent:?} {} {additions:?} {warned:?}", answers_to_json(&latest(view)))
}

async fn told(app: &App, caller: &Caller, reference: &str) -> String {
    words(&read(app, caller, reference).await)
}

async fn team(hub: &Hub, code: &str) -> TeamId {
    hub.app.store().team_by_code(code).await.unwrap().unwrap().id
}

fn fields<T: std::fmt::Debug>(refused: &Result<T, Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(faults)) => faults.iter().map(FieldError::name).collect(),
        other => panic!("{other:?}"),
    }
}

/// A share on the pathway's own law: with a team, or with a person by name.
async fn sharing(app: &App, caller: &Caller, reference: &str, to: ShareTo) -> NewShare {
    let view = read(app, caller, reference).await;
    let (basis, purpose) = app.own_law(caller, &view).await.unwrap();
    NewShare { to, basis: Some(basis), purpose: Some(purpose), ..NewShare::default() }
}

async fn give(app: &App, caller: &Caller, reference: &str, share: &NewShare) -> Result<Answered<Added>, Error> {
    app.share(&app.request(None), caller, &key(app), (reference, share)).await
}

fn lives_at() -> Vec<QuestionId> {
    vec![QuestionId::parse("lives_at").unwrap()]
}

fn by_name(person: &str) -> ShareTo {
    ShareTo { team: None, person: person.to_owned() }
}

/// Health needs to know where the child is; the police must never. Hana works for health, and in a team of the police.
async fn given_to_a_third(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, keep(&["lives_at"], &[POLICE])).await;
    let nia = hub.sign_in("nia.imaginary").await;
    let view = read(app, &nia, &reference).await;
    assert_eq!(view.shareable_withheld(), [(lives_at()[0].clone(), vec!["Leicestershire Police".to_owned()])]);
    let nursing = ShareTo { team: Some(team(&hub, "community-nursing").await), person: String::new() };
    let (part, _) = view.shareable().iter().next().map(|(id, answer)| (id.clone(), answer.clone())).unwrap();
    let parts = vec![AnswerPart::Answer(part.clone())];

    let fire = ShareTo { team: Some(team(&hub, "fire-prevention").await), person: String::new() };

    // It goes nowhere by itself: neither with the whole nor with its part of the form.
    let whole: Vec<_> = view
        .entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Submission && entry.compartment == CompartmentKind::Shared)
        .map(|entry| entry.id)
        .collect();
    let all = NewShare { entries: whole, ..sharing(app, &nia, &reference, fire.clone()).await };
    let preview = app.preview_share(&app.request(None), &nia, (&reference, &all)).await.unwrap();
    assert!(!words(&preview.view).contains("Canary") && preview.view.withheld.is_empty());

    // Never to them; and not so that one of them could see that something was given and not what.
    let share = NewShare { withheld: lives_at(), parts, ..sharing(app, &nia, &reference, fire).await };
    let to_health = NewShare { to: nursing, ..share.clone() };
    let police = ShareTo { team: Some(team(&hub, "marac-team").await), person: String::new() };
    let wrong = [
        ("to them", NewShare { to: police, ..share.clone() }),
        ("to one of theirs", NewShare { to: by_name("hana.conjured"), ..share.clone() }),
        ("alone, beside one of theirs", NewShare { parts: Vec::new(), ..to_health.clone() }),
        ("what is not withheld", NewShare { withheld: vec![part.clone()], ..share.clone() }),
    ];
    for (what, wrong) in wrong {
        let refused = app.preview_share(&app.request(None), &nia, (&reference, &wrong)).await.map(drop);
        assert_eq!(fields(&refused), ["withheld"], "{what}, before");
        assert_eq!(fields(&give(app, &nia, &reference, &wrong).await), ["withheld"], "{what}");
    }

    let preview = app.preview_share(&app.request(None), &nia, (&reference, &share)).await.unwrap();
    give(app, &nia, &reference, &share).await.unwrap();
    assert!(matches!(give(app, &nia, &reference, &share).await, Err(Error::Conflict(_))), "they have all of it");
    let finn = hub.sign_in("finn.mythical").await;
    let seen = read(app, &finn, &reference).await;
    for view in [&seen, &preview.view] {
        assert!(view.by_share && view.in_part && view.sent_by.0.is_empty() && view.holders.is_empty() && view.desk.is_none());
        assert!(words(view).contains(REFUGE), "{}", words(view));
        let [kept] = &view.withheld[..] else { panic!("marked as what it is: {:?}", view.withheld) };
        assert_eq!((&kept.questions, &kept.from), (&lives_at(), &vec!["Leicestershire Police".to_owned()]));
    }
    assert_eq!(words(&seen), words(&preview.view), "exactly what was previewed");
    let desk = read(app, &nia, &reference).await;
    assert_eq!((&desk.shares[0].withheld, &desk.shares[0].answers), (&lives_at(), &vec![part]));

    // In one team Hugh reads it, and Hana, who works for the police as well, finds no sign of it.
    give(app, &nia, &reference, &to_health).await.unwrap();
    let (hugh, hana) = (hub.sign_in("hugh.pseudo").await, hub.sign_in("hana.conjured").await);
    assert!(told(app, &hugh, &reference).await.contains(REFUGE));
    let beside = read(app, &hana, &reference).await;
    assert!(
        !words(&beside).contains("Canary") && beside.withheld.is_empty() && beside.shares.iter().all(|to| to.withheld.is_empty())
    );

    // Whoever of the police holds a copy is told nothing of it, on screen or on paper.
    let erin = hub.sign_in("erin.hypothetical").await;
    assert!(!told(app, &erin, &reference).await.contains("Canary"));
    let paper = app.print_referral(&app.request(None), &erin, &reference, true).await.unwrap();
    assert!(!words(&paper).contains("Canary"));
    let paper = app.print_referral(&app.request(None), &finn, &reference, true).await;
    assert!(matches!(paper.map(drop), Err(Error::Refused)), "and nobody prints what they were given");
    let mut raw = Raw::owner(&hub).await;
    let barred = "SELECT COALESCE(t.code, g.to_kind) FROM grant_made g JOIN compartment c ON c.id = g.compartment \
         JOIN grant_barred b ON b.compartment = c.id LEFT JOIN team t ON t.id = g.to_id WHERE c.kind = 'share'";
    let mut given = raw.texts(barred).await;
    given.sort();
    assert_eq!(given, ["community-nursing", "fire-prevention"], "sealed apart, for each recipient alone");
    let query = LogQuery { reference: Some(reference.clone()), ..LogQuery::default() };
    let dina = hub.sign_in("dina.proforma").await;
    let items = app.read_log(&app.request(None), &dina, &query).await.unwrap().items;
    assert!(items.iter().all(|item| item.action != Action::Share.code()), "their officer reads of no share");

    // Given by name it can stand alone; each recall takes its own away.
    let alone = NewShare { parts: Vec::new(), to: by_name("hugh.pseudo"), ..share };
    give(app, &nia, &reference, &alone).await.unwrap();
    let shares = read(app, &nia, &reference).await.shares;
    for (at, share) in shares.iter().enumerate() {
        let id = share.id.to_string();
        app.recall_share(&app.request(None), &nia, &key(app), (&reference, &id)).await.unwrap();
        assert_eq!(raw.texts(&format!("{barred} AND g.id IN (SELECT grant_id FROM grant_bytes)")).await.len(), 2 - at);
    }
    let gone = app.read_referral(&app.request(None), &finn, &reference).await;
    assert!(matches!(gone.map(drop), Err(Error::Unseen)));
    assert!(!told(app, &hugh, &reference).await.contains("Canary"), "what is kept apart for health alone is left to him");
    hub.finish().await;
}

/// Where nobody is named, or it was marked later, it is in no share.
async fn in_no_share(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let nia = hub.sign_in("nia.imaginary").await;
    let (silent, marked) =
        (send(app, &tess, keep(&["lives_at"], &[])).await, send(app, &tess, keep(&["lives_at"], &[POLICE])).await);
    let revision = read(app, &tess, &marked).await.referral.revision;
    let later = keep(&["lives_at"], &["leicestershire-partnership-trust"]);
    app.withhold_answers(&app.request(None), &tess, &key(app), (&marked, &later, revision)).await.unwrap();
    for reference in [&silent, &marked] {
        assert!(read(app, &nia, reference).await.shareable_withheld().is_empty());
        let share = NewShare { withheld: lives_at(), ..sharing(app, &nia, reference, by_name("hugh.pseudo")).await };
        assert_eq!(fields(&give(app, &nia, reference, &share).await), ["withheld"]);
    }
    hub.finish().await;
}

/// Changes where the child lives, and keeps it from somebody.
async fn moves(app: &App, caller: &Caller, reference: &str, withhold: &Withhold) -> Result<(), Error> {
    let revision = read(app, caller, reference).await.referral.revision;
    let change = json!({ "lives_at": { "line_1": HAVEN, "town": "Oakham" } });
    let saying = Saying { said: Said::Json(&change), withhold: Some(withhold) };
    let asked = (reference, None, revision);
    app.amend_answers(&app.request(None), caller, &key(app), asked, (saying, change.to_string().as_bytes())).await.map(drop)
}

async fn kept_from_now_on(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, Withhold::default()).await;
    let (nia, erin) = (hub.sign_in("nia.imaginary").await, hub.sign_in("erin.hypothetical").await);
    assert!(told(app, &erin, &reference).await.contains(REFUGE), "they read where the child lived until now");
    read(app, &nia, &reference).await;
    for (what, wrong, field) in [
        ("the desk's own agency", keep(&["lives_at"], &[CITY]), "withhold.from"),
        ("the sender's own agency", keep(&["lives_at"], &["ashgrove-academy"]), "withhold.from"),
        ("no agency", keep(&["lives_at"], &["nobody"]), "withhold.from"),
        ("what is not changed", keep(&["contact_phone"], &[POLICE]), "withhold"),
        ("what everybody must read", keep(&["district"], &[POLICE]), "withhold"),
        ("nothing", keep(&[], &[POLICE]), "withhold"),
    ] {
        assert_eq!(fields(&moves(app, &tess, &reference, &wrong).await), [field], "{what}");
    }
    let said = told(app, &erin, &reference).await;
    let before = (app.unread_notices(&erin).await.unwrap(), said);
    moves(app, &tess, &reference, &keep(&["lives_at"], &[POLICE])).await.unwrap();
    for reader in [&tess, &nia] {
        let view = read(app, reader, &reference).await;
        assert!(words(&view).contains(HAVEN) && words(&view).contains(REFUGE), "both versions stay");
        let [kept] = &view.withheld[..] else { panic!("{:?}", view.withheld) };
        assert_eq!((&kept.questions, &kept.from), (&lives_at(), &vec!["Leicestershire Police".to_owned()]));
        assert!(kept.compartment.is_some());
    }
    // It is sealed by itself; to the police nothing changed, and nobody told them.
    let granted = "SELECT COALESCE(t.code, a.username, g.to_kind) FROM grant_made g JOIN compartment c ON c.id = g.compartment \
         LEFT JOIN team t ON t.id = g.to_id LEFT JOIN account a ON a.id = g.to_id WHERE c.kind = 'withheld' ORDER BY 1";
    assert_eq!(Raw::owner(&hub).await.texts(granted).await, ["city-front-door", "recovery", "tess.example"]);
    let view = read(app, &erin, &reference).await;
    assert!(view.additions.is_empty() && view.withheld.is_empty() && !view.holds_withheld);
    assert_eq!((app.unread_notices(&erin).await.unwrap(), words(&view)), before);
    let paper = app.print_referral(&app.request(None), &nia, &reference, true).await.unwrap();
    assert!(!words(&paper).contains("Canaryhaven") && paper.holds_withheld);
    let officer = hub.sign_in("dina.proforma").await;
    let query = LogQuery { reference: Some(reference.clone()), ..LogQuery::default() };
    let items = app.read_log(&app.request(None), &officer, &query).await.unwrap().items;
    assert!(items.iter().all(|item| item.action != Action::AmendReferral.code()), "nor does their officer read of it");

    // What is said of it later follows it, without being told to; and it can be given to somebody else.
    let revision = read(app, &tess, &reference).await.referral.revision;
    let change = json!({ "lives_at": { "line_1": "4 Canaryhaven Close", "town": "Oakham" } });
    let said = (Said::Json(&change), b"later".as_slice());
    app.amend_answers(&app.request(None), &tess, &key(app), (&reference, None, revision), said).await.unwrap();
    assert!(told(app, &nia, &reference).await.contains("4 Canaryhaven"));
    assert!(!told(app, &erin, &reference).await.contains("Canaryhaven"));
    let share = NewShare { withheld: lives_at(), ..sharing(app, &nia, &reference, by_name("hugh.pseudo")).await };
    give(app, &nia, &reference, &share).await.unwrap();
    let hugh = hub.sign_in("hugh.pseudo").await;
    assert!(told(app, &hugh, &reference).await.contains("4 Canaryhaven"));
    hub.finish().await;
}

/// Answers that were left out and are added, kept from somebody.
async fn added_and_kept(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", json!({ "district": "leicester", "contact_never": null }));
    let reference = try_send(app, &tess, form, Withhold::default()).await.unwrap().reference.to_string();
    let (nia, erin) = (hub.sign_in("nia.imaginary").await, hub.sign_in("erin.hypothetical").await);
    let added = json!({ "contact_never": "the canarymail of the refuge" });
    let raw = referral_exchange::app::raw_from_json(&added).unwrap();
    let withhold = keep(&["contact_never"], &[POLICE]);
    let saying = Saying { said: Said::Read(&raw), withhold: Some(&withhold) };
    let body = added.to_string();
    app.add_answers(&app.request(None), &tess, &key(app), (&reference, "contact"), (saying, body.as_bytes())).await.unwrap();
    assert!(told(app, &nia, &reference).await.contains("canarymail"));
    assert!(!told(app, &erin, &reference).await.contains("canarymail"));
    hub.finish().await;
}

crate::support::on_both! {
    a_withheld_answer_is_given_to_a_third_agency_and_never_to_the_one_named => given_to_a_third,
    what_is_kept_from_nobody_named_or_marked_later_is_in_no_share => in_no_share,
    a_change_says_what_must_never_reach_whom => kept_from_now_on,
    an_addition_says_what_must_never_reach_whom => added_and_kept,
}

/// The same by the doors: pages and API, for whoever shares, whoever gets it, and the agency that never does.
#[tokio::test(flavor = "multi_thread")]
async fn pages_and_api_give_a_withheld_answer_where_it_was_ticked_and_nowhere_else() {
    let hub = Hub::founded(ENGINES[0]).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, keep(&["lives_at"], &[POLICE])).await;
    let served = hub.serve().await;
    let href = format!("/referrals/{reference}");
    let [desk, hugh, erin, sender] = [(); 4].map(|()| Client::new(&served));
    for (client, who) in
        [(&desk, "nia.imaginary"), (&hugh, "hugh.pseudo"), (&erin, "erin.hypothetical"), (&sender, "tess.example")]
    {
        client.sign_in(&served, who).await;
    }
    let form = desk.get(&format!("{href}/share")).await;
    assert!(form.words("#withheld-hint").iter().any(|hint| hint.contains("only if you tick them here")), "{}", form.body);
    assert!(form.words(".govuk-checkboxes__hint").iter().any(|hint| hint == "Never to Leicestershire Police."), "{}", form.body);
    let revision = form.value("revision");
    let csrf = form.token();
    let fields = [
        ("csrf_token", csrf.as_str()),
        ("revision", revision.as_str()),
        ("team", ""),
        ("user", "hugh.pseudo"),
        ("entries", "withheld-lives_at"),
        ("basis", "public-task"),
        ("purpose", "safeguarding"),
        ("reason", "They visit."),
        ("agreement", ""),
    ];
    let preview = desk.post(&format!("{href}/share"), &[&fields[..], &[("step", "preview")][..]].concat()).await;
    assert_eq!(preview.status.as_u16(), 200, "{}", preview.body);
    assert!(preview.body.contains("Canaryrefuge"));
    assert!(
        preview.words("li").iter().any(|line| line.contains("goes along, though it must never get to Leicestershire Police"))
    );
    let token = preview.value("form_token");
    let sent = desk
        .post(&format!("{href}/share"), &[&fields[..], &[("step", "send"), ("form_token", token.as_str())][..]].concat())
        .await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    assert!(desk.get(&href).await.body.contains("Withheld for safety, and given all the same: "));
    for door in [href.clone(), format!("/api/v1{href}")] {
        assert!(hugh.get(&door).await.body.contains("Canaryrefuge"), "{door}");
        for closed in [&door, &format!("{href}/print"), &format!("{href}/access")] {
            assert!(!erin.get(closed).await.body.contains("Canaryrefuge"), "{closed}");
        }
    }

    // Words and files beside it: whoever writes or gives them is warned where they know that something is withheld.
    let hint = "Some answers are withheld from Leicestershire Police.";
    for page in [href.clone(), format!("{href}/files/new"), format!("{href}/casework-access")] {
        assert!(desk.get(&page).await.body.contains(hint), "{page}");
        assert!(!erin.get(&page).await.body.contains(hint), "{page}");
    }
    assert!(sender.get(&format!("{href}/amend/living")).await.body.contains("name=\"withhold_from\""));
    served.finish().await;
}

/// The same change over the API.
#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_over_the_api_says_what_must_never_reach_whom() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, Withhold::default()).await;
    let served = hub.serve().await;
    let tess = crate::api::Client::signed_in(&served, "tess.example").await;
    let erin = crate::api::Client::signed_in(&served, "erin.hypothetical").await;
    let path = format!("/referrals/{reference}");
    let view = tess.json(&path).await;
    let body = json!({
        "answers": { "lives_at": { "line_1": HAVEN, "town": "Oakham" } },
        "revision": view["revision"],
        "withhold": { "answers": ["lives_at"], "from": [POLICE] },
    });
    let made = tess.post(&format!("{path}/amendment")).header("Idempotency-Key", "moved").json(&body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let view: Value = tess.json(&path).await;
    assert_eq!(view["withheld"][0]["from"], json!(["Leicestershire Police"]), "{view}");
    assert!(view.to_string().contains("Canaryhaven") && !erin.json(&path).await.to_string().contains("Canaryhaven"));
    served.finish().await;
}
