//! Session cookies: strict to read, and nothing derived from one serves for another.

use super::{SeededRandom, id, identity, permit, permit_for, user};
use crate::domain::session::SessionPurpose;
use crate::{
    crypto::{BadCookie, OpenError, SessionSecret, SessionWrap},
    domain::{
        action::Action,
        actor::Actor,
        ids::{KeyId, SessionId},
    },
};

fn session(number: u8) -> SessionId {
    SessionId::from_bytes(id(number))
}

fn here() -> SessionWrap {
    SessionWrap { user: user(1), key: KeyId::from_bytes(id(2)), session: session(3) }
}

fn secret(purpose: SessionPurpose, name: &str) -> SessionSecret {
    SessionSecret::random(purpose, &SeededRandom::new(name))
}

#[test]
fn a_cookie_reads_back_and_leads_to_the_same_row() {
    for purpose in SessionPurpose::ALL {
        let made = secret(*purpose, "cookie");
        let text = made.cookie_text();
        assert_eq!(text.len(), 43);
        let read = SessionSecret::parse(*purpose, &text).expect("it reads");
        assert_eq!((read.lookup_hash(), read.csrf_token(), read.purpose()), (made.lookup_hash(), made.csrf_token(), *purpose));
    }
}

#[test]
fn only_the_one_form_is_read() {
    let text = secret(SessionPurpose::Session, "cookie").cookie_text();
    // The last of 43 characters carries two bits that must be zero.
    let loose = format!("{}{}", &text[..42], char::from(text.as_bytes()[42] + 1));
    for bad in [
        "",
        "abc",
        &text[..42],
        &format!("{}A", *text),
        &format!("{}=", *text),
        &format!(" {}", *text),
        &"+".repeat(43),
        &"é".repeat(43),
        &loose,
    ] {
        assert_eq!(SessionSecret::parse(SessionPurpose::Session, bad).err(), Some(BadCookie), "{bad}");
    }
}

#[test]
fn what_is_derived_differs_by_cookie_purpose_and_use() {
    let mut seen = Vec::new();
    for purpose in SessionPurpose::ALL {
        for name in ["one", "two"] {
            let secret = secret(*purpose, name);
            seen.push(hex::encode(secret.lookup_hash()));
            seen.push(secret.csrf_token());
            seen.push(secret.cookie_text().to_string());
        }
    }
    // The cookie's text is the same for both purposes; all else differs.
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (12, 10));
}

#[test]
fn the_identity_comes_back_for_that_person_in_that_session() {
    let secret = secret(SessionPurpose::Session, "cookie");
    let bytes = secret.wrap_identity(&identity("robin"), &here(), &SeededRandom::new("nonce"));
    let open = |permit| secret.unwrap_identity(&permit, &bytes, &here()).map(|identity| *identity.secret());
    assert_eq!(open(permit(user(1), Action::ReadReferral, Some(session(3)), &[])), Ok(*identity("robin").secret()));
    for wrong in [
        permit(user(1), Action::ReadReferral, Some(session(4)), &[]),
        permit(user(1), Action::ReadReferral, None, &[]),
        permit(user(1), Action::SignIn, None, &[]),
        permit(user(5), Action::ReadReferral, Some(session(3)), &[]),
        permit_for(Actor::Job("sweeper"), Action::ReadReferral, &[]),
    ] {
        assert_eq!(open(wrong), Err(OpenError::NotPermitted));
    }
}

#[test]
fn a_row_moved_to_another_user_key_or_session_does_not_open() {
    let secret = secret(SessionPurpose::Session, "cookie");
    let bytes = secret.wrap_identity(&identity("robin"), &here(), &SeededRandom::new("nonce"));
    for other in [
        SessionWrap { user: user(5), ..here() },
        SessionWrap { key: KeyId::from_bytes(id(6)), ..here() },
        SessionWrap { session: session(7), ..here() },
    ] {
        let permit = permit(other.user, Action::ReadReferral, Some(other.session), &[]);
        assert_eq!(secret.unwrap_identity(&permit, &bytes, &other).err(), Some(OpenError::DoesNotFit), "{other:?}");
    }
}

#[test]
fn a_pre_session_and_a_session_never_serve_as_each_other() {
    let (before, after) = (secret(SessionPurpose::PreSession, "cookie"), secret(SessionPurpose::Session, "cookie"));
    assert_ne!(before.lookup_hash(), after.lookup_hash());
    assert!(!before.csrf_fits(&after.csrf_token()) && before.csrf_fits(&before.csrf_token()));
    let random = SeededRandom::new("nonce");
    let sign_in = permit(user(1), Action::SignIn, Some(session(3)), &[]);
    let (early, late) =
        (before.wrap_identity(&identity("robin"), &here(), &random), after.wrap_identity(&identity("robin"), &here(), &random));
    assert!(before.unwrap_identity(&sign_in, &early, &here()).is_ok());
    assert_eq!(before.unwrap_identity(&sign_in, &late, &here()).err(), Some(OpenError::DoesNotFit));
    assert_eq!(after.unwrap_identity(&sign_in, &early, &here()).err(), Some(OpenError::DoesNotFit));
    // With the password alone, nothing but signing in goes on.
    let read = permit(user(1), Action::ReadReferral, Some(session(3)), &[]);
    assert_eq!(before.unwrap_identity(&read, &early, &here()).err(), Some(OpenError::NotPermitted));
}

#[test]
fn form_tokens_are_compared_whole() {
    let secret = secret(SessionPurpose::Session, "cookie");
    let token = secret.csrf_token();
    assert!(secret.csrf_fits(&token));
    for wrong in ["", &token[..42], &format!("{token}A"), &token.to_lowercase(), &secret.cookie_text()] {
        assert!(!secret.csrf_fits(wrong), "{wrong}");
    }
}

#[test]
fn debug_keeps_the_cookie() {
    assert_eq!(format!("{:?}", secret(SessionPurpose::Session, "cookie")), "SessionSecret(session, …)");
}
