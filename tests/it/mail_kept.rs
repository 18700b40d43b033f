//! The way to the relay: encrypted as the settings say, and nothing is said of a mail where it cannot be.

use referral_exchange::{
    domain::{mailing::MailAddress, time::Timestamp},
    mail::{Delivery, Letter, Security},
};

use crate::support::smtp::Smtp;

fn letter() -> Letter {
    Letter {
        id: "ab".repeat(16),
        tag: "0123456789abcdef".to_owned(),
        to: MailAddress::parse("theo@agency.example").unwrap(),
        urgent: false,
        at: Timestamp::parse("2026-11-27T10:00:00Z").unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_over_an_encrypted_way_of_either_kind() {
    for security in [Security::StartTls, Security::Tls] {
        let smtp = Smtp::open_kept(security).await;
        assert_eq!(smtp.relay().send(&letter()).await, Delivery::Accepted, "{security:?}");
        assert_eq!(smtp.recipients(), ["theo@agency.example"], "{security:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_whose_certificate_is_not_known_gets_no_mail() {
    for security in [Security::StartTls, Security::Tls] {
        let (smtp, other) = (Smtp::open_kept(security).await, Smtp::open_kept(security).await);
        for authority in [None, Some(other.authority())] {
            let tried = smtp.relay_trusting(security, authority).send(&letter()).await;
            assert!(matches!(tried, Delivery::Later(_)), "{security:?}: {tried:?}");
        }
        assert!(smtp.got().is_empty(), "{security:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_encryption_that_is_asked_for_nothing_is_said() {
    let (plain, known) = (Smtp::open().await, Smtp::open_kept(Security::Tls).await);
    let tried = plain.relay_trusting(Security::StartTls, Some(known.authority())).send(&letter()).await;
    assert!(matches!(tried, Delivery::Later(_)), "{tried:?}");
    assert!(plain.got().is_empty());
}
