//! Wrapped team and compartment keys: one holder, one place, one epoch.

use proptest::prelude::*;

use super::{id, identity, permit, permit_for, user};
use crate::{
    crypto::{Identity, OpenError, RecipientOf, WrapContext, WrapOf, unwrap_key, wrap_key},
    domain::{
        action::Action,
        actor::Actor,
        ids::{AgencyId, CompartmentId, KeyId, TeamId},
    },
    policy::Permit,
};

pub(super) fn grant() -> WrapContext {
    WrapContext {
        key: KeyId::from_bytes(id(1)),
        of: WrapOf::Grant(CompartmentId::from_bytes(id(2))),
        epoch: 1,
        to: RecipientOf::Team(TeamId::from_bytes(id(3))),
    }
}

pub(super) fn team_key() -> WrapContext {
    WrapContext {
        key: KeyId::from_bytes(id(4)),
        of: WrapOf::TeamKey(TeamId::from_bytes(id(3))),
        epoch: 1,
        to: RecipientOf::User(user(5)),
    }
}

/// A permit that covers whatever the context asks for, so that what is tested is what the bytes say.
pub(super) fn covering(context: &WrapContext) -> Permit {
    let who = if let RecipientOf::User(user) = context.to { user } else { user(5) };
    let compartments = if let WrapOf::Grant(compartment) = context.of { vec![compartment] } else { vec![] };
    permit(who, Action::ReadReferral, None, &compartments)
}

fn unwrapped(bytes: &[u8], holder: &Identity, context: &WrapContext) -> Result<[u8; 32], OpenError> {
    let published = identity("wrapped").recipient();
    unwrap_key(&covering(context), bytes, holder, context, &published).map(|identity| *identity.secret())
}

#[test]
fn a_wrapped_key_opens_in_its_place_only() {
    let holder = identity("holder");
    for here in [grant(), team_key()] {
        let bytes = wrap_key(&identity("wrapped"), &here, &holder.recipient());
        assert_eq!(unwrapped(&bytes, &holder, &here), Ok(*identity("wrapped").secret()));
        assert_eq!(unwrapped(&bytes, &identity("another"), &here), Err(OpenError::WrongKey));
        let others = [
            WrapContext { key: KeyId::from_bytes(id(11)), ..here },
            WrapContext { of: WrapOf::Grant(CompartmentId::from_bytes(id(12))), to: RecipientOf::User(user(5)), ..here },
            WrapContext { of: WrapOf::TeamKey(TeamId::from_bytes(id(2))), to: RecipientOf::User(user(5)), ..here },
            WrapContext { epoch: 2, ..here },
            WrapContext { to: RecipientOf::User(user(13)), ..here },
        ];
        for other in others {
            assert_eq!(unwrapped(&bytes, &holder, &other), Err(OpenError::WrongContext), "{other:?}");
        }
    }
}

#[test]
fn a_key_that_is_not_the_published_one_is_refused() {
    let holder = identity("holder");
    let bytes = wrap_key(&identity("planted"), &grant(), &holder.recipient());
    assert_eq!(unwrapped(&bytes, &holder, &grant()), Err(OpenError::Mismatch));
}

#[test]
fn the_permit_must_reach_into_the_compartment_and_be_a_persons() {
    let holder = identity("holder");
    let compartment = CompartmentId::from_bytes(id(2));
    let to_person = WrapContext { to: RecipientOf::User(user(5)), ..grant() };
    let to_recovery = RecipientOf::Recovery(AgencyId::from_bytes(id(6)));
    let read = |who, compartments: &[_]| permit(user(who), Action::ReadReferral, None, compartments);
    for (context, permit, covered) in [
        (grant(), read(5, &[compartment]), true),
        (grant(), read(5, &[CompartmentId::from_bytes(id(12)), compartment]), true),
        (grant(), read(5, &[]), false),
        (grant(), read(5, &[CompartmentId::from_bytes(id(12))]), false),
        (grant(), permit_for(Actor::Job("sweeper"), Action::ReadReferral, &[compartment]), false),
        (grant(), permit_for(Actor::SetUp, Action::ReadReferral, &[compartment]), false),
        (to_person, read(5, &[compartment]), true),
        (to_person, read(7, &[compartment]), false),
        (WrapContext { to: to_recovery, ..grant() }, read(5, &[compartment]), false),
        (team_key(), read(5, &[]), true),
        (team_key(), read(7, &[]), false),
        (WrapContext { to: to_recovery, ..team_key() }, read(5, &[]), false),
    ] {
        let bytes = wrap_key(&identity("wrapped"), &context, &holder.recipient());
        let outcome = unwrap_key(&permit, &bytes, &holder, &context, &identity("wrapped").recipient());
        let expected = if covered { None } else { Some(OpenError::NotPermitted) };
        assert_eq!(outcome.err(), expected, "{context:?} {permit:?}");
    }
}

#[test]
fn plaintexts_of_another_length_or_version_are_refused() {
    let holder = identity("holder");
    let bytes = wrap_key(&identity("wrapped"), &grant(), &holder.recipient());
    let plain = holder.decrypt(&bytes).expect("it opens");
    assert_eq!(plain.len(), 91);
    for (altered, class) in [
        (vec![], OpenError::Damaged),
        (plain[..58].to_vec(), OpenError::Damaged),
        (plain[..90].to_vec(), OpenError::Damaged),
        ([&plain[..], &[0]].concat(), OpenError::Damaged),
        ([&[2], &plain[1..]].concat(), OpenError::WrongVersion),
    ] {
        let sealed = holder.recipient().encrypt(&altered);
        assert_eq!(unwrapped(&sealed, &holder, &grant()), Err(class), "{} bytes", altered.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_altered_byte_shuts_it(at: prop::sample::Index, flip in 1_u8.., cut: prop::sample::Index) {
        let holder = identity("holder");
        let mut bytes = wrap_key(&identity("wrapped"), &grant(), &holder.recipient());
        let short = &bytes[..cut.index(bytes.len())];
        prop_assert!(unwrapped(short, &holder, &grant()).is_err());
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(unwrapped(&bytes, &holder, &grant()).is_err(), "byte {}", at);
    }
}
