//! Who receives a referral, and who holds what of it: a test for each rule, on both databases.

use std::collections::BTreeSet;

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use referral_exchange::{
    app::{
        Caller, Choices, Error, IdempotencyKey, ListQuery, LogQuery, Receipt, ReferralView, Sending, Verdict, example,
        raw_from_json,
    },
    domain::{
        action::Action,
        agency::AgencyKind,
        answers::Answers,
        draft::Part,
        enquiry::FormKind,
        grant::GrantReason,
        ids::UserId,
        lawful::LegalPick,
        legal::{Basis, Purpose},
        message::Audience,
        pathway::Pathway,
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        relation::Relation,
        validate::examine,
    },
    store::Engine,
};
use serde_json::json;

use crate::support::{
    files::{attach, pdf},
    hub::{ENGINES, Hub},
    newcomer,
    notice::{self, answers, plain, read, send, try_send, with},
    raw::Raw,
};

/// Who holds what of the one referral, as the grants say: kind of compartment, kind of holder, the holder's name, why.
async fn grants(hub: &Hub) -> BTreeSet<(String, String, String)> {
    const SQL: &str = "SELECT c.kind, COALESCE(t.code, a.username, g.to_kind), g.reason FROM grant_made g \
         JOIN compartment c ON c.id = g.compartment LEFT JOIN team t ON t.id = g.to_id LEFT JOIN account a ON a.id = g.to_id \
         WHERE c.kind <> 'draft'";
    let rows = Raw::owner(hub).await.rows(SQL).await;
    let cell = |row: &[crate::support::raw::Cell], at: usize| row[at].shown();
    rows.iter().map(|row| (cell(row, 0), cell(row, 1), cell(row, 2))).collect()
}

fn set(rows: &[(&str, &str, &str)]) -> BTreeSet<(String, String, String)> {
    rows.iter().map(|(one, two, three)| ((*one).to_owned(), (*two).to_owned(), (*three).to_owned())).collect()
}

async fn restricted_categories(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let told = with(&json!({ "informant": "canaryinformant", "health": "canaryhealth" }));
    let receipt = send(app, &tess, &told).await;
    assert_eq!(
        grants(&hub).await,
        set(&[
            ("shared", "prevent-team", "party"),
            ("shared", "tess.example", "party"),
            ("shared", "recovery", "party"),
            ("restricted", "force-intelligence", "category"),
            ("restricted", "health-safeguarding", "category"),
            ("restricted", "tess.example", "party"),
        ]),
        "of a category nobody but the teams named for it and whoever wrote it: no recovery, no deputy"
    );
    let told_of = |view: &ReferralView| view.holders.iter().map(|holder| holder.name.clone()).collect::<Vec<_>>();
    let held = told_of(&read(app, &tess, &receipt).await.unwrap());
    assert!(held.iter().any(|name| name.starts_with("Health safeguarding")), "the page names them: {held:?}");

    // The receiving team neither reads them nor sees that they are there; nor does the line in its queue say so.
    let petra = hub.sign_in("petra.phantom").await;
    let view = read(app, &petra, &receipt).await.unwrap();
    assert!(view.entries.iter().all(|entry| entry.compartment.code() == "shared"));
    assert!(!told_of(&view).iter().any(|name| name.starts_with("Health safeguarding")), "nor who could read them");
    let shown = answers(app, &petra, &receipt).await;
    assert!(shown["account"].is_string() && shown.get("informant").is_none() && shown.get("health").is_none(), "{shown}");
    let query = ListQuery { team: Some(hub.person("petra.phantom").team_id), ..ListQuery::default() };
    let queue = app.queue(&app.request(None), &petra, &query).await.unwrap();
    assert_eq!(queue.items[0].headline.as_deref(), Some("Something odd was said."));

    // A lead who sits in both teams reads the source by its own grant, and the sender reads what they wrote.
    let paul = hub.sign_in("paul.figment").await;
    let shown = answers(app, &paul, &receipt).await;
    assert_eq!((&shown["informant"], shown.get("health")), (&json!("canaryinformant"), None));
    let cass = hub.sign_in("cass.nominal").await;
    assert_eq!(answers(app, &cass, &receipt).await, json!({ "informant": "canaryinformant" }));
    assert_eq!(answers(app, &tess, &receipt).await, told);

    // That the source was opened stands in the log of those who hold it: the police, and the sender's school, which has no officer.
    let reads = async |officer: &str| {
        let officer = hub.sign_in(officer).await;
        let query = LogQuery { reference: Some(receipt.reference.to_string()), ..LogQuery::default() };
        let items = app.read_log(&app.request(None), &officer, &query).await.unwrap().items;
        items.into_iter().filter(|item| item.action == "read-referral").map(|item| item.actor.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(reads("dara.quasi").await, ["tess.example"; 2], "health holds one category, and sees that alone opened");
    assert_eq!(reads("dina.proforma").await.iter().filter(|actor| *actor == "paul.figment").count(), 2);
    hub.finish().await;
}

async fn copies(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &with(&json!({ "child": true, "district": "leicester" }))).await;
    assert_eq!(receipt.copies.len(), 1);
    assert_eq!(receipt.copies[0].team, "City children's front door");
    assert!(receipt.copies[0].why.starts_with("It is about a child"));
    assert!(grants(&hub).await.contains(&("shared".into(), "city-front-door".into(), "copy".into())));

    let nia = hub.sign_in("nia.imaginary").await;
    let team = hub.app.store().team_by_code("city-front-door").await.unwrap().unwrap();
    let query = ListQuery { team: Some(team.id), ..ListQuery::default() };
    let queue = app.queue(&app.request(None), &nia, &query).await.unwrap();
    assert_eq!(queue.items.iter().map(|item| (item.reference, item.copied)).collect::<Vec<_>>(), [(receipt.reference, true)]);
    assert!(queue.items[0].headline.is_some());
    let view = read(app, &nia, &receipt).await.unwrap();
    assert_eq!((view.relation, view.referral.stage.state().code()), (Relation::Granted, "received"), "told, not theirs to open");
    let actions: Vec<_> = view.actions.iter().map(|action| action.code()).collect();
    let read = ["read-referral", "print-referral", "read-access", "download-file", "quarantine-file"];
    assert_eq!(actions, read, "read, and nothing decided or said");
    let key = IdempotencyKey::parse("word").unwrap();
    let word = (&*receipt.reference.to_string(), Audience::Shared, "canary");
    let refused = app.write_message(&app.request(None), &nia, &key, word).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");

    // Where the district names no team, the default is told.
    let receipt = send(app, &tess, &with(&json!({ "child": true, "district": { "not_known": "not-known" } }))).await;
    assert_eq!(receipt.copies[0].team, "County children's front door");
    // It stands in a view of its own, and never on this team's clock.
    hub.clock.advance(std::time::Duration::from_hours(24 * 365));
    let nia = hub.sign_in("nia.imaginary").await;
    let seen = async |view, overdue| {
        let filter = QueueFilter { overdue, ..QueueFilter::default() };
        let query = ListQuery { team: Some(team.id), view: Some(view), filter, ..ListQuery::default() };
        let items = app.queue(&app.request(None), &nia, &query).await.unwrap().items;
        items.into_iter().map(|item| (item.copied, item.due_at, item.overdue)).collect::<Vec<_>>()
    };
    assert!(seen(QueueView::Team, false).await.iter().all(|(copied, ..)| !copied));
    assert_eq!(seen(QueueView::Copies, true).await, [(true, None, false)], "nor is it ever overdue here");
    let counts = app.queue_counts(&nia, team.id).await.unwrap();
    assert_eq!(counts.copies, 1);
    hub.finish().await;
}

/// The front door is closed at night; what is for today reaches whoever covers for it.
async fn covers_of_copies(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let child = |danger: bool| with(&json!({ "child": true, "district": "leicester", "danger_now": danger }));
    let teams = |receipt: &Receipt| receipt.copies.iter().map(|copy| copy.team.clone()).collect::<Vec<_>>();
    let soon = send(app, &tess, &child(false)).await;
    assert_eq!(teams(&soon), ["City children's front door"]);
    assert!(soon.copies[0].why.ends_with("It reads Monday to Friday, 9am to 5pm."), "{}", soon.copies[0].why);
    let today = send(app, &tess, &child(true)).await;
    assert_eq!(teams(&today), ["City children's front door", "Emergency duty team"]);
    assert!(today.copies[1].why.starts_with("Covers for City children's front door outside its hours"));
    let cover = app.store().team_by_code("emergency-duty").await.unwrap().unwrap();
    // Somebody who covers and does not sit at the front door, too.
    let door = app.store().team_by_code("city-front-door").await.unwrap().unwrap();
    let at_door = app.store().members(door.id).await.unwrap();
    let covering = app.store().members(cover.id).await.unwrap();
    let (user, _) = covering.into_iter().find(|(user, _)| at_door.iter().all(|(other, _)| other != user)).unwrap();
    let name = hub.people.iter().find(|person| person.user == user).unwrap().username.clone();
    let on_duty = hub.sign_in(&name).await;
    assert_eq!(read(app, &on_duty, &today).await.unwrap().relation, Relation::Granted);
    assert!(matches!(read(app, &on_duty, &soon).await, Err(Error::Unseen)));
    hub.finish().await;
}

async fn lawful_basis(engine: Engine) {
    const BASES: &str = "SELECT basis FROM log_event WHERE action = 'submit-referral' AND outcome = 'allow' ORDER BY basis";
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let pick = |basis, purpose, reason: Option<&str>| Choices {
        legal: Some(LegalPick { basis, purpose, reason: reason.map(str::to_owned) }),
        ..Choices::default()
    };
    let default = pick(Basis::PublicTask, Purpose::Safeguarding, None);
    try_send(app, &tess, &plain(), default).await.unwrap();
    // Offered or not, what is not the default needs a reason.
    for basis in [Basis::LegalObligation, Basis::VitalInterests] {
        let other = pick(basis, Purpose::Safeguarding, None);
        let Err(Error::Invalid(errors)) = try_send(app, &tess, &plain(), other).await else { panic!("a reason is needed") };
        assert_eq!(errors[0].name(), "legal.reason");
    }
    let offered = pick(Basis::LegalObligation, Purpose::Safeguarding, Some("The Act says so"));
    try_send(app, &tess, &plain(), offered).await.unwrap();
    let enforcing = pick(Basis::LawEnforcement, Purpose::CrimePrevention, Some("An offence"));
    let Err(Error::Invalid(errors)) = try_send(app, &tess, &plain(), enforcing).await else { panic!("a school enforces no law") };
    assert_eq!(errors[0].name(), "legal.basis");

    let reasoned = pick(Basis::VitalInterests, Purpose::Safeguarding, Some("canaryreason: a life is at risk"));
    let receipt = try_send(app, &tess, &plain(), reasoned).await.unwrap();
    let petra = hub.sign_in("petra.phantom").await;
    let view = read(app, &petra, &receipt).await.unwrap();
    assert_eq!(view.legal_reason.as_deref(), Some("canaryreason: a life is at risk"));
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.texts(BASES).await, ["legal-obligation", "public-task", "vital-interests"]);
    for body in raw.rows("SELECT body FROM log_body").await {
        assert!(!String::from_utf8_lossy(&body[0].bytes()).contains("canary"), "the reason is sealed");
    }
    hub.finish().await;
}

async fn restricted_team(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let known = with(&json!({ "involved": true, "danger_now": true, "child": true, "informant": "canaryinformant" }));
    let members = app.restricted_members(&app.request(None), &tess, (notice::NOTICE, FormKind::Referral)).await.unwrap();
    let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(
        names,
        ["Erin Hypothetical", "Iris Makebelieve", "Mara Storybook", "Fay Fictional", "Finn Mythical", "Hana Conjured"],
        "those first who receive it first, each once"
    );
    let user = |name: &str| hub.person(name).user;
    let choices = Choices { struck_out: vec![user("mara.storybook")], ..Choices::default() };
    let receipt = try_send(app, &tess, &known, choices).await.unwrap();
    assert_eq!((receipt.received_by.0.as_str(), receipt.copies.len()), ("Police restricted cases", 0));
    // No team, no cover for what is for today, no recovery; of the source nobody who is not in the team named for it.
    assert_eq!(
        grants(&hub).await,
        set(&[
            ("shared", "tess.example", "party"),
            ("shared", "erin.hypothetical", "named"),
            ("shared", "iris.makebelieve", "named"),
            ("restricted", "tess.example", "party"),
        ])
    );
    assert_eq!(Raw::owner(&hub).await.count("SELECT COUNT(*) FROM measure").await, 0, "nothing counts it");

    let team = app.store().team_by_code("police-restricted").await.unwrap().unwrap();
    let query = ListQuery { team: Some(team.id), ..ListQuery::default() };
    for (name, sees) in [("erin.hypothetical", true), ("iris.makebelieve", true), ("mara.storybook", false)] {
        let caller = hub.sign_in(name).await;
        let queue = app.queue(&app.request(None), &caller, &query).await.unwrap();
        assert_eq!(queue.items.len(), usize::from(sees), "{name}");
        assert_eq!(read(app, &caller, &receipt).await.is_ok(), sees, "{name}");
    }
    for stranger in ["lena.sample", "paul.figment", "pia.supposed", "iris.makebelieve"] {
        let caller = hub.sign_in(stranger).await;
        for place in app.queue_places(&caller) {
            let query = ListQuery { team: Some(place.team), ..ListQuery::default() };
            let queue = app.queue(&app.request(None), &caller, &query).await.unwrap();
            assert_eq!(queue.items.len(), usize::from(place.team == team.id), "{stranger}");
        }
    }

    // The people named work it: one opens it, adds a file and writes among themselves, and the team still holds nothing.
    let erin = hub.sign_in("erin.hypothetical").await;
    let view = read(app, &erin, &receipt).await.unwrap();
    assert_eq!(view.relation, Relation::ReceivingTeam);
    let reference = receipt.reference.to_string();
    attach(app, &erin, &reference, "file", ("casework", "notes.pdf", &pdf(10))).await.unwrap();
    let mara = hub.sign_in("mara.storybook").await;
    assert!(matches!(read(app, &mara, &receipt).await, Err(Error::Unseen)), "struck out, she does not learn that it exists");
    let erin = hub.sign_in("erin.hypothetical").await;
    let key = IdempotencyKey::parse("word").unwrap();
    let word = (&*receipt.reference.to_string(), Audience::Casework, "Who rings first?");
    app.write_message(&app.request(None), &erin, &key, word).await.unwrap();
    let iris = hub.sign_in("iris.makebelieve").await;
    let view = read(app, &iris, &receipt).await.unwrap();
    assert_eq!((view.messages.len(), view.files.len()), (1, 1));
    let all = grants(&hub).await;
    assert!(all.contains(&("casework".into(), "iris.makebelieve".into(), "named".into())));
    assert!(all.iter().all(|(_, holder, _)| !holder.ends_with("-restricted") && holder != "mara.storybook"), "{all:?}");
    hub.finish().await;
}

/// Nobody left: another agency's restricted team. And not to be sure is not to say no.
async fn elsewhere(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let user = |name: &str| hub.person(name).user;
    let police = ["mara.storybook", "erin.hypothetical", "iris.makebelieve"].map(user);
    let unsure = with(&json!({ "involved": { "not_known": "not-known" } }));
    let choices = Choices { struck_out: [&police[..], &[user("finn.mythical")]].concat(), ..Choices::default() };
    let receipt = try_send(app, &tess, &unsure, choices).await.unwrap();
    assert_eq!(receipt.received_by.0, "Fire restricted cases");
    let named: Vec<_> = grants(&hub).await.into_iter().filter(|(_, _, why)| why == "named").map(|(_, who, _)| who).collect();
    assert_eq!(named, ["fay.fictional", "hana.conjured"]);

    let everybody = [&police[..], &["finn.mythical", "fay.fictional", "hana.conjured"].map(user)].concat();
    let nobody = try_send(app, &tess, &unsure, Choices { struck_out: everybody, ..Choices::default() }).await;
    let Err(Error::Invalid(errors)) = nobody else { panic!("{nobody:?}") };
    assert_eq!(errors[0].name(), "strike_out");
    assert!(errors[0].message.contains("Ring 999"), "{}", errors[0].message);
    for (answers, struck_out) in [(&unsure, user("paul.figment")), (&plain(), user("mara.storybook")), (&unsure, tess.user())] {
        let wrong = try_send(app, &tess, answers, Choices { struck_out: vec![struck_out], ..Choices::default() }).await;
        let Err(Error::Invalid(errors)) = wrong else { panic!("{wrong:?}") };
        assert_eq!(errors[0].name(), "strike_out");
    }
    hub.finish().await;
}

/// A draw of people to strike out, many times over: whoever is struck out holds nothing, and somebody always does.
async fn struck_out_hold_nothing(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let all: Vec<UserId> = app
        .restricted_members(&app.request(None), &tess, (notice::NOTICE, FormKind::Referral))
        .await
        .unwrap()
        .into_iter()
        .map(|member| member.user)
        .collect();
    let mut runner = TestRunner::deterministic();
    let draws = proptest::sample::subsequence(all.clone(), 0..=all.len());
    let details = (proptest::bool::ANY, proptest::bool::ANY, proptest::bool::ANY, proptest::bool::ANY);
    for _ in 0..24 {
        let struck_out = draws.new_tree(&mut runner).unwrap().current();
        let (child, danger, source, outside) = details.new_tree(&mut runner).unwrap().current();
        let mut told = with(&json!({ "involved": true, "child": child, "danger_now": danger }));
        if source {
            told["informant"] = json!("somebody");
        }
        told["district"] = json!(if outside { "outside" } else { "leicester" });
        let sent = try_send(app, &tess, &told, Choices { struck_out: struck_out.clone(), ..Choices::default() }).await;
        if struck_out.len() == all.len() {
            assert!(matches!(sent, Err(Error::Invalid(_))));
            continue;
        }
        let receipt = sent.unwrap();
        let sql = format!(
            "SELECT g.to_kind, g.to_id FROM grant_made g JOIN referral r ON r.id = g.referral WHERE r.reference = '{}'",
            receipt.reference
        );
        let rows = Raw::owner(&hub).await.rows(&sql).await;
        let holders: Vec<(String, String)> = rows.iter().map(|row| (row[0].shown(), row[1].shown())).collect();
        assert!(holders.iter().all(|(kind, _)| kind == "user"), "{holders:?}");
        for user in &struck_out {
            assert!(holders.iter().all(|(_, id)| *id != user.to_string()), "{struck_out:?} {holders:?}");
        }
        assert!(holders.iter().any(|(_, id)| *id != tess.user().to_string()), "somebody receives it");
    }
    hub.finish().await;
}

async fn by_district(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    for (district, team) in [
        (json!("outside"), "Fire Prevention"),
        (json!("blaby"), "Prevent team"),
        (json!({ "not_known": "not-known" }), "Prevent team"),
    ] {
        let receipt = send(app, &tess, &with(&json!({ "district": district }))).await;
        assert_eq!(receipt.received_by.0, team, "{district}");
    }
    // An agency that may not send it is refused, on record.
    let hana = hub.sign_in("hana.conjured").await;
    let refused = try_send(app, &hana, &plain(), Choices::default()).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");
    hub.finish().await;
}

/// Somebody with places in several teams sends from the one they work in, or from the one they choose.
async fn teams_to_send_from(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let hana = hub.sign_in("hana.conjured").await;
    assert_eq!(hana.main().unwrap().team.as_str(), "Community nursing", "the place she works in, not one of her others");
    let pathway = app.pathway("fire-prevention").unwrap();
    let kind = app.sender_kind(&hana).await.unwrap();
    let body = example(&pathway.pathway, kind, app.request(None).at.uk_date());
    let mut from = Vec::new();
    let hub_team = app.store().team_by_code("exploitation-hub").await.unwrap().unwrap().id;
    let no_place = app.store().team_by_code("marac-team").await.unwrap().unwrap().id;
    assert!(app.sending_places(&hana, kind, &pathway.pathway).iter().any(|named| named.place.team == hub_team));
    for team in [None, Some(hub_team), Some(no_place)] {
        let key = IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
        let choices = Choices { team, ..Choices::default() };
        let sending = Sending { answers: raw_from_json(&body["answers"]).unwrap(), choices, enquiry: None, replaces: None };
        let sent = app.submit(&app.request(None), &hana, &key, format!("{team:?}").as_bytes(), &pathway, sending).await;
        if team == Some(no_place) {
            let Err(Error::Invalid(errors)) = sent else { panic!("no place of hers") };
            assert_eq!(errors[0].name(), "team");
            continue;
        }
        let reference = sent.unwrap().value.reference.to_string();
        from.push(app.read_referral(&app.request(None), &hana, &reference).await.unwrap().sent_by.1);
    }
    assert_eq!(from, ["Community nursing", "Child exploitation hub"]);
    hub.finish().await;
}

/// The page before sending is made of what sending decides: whoever it names holds a key afterwards, and nobody else does.
async fn preview(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let pathway = app.pathway(notice::NOTICE).unwrap();
    for changes in [
        json!({}),
        json!({ "lead_party": false }),
        json!({ "danger_now": true, "child": true, "informant": "canaryinformant" }),
        json!({ "involved": true, "child": true, "health": "canaryhealth" }),
    ] {
        let answers = with(&changes);
        let key = IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap();
        let first = Part { section: "all".into(), fields: vec![("danger_now".into(), "no".into())] };
        let begun =
            app.start_draft(&app.request(None), &tess, &key, ((notice::NOTICE, FormKind::Referral), &first)).await.unwrap();
        let draft = app.read_draft(&app.request(None), &tess, &begun.value.to_string()).await.unwrap().draft;
        let given = answers_from(&pathway.pathway, &answers);
        let seen = app.preview(&app.request(None), &tess, &pathway.pathway, (&draft, &given)).await.unwrap();
        let receipt = send(app, &tess, &answers).await;
        assert_eq!(seen.received_by, receipt.received_by, "{changes}");
        assert_eq!(seen.check, receipt.check, "{changes}");
        assert_eq!(seen.named, changes.get("involved").is_some());
        if seen.named {
            assert_eq!((receipt.copies.len(), seen.copies[0].team.as_str()), (0, "County children's front door"), "not told");
            assert_eq!(seen.apart.iter().map(|(_, others)| *others).collect::<Vec<_>>(), [false], "nobody but the sender");
        } else {
            assert_eq!(seen.copies, receipt.copies, "{changes}");
        }
        assert_eq!(seen.cover.is_some(), changes.get("danger_now").is_some());
        assert_eq!(seen.recovery, !seen.named);
    }
    hub.finish().await;
}

fn answers_from(pathway: &Pathway, answers: &serde_json::Value) -> Answers {
    let raw = raw_from_json(answers).unwrap();
    examine(pathway, raw, AgencyKind::Education, jiff::civil::date(2026, 11, 27)).answers
}

async fn deputies(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    app.choose_deputy(&app.request(None), &tess, Some(hub.person("lena.sample").user)).await.unwrap();
    // For today, so that she does not check it first: she is a safeguarding lead, too.
    let receipt = send(app, &tess, &with(&json!({ "informant": "canary", "lead_party": false, "danger_now": true }))).await;
    let lena = hub.sign_in("lena.sample").await;
    let view = read(app, &lena, &receipt).await.unwrap();
    assert_eq!(view.relation, Relation::Deputy);
    assert!(answers(app, &lena, &receipt).await.get("informant").is_none(), "a category stays with the sender");
    // Of what only people named may see the deputy learns nothing.
    let receipt = send(app, &tess, &with(&json!({ "involved": true }))).await;
    assert!(matches!(read(app, &lena, &receipt).await, Err(Error::Unseen)));
    hub.finish().await;
}

/// Whoever left, or looks after accounts alone, is offered to nobody and given no key, whatever was chosen before.
async fn leavers(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    let (pia, abel) = (hub.person("pia.supposed").user, hub.person("abel.template").user);
    let offered = async |caller: &Caller| {
        let people = app.deputies_to_choose(caller).await.unwrap();
        people.into_iter().map(|(user, _)| user).collect::<Vec<_>>()
    };
    let colleagues = offered(&quinn).await;
    assert!(colleagues.contains(&pia) && !colleagues.contains(&abel), "an administrator holds no key");
    let refused = app.choose_deputy(&app.request(None), &quinn, Some(abel)).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    app.choose_deputy(&app.request(None), &quinn, Some(pia)).await.unwrap();
    // She checks for the police, too.
    let held = send(app, &quinn, &with(&json!({ "lead_party": false }))).await;
    assert_eq!(held.state, ReferralState::Checking);

    let administrator = hub.sign_in("abel.template").await;
    app.remove_person(&app.request(None), &administrator, &newcomer::key(app), pia).await.unwrap();
    let quinn = hub.sign_in("quinn.mock").await;
    assert!(!offered(&quinn).await.contains(&pia));
    assert_eq!(app.chosen_deputy(&quinn).await.unwrap(), None);
    let sent = send(app, &quinn, &with(&json!({ "lead_party": false }))).await;
    assert_eq!(sent.state, ReferralState::Received, "nobody can check it: it goes at once");
    let sql =
        format!("SELECT g.to_id FROM grant_made g JOIN referral r ON r.id = g.referral WHERE r.reference = '{}'", sent.reference);
    let holders = Raw::owner(&hub).await.texts(&sql).await;
    assert!(!holders.is_empty() && !holders.contains(&pia.to_string()), "{holders:?}");
    hub.finish().await;
}

/// In a small agency the only colleague is both the deputy and the one who checks: both work, whichever was granted first.
async fn deputy_and_checker(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    app.choose_deputy(&app.request(None), &tess, Some(hub.person("lena.sample").user)).await.unwrap();
    // The order of a person's grants is drawn anew for each.
    for round in 0..8 {
        let tess = hub.sign_in("tess.example").await;
        let receipt = send(app, &tess, &with(&json!({ "lead_party": false }))).await;
        let reference = receipt.reference.to_string();
        let names = app.read_referral(&app.request(None), &tess, &reference).await.unwrap().holders;
        let reasons: Vec<_> = names.iter().filter(|holder| holder.name.starts_with("Lena")).map(|holder| holder.reason).collect();
        assert!(reasons.contains(&GrantReason::Checker) && reasons.contains(&GrantReason::Deputy), "{reasons:?}");
        let lena = hub.sign_in("lena.sample").await;
        let may: Vec<_> = read(app, &lena, &receipt).await.unwrap().actions.into_iter().map(Action::code).collect();
        assert!(["pass-check", "stop-check", "write-message"].iter().all(|act| may.contains(act)), "{may:?}");
        let key = IdempotencyKey::parse(&format!("round-{round}")).unwrap();
        let word = (&*reference, Audience::Shared, "Tess is away");
        app.write_message(&app.request(None), &lena, &key, word).await.unwrap();
        let key = IdempotencyKey::parse(&format!("check-{round}")).unwrap();
        app.check(&app.request(None), &lena, &key, (&reference, &Verdict::Pass)).await.unwrap();
    }
    hub.finish().await;
}

crate::support::on_both! {
    restricted_categories_open_to_the_teams_named_and_to_the_sender_alone => restricted_categories,
    a_copy_is_told_in_the_same_act_and_for_information_only => copies,
    a_copy_of_what_is_for_today_is_told_to_its_cover_too => covers_of_copies,
    a_basis_that_is_not_offered_needs_a_reason_and_the_reason_is_sealed => lawful_basis,
    a_case_known_to_a_partner_goes_to_people_by_name_and_to_nobody_else => restricted_team,
    when_nobody_is_left_it_goes_to_another_agency_and_unsure_is_not_no => elsewhere,
    whoever_is_struck_out_never_holds_a_grant => struck_out_hold_nothing,
    the_receiver_follows_the_district_where_the_person_is => by_district,
    whoever_cannot_act_with_a_key_is_given_none_and_waits_for_nobody => leavers,
    a_deputy_who_also_checks_can_do_both => deputy_and_checker,
    who_sends_from_several_teams_sends_from_the_one_they_work_in_or_choose => teams_to_send_from,
    the_page_before_sending_says_what_the_keys_will_keep => preview,
    a_deputy_holds_what_the_sender_sent_but_no_category_and_no_restricted_case => deputies,
}
