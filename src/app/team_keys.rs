//! A team's next key: when somebody leaves it, and when somebody may have had the present one who must not. Nothing here opens
//! anything: the key is drawn and wrapped to the public keys of those who are left.

use sha2::{Digest as _, Sha256};

use super::{Added, Answered, App, Caller, Error, Founder, IdempotencyKey, gate::bare, idempotency::Once, keyring::CheckedKey};
use crate::{
    audit::Details,
    crypto::{AgeSuite, Identity, RecipientOf, WrapContext, WrapOf, wrap_key},
    domain::{
        action::Action,
        actor::Place,
        ids::{KeyId, TeamId, UserId, WrapId},
        key::{HolderKind, OwnerKind},
        relation::Relation,
        renewal::Subject,
        role::Role,
        time::Timestamp,
    },
    policy::{Object, RequestContext, State},
    store::{CommitError, Tx, keys::TeamKeyWrap, teams::Team},
};

/// The next key of a team, for those who will hold it: what was found before the transaction in which it is made.
pub(super) struct NextTeamKey {
    team: Team,
    holders: Vec<(HolderKind, CheckedKey, RecipientOf)>,
}

impl App {
    /// Finds for whom a team's next key is: its members without the one who leaves, and the agency's recovery recipient. None for
    /// a team that has no key.
    pub(super) async fn next_team_key(&self, team: Team, leaver: Option<UserId>) -> Result<Option<NextTeamKey>, Error> {
        if !team.has_key() {
            return Ok(None);
        }
        let mut holders = Vec::new();
        for (user, _) in self.store.members(team.id).await?.into_iter().filter(|(_, place)| Place::opens(place)) {
            let account = self.store.account(user).await?.filter(|account| account.is_ready() && Some(user) != leaver);
            let Some(key) = account.and_then(|account| account.key) else { continue };
            let is_known = |(_, _, to): &(_, _, RecipientOf)| *to == RecipientOf::User(user);
            if !holders.iter().any(is_known) {
                let key = self.owned_key(key, OwnerKind::User, user).await?;
                holders.push((HolderKind::User, key, RecipientOf::User(user)));
            }
        }
        if !holders.is_empty() {
            let agency = self.agency(team.agency).await?;
            let key = self.owned_key(agency.recovery_key, OwnerKind::Recovery, agency.id).await?;
            holders.push((HolderKind::Recovery, key, RecipientOf::Recovery(agency.id)));
        }
        Ok(Some(NextTeamKey { team, holders }))
    }

    /// Makes it, in the transaction that takes the place or the account away, and begins the renewal of what the key before it
    /// opens. Where nobody is left the team has no key any more: nothing is routed to it until a lead makes one.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody joined or left the team meanwhile, or its key was replaced.
    pub(super) async fn make_team_key(&self, tx: &mut Tx, next: &NextTeamKey, at: Timestamp) -> Result<Vec<KeyId>, Error> {
        let NextTeamKey { team, holders } = next;
        if holders.is_empty() {
            // Somebody may have been admitted meanwhile, with the very key that the leaver had.
            let is_left = tx.leave_keyless(team).await? && tx.key_holders(team.id).await?.is_empty();
            return if is_left { Ok(Vec::new()) } else { Err(CommitError::Stale("team").into()) };
        }
        if !tx.advance_team(team.id, team.epoch).await? {
            return Err(CommitError::Stale("team").into());
        }
        let mut people: Vec<UserId> = Vec::new();
        for (_, _, to) in holders {
            if let RecipientOf::User(user) = to {
                people.push(*user);
            }
        }
        people.sort_unstable();
        if tx.key_holders(team.id).await? != people {
            return Err(CommitError::Stale("team").into());
        }
        let epoch = team.epoch + 1;
        let (identity, key) = self.new_key(tx, OwnerKind::Team, &team.id.to_string(), epoch, at);
        tx.publish_key(&key).await?;
        let mut keys = vec![key.id];
        for (kind, holder, to) in holders {
            let wrap = self.wrap_team(tx, &identity, (team.id, key.id, epoch), *kind, holder, *to);
            tx.insert_team_wrap(&wrap, at).await?;
            keys.push(holder.id);
        }
        self.begin_renewal(tx, team.agency, Subject::Team(team.id), at).await?;
        Ok(keys)
    }

    /// A team's identity wrapped to one holder.
    pub(super) fn wrap_team(
        &self,
        tx: &Tx,
        identity: &Identity,
        (team, key, epoch): (TeamId, KeyId, i64),
        to_kind: HolderKind,
        holder: &CheckedKey,
        to: RecipientOf,
    ) -> TeamKeyWrap {
        let bytes = wrap_key(identity, &WrapContext { key, of: WrapOf::TeamKey(team), epoch, to }, &holder.recipient);
        TeamKeyWrap {
            id: WrapId::random(&*self.random),
            key,
            team,
            epoch,
            to_kind,
            to: holder.owner.clone(),
            to_key: holder.id,
            suite: AgeSuite::CURRENT.id(),
            sha256: Sha256::digest(&bytes).into(),
            event: tx.event(),
            bytes,
        }
    }

    /// Replaces a team's key: somebody may have had the present one who must not. Made for those who are in the team now; once
    /// for each key of a request.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Conflict`] when the team has no key, or changed meanwhile.
    pub async fn replace_team_key(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        team: &str,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /teams/{team}/key/replace");
        let act = async |once: &Once<'_>| self.replace_once(request, caller, team, once).await;
        self.once(request, caller, key, (&route, b""), act).await
    }

    async fn replace_once(&self, request: &RequestContext, caller: &Caller, team: &str, once: &Once<'_>) -> Result<Added, Error> {
        let team = TeamId::parse(team).unwrap_or(TeamId::from_bytes([0; 16]));
        let team = self.team_of(request, caller, Action::ReplaceTeamKey, team).await?;
        let leads = caller.places().iter().map(|named| &named.place);
        let lead = leads.filter(|place| place.team == team.id && place.role == Role::Lead).find(|place| place.opens());
        let (actor, relation) = match lead {
            Some(place) => (caller.acting_from(place), Relation::OwnTeam),
            None => Founder::Caller(caller).acting_on(team.agency, Role::AgencyAdministrator)?,
        };
        let act = bare(actor, Action::ReplaceTeamKey, Object::Team(team.id), relation, State::Team(team.state), request);
        let permit = self.ask(act).await?;
        let next = self.next_team_key(team, None).await?.filter(|next| !next.holders.is_empty());
        let next = next.ok_or(Error::Conflict("nobody in this team holds its key: a lead makes the next one"))?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        let keys = self.make_team_key(&mut tx, &next, request.at).await?;
        tx.commit(permit, &Details { keys, ..Details::default() }).await?;
        Ok(done)
    }
}
