//! Sealed items: what goes in comes out, in its place and nowhere else.

use proptest::prelude::*;

use super::{id, identity, user};
use crate::{
    audit::Recorded,
    crypto::{
        OpenError, SealContext,
        bytes::sha256,
        envelope::{self, FLOOR, padded},
        open, seal,
    },
    domain::{
        compartment::EntryKind,
        ids::{CompartmentId, EntryId, EventId, ReferralId},
    },
};

pub(super) fn context() -> SealContext {
    SealContext {
        referral: ReferralId::from_bytes(id(1)),
        compartment: CompartmentId::from_bytes(id(2)),
        epoch: 1,
        entry: EntryId::from_bytes(id(3)),
        version: 1,
        author: user(4),
        kind: EntryKind::Submission,
    }
}

pub(super) fn recorded(entries: Vec<(EntryId, [u8; 32])>) -> Recorded {
    Recorded::after_commit(EventId::from_bytes(id(9)), Some(user(4)), entries)
}

/// The same item with one thing about it changed, in every way there is.
fn others() -> Vec<SealContext> {
    let here = context();
    vec![
        SealContext { referral: ReferralId::from_bytes(id(11)), ..here },
        SealContext { compartment: CompartmentId::from_bytes(id(12)), ..here },
        SealContext { epoch: 2, ..here },
        SealContext { epoch: -1, ..here },
        SealContext { entry: EntryId::from_bytes(id(13)), ..here },
        SealContext { version: 2, ..here },
        SealContext { author: user(14), ..here },
        SealContext { kind: EntryKind::Headline, ..here },
    ]
}

#[test]
fn an_item_opens_in_its_place() {
    let key = identity("compartment");
    let sealed = seal(&context(), b"canary", &key.recipient());
    assert_eq!(sealed.sha256, sha256(&sealed.bytes));
    let opened = open(&recorded(vec![(context().entry, sealed.sha256)]), &context(), &sealed.sha256, &sealed.bytes, &key);
    let opened = opened.expect("it opens");
    assert_eq!((opened.as_bytes(), format!("{opened:?}").as_str()), (&b"canary"[..], "Opened(…)"));
    assert!(!sealed.bytes.windows(6).any(|window| window == b"canary"));
}

#[test]
fn an_item_opens_nowhere_else() {
    let key = identity("compartment");
    let sealed = seal(&context(), b"content", &key.recipient());
    for other in others() {
        let shown = recorded(vec![(other.entry, sealed.sha256)]);
        let refused = open(&shown, &other, &sealed.sha256, &sealed.bytes, &key).err();
        assert_eq!(refused, Some(OpenError::WrongContext), "{other:?}");
    }
}

#[test]
fn an_item_opens_only_when_an_event_names_it_with_these_bytes() {
    let key = identity("compartment");
    let (one, two) = (seal(&context(), b"one", &key.recipient()), seal(&context(), b"two", &key.recipient()));
    let entry = context().entry;
    let other = EntryId::from_bytes(id(13));
    for shown in [vec![], vec![(other, one.sha256)], vec![(entry, two.sha256)], vec![(other, one.sha256), (entry, two.sha256)]] {
        let refused = open(&recorded(shown), &context(), &one.sha256, &one.bytes, &key).err();
        assert_eq!(refused, Some(OpenError::NotRecorded));
    }
    // An older version put back in the row, though its event was real: the row's hash no longer fits the bytes.
    let shown = recorded(vec![(entry, one.sha256), (entry, two.sha256)]);
    assert_eq!(open(&shown, &context(), &two.sha256, &one.bytes, &key).err(), Some(OpenError::Damaged));
}

#[test]
fn another_key_opens_nothing() {
    let sealed = seal(&context(), b"content", &identity("compartment").recipient());
    let shown = recorded(vec![(context().entry, sealed.sha256)]);
    let refused = open(&shown, &context(), &sealed.sha256, &sealed.bytes, &identity("another")).err();
    assert_eq!(refused, Some(OpenError::WrongKey));
}

#[test]
fn sealing_twice_shows_no_likeness_but_the_size() {
    let to = identity("compartment").recipient();
    let (one, two) = (seal(&context(), b"same", &to), seal(&context(), b"same", &to));
    assert_ne!(one.bytes, two.bytes);
    assert_eq!(envelope::write(&context(), b"").len(), envelope::write(&context(), &[7; 300]).len());
}

#[test]
fn a_plaintext_of_another_version_is_told_apart_from_damage() {
    let mut plain = envelope::write(&context(), b"content");
    for version in [0, 2, 255] {
        plain[0] = version;
        assert_eq!(envelope::read(&context(), &plain).err(), Some(OpenError::WrongVersion), "{version}");
    }
    assert_eq!(envelope::read(&context(), b"").err(), Some(OpenError::Damaged));
}

#[test]
fn padding_is_in_steps() {
    for (length, expected) in
        [(0, 512), (512, 512), (513, 544), (544, 544), (545, 576), (1024, 1024), (1025, 1088), (1_000_000, 1_015_808)]
    {
        assert_eq!(padded(length), expected, "{length}");
    }
}

proptest! {
    #[test]
    fn any_content_comes_back(content in proptest::collection::vec(any::<u8>(), 0..5000), epoch: i64, version: i64) {
        let context = SealContext { epoch, version, ..context() };
        let plain = envelope::write(&context, &content);
        prop_assert_eq!(plain.len(), padded(plain.len()));
        let read = envelope::read(&context, &plain);
        prop_assert_eq!(read.as_deref(), Ok(&content));
    }

    #[test]
    fn no_other_plaintext_is_read(content in proptest::collection::vec(any::<u8>(), 0..900), at: prop::sample::Index, flip in 1_u8..) {
        let plain = envelope::write(&context(), &content);
        let mut altered = plain.to_vec();
        let at = at.index(altered.len());
        altered[at] ^= flip;
        // Other content, or another length of it where zeros follow, reads as other content: only age's authentication guards
        // that. Everything else is refused here.
        let head = 1 + 80 + 1 + "submission".len();
        let read = envelope::read(&context(), &altered);
        if (head..head + 8 + content.len()).contains(&at) {
            prop_assert!(read.map_or(true, |read| *read != content), "byte {}", at);
        } else {
            prop_assert!(read.is_err(), "byte {}", at);
        }
        prop_assert!(envelope::read(&context(), &plain[..at]).is_err());
        prop_assert!(envelope::read(&context(), &[&plain[..], &[0]].concat()).is_err());
    }

    #[test]
    fn padding_hides_and_costs_little(length in 0_usize..50_000_000) {
        let size = padded(length);
        prop_assert!(size >= length && size >= FLOOR);
        prop_assert_eq!(padded(size), size);
        prop_assert!(padded(length + 1) >= size);
        if length > FLOOR {
            prop_assert!((size - length) * 100 <= length * 12);
        }
    }
}
