//! Passwords and credentials: only the right password, of the right person, with the right pepper, under the right permit.

use super::{SeededRandom, cheap, engine, identity, peppers, permit, permit_for, user};
use crate::{
    crypto::{
        Cost, Credential, DeriveError, Derived, EngineSettings, OpenError, Password, PasswordEngine, Recipe, WeakSettings,
        permits_for,
    },
    domain::{action::Action, actor::Actor, ids::KeyId},
};

fn typed(text: &str) -> Password {
    Password::typed(text.to_owned())
}

fn key(number: u8) -> KeyId {
    KeyId::from_bytes(super::id(number))
}

async fn stretched(engine: &PasswordEngine, text: &str, recipe: Recipe) -> Derived {
    engine.derive(&typed(text), recipe).await.expect("stretched")
}

async fn made(engine: &PasswordEngine, text: &str) -> Credential {
    let random = SeededRandom::new("credential");
    let derived = stretched(engine, text, engine.recipe(&random)).await;
    Credential::make(user(1), key(2), &identity("robin"), &derived, &random)
}

#[tokio::test]
async fn the_right_password_opens_the_identity() {
    let engine = engine(peppers("hub", &[1]));
    let credential = made(&engine, "a long enough one").await;
    let derived = stretched(&engine, "a long enough one", credential.recipe).await;
    let unlocked = credential.check(user(1), &derived).expect("it fits");
    assert_eq!(unlocked.user(), user(1));
    let published = identity("robin").recipient();
    let opened = unlocked.identity(&permit(user(1), Action::SignIn, None, &[]), &published).expect("it opens");
    assert_eq!(opened.secret(), identity("robin").secret());
}

#[tokio::test]
async fn any_other_password_does_not_fit() {
    let engine = engine(peppers("hub", &[1]));
    let long = "x".repeat(300);
    let credential = made(&engine, &long).await;
    for wrong in ["", "x", &long[..256], &long[..299], &format!("{long}x"), &format!("{long} "), &long.to_uppercase()] {
        let derived = stretched(&engine, wrong, credential.recipe).await;
        assert!(credential.check(user(1), &derived).is_none(), "{} characters", wrong.len());
    }
}

#[tokio::test]
async fn without_the_pepper_the_right_password_is_wrong() {
    let credential = made(&engine(peppers("hub", &[1])), "a long enough one").await;
    let thief = engine(peppers("guessed", &[1]));
    let derived = stretched(&thief, "a long enough one", credential.recipe).await;
    assert!(credential.check(user(1), &derived).is_none());
}

#[tokio::test]
async fn a_credential_moved_to_another_person_or_key_fits_nobody() {
    let engine = engine(peppers("hub", &[1]));
    let credential = made(&engine, "a long enough one").await;
    let derived = stretched(&engine, "a long enough one", credential.recipe).await;
    assert!(credential.check(user(3), &derived).is_none());
    assert!(Credential { key: key(4), ..credential.clone() }.check(user(1), &derived).is_none());
    let moved = Credential { recipe: Recipe { pepper_version: 2, ..credential.recipe }, ..credential };
    assert!(moved.check(user(1), &derived).is_none());
}

#[tokio::test]
async fn the_identity_waits_for_that_persons_permit_to_sign_in() {
    let engine = engine(peppers("hub", &[1]));
    let credential = made(&engine, "a long enough one").await;
    let derived = stretched(&engine, "a long enough one", credential.recipe).await;
    let published = identity("robin").recipient();
    for wrong in [
        permit(user(3), Action::SignIn, None, &[]),
        permit(user(1), Action::ReadAccount, None, &[]),
        permit_for(Actor::Job("sweeper"), Action::SignIn, &[]),
        permit_for(Actor::SetUp, Action::SignIn, &[]),
    ] {
        let unlocked = credential.check(user(1), &derived).expect("it fits");
        assert_eq!(unlocked.identity(&wrong, &published).err(), Some(OpenError::NotPermitted));
    }
    let unlocked = credential.check(user(1), &derived).expect("it fits");
    let planted = identity("heron").recipient();
    let refused = unlocked.identity(&permit(user(1), Action::SignIn, None, &[]), &planted).err();
    assert_eq!(refused, Some(OpenError::Mismatch));
}

#[tokio::test]
async fn changing_a_password_keeps_the_identity() {
    let engine = engine(peppers("hub", &[1]));
    let random = SeededRandom::new("change");
    let old = made(&engine, "a long enough one").await;
    let derived = stretched(&engine, "quite another one", engine.recipe(&random)).await;
    let new = Credential::make(user(1), old.key, &identity("robin"), &derived, &random);
    assert_ne!((new.recipe.salt, new.auth_tag), (old.recipe.salt, old.auth_tag));
    assert!(old.check(user(1), &derived).is_none());
    let unlocked = new.check(user(1), &derived).expect("it fits");
    assert!(unlocked.identity(&permit(user(1), Action::SignIn, None, &[]), &identity("robin").recipient()).is_ok());
}

#[tokio::test]
async fn peppers_and_costs_move_on() {
    let credential = made(&engine(peppers("hub", &[1])), "a long enough one").await;
    let later = engine(peppers("hub", &[1, 2]));
    assert!(later.needs_upgrade(&credential.recipe));
    let derived = stretched(&later, "a long enough one", credential.recipe).await;
    assert!(credential.check(user(1), &derived).is_some());
    assert!(!later.needs_upgrade(&later.recipe(&SeededRandom::new("new"))));
    let forgetful = engine(peppers("hub", &[2]));
    let refused = forgetful.derive(&typed("a long enough one"), credential.recipe).await.err();
    assert_eq!(refused, Some(DeriveError::UnknownPepper(1)));
}

#[tokio::test]
async fn rows_below_the_floor_are_not_worked_on() {
    let strong = EngineSettings { cost: Cost::PRODUCTION, floor: Cost::PRODUCTION, permits: 1, queue_limit: 0 };
    let production = PasswordEngine::new(strong, peppers("hub", &[1])).expect("an engine");
    let weak = made(&engine(peppers("hub", &[1])), "a long enough one").await.recipe;
    assert!(production.is_weak(&weak) && production.needs_upgrade(&weak));
    assert_eq!(production.derive(&typed("a long enough one"), weak).await.err(), Some(DeriveError::Weak));
    let careless = EngineSettings { cost: cheap(), ..strong };
    assert_eq!(PasswordEngine::new(careless, peppers("hub", &[1])).err(), Some(WeakSettings));
}

#[tokio::test]
async fn production_cost_works_and_a_full_queue_says_so_to_everybody() {
    let settings = EngineSettings { cost: Cost::PRODUCTION, floor: Cost::PRODUCTION, permits: 1, queue_limit: 0 };
    let engine = PasswordEngine::new(settings, peppers("hub", &[1])).expect("an engine");
    let random = SeededRandom::new("production");
    let (recipe, password) = (engine.recipe(&random), typed("a long enough one"));
    // Polled in this order: the first takes the only place, and the other two are turned away, known name or not.
    let (first, second, nobody) = tokio::join!(biased; engine.derive(&password, recipe), engine.derive(&password, recipe), engine.derive_for_nobody(&password));
    assert_eq!((second.err(), nobody.err()), (Some(DeriveError::Busy), Some(DeriveError::Busy)));
    let credential = Credential::make(user(1), key(2), &identity("robin"), &first.expect("stretched"), &random);
    let again = engine.derive(&password, recipe).await.expect("stretched");
    assert!(credential.check(user(1), &again).is_some());
}

#[tokio::test]
async fn nobodys_password_takes_the_same_way() {
    let engine = engine(peppers("hub", &[1, 5]));
    assert_eq!(engine.derive_for_nobody(&typed("whatever it is")).await, Ok(()));
}

#[test]
fn permits_follow_cores_and_memory() {
    const MIB: u64 = 1024 * 1024;
    for (cores, memory, permits) in [
        (0, 1024 * MIB, 1),
        (1, 1024 * MIB, 1),
        (3, 1024 * MIB, 1),
        (4, 1024 * MIB, 4),
        (16, 1024 * MIB, 16),
        (16, 128 * MIB, 2),
        (16, 127 * MIB, 1),
        (16, 0, 1),
        (8, u64::MAX, 8),
    ] {
        assert_eq!(permits_for(cores, memory), permits, "{cores} cores, {memory} bytes");
    }
}
