//! Who is told of an act: decided before its transaction, written in it. Of one received by name only the people named.

use std::{collections::BTreeSet, time::Duration};

use super::{App, Error, checks::KEPT_STOPPED, recipients::Recipients, sealing::Holder};
use crate::{
    crypto::RecipientOf,
    domain::{
        actor::Actor,
        clock::Limit,
        compartment::CompartmentKind,
        draft,
        grant::GrantReason,
        ids::{AgencyId, NoticeId, TeamId, UserId},
        key::HolderKind,
        news::{self, News},
        notice::{Addressee, NoticeCode, Telling},
        referral::Stage,
        role::Role,
        time::Timestamp,
        urgency::Urgency,
    },
    policy::Act,
    store::{
        Tx,
        grants::{HeldGrant, HolderOf},
        referrals::Referral,
    },
};

/// The most drafts that one round tells of, for each reason.
const MOST: i64 = 200;
/// One node at a time looks for drafts, so that nobody is told twice.
const LEASE: &str = "drafts-told";
const LEASE_FOR: Duration = Duration::from_mins(5);

/// A notice of something on a referral.
pub(super) fn telling(referral: &Referral, to: Addressee, code: NoticeCode) -> Telling {
    let urgent = code.hastens() && referral.urgency == Urgency::Today.code();
    Telling { to, code, referral: Some(referral.id), about: None, about_team: None, urgent }
}

/// Who hears of a referral that is sent: those who get a key that opens now, and those who check it first.
pub(super) fn of_sending(referral: &Referral, to: &Recipients) -> Vec<Telling> {
    let checking = matches!(to.stage, Stage::Checking { .. });
    let told = |holder: &Holder| {
        let code = match holder.reason() {
            GrantReason::Checker if checking => NoticeCode::ToCheck,
            GrantReason::Party | GrantReason::Cover | GrantReason::Named if !checking => NoticeCode::Received,
            GrantReason::Copy if !checking => NoticeCode::Copied,
            _ => return None,
        };
        let addressee = match holder.to() {
            // The sender's team holds it too, and sent it.
            RecipientOf::Team(team) if holder.reason() == GrantReason::Party && team != to.team.id => return None,
            RecipientOf::Team(team) => Addressee::Team(team),
            RecipientOf::User(user) if holder.reason() != GrantReason::Party => Addressee::User(user),
            _ => return None,
        };
        Some(telling(referral, addressee, code))
    };
    let mut news: Vec<Telling> = Vec::new();
    for telling in to.shared.iter().filter_map(told) {
        // Whoever holds it for two reasons is told once, of the first.
        if news.iter().all(|known| known.to != telling.to) {
            news.push(telling);
        }
    }
    news
}

/// Who hears of a referral whose held grants are released.
pub(super) fn of_release(referral: &Referral, released: &[HeldGrant]) -> Vec<Telling> {
    let told = |grant: &HeldGrant| {
        let is_team = grant.to_kind == HolderKind::Team && grant.kind == CompartmentKind::Shared;
        let team = TeamId::parse(&grant.to).ok().filter(|_| is_team)?;
        let code = if team == referral.receiving_team { NoticeCode::Received } else { NoticeCode::Copied };
        Some(telling(referral, Addressee::Team(team), code))
    };
    released.iter().filter_map(told).collect()
}

/// Whether the receiving team has it: what is still being checked is nobody's to work on, and not to be told of.
const fn has_arrived(referral: &Referral) -> bool {
    !matches!(referral.stage, Stage::Checking { .. } | Stage::Stopped { .. } | Stage::Withdrawn)
}

/// Those of some holders who hold for one of these reasons.
fn because(holders: &[HolderOf], reasons: &[GrantReason]) -> Vec<Addressee> {
    let addressee = |holder: &HolderOf| match holder.kind {
        HolderKind::User => UserId::parse(&holder.id).ok().map(Addressee::User),
        HolderKind::Team => TeamId::parse(&holder.id).ok().map(Addressee::Team),
        HolderKind::Recovery => None,
    };
    holders.iter().filter(|holder| reasons.contains(&holder.reason)).filter_map(addressee).collect()
}

impl App {
    /// The receiving side: the people named, whoever works on it, or else the team.
    pub(super) async fn tell_desk(&self, referral: &Referral, code: NoticeCode) -> Result<Vec<Telling>, Error> {
        if !has_arrived(referral) {
            return Ok(Vec::new());
        }
        let holders = self.store.holders_of_shared(referral.id).await?;
        let named = because(&holders, &[GrantReason::Named]);
        let to = match (named.is_empty(), referral.desk.assigned) {
            (false, _) => named,
            (true, Some(assigned)) => self.worker(referral, assigned.to).await?,
            (true, None) => vec![Addressee::Team(referral.receiving_team)],
        };
        Ok(to.into_iter().map(|to| telling(referral, to, code)).collect())
    }

    /// The receiving side of a change of which people of some agencies see nothing: those of it who do, or failing them the team.
    pub(super) async fn tell_desk_but(
        &self,
        referral: &Referral,
        code: NoticeCode,
        blind: &BTreeSet<AgencyId>,
    ) -> Result<Vec<Telling>, Error> {
        let told = self.tell_desk(referral, code).await?;
        let left = self.not_of_the_barred(told.clone(), blind).await?;
        // Of what people hold by name the team holds nothing.
        if told.is_empty() || !left.is_empty() || !self.named_on(referral.id).await?.is_empty() {
            return Ok(left);
        }
        Ok(vec![telling(referral, Addressee::Team(referral.receiving_team), code)])
    }

    /// The same, and those who cover where it cannot wait for the team.
    pub(super) async fn tell_both_but(
        &self,
        referral: &Referral,
        code: NoticeCode,
        blind: &BTreeSet<AgencyId>,
    ) -> Result<Vec<Telling>, Error> {
        let mut news = self.tell_desk_but(referral, code, blind).await?;
        news.extend(self.not_of_the_barred(self.tell_on_cover(referral, code).await?, blind).await?);
        Ok(news)
    }

    /// Those who lead the receiving team, of what goes past whoever decided: not of what people hold by name, and nobody twice.
    pub(super) async fn tell_leads(
        &self,
        referral: &Referral,
        code: NoticeCode,
        (decided, told): (UserId, &[Telling]),
    ) -> Result<Vec<Telling>, Error> {
        let knows = |to| told.iter().any(|telling| telling.to == to);
        if knows(Addressee::Team(referral.receiving_team)) || !self.named_on(referral.id).await?.is_empty() {
            return Ok(Vec::new());
        }
        let leads = self.leads_but(referral, decided).await?.into_iter().map(Addressee::User);
        Ok(leads.filter(|to| !knows(*to)).map(|to| telling(referral, to, code)).collect())
    }

    /// Whoever works on it; while they are away, those as well who can give it to somebody else, or failing them the team.
    async fn worker(&self, referral: &Referral, user: UserId) -> Result<Vec<Addressee>, Error> {
        let instead = match self.stand_ins(referral, user).await? {
            None => Vec::new(),
            Some(leads) if leads.is_empty() => vec![Addressee::Team(referral.receiving_team)],
            Some(leads) => leads.into_iter().map(Addressee::User).collect(),
        };
        Ok(std::iter::once(Addressee::User(user)).chain(instead).collect())
    }

    /// Those told for information, who do not work on it.
    pub(super) async fn tell_copied(&self, referral: &Referral, code: NoticeCode) -> Result<Vec<Telling>, Error> {
        let mut copied = because(&self.store.holders_of_shared(referral.id).await?, &[GrantReason::Copy]);
        copied.retain(|to| *to != Addressee::Team(referral.receiving_team));
        Ok(copied.into_iter().map(|to| telling(referral, to, code)).collect())
    }

    /// Those who cover, of what cannot wait for the team: for today, while the team does not read or has not opened what they have.
    /// To go beside [`App::tell_desk`].
    pub(super) async fn tell_on_cover(&self, referral: &Referral, code: NoticeCode) -> Result<Vec<Telling>, Error> {
        if !(has_arrived(referral) && code.hastens() && referral.urgency == Urgency::Today.code()) {
            return Ok(Vec::new());
        }
        let covering = because(&self.store.holders_of_shared(referral.id).await?, &[GrantReason::Cover]);
        let theirs = referral.stage == Stage::Received && referral.desk.covered.is_some();
        if covering.is_empty() || !(theirs || self.may_be_closed(referral).await?) {
            return Ok(Vec::new());
        }
        Ok(covering.into_iter().map(|to| telling(referral, to, code)).collect())
    }

    /// Whether nobody of the receiving team may read now: its file says so by the clock, or says no hours by the clock.
    async fn may_be_closed(&self, referral: &Referral) -> Result<bool, Error> {
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let route = self.desk_route(Some(&versioned.pathway), &self.team(referral.receiving_team).await?);
        let opens = route.and_then(|route| route.opens);
        Ok(opens.is_none_or(|opens| opens.next(self.now(), &self.calendar).is_some()))
    }

    /// Those who cover, or the people named; where nobody else is there, the receiving team again.
    pub(super) async fn tell_cover(&self, referral: &Referral, code: NoticeCode) -> Result<Vec<Telling>, Error> {
        let holders = self.store.holders_of_shared(referral.id).await?;
        let mut to = because(&holders, &[GrantReason::Named, GrantReason::Cover]);
        if to.is_empty() {
            to.push(Addressee::Team(referral.receiving_team));
        }
        Ok(to.into_iter().map(|to| telling(referral, to, code)).collect())
    }

    /// Puts the mark of something new into a side's list; no sender finds there what they did themselves, for the team.
    pub(super) async fn mark_new(
        &self,
        tx: &mut Tx,
        referral: &Referral,
        side: news::Side,
        (what, by, at): (News, UserId, Timestamp),
    ) -> Result<(), Error> {
        if side == news::Side::Sender && referral.referrer == by {
            return Ok(());
        }
        Ok(tx.mark_new(referral.id, side, (what, at)).await?)
    }

    /// The sender and their deputy, but not whoever acts.
    pub(super) async fn tell_sender(
        &self,
        referral: &Referral,
        code: NoticeCode,
        by: Option<UserId>,
    ) -> Result<Vec<Telling>, Error> {
        let mut to = vec![Addressee::User(referral.referrer)];
        to.extend(because(&self.store.holders_of_shared(referral.id).await?, &[GrantReason::Deputy]));
        to.dedup();
        to.retain(|to| by.is_none_or(|by| *to != Addressee::User(by)));
        Ok(to.into_iter().map(|to| telling(referral, to, code)).collect())
    }

    /// Writes notices into the transaction of the act that they are of.
    pub(super) async fn tell(&self, tx: &mut Tx, tellings: &[Telling], at: Timestamp) -> Result<(), Error> {
        for telling in tellings {
            tx.tell(NoticeId::random(&*self.random), telling, at).await?;
        }
        Ok(())
    }

    /// The data-protection officers and administrators of an agency.
    pub(super) async fn officers(&self, agency: AgencyId, roles: &[Role]) -> Result<Vec<UserId>, Error> {
        let mut officers = Vec::new();
        for (user, place) in self.store.members_of_agency(agency).await? {
            if roles.contains(&place.role) && !officers.contains(&user) {
                officers.push(user);
            }
        }
        Ok(officers)
    }

    /// Tells the officers of the agency of whoever came upon damage. Each is told once until they have looked.
    pub(super) async fn alarm(&self, act: &Act) -> Result<(), Error> {
        let Actor::Person(person) = &act.actor else { return Ok(()) };
        let mut tellings = Vec::new();
        for user in self.officers(person.agency, &[Role::Dpo, Role::AgencyAdministrator]).await? {
            if !self.store.is_unread(user, NoticeCode::Integrity).await? {
                let to = Addressee::User(user);
                tellings.push(Telling {
                    to,
                    code: NoticeCode::Integrity,
                    referral: None,
                    about: None,
                    about_team: None,
                    urgent: true,
                });
            }
        }
        if tellings.is_empty() { Ok(()) } else { Ok(self.store.tell(&tellings, act.request.at).await?) }
    }

    /// Tells of drafts that lie: their owners after a working day, their deputies after two, where haste may be needed; both a
    /// week before one is deleted. Gives how many notices it wrote.
    pub async fn mind_drafts(&self) -> Result<usize, Error> {
        let now = self.now();
        if self.store.take_lease(LEASE, &self.node, now, now.plus(LEASE_FOR)).await?.is_none() {
            return Ok(0);
        }
        let mut tellings = Vec::new();
        let day = Duration::from_hours(24);
        for (code, days) in [(NoticeCode::DraftWaits, 1), (NoticeCode::DraftHanded, 2)] {
            for lying in self.store.drafts_untold((now.minus(day), code), MOST).await? {
                let told_at = Limit::WorkingDays(days).due(lying.saved_at, &self.calendar);
                let to = if code == NoticeCode::DraftWaits { Some(lying.owner) } else { lying.deputy };
                if let Some(to) = to.filter(|_| told_at <= now) {
                    tellings.push((code, lying.id, to));
                }
            }
        }
        // Whoever is shut out goes on with nothing: their deputy need not wait to hear of it.
        for (id, deputy) in self.store.drafts_left_behind(MOST).await? {
            if !tellings.contains(&(NoticeCode::DraftHanded, id, deputy)) {
                tellings.push((NoticeCode::DraftHanded, id, deputy));
            }
        }
        let ending = now.minus(draft::KEPT.saturating_sub(draft::REMINDED));
        for lying in self.store.drafts_untold((ending, NoticeCode::DraftEnding), MOST).await? {
            let to = std::iter::once(lying.owner).chain(lying.deputy);
            tellings.extend(to.map(|to| (NoticeCode::DraftEnding, lying.id, to)));
        }
        let telling = |(code, id, to): (NoticeCode, _, UserId)| {
            let to = Addressee::User(to);
            Telling { to, code, referral: Some(id), about: None, about_team: None, urgent: false }
        };
        let mut tellings: Vec<Telling> = tellings.into_iter().map(telling).collect();
        let ending = now.minus(KEPT_STOPPED.saturating_sub(draft::REMINDED));
        for stopped in self.store.stopped_untold((ending, NoticeCode::StopEnding), MOST).await? {
            tellings.extend(self.tell_sender(&stopped, NoticeCode::StopEnding, None).await?);
        }
        if !tellings.is_empty() {
            self.store.tell(&tellings, now).await?;
        }
        Ok(tellings.len())
    }
}
