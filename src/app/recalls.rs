//! Taking back what was shared: what the recipient holds of the key is erased, and whoever could open it is told, each by name, to
//! destroy what they copied and whom to ask.

use std::collections::BTreeSet;

use super::{Added, Answered, App, Caller, Error, IdempotencyKey, desk::change, idempotency::Once, shares::person_of};
use crate::{
    audit::{Details, row::Erasable},
    domain::{
        action::Action,
        compartment::CompartmentKind,
        ids::{ShareId, TeamId, UserId},
        notice::{Addressee, NoticeCode, Telling},
        sharing::Shared,
    },
    policy::{RequestContext, ShownCompartment},
    store::shares::Share,
};

impl App {
    /// Ends a share: what its recipient holds is erased, and they open it no more; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when there is no such share of a referral that the caller sees, [`Error::Refused`];
    /// [`Error::Conflict`] when it was ended before.
    pub async fn recall_share(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, share): (&str, &str),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/shares/{share}/recall");
        let act = async |once: &Once<'_>| {
            let (referral, _, permit) = self.permitted(request, caller, (reference, Action::RecallShare, None)).await?;
            let found = self.sound_shares(referral.id).await?;
            let wanted = ShareId::parse(share).ok();
            let found = found.into_iter().find(|found| Some(found.share.id) == wanted && found.share.what == Shared::Items);
            let found = found.ok_or(Error::Unseen)?;
            if found.end.is_some() {
                return Err(Error::Conflict("this was recalled already"));
            }
            let share = found.share;
            let team = self.team(share.to_team).await?;
            let grants = self.store.grants_of_share(&share).await?;
            let by_team = permit.act().actor.person().map(|person| person.place.team).ok_or(Error::Refused)?;
            let news = self.taken_back(&share, (caller.user(), by_team)).await?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: tx.event().to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            change(&mut tx, &referral).await?;
            tx.end_share(share.id, caller.user(), request.at).await?;
            let mut ended = BTreeSet::from([share.compartment]);
            for (compartment, grant) in grants {
                ended.insert(compartment);
                tx.erase(Erasable::Grant, grant).await?;
            }
            self.tell(&mut tx, &news, request.at).await?;
            let details = Details {
                recipients: vec![(team.agency, team.id)],
                to_person: person_of(&share),
                share: Some(share.id),
                // Its officers read that it ended.
                compartments: ended.into_iter().map(|id| ShownCompartment { id, kind: CompartmentKind::Share }).collect(),
                ..Details::default()
            };
            tx.commit(permit, &details).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Who is told that a share was taken back: each person who could open it and each who has, by their account, since no key
    /// leads them to it any more. Not whoever takes it back.
    pub(super) async fn taken_back(&self, share: &Share, (by, by_team): (UserId, TeamId)) -> Result<Vec<Telling>, Error> {
        let mut people: BTreeSet<UserId> = if let Some(person) = person_of(share) {
            BTreeSet::from([person])
        } else {
            let members = self.store.members(share.to_team).await?.into_iter();
            members.filter(|(_, place)| place.opens()).map(|(user, _)| user).collect()
        };
        if share.what == Shared::Items {
            people.extend(self.opened(&[share]).await?.into_values().flatten().map(|opened| opened.by));
        }
        people.remove(&by);
        let telling = |user| Telling {
            to: Addressee::User(user),
            code: NoticeCode::Recalled,
            referral: Some(share.referral),
            about: Some(by),
            about_team: Some(by_team),
            // Whoever has it and must not, or whoever was let in by mistake, is asked at any hour.
            urgent: true,
        };
        Ok(people.into_iter().map(telling).collect())
    }
}
