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
};

async fn adds(app: &App, by: &Caller, code: &str) -> Result<TeamId, Error> {
    let name = TeamName::parse("A new desk").unwrap();
    let made = app.add_team(&app.request(None), by, &key(app), (code, name)).await?;
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
    a_team_is_made_gets_its_key_from_its_lead_and_its_holders_are_counted => from_birth_to_two_holders,
    who_answers_for_a_team_is_said_by_its_administrator_of_its_own_people => who_answers,
}
