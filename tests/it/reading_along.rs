//! Beside shares: reading along in the team's own words until it is ended, not sharing, and agreements that stand in nobody's way.

use std::time::Duration;

use referral_exchange::{
    app::{Added, Answered, App, Caller, Declined, Error, IdempotencyKey, ListQuery, NewAccess, ReferralView},
    domain::{
        action::Action,
        agreement::{Fit, NewAgreement},
        answers::FieldError,
        compartment::{CompartmentKind, EntryKind},
        ids::AgreementId,
        legal::{Basis, Purpose},
        message::Audience,
        sharing::{NewShare, ShareTo},
    },
    store::Engine,
};

use crate::support::{
    acts::{lawful, send},
    hub::{ENGINES, Hub},
    raw::Raw,
};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn read(app: &App, caller: &Caller, reference: &str) -> Result<ReferralView, Error> {
    app.read_referral(&app.request(None), caller, reference).await
}

async fn note(app: &App, caller: &Caller, reference: &str, text: &str) {
    let written = (reference, Audience::Casework, text);
    app.write_message(&app.request(None), caller, &key(&text.replace(' ', "-")), written).await.unwrap();
}

fn said(view: &ReferralView) -> Vec<&str> {
    view.messages.iter().map(|message| message.text.as_str()).collect()
}

fn fields(refused: &Result<Answered<Added>, Error>) -> Vec<String> {
    match refused {
        Err(Error::Invalid(faults)) => faults.iter().map(FieldError::name).collect(),
        other => panic!("{other:?}"),
    }
}

async fn until_it_is_ended(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    read(app, &theo, &reference).await.unwrap();
    note(app, &theo, &reference, "canaryfirst").await;
    let health = hub.person("hugh.pseudo").team_id;
    let team = |team| ShareTo { team: Some(team), person: String::new() };
    let access = NewAccess { to: team(health), reason: "They plan with us.".to_owned(), ..lawful() };
    let give = async |caller: &Caller, name: &str, access: &NewAccess| {
        app.give_casework_access(&app.request(None), caller, &key(name), (&reference, access)).await
    };
    assert!(matches!(give(&theo, "triager", &access).await, Err(Error::Refused)), "it is the lead's to give");
    let unsaid = NewAccess { reason: " ".to_owned(), ..access.clone() };
    assert_eq!(fields(&give(&fay, "unsaid", &unsaid).await), ["reason"]);
    let unlawful = NewAccess { basis: None, purpose: None, ..access.clone() };
    assert_eq!(
        fields(&give(&fay, "unlawful", &unlawful).await),
        ["basis", "purpose"],
        "nothing stands in for what was left open"
    );
    let enforcing = NewAccess { basis: Some(Basis::LawEnforcement), ..access.clone() };
    assert_eq!(fields(&give(&fay, "enforcing", &enforcing).await), ["basis"]);
    let access = NewAccess { basis: Some(Basis::VitalInterests), purpose: Some(Purpose::FireSafety), ..access };
    let given = give(&fay, "give", &access).await.unwrap().value;
    assert!(matches!(give(&fay, "again", &access).await, Err(Error::Conflict(_))));

    let hana = hub.sign_in("hana.conjured").await;
    let hugh = hub.sign_in("hugh.pseudo").await;
    hub.clock.advance(Duration::from_secs(1));
    note(app, &theo, &reference, "canarysecond").await;
    let view = read(app, &hugh, &reference).await.unwrap();
    assert_eq!(said(&view), ["canaryfirst", "canarysecond"], "what is there and what follows");
    assert!(view.by_share && view.answers.is_none() && view.holders.is_empty());
    let share = &view.shares[0];
    let (law, why) = ((share.basis, share.purpose), share.reason.as_str());
    assert_eq!((law, why), ((Basis::VitalInterests, Purpose::FireSafety), "They plan with us."), "what was chosen, and why");
    hub.app.sequence().await.unwrap();
    let events = hub.app.store().sequenced_from(0, 10_000).await.unwrap();
    let bodies = events.iter().map(|row| row.event.as_ref().unwrap().check(hub.app.store().authenticator()).unwrap().unwrap());
    let given_by = bodies.filter(|body| body.action == Action::GiveCaseworkAccess.code() && body.outcome == "allow");
    let law: Vec<_> = given_by.filter_map(|body| body.legal).map(|legal| (legal.basis, legal.purpose)).collect();
    assert_eq!(law, [(Basis::VitalInterests.code().to_owned(), Purpose::FireSafety.code().to_owned())]);
    assert!(view.entries.iter().all(|entry| entry.compartment == CompartmentKind::Casework));
    assert!(!view.actions.contains(&Action::WriteMessage));
    // The team sees who reads along.
    let own = read(app, &theo, &reference).await.unwrap();
    assert_eq!(own.shares.len(), 1);

    // A second reader goes on when the first one's is ended.
    let city = NewAccess { to: team(hub.person("cleo.dummy").team_id), ..access };
    give(&fay, "city", &city).await.unwrap();
    let end = async |name: &str, id: &str| app.end_casework_access(&app.request(None), &fay, &key(name), (&reference, id)).await;
    assert!(matches!(end("none", &"0".repeat(32)).await, Err(Error::Unseen)));
    end("end", &given.id).await.unwrap();
    assert!(matches!(end("twice", &given.id).await, Err(Error::Conflict(_))));
    for caller in [&hugh, &hana] {
        assert!(matches!(read(app, caller, &reference).await.map(drop), Err(Error::Unseen)));
    }
    hub.clock.advance(Duration::from_secs(1));
    note(app, &theo, &reference, "canarythird").await;
    let cleo = hub.sign_in("cleo.dummy").await;
    for caller in [&theo, &cleo] {
        let view = read(app, caller, &reference).await.unwrap();
        assert_eq!(said(&view), ["canaryfirst", "canarysecond", "canarythird"]);
    }
    let third = "SELECT MAX(e.epoch) FROM entry e JOIN compartment c ON c.id = e.compartment WHERE c.kind = 'casework'";
    assert_eq!(Raw::owner(&hub).await.count(third).await, 2, "later words have a new key");
    // Whoever is let in again reads all of it, and the desk goes on.
    let again = NewAccess { to: team(health), reason: "Again.".to_owned(), ..lawful() };
    give(&fay, "later", &again).await.unwrap();
    assert_eq!(said(&read(app, &hugh, &reference).await.unwrap()).len(), 3);
    hub.finish().await;
}

async fn not_shared(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    let health = hub.person("hugh.pseudo").team_id;
    let decline = async |caller: &Caller, name: &str, declined: Declined| {
        app.decline_to_share(&app.request(None), caller, &key(name), (&reference, &declined)).await
    };
    let whole = || Declined { team: Some(health), reason: "canarywhy: no need to know".to_owned() };
    assert!(
        matches!(decline(&theo, "unread", whole()).await, Err(Error::Conflict(_))),
        "nobody decides on what they have not read"
    );
    read(app, &theo, &reference).await.unwrap();
    assert_eq!(fields(&decline(&theo, "blank", Declined::default()).await), ["team", "reason"]);
    assert!(matches!(decline(&tess, "sender", whole()).await, Err(Error::Refused)));
    decline(&theo, "done", whole()).await.unwrap();
    let view = read(app, &theo, &reference).await.unwrap();
    let noted: Vec<_> = view.notes.iter().filter(|note| note.kind == EntryKind::NotShared).collect();
    assert_eq!(noted.len(), 1);
    assert!(noted[0].text.contains("Health safeguarding") && noted[0].text.contains("canarywhy"));
    assert!(read(app, &tess, &reference).await.unwrap().notes.is_empty(), "the team's own business");
    assert!(matches!(read(app, &hub.sign_in("hugh.pseudo").await, &reference).await.map(drop), Err(Error::Unseen)));
    for body in Raw::owner(&hub).await.rows("SELECT body FROM log_body").await {
        assert!(!String::from_utf8_lossy(&body[0].bytes()).contains("canary"), "the reason is sealed");
    }
    hub.finish().await;
}

async fn agreements(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let agencies = app.agency_names().await.unwrap();
    let id = |name: &str| agencies.iter().find(|agency| agency.name == name).unwrap().id;
    let (fire, health) = (id("Leicestershire Fire and Rescue Service"), id("Leicestershire Partnership NHS Trust"));
    let today = app.now().uk_date();
    let new = NewAgreement {
        title: "Homes at risk".to_owned(),
        parties: vec![fire, health],
        pathways: vec!["fire-protection".to_owned()],
        purposes: vec![Purpose::FireSafety],
        starts: Some(today),
        ends: None,
        review: None,
    };
    let add = async |caller: &Caller, name: &str, new: &NewAgreement| {
        app.add_agreement(&app.request(None), caller, &key(name), new).await
    };
    let theo = hub.sign_in("theo.invented").await;
    assert!(matches!(add(&theo, "triager", &new).await, Err(Error::Refused)));
    let others = NewAgreement { parties: vec![health, id("Leicester City Council")], ..new.clone() };
    assert_eq!(fields(&add(&adam, "others", &others).await), ["agencies"], "an administrator keeps those of their own agency");
    assert_eq!(fields(&add(&adam, "blank", &NewAgreement::default()).await), ["title", "agencies", "purposes", "starts"]);
    let whole = add(&adam, "whole", &new).await.unwrap().value.id;
    let otis = hub.sign_in("otis.mirage").await;
    let other = add(&otis, "operator", &others).await.unwrap().value.id;
    assert_eq!(app.agreements(&theo).await.unwrap().len(), 2);
    let refused = app.end_agreement(&app.request(None), &adam, &key("not-ours"), &other).await;
    assert!(matches!(refused, Err(Error::Refused)), "{refused:?}");

    let tess = hub.sign_in("tess.example").await;
    let mut seen = Vec::new();
    for (number, (named, ended)) in
        [(None, false), (Some(&whole), false), (Some(&other), false), (Some(&whole), true)].into_iter().enumerate()
    {
        if ended {
            app.end_agreement(&app.request(None), &adam, &key("end"), &whole).await.unwrap();
            let twice = app.end_agreement(&app.request(None), &adam, &key("twice"), &whole).await;
            assert!(matches!(twice, Err(Error::Conflict(_))));
        }
        let reference = send(app, &tess, &format!("sent-{number}"), |_| ()).await.reference.to_string();
        let view = read(app, &theo, &reference).await.unwrap();
        let (basis, _) = app.own_law(&theo, &view).await.unwrap();
        let share = NewShare {
            to: ShareTo { team: Some(hub.person("hugh.pseudo").team_id), person: String::new() },
            entries: view.entries.iter().filter(|entry| entry.kind == EntryKind::Submission).map(|entry| entry.id).collect(),
            basis: Some(basis),
            purpose: Some(Purpose::FireSafety),
            reason: "They visit.".to_owned(),
            agreement: named.map(|id| AgreementId::parse(id).unwrap()),
            ..NewShare::default()
        };
        let preview = app.preview_share(&app.request(None), &theo, (&reference, &share)).await.unwrap();
        app.share(&app.request(None), &theo, &key(&format!("share-{number}")), (&reference, &share)).await.unwrap();
        let view = read(app, &theo, &reference).await.unwrap();
        assert_eq!(preview.agreement.1, view.shares[0].fit, "what was warned of is what is recorded");
        seen.push(view.shares[0].fit);
        let unknown = NewShare { agreement: Some(AgreementId::from_bytes([7; 16])), ..share };
        let refused = app.share(&app.request(None), &theo, &key(&format!("unknown-{number}")), (&reference, &unknown)).await;
        assert_eq!(fields(&refused), ["agreement"]);
    }
    assert_eq!(seen, [Fit::None, Fit::InForce, Fit::Other, Fit::Lapsed]);
    // Who opened what, from the events.
    let hugh = hub.sign_in("hugh.pseudo").await;
    let reference =
        app.shared_with(&app.request(None), &hugh, &ListQuery::default()).await.unwrap().items[0].reference.to_string();
    read(app, &hugh, &reference).await.unwrap();
    let opened = read(app, &theo, &reference).await.unwrap().shares.remove(0).opened;
    assert_eq!(opened.iter().map(|opening| opening.by.name.as_str()).collect::<Vec<_>>(), ["Hugh Pseudo"]);
    assert!(read(app, &hugh, &reference).await.unwrap().shares[0].opened.is_empty(), "only those who shared it are told");
    hub.finish().await;
}

crate::support::on_both! {
    who_reads_along_does_so_until_it_is_ended => until_it_is_ended,
    not_sharing_is_on_record_and_its_reason_sealed => not_shared,
    an_agreement_is_named_warned_of_and_in_nobodys_way => agreements,
}
