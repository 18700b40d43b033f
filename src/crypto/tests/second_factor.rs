//! Codes: the RFC's own, near in time, once each.

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{SeededRandom, sealing_keys, user};
use crate::{
    crypto::{BadCode, BadLabel, OpenError, SealedTotp, TotpSecret},
    domain::time::Timestamp,
};

fn rfc() -> TotpSecret {
    TotpSecret::from_bytes(Zeroizing::new(*b"12345678901234567890"))
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(seconds).expect("a near time") * 1000)
}

#[test]
fn the_codes_of_rfc_6238() {
    // Appendix B, SHA-1; there of eight digits, of which a six-digit code is the last six.
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(rfc().code(at(seconds)), code, "{seconds}");
        assert_eq!(rfc().verify(code, at(seconds), None), Ok(seconds / 30), "{seconds}");
    }
}

#[test]
fn spaces_do_not_matter_and_other_texts_are_wrong() {
    let now = at(1_111_111_109);
    for good in ["081804", "081 804", " 0818 04\t", "081\u{a0}804"] {
        assert_eq!(rfc().verify(good, now, None), Ok(37_037_036), "{good:?}");
    }
    for bad in ["", "81804", "0818040", "+81804", "-81804", "08180a", "081804081804", "०८१८०४", "081-804"] {
        assert_eq!(rfc().verify(bad, now, None), Err(BadCode::Wrong), "{bad:?}");
    }
}

#[test]
fn one_step_either_side_and_never_again() {
    let secret = rfc();
    let (code, step) = (secret.code(at(1_234_567_890)), 41_152_263);
    for (seconds, expected) in [
        (1_234_567_829, Err(BadCode::Wrong)),
        (1_234_567_860, Ok(step)),
        (1_234_567_890, Ok(step)),
        (1_234_567_919, Ok(step)),
        (1_234_567_949, Ok(step)),
        (1_234_567_950, Err(BadCode::Wrong)),
    ] {
        assert_eq!(secret.verify(&code, at(seconds), None), expected, "{seconds}");
    }
    assert_eq!(secret.verify(&code, at(1_234_567_890), Some(step - 1)), Ok(step));
    assert_eq!(secret.verify(&code, at(1_234_567_890), Some(step)), Err(BadCode::Used));
    assert_eq!(secret.verify(&code, at(1_234_567_890), Some(step + 1)), Err(BadCode::Used));
    assert_eq!(secret.verify(&secret.code(at(0)), at(0), None), Ok(0));
}

#[test]
fn a_sealed_secret_opens_for_its_user_under_its_key() {
    let secret = TotpSecret::random(&SeededRandom::new("second factor"));
    let keys = sealing_keys("hub", &[1, 2]);
    let sealed = secret.seal(&keys, user(1), &SeededRandom::new("nonce"));
    assert_eq!(sealed.key_version, 2);
    let text = |opened: Result<TotpSecret, OpenError>| opened.map(|secret| secret.base32().to_string());
    assert_eq!(text(TotpSecret::open(&sealed, &keys, user(1))), Ok(secret.base32().to_string()));
    assert_eq!(text(TotpSecret::open(&sealed, &sealing_keys("hub", &[2, 3]), user(1))), Ok(secret.base32().to_string()));
    assert_eq!(text(TotpSecret::open(&sealed, &keys, user(2))), Err(OpenError::DoesNotFit));
    assert_eq!(text(TotpSecret::open(&sealed, &sealing_keys("thief", &[2]), user(1))), Err(OpenError::DoesNotFit));
    assert_eq!(text(TotpSecret::open(&sealed, &sealing_keys("hub", &[1]), user(1))), Err(OpenError::WrongVersion));
    let relabelled = SealedTotp { key_version: 1, ..sealed };
    assert_eq!(text(TotpSecret::open(&relabelled, &keys, user(1))), Err(OpenError::DoesNotFit));
}

#[test]
fn the_address_for_an_app_names_issuer_account_and_secret() {
    let url = rfc().enrolment_url("Referral Exchange", "robin.example").expect("an address");
    assert_eq!(
        *url,
        format!("otpauth://totp/Referral%20Exchange:robin.example?secret={}&issuer=Referral%20Exchange", *rfc().base32())
    );
    assert_eq!(*rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    for (issuer, account) in [("", "robin"), ("a:b", "robin"), ("Exchange", ""), ("Exchange", "a:b")] {
        assert_eq!(rfc().enrolment_url(issuer, account).err(), Some(BadLabel), "{issuer} {account}");
    }
}

#[test]
fn debug_keeps_the_secret() {
    assert_eq!(format!("{:?}", rfc()), "TotpSecret(…)");
}

proptest! {
    #[test]
    fn an_accepted_code_is_never_accepted_again(seconds in 60_u64..9_000_000_000, later in 0_u64..120) {
        let secret = rfc();
        let code = secret.code(at(seconds));
        let step = secret.verify(&code, at(seconds), None);
        prop_assert_eq!(step, Ok(seconds / 30));
        let again = secret.verify(&code, at(seconds + later), step.ok());
        // One in a million codes recurs in the next step; that one is a fresh code.
        prop_assert!(again.is_err() || again.ok() > step.ok());
    }
}
