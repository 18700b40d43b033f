//! The teams of an agency: made by its administrator, given a key by their first lead, watched over.

use jiff::civil::Date;
use referral_exchange::{
    app::{App, Caller, Error},
    domain::{agency::TeamState, ids::TeamId, role::Role, team_register::TeamRegister, text::TeamName},
    store::Engine,
};

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::{key, newcomer},
    raw::Raw,
};

async fn adds(app: &App, by: &Caller, code: &str) -> Result<TeamId, Error> {
    let name = TeamName::parse("A new desk").unwrap();
    let made = app.add_team(&app.request(None), by, &key(app), (None, code, name)).await?;
    Ok(TeamId::parse(&made.value.id).unwrap())
}

async fn from_birth_to_two_holders(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let team = adds(app, &adam, "new-desk").await.unwrap();
    assert!(matches!(adds(app, &adam, "new-desk").await, Err(Error::Conflict(_))), "forms name a team by its code");
    assert!(matches!(adds(app, &adam, "New Desk").await, Err(Error::Malformed(_))));
    let view = async || app.agency_team(&app.request(None), &adam, team).await.unwrap();
    assert_eq!((view().await.state, view().await.members.len()), (TeamState::AwaitingKey, 0));

    app.set_place(&app.request(None), &adam, &key(app), (hub.person("fay.fictional").user, team, Role::Lead)).await.unwrap();
    let fay = hub.sign_in("fay.fictional").await;
    assert_eq!(app.teams_to_bear(&fay).await.unwrap(), [(team, "A new desk".to_owned())]);
    app.bear_team(&app.request(None), &fay, team).await.unwrap();
    let again = app.bear_team(&app.request(None), &hub.sign_in("fay.fictional").await, team).await;
    assert!(matches!(again, Err(Error::Refused)), "a second key would shut out whoever holds the first");
    assert_eq!((view().await.state, view().await.key_holders), (TeamState::Ready, 1));
    let nell = newcomer(&hub, &adam, "nell.novel", (team, Role::Triager)).await;
    assert!(view().await.members.iter().any(|member| member.user == nell.user && member.waits));
    app.admit_member(&app.request(None), &hub.sign_in("fay.fictional").await, team, nell.user).await.unwrap();
    assert_eq!(view().await.key_holders, 2);
    hub.finish().await;
}

async fn place_gone_meanwhile(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let user = hub.person("fay.fictional").user;
    for (number, moves) in [
        "UPDATE membership SET state = 'ended', version = version + 1",
        "UPDATE membership SET role = 'triager', version = version + 1",
        "UPDATE membership SET version = version + 1",
    ]
    .iter()
    .enumerate()
    {
        let team = adds(app, &adam, &format!("new-desk-{number}")).await.unwrap();
        app.set_place(&app.request(None), &adam, &key(app), (user, team, Role::Lead)).await.unwrap();
        let fay = hub.sign_in("fay.fictional").await;
        Raw::owner(&hub).await.run(&format!("{moves} WHERE account = '{user}' AND team = '{team}'")).await;
        let born = app.bear_team(&app.request(None), &fay, team).await;
        assert!(matches!(born, Err(Error::Conflict(_))), "{moves}: {born:?}");
        let team = app.store().team(team).await.unwrap().unwrap();
        assert_eq!((team.state, team.epoch), (TeamState::AwaitingKey, 0), "no key that nobody holds: {moves}");
    }
    hub.finish().await;
}

async fn codes_of_pathways(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let named = "police-control";
    let adam = hub.sign_in("adam.notional").await;
    // Whoever has the team of this code covers what is for today: an agency does not give that to itself.
    let refused = adds(app, &adam, named).await;
    assert!(matches!(refused, Err(Error::Conflict(why)) if why.contains("the hub’s operator makes it")), "{refused:?}");
    let otis = hub.sign_in("otis.mirage").await;
    let makes = async |by: &Caller, agency: Option<&str>, code: &str| {
        let name = TeamName::parse("A desk made for another").unwrap();
        let made = app.add_team(&app.request(None), by, &key(app), (agency, code, name)).await?;
        Ok::<_, Error>(TeamId::parse(&made.value.id).unwrap())
    };
    let taken = makes(&otis, Some("leicestershire-fire"), named).await;
    assert!(matches!(taken, Err(Error::Conflict("another team has this code"))), "{taken:?}");
    assert!(matches!(makes(&otis, Some("nobody"), "new-desk").await, Err(Error::Invalid(_))));
    let team = makes(&otis, Some("leicestershire-fire"), "new-desk").await.unwrap();
    assert_eq!(app.agency_team(&app.request(None), &adam, team).await.unwrap().code, "new-desk", "it is the fire service's");
    let elsewhere = makes(&adam, Some("leicestershire-police"), "their-desk").await;
    assert!(matches!(elsewhere, Err(Error::Refused)), "an administrator makes none for others: {elsewhere:?}");
    hub.finish().await;
}

async fn who_answers(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let adam = hub.sign_in("adam.notional").await;
    let (fay, theo) = (hub.person("fay.fictional").clone(), hub.person("theo.invented").user);
    let sets = async |by: &Caller, team: TeamId, register: TeamRegister| {
        app.set_team_register(&app.request(None), by, &key(app), (team, register)).await.map(drop)
    };
    let register = TeamRegister { lead: Some(fay.user), deputy: Some(theo), review: Some(Date::new(2030, 1, 5).unwrap()) };
    sets(&adam, fay.team_id, register).await.unwrap();
    let seen = app.agency_team(&app.request(None), &adam, fay.team_id).await.unwrap();
    assert_eq!((seen.register, seen.review_due), (register, false));
    let twice = sets(&adam, fay.team_id, TeamRegister { deputy: Some(fay.user), ..register }).await;
    assert!(matches!(twice, Err(Error::Malformed(_))), "{twice:?}");
    let stranger = sets(&adam, fay.team_id, TeamRegister { lead: Some(hub.person("pia.supposed").user), ..register }).await;
    assert!(matches!(stranger, Err(Error::Malformed(_))), "{stranger:?}");
    let lead = hub.sign_in("fay.fictional").await;
    assert!(matches!(sets(&lead, fay.team_id, register).await, Err(Error::Refused)));
    let abel = hub.sign_in("abel.template").await;
    assert!(matches!(sets(&abel, fay.team_id, register).await, Err(Error::Unseen)));
    assert!(matches!(app.agency_team(&app.request(None), &abel, fay.team_id).await, Err(Error::Unseen)));
    assert!(matches!(app.agency_teams(&app.request(None), &lead).await, Err(Error::Refused)));
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_a_team_on_the_page_and_its_lead_its_key() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let adam = Client::new(&served);
    adam.sign_in(&served, "adam.notional").await;
    let list = adam.get("/teams").await;
    assert!(list.body.contains("Fire Protection") && !list.body.contains("MARAC team"), "{}", list.body);
    assert!(list.body.contains("Nobody is named who answers for it."));
    let form = adam.get("/teams/add").await;
    let (action, hidden) = form.last_form();
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let with = |code| [&hidden[..], &[("name", "A new desk"), ("code", code)]].concat();
    assert_eq!(adam.post(&action, &with("A Desk")).await.status.as_u16(), 422);
    let form = adam.get("/teams/add").await;
    let (action, fresh) = form.last_form();
    let fresh: Vec<_> = fresh.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let made = adam.post(&action, &[&fresh[..], &[("name", "A new desk"), ("code", "new-desk")]].concat()).await;
    assert_eq!(made.status.as_u16(), 303);
    let href = made.location().to_owned();
    let page = adam.get(&href).await;
    assert!(page.heading() == "A new desk" && page.body.contains("It has no key yet"), "{}", page.body);

    let fay = served.hub.person("fay.fictional").user;
    let team = TeamId::parse(href.rsplit('/').next().unwrap()).unwrap();
    let caller = served.hub.sign_in("adam.notional").await;
    let app = &served.hub.app;
    app.set_place(&app.request(None), &caller, &key(app), (fay, team, Role::Lead)).await.unwrap();
    let client = Client::new(&served);
    client.sign_in(&served, "fay.fictional").await;
    assert!(client.get("/").await.body.contains("Make the key of A new desk"));
    let page = client.get(&format!("{href}/key")).await;
    let csrf = page.token();
    assert_eq!(client.post(&format!("{href}/key"), &[("csrf_token", &csrf)]).await.location(), "/");
    assert!(!client.get("/").await.body.contains("Make the key of A new desk"));
    assert!(adam.get(&href).await.body.contains("Only one person holds its key"));
    served.finish().await;
}

crate::support::on_both! {
    nobody_makes_a_teams_key_by_a_place_that_has_just_ended_or_changed => place_gone_meanwhile,
    a_team_that_pathways_name_is_made_by_a_hub_operator_alone => codes_of_pathways,
    a_team_is_made_gets_its_key_from_its_lead_and_its_holders_are_counted => from_birth_to_two_holders,
    who_answers_for_a_team_is_said_by_its_administrator_of_its_own_people => who_answers,
}
