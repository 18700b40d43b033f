//! Rows that may change point at keys that may not. A pointer bent by SQL must stop the act, not choose the recipient.

use referral_exchange::{
    app::{Error, Founder, WorkContact},
    domain::{
        role::Role,
        text::{PersonName, TeamName, Username},
    },
    store::Engine,
};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use crate::support::hub::Hub;

async fn bend(hub: &Hub, sql: &'static str) {
    let path = hub.folder.path().join("exchange.sqlite");
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let changed = sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected();
    assert!(changed > 0, "the statement bends something");
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_key_is_never_wrapped_to_another_agencys_recovery() {
    let hub = Hub::founded(Engine::Sqlite).await;
    let administrator = hub.sign_in("adam.notional").await;
    let founder = Founder::Caller(&administrator);
    let request = hub.app.request(None);
    let agency = administrator.agency();
    let name = TeamName::parse("A new desk").unwrap();
    let team = hub.app.make_team(&request, &founder, agency, ("new-desk", name)).await.unwrap();
    hub.app.give_place(&request, &founder, hub.person("fay.fictional").user, team, Role::Lead).await.unwrap();
    bend(
        &hub,
        "UPDATE agency SET recovery_key = (SELECT recovery_key FROM agency WHERE code = 'leicestershire-police') \
                WHERE code = 'leicestershire-fire'",
    )
    .await;
    let lead = hub.sign_in("fay.fictional").await;
    let born = hub.app.bear_team(&hub.app.request(None), &lead, team).await;
    assert!(matches!(born, Err(Error::Integrity(_))), "{born:?}");
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_key_is_never_wrapped_to_somebody_elses_key() {
    let hub = Hub::founded(Engine::Sqlite).await;
    let administrator = hub.sign_in("adam.notional").await;
    let founder = Founder::Caller(&administrator);
    let request = hub.app.request(None);
    let login = (Username::parse("noah.newcomer").unwrap(), PersonName::parse("Noah Newcomer").unwrap(), WorkContact::default());
    let user = hub.app.make_account(&request, &founder, administrator.agency(), login).await.unwrap();
    let team = hub.person("fay.fictional").team_id;
    hub.app.give_place(&request, &founder, user, team, Role::Triager).await.unwrap();
    let password = referral_exchange::app::NewPassword::parse("a long enough password".to_owned()).unwrap();
    hub.app.enrol_credentials(&request, user, &password).await.unwrap();
    bend(
        &hub,
        "UPDATE account SET key_id = (SELECT key_id FROM account WHERE username = 'quinn.mock') \
                WHERE username = 'noah.newcomer'",
    )
    .await;
    let lead = hub.sign_in("fay.fictional").await;
    let admitted = hub.app.admit_member(&hub.app.request(None), &lead, team, user).await;
    assert!(matches!(admitted, Err(Error::Integrity(_))), "{admitted:?}");
    hub.finish().await;
}
