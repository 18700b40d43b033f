//! Who is signed in: from a cookie to a person with places.

use super::{App, Error};
use crate::{
    crypto::SessionSecret,
    domain::{
        account::AccountState,
        actor::{Actor, Person, Place, Strength},
        ids::{AgencyId, SessionId, TeamId, UserId},
        role::Role,
        session::{IDLE, SessionPurpose},
        text::{AgencyName, PersonName, TeamName, Username},
    },
    policy::RequestContext,
    store::{accounts::Account, sessions::Session},
};

/// A place with the names that pages show.
#[derive(Debug, Clone)]
pub struct NamedPlace {
    /// The place.
    pub place: Place,
    /// The team's name.
    pub team: TeamName,
    /// The hosting agency's name.
    pub agency: AgencyName,
}

/// A signed-in person. Holds the cookie's secret, so that keys can be unwrapped once a permit is there; no key itself.
pub struct Caller {
    pub(super) account: Account,
    pub(super) session: Session,
    pub(super) secret: SessionSecret,
    places: Vec<NamedPlace>,
    checks: bool,
}

impl Caller {
    /// The account.
    pub const fn user(&self) -> UserId {
        self.account.id
    }

    /// What the person signs in with.
    pub fn username(&self) -> &Username {
        &self.account.username
    }

    /// The person's name.
    pub fn name(&self) -> &PersonName {
        &self.account.name
    }

    /// The employing agency.
    pub const fn agency(&self) -> AgencyId {
        self.account.agency
    }

    /// The places, the main one first.
    pub fn places(&self) -> &[NamedPlace] {
        &self.places
    }

    /// The main place: the oldest.
    pub fn main(&self) -> Option<&NamedPlace> {
        self.places.first()
    }

    /// Whether the person checks for their agency what must be checked before it is shared.
    pub const fn checks(&self) -> bool {
        self.checks
    }

    /// Whether any place has this role.
    pub fn has_role(&self, role: Role) -> bool {
        self.places.iter().any(|named| named.place.role == role)
    }

    /// The session's public id.
    pub const fn session(&self) -> SessionId {
        self.session.id
    }

    /// The session as its row says.
    pub const fn session_row(&self) -> &Session {
        &self.session
    }

    /// The token that every form and every changing call must carry.
    pub fn csrf_token(&self) -> String {
        self.secret.csrf_token()
    }

    /// Whether a token that was sent is that one; in constant time.
    pub fn csrf_fits(&self, sent: &str) -> bool {
        self.secret.csrf_fits(sent)
    }

    /// The person acting from a place.
    pub(super) fn acting_from(&self, place: &Place) -> Actor {
        Actor::Person(Box::new(Person {
            user: self.account.id,
            version: self.account.version,
            agency: self.account.agency,
            session: Some(self.session.id),
            strength: Strength::SecondFactor,
            place: place.clone(),
        }))
    }

    /// The person acting from the main place.
    pub(super) fn acting(&self) -> Result<Actor, Error> {
        self.main().map(|named| self.acting_from(&named.place)).ok_or(Error::Refused)
    }

    /// The places whose team's key the person may hold.
    pub(super) fn admitted(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().map(|named| &named.place).filter(|place| place.opens())
    }

    /// The place in a team, if there is one in force.
    pub(super) fn admitted_to(&self, team: TeamId) -> Option<&Place> {
        self.admitted().find(|place| place.team == team)
    }

    /// Whose grants the person can use: the teams' and their own, as ids.
    pub(super) fn holders(&self) -> Vec<String> {
        let own = std::iter::once(self.account.id.to_string());
        self.admitted().map(|place| place.team.to_string()).chain(own).collect()
    }
}

impl App {
    /// The signed-in person behind a cookie. Use moves the idle limit on.
    ///
    /// # Errors
    /// [`Error::NotSignedIn`] when the cookie is none of ours, or its session has ended.
    pub async fn authenticate(&self, request: &RequestContext, cookie: &str) -> Result<Caller, Error> {
        let secret = SessionSecret::parse(SessionPurpose::Session, cookie).map_err(|_| Error::NotSignedIn)?;
        let mut session = self.store.session(&secret.lookup_hash(), request.at).await?.ok_or(Error::NotSignedIn)?;
        if session.purpose != SessionPurpose::Session {
            return Err(Error::NotSignedIn);
        }
        let account = self.store.account(session.user).await?.ok_or(Error::NotSignedIn)?;
        if account.state != AccountState::Ready || account.key != Some(session.key) {
            return Err(Error::NotSignedIn);
        }
        let places = self.named_places(account.id).await?;
        // Once a minute is often enough to move a limit of a quarter of an hour.
        let idle_until = request.at.plus(IDLE).min(session.expires_at);
        if idle_until.since(session.idle_expires_at) >= std::time::Duration::from_mins(1) {
            self.store.touch_session(session.id, idle_until).await?;
            session.idle_expires_at = idle_until;
        }
        let checks = self.store.safeguarding_leads(account.agency).await?.iter().any(|lead| lead.user == account.id);
        Ok(Caller { account, session, secret, places, checks })
    }

    pub(super) async fn named_places(&self, user: UserId) -> Result<Vec<NamedPlace>, Error> {
        let mut named = Vec::new();
        for place in self.store.places(user).await? {
            let team = self.team(place.team).await?;
            let agency = self.agency(place.agency).await?;
            named.push(NamedPlace { place, team: team.name, agency: agency.name });
        }
        Ok(named)
    }
}
