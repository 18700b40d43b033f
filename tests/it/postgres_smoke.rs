//! The throw-away PostgreSQL of the tests does what they rely on.

use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::support::postgres;

#[tokio::test]
async fn the_owner_makes_tables_and_the_app_role_may_do_only_what_it_is_granted() {
    let database = postgres::create_database().await;
    let mut owner = PgConnection::connect(&database.owner_url).await.unwrap();
    owner.execute("CREATE TABLE sample (n BIGINT); GRANT SELECT, INSERT ON sample TO exchange_app").await.unwrap();
    let mut app = PgConnection::connect(&database.app_url).await.unwrap();
    app.execute("INSERT INTO sample VALUES (1)").await.unwrap();
    for refused in ["DELETE FROM sample", "UPDATE sample SET n = 2", "CREATE TABLE other (n BIGINT)", "DROP TABLE sample"] {
        let error = app.execute(refused).await.expect_err(refused);
        let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        assert_eq!(code.as_deref(), Some("42501"), "{refused}: insufficient privilege");
    }
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int").fetch_one(&mut app).await.unwrap();
    assert!(version >= 150_000, "{version}");
}

#[tokio::test]
async fn databases_are_apart_and_many_are_made_at_once() {
    let made = (0..6).map(|_| tokio::spawn(postgres::create_database()));
    let mut urls = Vec::new();
    for database in made.collect::<Vec<_>>() {
        urls.push(database.await.unwrap().owner_url);
    }
    for url in &urls {
        let mut owner = PgConnection::connect(url).await.unwrap();
        owner.execute("CREATE TABLE apart (n BIGINT)").await.expect("no other database's table is in the way");
    }
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), 6);
}

#[tokio::test]
async fn a_database_can_be_the_template_of_others() {
    let original = postgres::create_database().await;
    let mut owner = PgConnection::connect(&original.owner_url).await.unwrap();
    owner.execute("CREATE TABLE sample (n BIGINT); INSERT INTO sample VALUES (7)").await.unwrap();
    owner.close().await.unwrap();
    let name = original.owner_url.rsplit('/').next().unwrap().split('?').next().unwrap();
    let copy = postgres::create_from(name).await;
    let mut owner = PgConnection::connect(&copy.owner_url).await.unwrap();
    let n: i64 = sqlx::query_scalar("SELECT n FROM sample").fetch_one(&mut owner).await.unwrap();
    assert_eq!(n, 7);
}

#[tokio::test]
async fn the_socket_file_serves_as_well() {
    let database = postgres::create_database().await;
    let name = database.app_url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let port = database.app_url.split(':').nth(2).unwrap().split('/').next().unwrap();
    let folder = postgres::socket_folder().to_str().unwrap();
    let url = format!("postgres:///{name}?host={folder}&port={port}&user={}", postgres::APP);
    let mut app = PgConnection::connect(&url).await.unwrap();
    app.ping().await.unwrap();
}
