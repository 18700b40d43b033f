//! What must never reach an agency: by no door of the exchange does anybody of it get the answer, or learn that there is one.

use std::sync::Arc;

use referral_exchange::{
    app::{
        App, Caller, Error, IdempotencyKey, ListQuery, LogQuery, Receipt, Redirection, ReferralView, Said, answers_to_json,
        example, latest,
    },
    domain::{
        agency::AgencyKind,
        answers::FieldError,
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        ids::TeamId,
        sharing::{NewShare, ShareTo},
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
    walker::Walk,
};

const POLICE: &str = "leicestershire-police";
const CITY: &str = "leicester-city-council";
const COUNTY: &str = "leicestershire-county-council";

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).unwrap()
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn send(app: &Arc<App>, caller: &Caller, form: (&str, Value), withhold: Withhold) -> String {
    let sent = try_send(app, caller, form, withhold).await;
    sent.unwrap_or_else(|error| panic!("{error:?}")).reference.to_string()
}

const fn exploitation() -> &'static str {
    "child-exploitation"
}

async fn read(app: &App, caller: &Caller, reference: &str) -> ReferralView {
    app.read_referral(&app.request(None), caller, reference).await.unwrap_or_else(|error| panic!("{error:?}"))
}

/// All that somebody reads of answers, as sent and as they stand now.
async fn told(app: &App, caller: &Caller, reference: &str) -> String {
    let view = read(app, caller, reference).await;
    let additions: Vec<_> = view.additions.iter().map(|added| answers_to_json(&added.answers)).collect();
    format!("{} {} {additions:?}", answers_to_json(view.answers.as_ref().unwrap()), answers_to_json(&latest(&view)))
}

fn fields(refused: &Result<Receipt, Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(faults)) => faults.iter().map(FieldError::name).collect(),
        other => panic!("{other:?}"),
    }
}

async fn team(hub: &Hub, code: &str) -> TeamId {
    hub.app.store().team_by_code(code).await.unwrap().unwrap().id
}

async fn never_to_an_agency(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = (exploitation(), json!({ "district": "leicester" }));
    let reference = send(app, &tess, form, keep(&["lives_at"], &[POLICE])).await;

    // The team that receives it and whoever sent it read the answer, and for whom it is not meant.
    let nia = hub.sign_in("nia.imaginary").await;
    for reader in [&tess, &nia] {
        let view = read(app, reader, &reference).await;
        assert!(told(app, reader, &reference).await.contains(REFUGE));
        assert_eq!(view.withheld.len(), 1);
        assert_eq!(
            (view.withheld[0].questions.as_slice(), view.withheld[0].from.as_slice()),
            (&[id("lives_at")][..], &["Leicestershire Police".to_owned()][..])
        );
    }
    // The police get a copy, and neither the answer nor a sign that there is one.
    let erin = hub.sign_in("erin.hypothetical").await;
    let view = read(app, &erin, &reference).await;
    assert!(view.answers.is_some() && view.withheld.is_empty() && !view.holds_withheld);
    assert!(view.entries.iter().all(|entry| entry.compartment != CompartmentKind::Withheld));
    assert!(!told(app, &erin, &reference).await.contains("Canary"));
    let hub_team = team(&hub, "exploitation-hub").await;
    let query = ListQuery { team: Some(hub_team), ..ListQuery::default() };
    let line = app.queue(&app.request(None), &erin, &query).await.unwrap().items.remove(0);
    assert!(!line.headline.unwrap().contains("Canary"));

    // It is cryptography: no key of the compartment is wrapped to anybody of theirs.
    let granted = "SELECT COALESCE(t.code, a.username, g.to_kind) FROM grant_made g JOIN compartment c ON c.id = g.compartment \
         LEFT JOIN team t ON t.id = g.to_id LEFT JOIN account a ON a.id = g.to_id WHERE c.kind = 'withheld' ORDER BY 1";
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.texts(granted).await, ["city-front-door", "recovery", "tess.example"]);
    // Their officer reads in the log that it was sent and opened, and not that part of it was opened by itself.
    let reads = async |officer: &str| {
        let officer = hub.sign_in(officer).await;
        let query = LogQuery { reference: Some(reference.clone()), ..LogQuery::default() };
        let items = app.read_log(&app.request(None), &officer, &query).await.unwrap().items;
        items.iter().filter(|item| item.action == "read-referral" && item.actor.as_deref() == Some("nia.imaginary")).count()
    };
    let (city, police) = (reads("dev.specimen").await, reads("dina.proforma").await);
    assert_eq!(city, 2 * police, "each opening of the part is an event of its own");
    hub.finish().await;
}

async fn colleagues(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    // Nobody knows the area: the hub receives it. Iris works there, and for the county.
    let form = (exploitation(), json!({ "district": { "not_known": "not-known" } }));
    let reference = send(app, &tess, form, keep(&["lives_at"], &[COUNTY])).await;
    let erin = hub.sign_in("erin.hypothetical").await;
    assert!(told(app, &erin, &reference).await.contains(REFUGE));
    let iris = hub.sign_in("iris.makebelieve").await;
    let view = read(app, &iris, &reference).await;
    assert!(view.withheld.is_empty() && !view.holds_withheld);
    assert!(!told(app, &iris, &reference).await.contains("Canary"), "her team's key would open it; the rule does not");
    hub.finish().await;
}

/// Somebody from whom part of it is kept passes it on: they are shown nothing, and refused nothing, by which they could tell.
async fn colleagues_pass_it_on(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = || (exploitation(), json!({ "district": { "not_known": "not-known" }, "danger_now": true }));
    let reference = send(app, &tess, form(), keep(&["lives_at"], &[COUNTY])).await;
    let plain = send(app, &tess, form(), Withhold::default()).await;
    // From the city as well, of which she knows as little.
    let both = send(app, &tess, form(), keep(&["lives_at"], &[COUNTY, CITY])).await;
    let (erin, iris) = (hub.sign_in("erin.hypothetical").await, hub.sign_in("iris.makebelieve").await);
    let offered = async |caller: &Caller, reference: &str| {
        let view = read(app, caller, reference).await;
        let places = app.destinations(caller, &view.referral).await.unwrap();
        places.into_iter().map(|place| (place.pathway.map(|course| course.version), place.team.name)).collect::<Vec<_>>()
    };
    assert_eq!(offered(&iris, &reference).await, offered(&iris, &plain).await, "no sign of it");
    assert_eq!(offered(&iris, &both).await, offered(&iris, &plain).await, "nor of what is kept from others");
    let county = |places: &[(Option<String>, String)]| places.iter().any(|(_, name)| name.starts_with("County"));
    assert!(county(&offered(&erin, &plain).await) && !county(&offered(&erin, &reference).await), "others are not led astray");
    let pass_on = async |name: &str, pathway: Option<&str>, to: &str| {
        let revision = read(app, &iris, &reference).await.referral.revision;
        let (team, pathway) = (Some(team(&hub, to).await), pathway.map(str::to_owned));
        let redirection = Redirection { team, pathway, text: "It is theirs.".to_owned(), revision };
        app.redirect_referral(&app.request(None), &iris, &key(name), (&reference, &redirection)).await.unwrap();
    };
    let left = format!(
        "SELECT t.code FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id JOIN compartment c ON c.id = g.compartment \
         JOIN team t ON t.id = g.to_id JOIN referral r ON r.id = g.referral \
         WHERE c.kind = 'withheld' AND r.reference = '{reference}' ORDER BY 1"
    );
    pass_on("stays", Some("child-exploitation-information"), "exploitation-hub").await;
    assert!(told(app, &erin, &reference).await.contains(REFUGE), "where it stays the desk keeps what it was granted");
    pass_on("county", None, "county-front-door").await;
    assert!(Raw::owner(&hub).await.texts(&left).await.is_empty(), "nobody holds the address alone, without the rest");
    let told = told(app, &iris, &reference).await;
    assert!(!told.contains("Canary"), "{told}");
    hub.finish().await;
}

async fn half_is_not_sent(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = || (exploitation(), json!({ "district": "leicester" }));
    let refused = try_send(app, &tess, form(), keep(&["lives_at"], &[CITY])).await;
    assert_eq!(fields(&refused), ["withhold.from"]);
    let Err(Error::Invalid(faults)) = &refused else { panic!("{refused:?}") };
    assert!(faults[0].message.contains("City children's front door") && faults[0].message.contains("leave these answers out"));
    for (what, wrong, field) in [
        ("a school of their own", keep(&["lives_at"], &["ashgrove-academy"]), "withhold.from"),
        ("no agency", keep(&["lives_at"], &["nobody"]), "withhold.from"),
        ("no answer", keep(&[], &[POLICE]), "withhold"),
        ("an answer that all must read", keep(&["district"], &[POLICE]), "withhold"),
        ("no question", keep(&["nothing"], &[POLICE]), "withhold"),
    ] {
        let refused = try_send(app, &tess, form(), wrong).await;
        assert_eq!(fields(&refused), [field], "{what}");
    }
    // In the county's front door one leads, with a place in a team of the police, and one does not work the queue.
    let blaby = || (exploitation(), json!({ "district": "blaby" }));
    let refused = try_send(app, &tess, blaby(), keep(&["lives_at"], &[POLICE])).await;
    assert_eq!(fields(&refused), ["withhold.from"], "nobody of the desk could read it");
    let count: i64 = Raw::owner(&hub).await.texts("SELECT reference FROM referral").await.len().try_into().unwrap();
    assert_eq!(count, 0, "nothing was sent");
    hub.finish().await;
}

async fn by_name(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    // Somebody of the city is involved: a few people receive it by name, of whom one works for the city.
    let form = (exploitation(), json!({ "district": "leicester", "conflict": true, "conflict_who": "An officer of the city" }));
    let reference = send(app, &tess, form, keep(&["lives_at"], &[CITY])).await;
    let iris = hub.sign_in("iris.makebelieve").await;
    assert!(told(app, &iris, &reference).await.contains(REFUGE));
    let nia = hub.sign_in("nia.imaginary").await;
    assert!(!told(app, &nia, &reference).await.contains("Canary"));
    hub.finish().await;
}

async fn never_on_paper(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = (exploitation(), json!({ "district": "leicester" }));
    // Nobody is named: it is kept from paper and from shares alone.
    let reference = send(app, &tess, form, keep(&["lives_at"], &[])).await;
    let nia = hub.sign_in("nia.imaginary").await;
    for who in ["erin.hypothetical", "nia.imaginary"] {
        let who = hub.sign_in(who).await;
        assert!(told(app, &who, &reference).await.contains(REFUGE));
        for apart in [false, true] {
            let paper = app.print_referral(&app.request(None), &who, &reference, apart).await.unwrap();
            assert!(paper.holds_withheld && paper.withheld.is_empty());
            assert!(!answers_to_json(paper.answers.as_ref().unwrap()).to_string().contains("Canary"));
        }
    }
    let view = read(app, &nia, &reference).await;
    let sent: Vec<_> = view.entries.iter().filter(|entry| entry.kind == EntryKind::Submission).collect();
    assert_eq!(sent.len(), 2);
    let (basis, purpose) = app.own_law(&nia, &view).await.unwrap();
    let to = ShareTo { team: Some(team(&hub, "community-nursing").await), person: String::new() };
    let share =
        |entries: Vec<_>| NewShare { to: to.clone(), entries, basis: Some(basis), purpose: Some(purpose), ..NewShare::default() };
    let of = |wanted| sent.iter().filter(|entry| entry.compartment == wanted).map(|entry| entry.id).collect::<Vec<_>>();
    let all = share(sent.iter().map(|entry| entry.id).collect());
    let refused = app.share(&app.request(None), &nia, &key("all"), (&reference, &all)).await;
    assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "entries"), "{refused:?}");
    let some = share(of(CompartmentKind::Shared));
    let preview = app.preview_share(&app.request(None), &nia, (&reference, &some)).await.unwrap();
    assert!(
        !answers_to_json(preview.view.answers.as_ref().unwrap()).to_string().contains("Canary"),
        "nor does the preview say so"
    );
    app.share(&app.request(None), &nia, &key("some"), (&reference, &some)).await.unwrap();
    let hugh = hub.sign_in("hugh.pseudo").await;
    assert!(!told(app, &hugh, &reference).await.contains("Canary"));
    hub.finish().await;
}

async fn changed_later(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = (exploitation(), json!({ "district": "leicester" }));
    let reference = send(app, &tess, form, keep(&["lives_at"], &[POLICE])).await;
    let nia = hub.sign_in("nia.imaginary").await;
    let erin = hub.sign_in("erin.hypothetical").await;
    let revision = read(app, &nia, &reference).await.referral.revision;
    let notices = async |caller: &Caller| app.unread_notices(caller).await.unwrap();
    read(app, &erin, &reference).await;
    let before = notices(&erin).await;
    let change = json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } });
    let (key, body) = (key("moved"), change.to_string());
    let said = (Said::Json(&change), body.as_bytes());
    app.amend_answers(&app.request(None), &tess, &key, (&reference, None, revision), said).await.unwrap();
    assert!(told(app, &nia, &reference).await.contains("Canaryhaven"));
    assert!(!told(app, &erin, &reference).await.contains("Canary"), "what it is changed to is kept like what it was");
    assert_eq!(notices(&erin).await, before, "nobody hears of a change that they cannot see");
    hub.finish().await;
}

async fn groups_and_desks(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, ("marac", with_children()), keep(&["lives_at", "children"], &[CITY])).await;
    let mara = hub.sign_in("mara.storybook").await;
    let shown = told(app, &mara, &reference).await;
    for word in ["Canaryrefuge", "Canaryschool", "Canaryaunt"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let revision = read(app, &mara, &reference).await.referral.revision;
    let pass_on = async |name: &str, to: &str, revision| {
        let redirection =
            Redirection { team: Some(team(&hub, to).await), pathway: None, text: "It is theirs.".to_owned(), revision };
        app.redirect_referral(&app.request(None), &mara, &key(name), (&reference, &redirection)).await
    };
    let refused = pass_on("city", "city-front-door", revision).await;
    assert!(matches!(&refused, Err(Error::Invalid(faults)) if faults[0].name() == "team"), "{refused:?}");
    pass_on("county", "county-front-door", revision).await.unwrap();
    let iris = hub.sign_in("iris.makebelieve").await;
    assert_eq!(read(app, &iris, &reference).await.withheld[0].from, ["Leicester City Council"]);
    for word in ["Canaryrefuge", "Canaryschool", "Canaryaunt"] {
        assert!(told(app, &iris, &reference).await.contains(word), "the new desk gets what it was granted: {word}");
    }
    // Of the first desk nothing is left; and what everybody reads holds the children without where they are.
    let left = "SELECT t.code FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id JOIN compartment c ON c.id = g.compartment \
         JOIN team t ON t.id = g.to_id WHERE c.kind = 'withheld' ORDER BY 1";
    assert_eq!(Raw::owner(&hub).await.texts(left).await, ["county-front-door"]);
    let paper = app.print_referral(&app.request(None), &iris, &reference, true).await.unwrap();
    let children = answers_to_json(paper.answers.as_ref().unwrap())["children"].clone();
    assert!(children[0].get("school").is_none() && children[0].as_object().is_some_and(|child| !child.is_empty()), "{children}");
    hub.finish().await;
}

/// Answers of a household with a child.
fn with_children() -> Value {
    json!({
        "children_known": "yes",
        "children": [{
            "child": { "not_known": "not-known" }, "child_age": { "not_known": "not-known" },
            "school": "Canaryschool Primary", "child_where": "with Canaryaunt",
        }],
    })
}

crate::support::on_both! {
    an_agency_never_gets_what_is_kept_from_it_nor_a_sign_of_it => never_to_an_agency,
    who_works_for_such_an_agency_in_the_team_of_another_is_refused_by_rule => colleagues,
    whoever_is_refused_a_part_passes_it_on_without_a_sign_and_without_the_part => colleagues_pass_it_on,
    half_a_referral_is_not_sent => half_is_not_sent,
    of_those_who_receive_by_name_none_of_such_an_agency_reads_it => by_name,
    what_is_kept_back_is_on_no_paper_and_in_no_share => never_on_paper,
    an_answer_that_is_kept_back_stays_so_when_it_changes => changed_later,
    a_new_desk_gets_what_is_kept_back_and_never_one_of_such_an_agency => groups_and_desks,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_and_no_call_gives_an_agency_what_is_kept_from_it() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let app = &served.hub.app;
    let tess = served.hub.sign_in("tess.example").await;
    let form = (exploitation(), json!({ "district": "leicester" }));
    let reference = send(app, &tess, form, keep(&["lives_at"], &[POLICE])).await;
    let doors = [
        format!("/referrals/{reference}"),
        format!("/referrals/{reference}/print?apart=yes"),
        format!("/referrals/{reference}/access"),
        format!("/api/v1/referrals/{reference}"),
        "/queue?view=team".to_owned(),
        "/notices".to_owned(),
        "/shared".to_owned(),
    ];
    let erin = Client::new(&served);
    erin.sign_in(&served, "erin.hypothetical").await;
    for door in &doors {
        let page = erin.get(door).await;
        assert!([200, 403].contains(&page.status.as_u16()), "{door}: {}", page.status);
        let said = page.body.to_lowercase();
        for word in ["canary", "withheld", "lives_at"] {
            assert!(!said.contains(word), "{door} says {word}");
        }
    }
    let nia = Client::new(&served);
    nia.sign_in(&served, "nia.imaginary").await;
    let page = nia.get(&doors[0]).await;
    assert!(page.body.contains("Canaryrefuge"));
    assert!(page.body.contains("This is withheld for safety: never to Leicestershire Police; not for paper, and shared onward only where it is ticked by itself."));
    let paper = nia.get(&doors[1]).await;
    assert!(paper.words(".app-off-paper")[0].contains("Some answers are withheld for safety. They are never printed"));
    assert!(!paper.body.contains("Canary") && !paper.words(".app-paper")[0].contains("withheld"), "the paper does not say so");
    let told: Value = serde_json::from_str(&nia.get(&doors[3]).await.body).unwrap();
    assert_eq!(told["withheld"], json!([{ "answers": ["lives_at"], "from": ["Leicestershire Police"] }]));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_before_sending_asks_what_must_never_reach_whom() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let app = &served.hub.app;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let pathway = app.pathway(exploitation()).unwrap();
    let pathway = &pathway.pathway;
    let mut body = example(pathway, AgencyKind::Education, app.now().uk_date());
    body["answers"]["district"] = json!("leicester");
    body["answers"]["lives_at"] = json!({ "line_1": REFUGE, "town": "Leicester" });
    let mut walk = Walk::new(&client, pathway);
    let answers = body["answers"].as_object().unwrap().clone();
    let draft = walk.begin(&answers).await;
    let check = walk.fill_all(&draft, &answers, false).await;
    let page = client.get(&check).await;
    let labels = page.words("details .govuk-checkboxes__label");
    for label in ["Lives at", "Leicestershire Police"] {
        assert!(labels.iter().any(|known| known.contains(label)), "{label}: {labels:?}");
    }
    assert!(!labels.iter().any(|label| label.contains("Ashgrove")), "the own agency reads what it wrote");
    let post = async |more: &[(&str, &str)]| {
        let csrf = client.get(&format!("{draft}/check")).await.token();
        let all: Vec<_> = std::iter::once(("csrf_token", csrf.as_str())).chain(more.iter().copied()).collect();
        client.post(&format!("{draft}/send"), &all).await
    };
    let refused = post(&[("withhold", "lives_at"), ("withhold_from", CITY)]).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.words(".govuk-error-summary__list a")[0].starts_with("City children's front door receives this"));
    assert!(refused.body.contains(&format!("value=\"{CITY}\" checked")), "what was ticked stays, in sight");
    assert_eq!(refused.words("details[open] summary"), ["Keep an address, school or contact from somebody"]);
    let sent = post(&[("withhold", "lives_at"), ("withhold_from", POLICE)]).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    let page = client.get(sent.location()).await;
    assert!(page.words("ul li").iter().any(|line| {
        line.ends_with("never to Leicestershire Police; not for paper, and shared onward only where it is ticked by itself.")
    }));
    served.finish().await;
}
