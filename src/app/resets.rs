//! Resets: somebody forgot their password or lost their second factor, and an administrator of their agency lets them set new ones.
//! What they held is gone with their key, and the one that they make waits for a lead: a reset opens nothing to anybody.

use serde_json::json;

use super::{Answered, App, Caller, Error, IdempotencyKey, InvitationMade, Invited, idempotency::Once, memberships::HeldKey};
use crate::{
    audit::Details,
    domain::{
        account::{AccountState, MembershipState},
        action::Action,
        actor::Place,
        ids::UserId,
        notice::{Addressee, NoticeCode, Telling},
        renewal::Subject,
        role::Role,
        time::Timestamp,
    },
    policy::{Permit, RequestContext},
    store::{accounts::Account, resets::Reset},
};

/// What somebody loses, or has lost, by a reset, and who can give it back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loss {
    /// The teams whose key they hold, each with the leads who could hand it over again; none of them the one who makes the reset.
    pub teams: Vec<(String, Vec<String>)>,
    /// Drafts of theirs, or left to them, that can still be sent.
    pub drafts: Given,
    /// Referrals that were given to them by name.
    pub referrals: Given,
}

/// How much was given to somebody by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Given {
    /// All of it.
    pub all: i64,
    /// What somebody else holds as well, and can give back; the rest opens by the agency's recovery alone.
    pub held: i64,
}

/// A reset whose new key nobody has admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetView {
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub by: String,
    /// Whether they have set a new password and second factor.
    pub has_key: bool,
}

impl App {
    /// Lets somebody set a new password and second factor. Their sessions end at once, their key and what they held of teams' keys
    /// are erased, and a code is made for them as for an invitation. The data protection officers are told. Once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] for all but people of the caller's agency; [`Error::Refused`] for all but its administrators, and of
    /// themselves; [`Error::Conflict`] when they have not joined, or are suspended.
    pub async fn reset_person(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        user: UserId,
    ) -> Result<Answered<InvitationMade>, Error> {
        let route = format!("POST /people/{user}/reset");
        let body = json!([]).to_string();
        let act = async |once: &Once<'_>| {
            let (account, permit) = self.administered(request, caller, (Action::ResetPerson, user)).await?;
            let invited = self.reset_once(request, caller, (&account, permit), once).await?;
            Ok(InvitationMade::with(user, invited))
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    async fn reset_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (account, permit): (&Account, Permit),
        once: &Once<'_>,
    ) -> Result<Invited, Error> {
        let user = account.id;
        let old = match (account.state, account.key) {
            (AccountState::Ready, Some(key)) => key,
            (AccountState::Disabled, _) => return Err(Error::Conflict("this person is suspended: have them back first")),
            _ => return Err(Error::Conflict("this person has no password yet: make them a new invitation")),
        };
        let (mut places, mut news) = (Vec::<(Place, HeldKey)>::new(), Vec::new());
        for place in self.store.places(user).await?.into_iter().filter(|place| place.role.holds_team_key()) {
            if place.opens() {
                news.extend(self.tell_of_leaving(place.team, user, NoticeCode::MemberReset).await?);
            }
            places.push((place.clone(), self.held_key(user, place.team).await?));
        }
        let officers = self.officers(account.agency, &[Role::Dpo]).await?.into_iter().filter(|officer| *officer != user);
        news.extend(officers.map(|officer| told(officer, NoticeCode::PersonReset, user)));
        news.push(told(user, NoticeCode::OwnReset, user));
        let mut tx = self.store.begin().await?;
        once.remember(&mut tx, &InvitationMade::of(account, request.at)).await?;
        if !tx.reset_account(user, account.version, caller.user(), request.at).await? {
            return Err(Error::Conflict(CHANGED));
        }
        tx.end_sessions(user, request.at).await?;
        let mut keys = vec![old];
        for (place, held) in &places {
            if !tx.change_membership(place.id, place.version, (place.role, MembershipState::Waiting)).await? {
                return Err(Error::Conflict(CHANGED));
            }
            keys.extend(self.leave_key(&mut tx, held, request.at).await?);
        }
        self.begin_renewal(&mut tx, account.agency, Subject::Person(user), request.at).await?;
        let invited = self.write_invitation(&mut tx, account, request.at).await?;
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &Details { keys, about: Some(user), ..Details::default() }).await?;
        Ok(invited)
    }

    /// What somebody of the caller's agency would lose by a reset that the caller makes.
    pub async fn loss_by_reset(&self, caller: &Caller, user: UserId) -> Result<Loss, Error> {
        let mut teams = Vec::new();
        for place in self.store.places(user).await?.into_iter().filter(Place::opens) {
            let leads = self.leads_with_key(place.team).await?.into_iter();
            let leads: Vec<UserId> = leads.filter(|lead| *lead != user && *lead != caller.user()).collect();
            let names = self.store.account_names(&leads).await?.into_iter().map(|(_, _, name)| name.as_str().to_owned());
            teams.push((self.team(place.team).await?.name.as_str().to_owned(), names.collect()));
        }
        Ok(Loss { teams, ..self.loss(user, false).await? })
    }

    /// What was given to the caller by name and is not there since their password was reset or they were suspended; `teams` is
    /// left to [`App::waits_for`].
    pub async fn own_loss(&self, caller: &Caller) -> Result<Loss, Error> {
        // Whoever has lost nothing is not kept waiting by the search for it.
        if self.waiting_reset(caller.user()).await?.is_none() && !self.store.is_owed(caller.user()).await? {
            return Ok(Loss::default());
        }
        self.loss(caller.user(), true).await
    }

    async fn loss(&self, user: UserId, only_lost: bool) -> Result<Loss, Error> {
        let alone = self.store.given_alone(user, only_lost).await?;
        Ok(Loss {
            teams: Vec::new(),
            drafts: Given { all: alone.drafts, held: alone.drafts_held },
            referrals: Given { all: alone.referrals, held: alone.referrals_held },
        })
    }

    /// Somebody's reset, while nobody has admitted the key that they made after it.
    pub(super) async fn waiting_reset(&self, user: UserId) -> Result<Option<Reset>, Error> {
        Ok(self.store.reset_of(user).await?.filter(Reset::waits))
    }

    /// The same, to be shown.
    pub async fn reset_shown(&self, user: UserId) -> Result<Option<ResetView>, Error> {
        let Some(reset) = self.waiting_reset(user).await? else { return Ok(None) };
        let by = self.store.account(reset.made_by).await?.map(|by| by.name.as_str().to_owned()).unwrap_or_default();
        Ok(Some(ResetView { at: reset.made_at, by, has_key: reset.key_made_at.is_some() }))
    }
}

const CHANGED: &str = "the account or a place has changed meanwhile";

/// A notice about somebody that cannot wait.
const fn told(to: UserId, code: NoticeCode, about: UserId) -> Telling {
    Telling { to: Addressee::User(to), code, referral: None, about: Some(about), about_team: None, urgent: true }
}
