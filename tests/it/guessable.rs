//! What could be guessed is stored so that the database alone confirms no guess, and no longer than it is used.

use std::time::Duration;

use referral_exchange::{
    app::{IdempotencyKey, Password},
    domain::message::Audience,
    store::Engine,
};
use sha2::{Digest as _, Sha256};

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    raw::Raw,
};

async fn keyed(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let key = IdempotencyKey::parse("two").unwrap();
    app.write_message(&app.request(None), &tess, &key, (&reference, Audience::Shared, "yes")).await.unwrap();
    // A password, typed where the name belongs.
    let wrong = app.sign_in(&app.request(None), "correct horse battery", Password::typed("x".to_owned()), "000000").await;
    assert!(wrong.is_err());

    let mut raw = Raw::owner(&hub).await;
    let mut stored: Vec<Vec<u8>> = Vec::new();
    for sql in ["SELECT request_sha256 FROM idempotency", "SELECT subject FROM throttle"] {
        let rows = raw.rows(sql).await;
        assert!(!rows.is_empty(), "{sql}");
        stored.extend(rows.iter().map(|row| row[0].bytes()));
    }
    let message = format!("POST /referrals/{reference}/messages");
    for guess in [
        format!("{message}\nshared\nyes"),
        format!("{message}shared\nyes"),
        "shared\nyes".to_owned(),
        "account\0correct horse battery".to_owned(),
        "correct horse battery".to_owned(),
    ] {
        let hash: [u8; 32] = Sha256::digest(&guess).into();
        assert!(stored.iter().all(|stored| stored[..] != hash[..]), "{guess:?} can be confirmed by the database alone");
    }

    // An answer is remembered for a day, whether or not its person comes back.
    let tidy = async || {
        let day = Duration::from_hours(24);
        app.store().forget_old(app.now().minus(day), app.now().minus(day)).await.unwrap();
    };
    tidy().await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM idempotency").await, 2);
    hub.clock.advance(Duration::from_hours(25));
    tidy().await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM idempotency").await, 0);
    hub.finish().await;
}

crate::support::on_both! {
    what_could_be_guessed_is_hashed_under_a_key_and_goes_after_a_day => keyed,
}
