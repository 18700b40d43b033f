//! Agencies come in by the hub's operator, each with its first administrator; and the operator still reaches nothing.

use referral_exchange::{
    app::{App, Caller, Error, FirstPerson, NewAgency, RecoveryRecipient},
    domain::{
        account::AccountState,
        agency::AgencyKind,
        ids::AgencyId,
        text::{AgencyName, PersonName, TeamName, Username},
    },
    store::Engine,
};
use serde_json::{Value, json};

use crate::{
    api::{Client as Api, problem},
    support::{
        client::Client,
        hub::{ENGINES, Hub},
        newcomer::key,
    },
};

fn agency(app: &App, code: &str, username: &str) -> NewAgency {
    NewAgency {
        code: code.to_owned(),
        name: AgencyName::parse("Wolds Housing").unwrap(),
        kind: AgencyKind::Housing,
        recovery: RecoveryRecipient::parse(&app.recipient_without_secret()).unwrap(),
        administrator: FirstPerson {
            username: Username::parse(username).unwrap(),
            name: PersonName::parse("Wanda Fancied").unwrap(),
            phone: None,
            team: (format!("{code}-office"), TeamName::parse("Wolds office").unwrap()),
        },
    }
}

async fn let_in(app: &App, by: &Caller, new: &NewAgency) -> Result<Option<String>, Error> {
    let made = app.let_in(&app.request(None), by, &key(app), new).await?;
    Ok(made.value.code.map(|code| code.to_string()))
}

async fn from_operator_to_administrator(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let otis = hub.sign_in("otis.mirage").await;
    let new = agency(app, "wolds-housing", "wanda.fancied");
    let code = let_in(app, &otis, &new).await.unwrap().unwrap();

    // One code, one user name, one team: each is told, and of a refused agency nothing stays.
    let before = app.enrolled_agencies(&app.request(None), &otis).await.unwrap();
    for other in [
        agency(app, "wolds-housing", "wilma.fancied"),
        agency(app, "other-housing", "wanda.fancied"),
        NewAgency { code: "third-housing".to_owned(), ..agency(app, "wolds-housing", "wilma.fancied") },
    ] {
        assert!(matches!(let_in(app, &otis, &other).await, Err(Error::Conflict(_))), "{}", other.code);
    }
    assert_eq!(app.enrolled_agencies(&app.request(None), &otis).await.unwrap(), before);

    let seen = before.iter().find(|agency| agency.code == "wolds-housing").unwrap();
    assert_eq!((seen.kind, seen.recovery_fingerprint.len()), (AgencyKind::Housing, 39));
    assert_eq!(seen.administrators, [("Wanda Fancied".to_owned(), AccountState::Invited)]);

    // Another code makes the first worthless; an agency with an administrator gets none from the operator.
    let again = app.invite_administrator(&app.request(None), &otis, &key(app), seen.id).await.unwrap().value;
    assert_eq!(Some(again.user), seen.waits_for);
    let stale = app.take_up_invitation(&app.request(None), "wanda.fancied", &code).await;
    assert!(matches!(stale, Err(Error::Credentials)), "{stale:?}");
    app.take_up_invitation(&app.request(None), "wanda.fancied", again.code.unwrap().as_str()).await.unwrap();
    let fire = before.iter().find(|agency| agency.code == "leicestershire-fire").unwrap_or(&before[0]);
    let refused = app.invite_administrator(&app.request(None), &otis, &key(app), fire.id).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    let nowhere = app.invite_administrator(&app.request(None), &otis, &key(app), AgencyId::from_bytes([7; 16])).await;
    assert!(matches!(nowhere, Err(Error::Unseen)));

    // Nobody else lets in, looks, or makes codes; and the operator looks after nobody.
    for username in ["adam.notional", "tess.example", "theo.invented"] {
        let caller = hub.sign_in(username).await;
        assert!(matches!(let_in(app, &caller, &agency(app, "x-housing", "x.fancied")).await, Err(Error::Refused)), "{username}");
        assert!(matches!(app.enrolled_agencies(&app.request(None), &caller).await, Err(Error::Refused)), "{username}");
        let refused = app.invite_administrator(&app.request(None), &caller, &key(app), seen.id).await;
        assert!(matches!(refused, Err(Error::Refused)), "{username}");
    }
    let otis = hub.sign_in("otis.mirage").await;
    let ways = app.ways(&otis);
    assert!(ways.agencies && !ways.people && !ways.sent && !ways.queue && !ways.log);
    assert!(matches!(app.people(&app.request(None), &otis, (None, None)).await, Err(Error::Refused)));
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lets_an_agency_in_on_the_page_and_its_administrator_joins() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let otis = Client::new(&served);
    otis.sign_in(&served, "otis.mirage").await;
    let list = otis.get("/agencies").await;
    assert!(list.heading() == "Agencies of the partnership" && list.body.contains("Leicestershire Police"), "{}", list.body);
    assert!(!list.body.contains("/invite"), "every agency of the partnership has an administrator");
    let recipient = served.hub.app.recipient_without_secret();
    let fields = [
        ("name", "Wolds Housing"),
        ("code", "wolds-housing"),
        ("recovery", recipient.as_str()),
        ("kind", "housing"),
        ("person", "Wanda Fancied"),
        ("username", "wanda.fancied"),
        ("phone", ""),
        ("team", "Wolds office"),
        ("team_code", "wolds-office"),
    ];
    let send = async |changed: (&'static str, &'static str)| {
        let (action, hidden) = otis.get("/agencies/add").await.last_form();
        let changed = fields.map(|(name, value)| (name, if name == changed.0 { changed.1 } else { value }));
        let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        otis.post(&action, &[&hidden[..], &changed[..]].concat()).await
    };
    for (field, value, words) in [
        ("recovery", "age1nonsense", "Enter the recipient that the agency made"),
        ("kind", "", "Choose what it is in law"),
        ("code", "leicestershire-police", "Choose another code: an agency has this one"),
        ("username", "tess.example", "Choose another user name"),
        ("team_code", "marac-team", "Choose another code: a team has this one"),
    ] {
        let page = send((field, value)).await;
        assert!(page.status.as_u16() == 422 && page.body.contains(words), "{field}: {}", page.body);
    }
    let made = send(("", "")).await;
    assert!(made.status.as_u16() == 200 && made.heading() == "An invitation for Wanda Fancied", "{}", made.body);
    let code = made.words("dd.app-secret").pop().unwrap();
    let list = otis.get("/agencies").await;
    assert!(list.body.contains("Wanda Fancied (has not joined yet)") && list.body.contains("Wolds Housing"), "{}", list.body);
    let invite = list.last_form();
    let hidden: Vec<_> = invite.1.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let again = otis.post(&invite.0, &hidden).await;
    assert_eq!(again.heading(), "An invitation for wanda.fancied");
    assert_ne!(again.words("dd.app-secret").pop().unwrap(), code);

    let tess = Client::new(&served);
    tess.sign_in(&served, "tess.example").await;
    assert_eq!(tess.get("/agencies").await.status.as_u16(), 403);
    assert!(!tess.get("/").await.body.contains("href=\"/agencies\""));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agencies_come_in_over_the_api_and_a_repeated_answer_has_no_code() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let otis = Api::signed_in(&served, "otis.mirage").await;
    let body = json!({
        "name": "Wolds Housing", "code": "wolds-housing", "kind": "housing",
        "recovery": served.hub.app.recipient_without_secret(),
        "administrator": { "name": "Wanda Fancied", "username": "wanda.fancied", "team": "Wolds office", "team_code": "wolds-office" },
    });
    let posts = async |path: &str, key: &str, body: &Value| {
        otis.post(path).header("Idempotency-Key", key).json(body).send().await.unwrap()
    };
    let made = posts("/agencies", "wolds", &body).await;
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    assert_eq!((made["username"].as_str(), made["code"].as_str().map(str::len)), (Some("wanda.fancied"), Some(23)));
    let again = posts("/agencies", "wolds", &body).await;
    assert_eq!((again.status().as_u16(), again.headers()["Idempotency-Replayed"].to_str().unwrap()), (201, "true"));
    assert_eq!(again.json::<Value>().await.unwrap()["code"], Value::Null);
    problem(posts("/agencies", "other", &body).await, 409, "conflict").await;
    for (field, value) in [("kind", "kingdom"), ("code", "W"), ("recovery", "age1nonsense")] {
        let mut wrong = body.clone();
        wrong[field] = json!(value);
        problem(posts("/agencies", "wrong", &wrong).await, 400, "malformed").await;
    }
    let list = otis.json("/agencies").await;
    let wolds = list["items"].as_array().unwrap().iter().find(|item| item["code"] == "wolds-housing").unwrap();
    assert_eq!(wolds["administrators"], json!([{ "name": "Wanda Fancied", "state": "invited" }]));
    let path = format!("/agencies/{}/invite", wolds["id"].as_str().unwrap());
    let second: Value = posts(&path, "second", &json!({})).await.json().await.unwrap();
    assert!(second["code"].is_string() && second["code"] != made["code"]);
    let tess = Api::signed_in(&served, "tess.example").await;
    problem(tess.get("/agencies").send().await.unwrap(), 403, "refused").await;
    served.finish().await;
}

crate::support::on_both! {
    an_agency_comes_in_whole_or_not_at_all_and_its_first_code_can_be_made_again => from_operator_to_administrator,
}
