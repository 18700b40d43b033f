//! A thief with every stored column, and even with the hub's key files, opens no identity without a password or a cookie.

use zeroize::Zeroizing;

use super::{SeededRandom, engine, id, identity, peppers, sealing_keys, user};
use crate::domain::session::SessionPurpose;
use crate::{
    crypto::{
        Credential, Identity, Password, RecipientOf, SessionSecret, SessionWrap, TotpSecret, WrapContext, WrapOf,
        bytes::{derive, sha256},
        symmetric, wrap_key,
    },
    domain::ids::{KeyId, SessionId, TeamId},
};

/// Keys a thief would try: every 32-byte run of the columns, its hash, and what our own labels derive from it.
fn tries(columns: &[Vec<u8>]) -> Vec<[u8; 32]> {
    const LABELS: [&str; 8] = [
        "exchange-password/v1/auth",
        "exchange-password/v1/identity-key",
        "exchange-pepper/v1/auth-tag",
        "exchange-session/v1/wrap",
        "exchange-session/v1/lookup",
        "exchange-session/v1/csrf",
        "exchange-pre-session/v1/wrap",
        "exchange-pre-session/v1/lookup",
    ];
    let mut keys = Vec::new();
    for column in columns {
        let runs = column.windows(32).filter_map(|run| <[u8; 32]>::try_from(run).ok());
        for material in runs.chain([sha256(column)]) {
            keys.push(material);
            keys.push(sha256(&material));
            keys.extend(LABELS.iter().map(|label| *derive(&material, label)));
        }
        keys.extend(LABELS.iter().map(|label| *derive(column, label)));
    }
    keys
}

#[tokio::test]
async fn no_stored_column_opens_an_identity() {
    let (owner, key, session) = (user(1), KeyId::from_bytes(id(2)), SessionId::from_bytes(id(3)));
    let random = SeededRandom::new("hub");
    let (peppers, sealing) = (peppers("hub", &[1]), sealing_keys("hub", &[1]));
    let person = identity("robin");

    let stretching = engine(peppers.clone());
    let recipe = stretching.recipe(&random);
    let derived = stretching.derive(&Password::typed("a long enough one".into()), recipe).await.expect("stretched");
    let credential = Credential::make(owner, key, &person, &derived, &random);
    let cookie = SessionSecret::random(SessionPurpose::Session, &random);
    let at = SessionWrap { user: owner, key, session };
    let in_session = cookie.wrap_identity(&person, &at, &random);
    let factor = TotpSecret::random(&random).seal(&sealing, owner, &random);
    let place = WrapContext { key, of: WrapOf::TeamKey(TeamId::from_bytes(id(4))), epoch: 1, to: RecipientOf::User(owner) };
    let team = wrap_key(&identity("team"), &place, &person.recipient());

    let columns = [
        credential.recipe.salt.to_vec(),
        credential.auth_tag.to_vec(),
        credential.wrapped_identity.clone(),
        cookie.lookup_hash().to_vec(),
        in_session.clone(),
        factor.bytes.clone(),
        team.clone(),
        person.recipient().as_str().as_bytes().to_vec(),
        peppers.newest().key().to_vec(),
        sealing.newest().key().to_vec(),
    ];
    let password_place = crate::crypto::bytes::join(&[b"user-identity", &[1], &owner.to_bytes(), &key.to_bytes()]);
    let session_place = crate::crypto::bytes::join(&[b"session", &[1], &owner.to_bytes(), &key.to_bytes(), &session.to_bytes()]);
    // The places are right, so a right key would open: the proof that the search below can fail.
    assert!(symmetric::open(&derived.identity_key, &password_place, &credential.wrapped_identity).is_ok());
    let cookie_bytes = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, &*cookie.cookie_text()).expect("our own");
    let found = tries(&[cookie_bytes]).iter().any(|key| symmetric::open(key, &session_place, &in_session).is_ok());
    assert!(found, "with the cookie the search finds the session's key");

    for key in tries(&columns) {
        assert!(symmetric::open(&key, &password_place, &credential.wrapped_identity).is_err());
        assert!(symmetric::open(&key, &session_place, &in_session).is_err());
        assert_ne!(key, *person.secret());
    }
    // As age keys only the columns themselves, which is slower.
    for column in &columns {
        for run in column.windows(32).step_by(16) {
            let secret = Zeroizing::new(<[u8; 32]>::try_from(run).expect("32 bytes"));
            assert!(Identity::from_secret(secret).decrypt(&team).is_err());
        }
    }
}

#[tokio::test]
async fn the_value_that_proves_a_password_is_not_the_key() {
    let engine = engine(peppers("hub", &[1]));
    let random = SeededRandom::new("hub");
    let derived = engine.derive(&Password::typed("a long enough one".into()), engine.recipe(&random)).await.expect("stretched");
    assert_ne!(derived.auth, derived.identity_key);
    assert_ne!(derived.tag_key, derived.identity_key);
    let other = engine.derive(&Password::typed("a long enough one".into()), engine.recipe(&random)).await.expect("stretched");
    assert_ne!(derived.identity_key, other.identity_key, "another salt, another key");
    assert_eq!(derived.tag_key, other.tag_key, "the pepper alone decides");
}
