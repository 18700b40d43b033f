//! Places in teams: given, changed and ended, and with them what somebody can open.

use referral_exchange::{
    app::{App, Caller, Error, NoticeQuery},
    domain::{
        ids::{TeamId, UserId},
        notice::NoticeCode,
        role::Role,
    },
    store::Engine,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::{key, newcomer, sign_in},
    raw::Raw,
};

async fn sets(app: &App, by: &Caller, place: (UserId, TeamId, Role)) -> Result<(), Error> {
    app.set_place(&app.request(None), by, &key(app), place).await.map(drop)
}

/// How many of a team's wrapped keys somebody holds, as the database has it.
async fn wraps(raw: &mut Raw, user: UserId) -> i64 {
    raw.count(&format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM key_wrap w JOIN key_wrap_bytes b ON b.wrap = w.id WHERE w.to_id = '{user}'"
    ))
    .await
}

async fn told(app: &App, caller: &Caller) -> Vec<NoticeCode> {
    let page = app.notices(&app.request(None), caller, &NoticeQuery::default()).await.unwrap();
    page.items.into_iter().map(|notice| notice.code).collect()
}

async fn keys_go_with_the_place(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "earlier", |_| {}).await.reference.to_string();
    let adam = hub.sign_in("adam.notional").await;
    let team = hub.person("fay.fictional").team_id;
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Triager)).await;
    let fay = hub.sign_in("fay.fictional").await;
    app.admit_member(&app.request(None), &fay, team, nell.user).await.unwrap();
    let mut raw = Raw::owner(&hub).await;
    let epoch = async || app.store().team(team).await.unwrap().unwrap().epoch;
    assert_eq!((wraps(&mut raw, nell.user).await, epoch().await), (1, 1));

    app.end_place(&app.request(None), &adam, nell.user, team).await.unwrap();
    assert_eq!(wraps(&mut raw, nell.user).await, 0, "in the same act");
    assert_eq!(epoch().await, 2, "what they may have copied must not open what is written from now on");
    assert!(told(app, &hub.sign_in("fay.fictional").await).await.contains(&NoticeCode::MemberGone));

    // Back in the team they wait, and get the key anew from a lead.
    sets(app, &adam, (nell.user, team, Role::Triager)).await.unwrap();
    let back = sign_in(&hub, &nell).await;
    assert!(matches!(app.read_referral(&app.request(None), &back, &reference).await, Err(Error::Unseen)));
    let fay = hub.sign_in("fay.fictional").await;
    app.admit_member(&app.request(None), &fay, team, nell.user).await.unwrap();
    let back = sign_in(&hub, &nell).await;
    assert!(app.read_referral(&app.request(None), &back, &reference).await.unwrap().answers.is_some());

    // A role that holds no key takes it away; a role that does is waited for.
    sets(app, &adam, (nell.user, team, Role::Analyst)).await.unwrap();
    assert_eq!(wraps(&mut raw, nell.user).await, 0);
    sets(app, &adam, (nell.user, team, Role::Practitioner)).await.unwrap();
    assert!(sign_in(&hub, &nell).await.places().iter().all(|named| !named.place.opens()));
    hub.finish().await;
}

async fn never_locked_out(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let (fay, theo) = (hub.person("fay.fictional").clone(), hub.person("theo.invented").clone());
    let team = fay.team_id;
    // The last lead stays one while others hold the key: they alone can hand it on.
    let ended = app.end_place(&app.request(None), &adam, fay.user, team).await;
    assert!(matches!(ended, Err(Error::Conflict(_))), "{ended:?}");
    let lowered = sets(app, &adam, (fay.user, team, Role::Triager)).await;
    assert!(matches!(lowered, Err(Error::Conflict(_))), "{lowered:?}");
    // Whoever holds the key and becomes lead holds it still, and can hand it on at once.
    sets(app, &adam, (theo.user, team, Role::Lead)).await.unwrap();
    assert!(matches!(sets(app, &adam, (theo.user, team, Role::Lead)).await, Err(Error::Conflict(_))), "they are lead");
    app.end_place(&app.request(None), &adam, fay.user, team).await.unwrap();
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Triager)).await;
    let lead = hub.sign_in("theo.invented").await;
    app.admit_member(&app.request(None), &lead, team, nell.user).await.unwrap();
    // The last who holds the key does not lose it by an ordinary change.
    app.end_place(&app.request(None), &adam, nell.user, team).await.unwrap();
    for last in [
        app.end_place(&app.request(None), &adam, theo.user, team).await,
        sets(app, &adam, (theo.user, team, Role::Analyst)).await,
        sets(app, &adam, (theo.user, team, Role::Practitioner)).await,
    ] {
        assert!(matches!(last, Err(Error::Conflict(_))), "{last:?}");
    }
    hub.finish().await;
}

async fn own_people_alone(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let (adam, abel) = (hub.sign_in("adam.notional").await, hub.sign_in("abel.template").await);
    let (fay, pia) = (hub.person("fay.fictional").clone(), hub.person("pia.supposed").clone());
    let places = [
        (&adam, (adam.user(), fay.team_id, Role::Lead), "own"),
        (&adam, (pia.user, fay.team_id, Role::Triager), "somebody of another agency"),
        (&adam, (fay.user, pia.team_id, Role::Triager), "a team of another agency"),
        (&abel, (fay.user, fay.team_id, Role::Triager), "both"),
        (&adam, (UserId::from_bytes([9; 16]), fay.team_id, Role::Triager), "nobody"),
        (&adam, (fay.user, TeamId::from_bytes([9; 16]), Role::Triager), "no team"),
        (&adam, (hub.person("theo.invented").user, fay.team_id, Role::HubOperator), "no role of theirs"),
    ];
    for (by, place, what) in places {
        let refused = sets(app, by, place).await;
        assert!(matches!(refused, Err(Error::Unseen | Error::Refused | Error::Malformed(_))), "{what}: {refused:?}");
    }
    let lead = hub.sign_in("fay.fictional").await;
    let theirs = sets(app, &lead, (hub.person("theo.invented").user, fay.team_id, Role::Lead)).await;
    assert!(matches!(theirs, Err(Error::Refused)), "{theirs:?}");
    let foreign = app.end_place(&app.request(None), &abel, hub.person("theo.invented").user, fay.team_id).await;
    assert!(matches!(foreign, Err(Error::Unseen)), "{foreign:?}");
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_moves_somebody_on_the_pages() {
    let hub = Hub::founded(ENGINES[0]).await;
    let adam = hub.sign_in("adam.notional").await;
    let (fire, prevention) = (hub.person("fay.fictional").team_id, hub.person("finn.mythical").team_id);
    let nell = newcomer(&hub, &adam, "nell.novel", (fire, Role::Triager)).await;
    let served = hub.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "adam.notional").await;
    let href = format!("/people/{}", nell.user);
    let form = client.get(&format!("{href}/place")).await;
    let hidden = form.hidden();
    let token = &hidden.iter().find(|(name, _)| name == "form_token").unwrap().1;
    let (csrf, team) = (form.token(), prevention.to_string());
    let fields =
        [("csrf_token", csrf.as_str()), ("form_token", token.as_str()), ("team", team.as_str()), ("role", "practitioner")];
    let empty = client.post(&format!("{href}/place"), &fields[..2]).await;
    assert_eq!((empty.status.as_u16(), empty.words(".govuk-error-summary__list a").len()), (422, 2));
    let given = client.post(&format!("{href}/place"), &fields).await;
    assert_eq!((given.status.as_u16(), given.location()), (303, href.as_str()));
    let page = client.get(&href).await;
    assert!(page.body.contains("Practitioner, Fire Prevention"), "{}", page.body);
    let end = client.get(&format!("{href}/places/{fire}")).await;
    assert_eq!(end.heading(), "End this place?");
    let (action, hidden) = end.last_form();
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(client.post(&action, &hidden).await.status.as_u16(), 303);
    assert!(!client.get(&href).await.body.contains("Fire Protection ("));
    // Of their own account nothing is changed there.
    let own = client.get(&format!("/people/{}", adam.user())).await;
    assert!(own.body.contains("Another administrator changes them") && !own.body.contains("Suspend them"));
    served.finish().await;
}

crate::support::on_both! {
    whoever_leaves_a_team_loses_its_key_at_once_and_it_is_due_a_new_one => keys_go_with_the_place,
    a_team_is_never_left_without_a_lead_who_holds_its_key => never_locked_out,
    nobody_changes_their_own_places_or_those_of_other_agencies => own_people_alone,
}
