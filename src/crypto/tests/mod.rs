//! What the tests of this room share: a random source that repeats itself, identities by name, permits.
//! Never here: anything that production code needs; the whole folder is compiled for tests alone.
//! Named by nobody: the room includes it for its own tests.

mod envelopes;
mod interop;
mod passwords;
mod second_factor;
mod sessions;
mod stored;
mod vector_file;
mod vectors;
mod wraps;

use std::sync::Mutex;

use zeroize::Zeroizing;

use super::{Cost, EngineSettings, Identity, PasswordEngine, Pepper, Peppers, SealingKey, SealingKeys, bytes::sha256};
use crate::{
    domain::{
        action::Action,
        actor::{Actor, Person, Place, Strength},
        compartment::CompartmentKind,
        ids::{AgencyId, CompartmentId, MembershipId, RequestId, SessionId, TeamId, UserId},
        ports::Random,
        relation::Relation,
        role::Role,
        time::Timestamp,
    },
    policy::{Act, Object, Permit, RequestContext, ShownCompartment, State},
};

/// SHA-256 of seed and counter: the same bytes for the same seed, on every machine.
pub(super) struct SeededRandom(Mutex<(String, u64)>);

impl SeededRandom {
    pub(super) fn new(seed: &str) -> Self {
        Self(Mutex::new((seed.to_owned(), 0)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().expect("no test panics while filling");
        for chunk in buffer.chunks_mut(32) {
            let block = sha256(format!("{}/{}", state.0, state.1).as_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
            state.1 += 1;
        }
    }
}

/// The test identity of that name; worth nothing, and never written down as a key.
pub(super) fn identity(name: &str) -> Identity {
    Identity::from_secret(Zeroizing::new(sha256(format!("exchange test identity {name}").as_bytes())))
}

/// A 16-byte id by number.
pub(super) const fn id(number: u8) -> [u8; 16] {
    [number; 16]
}

pub(super) fn user(number: u8) -> UserId {
    UserId::from_bytes(id(number))
}

/// Somebody's permit for an act in a session that reaches into these compartments.
pub(super) fn permit(who: UserId, action: Action, session: Option<SessionId>, compartments: &[CompartmentId]) -> Permit {
    let agency = AgencyId::from_bytes(id(0xa0));
    let place = Place {
        id: MembershipId::from_bytes(id(0xa1)),
        version: 1,
        team: TeamId::from_bytes(id(0xa2)),
        agency,
        role: Role::ALL[0],
        state: crate::domain::account::MembershipState::Active,
    };
    let person = Person { user: who, version: 1, agency, session, strength: Strength::SecondFactor, place };
    permit_for(Actor::Person(Box::new(person)), action, compartments)
}

/// Any actor's permit.
pub(super) fn permit_for(actor: Actor, action: Action, compartments: &[CompartmentId]) -> Permit {
    Permit::for_test(Act {
        actor,
        action,
        object: Object::Hub,
        relation: Relation::None,
        sensitivity: None,
        state: State::None,
        compartments: compartments.iter().map(|id| ShownCompartment { id: *id, kind: CompartmentKind::Shared }).collect(),
        legal: None,
        request: RequestContext { id: RequestId::from_bytes(id(0xa3)), source: None, at: Timestamp::from_millis(0) },
    })
}

pub(super) fn cheap() -> Cost {
    Cost::new(64, 1, 1).expect("a cost")
}

/// Peppers or sealing keys of these versions; the bytes follow from use, version and name.
pub(super) fn peppers(name: &str, versions: &[i64]) -> Peppers {
    let key = |version: &i64| Pepper::new(*version, Zeroizing::new(sha256(format!("pepper {name} {version}").as_bytes())));
    Peppers::new(versions.iter().map(key).collect()).expect("a ring")
}

pub(super) fn sealing_keys(name: &str, versions: &[i64]) -> SealingKeys {
    let key = |version: &i64| SealingKey::new(*version, Zeroizing::new(sha256(format!("sealing {name} {version}").as_bytes())));
    SealingKeys::new(versions.iter().map(key).collect()).expect("a ring")
}

pub(super) fn engine(peppers: Peppers) -> PasswordEngine {
    PasswordEngine::new(EngineSettings { cost: cheap(), floor: cheap(), permits: 2, queue_limit: 64 }, peppers)
        .expect("an engine")
}
