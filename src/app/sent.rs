//! What a person sent, or holds as the deputy of whoever wrote it.

use std::{collections::BTreeSet, time::Duration};

use super::{App, Caller, Error, Item, ListQuery, Page, lists::write_cursor, opening::Sight, relations::relations};
use crate::{
    domain::{
        action::Action,
        actor::Place,
        ids::{ReferralId, UserId},
        reference::Reference,
        relation::Relation,
    },
    policy::RequestContext,
    store::referrals::{Cursor, Referral},
};

/// So long an answer counts as news.
const NEWS: Duration = Duration::from_hours(14 * 24);
const MOST_NEWS: i64 = 5;
const MOST_WAITING: i64 = 10;

/// Whose hands a referral went through, as one of them reads it in a list: whoever is not named is the reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hands {
    /// Who wrote it and hears back, by name, where the reader is their deputy.
    pub author: Option<String>,
    /// Who sent it, by name, where somebody else did.
    pub sender: Option<String>,
}

impl App {
    /// What the caller sent, for themselves or as somebody's deputy, and what they can go on with as the deputy of whoever sent
    /// it; newest first.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a limit or cursor that is none.
    pub async fn sent(&self, request: &RequestContext, caller: &Caller, query: &ListQuery) -> Result<Page, Error> {
        let limit = query.limit()?;
        let shown = usize::from(limit);
        let rows = self.store.sent_by(caller.user(), query.cursor()?, i64::from(limit) + 1).await?;
        let next = rows.get(shown).and_then(|_| rows.get(shown - 1));
        let next = next.map(|last| write_cursor(Cursor { at: last.submitted_at.millis(), id: last.id }));
        let rows = rows.into_iter().take(shown).collect();
        Ok(Page { items: self.shown_to_sender(request, caller, rows).await?, next })
    }

    /// The caller's enquiries that were answered of late, the latest answer first: a few, for the start page.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn answered_of_late(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<Item>, Error> {
        let rows = self.store.answered_to(caller.user(), request.at.minus(NEWS), MOST_NEWS).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.shown_to_sender(request, caller, rows).await
    }

    /// The caller's referrals that were stopped at the check, that a team waits for them on, or did something on that they have
    /// not looked at: a few, for the start page.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn waiting_for_sender(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<Item>, Error> {
        let rows = self.store.waiting_for(caller.user(), MOST_WAITING).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.shown_to_sender(request, caller, rows).await
    }

    async fn shown_to_sender(&self, request: &RequestContext, caller: &Caller, rows: Vec<Referral>) -> Result<Vec<Item>, Error> {
        let place = caller.admitted().next().or_else(|| caller.main().map(|named| &named.place)).ok_or(Error::Refused)?;
        let ids: Vec<ReferralId> = rows.iter().map(|referral| referral.id).collect();
        let wrote: Vec<(Reference, ReferralId, UserId)> =
            rows.iter().map(|referral| (referral.reference, referral.id, referral.referrer)).collect();
        let way = |sight: &Sight, referral: &Referral| way_of_sender(caller, place, referral, sight);
        let items = self.shown(request, caller, (place, Action::ListSent), way, rows).await?;
        let sealed = self.store.submitted_by(&ids).await?;
        let others: BTreeSet<UserId> = wrote.iter().map(|(.., user)| *user).chain(sealed.iter().map(|(_, user)| *user)).collect();
        let others: Vec<UserId> = others.into_iter().filter(|user| *user != caller.user()).collect();
        let names = self.store.account_names(&others).await?;
        let name = |user: UserId| names.iter().find(|(known, ..)| *known == user).map(|(.., name)| name.as_str().to_owned());
        let hands = |item: &Item| {
            let (_, id, author) = wrote.iter().find(|(reference, ..)| *reference == item.reference)?;
            let sender = sealed.iter().find(|(referral, _)| referral == id).map_or(*author, |(_, user)| *user);
            Some(Hands { author: name(*author), sender: name(sender) })
        };
        Ok(items.into_iter().map(|item| Item { hands: hands(&item).unwrap_or_default(), ..item }).collect())
    }
}

/// How somebody sees what they sent or are the deputy for; none where they do so no more.
fn way_of_sender<'c>(caller: &'c Caller, place: &'c Place, referral: &Referral, sight: &Sight) -> Option<(&'c Place, Relation)> {
    let is_senders = |relation| matches!(relation, Relation::Referrer | Relation::Deputy | Relation::ReferrersTeam);
    let own = (referral.referrer == caller.user()).then_some((place, Relation::Referrer));
    own.or_else(|| relations(caller, referral, sight).into_iter().find(|(_, relation)| is_senders(*relation)))
}
