//! What was shared, as lists and pages show it: to the team that shared it, and to whoever got it.

use super::{
    App, Caller, Error, ListQuery,
    gate::legal,
    lists::{read_cursor, write_cursor},
    opening::Sight,
    share_notes::Sharing,
    share_openings::OpeningView,
    shares::person_of,
};
use crate::{
    audit::Details,
    crypto::RecipientOf,
    domain::{
        action::Action,
        actor::Place,
        agreement::Fit,
        code::QuestionId,
        ids::{AgreementId, EntryId, ReferralId, ShareId, TeamId},
        key::HolderKind,
        legal::{Basis, Purpose},
        reference::Reference,
        relation::Relation,
        sharing::Shared,
        time::Timestamp,
    },
    policy::{Act, Object, RequestContext, ShownCompartment, State},
    store::{
        referrals::Referral,
        shares::{Found, Share},
    },
};

/// Something that was shared of a referral.
#[derive(Debug, Clone)]
pub struct ShareView {
    /// Its id.
    pub id: ShareId,
    /// What it gives.
    pub what: Shared,
    /// With whom: team or person, with the agency.
    pub to: String,
    /// The id of that team or person.
    pub holder: String,
    /// Who shared it: name, team, agency.
    pub by: (String, String, String),
    /// When.
    pub at: Timestamp,
    /// On which lawful basis.
    pub basis: Basis,
    /// For which purpose.
    pub purpose: Purpose,
    /// The agreement named.
    pub agreement: Option<AgreementId>,
    /// How it stood to the agreements on record.
    pub fit: Fit,
    /// Whether it could not wait.
    pub urgent: bool,
    /// What was chosen, by the ids on the team's own page; for the team that shared it.
    pub entries: Vec<EntryId>,
    /// The questions whose answers were chosen by themselves, likewise.
    pub answers: Vec<QuestionId>,
    /// The questions whose answers were given though they are kept from some agencies; for those who read them.
    pub withheld: Vec<QuestionId>,
    /// Why, as the team noted it; may be blank.
    pub reason: String,
    /// Whether answers of the referral were changed since, for all to read who hold it: what was given may not hold any more.
    pub changed_since: bool,
    /// Who ended it, and when.
    pub ended: Option<(String, Timestamp)>,
    /// Who opened it or downloaded of it, a line for each person and kind, the latest first; for the team that shared it.
    pub opened: Vec<OpeningView>,
}

/// A referral in the list of what was shared with somebody.
#[derive(Debug, Clone)]
pub struct SharedItem {
    /// The reference.
    pub reference: Reference,
    /// The pathway's id.
    pub pathway: String,
    /// The pathway's title.
    pub pathway_title: String,
    /// What was given.
    pub what: Shared,
    /// Which team shared it, and its agency.
    pub by: (String, String),
    /// With whom: the reader's team, or the reader.
    pub to: String,
    /// When.
    pub at: Timestamp,
    /// Whether it could not wait.
    pub urgent: bool,
}

/// A page of what was shared with somebody.
pub struct SharedPage {
    /// The rows.
    pub items: Vec<SharedItem>,
    /// Where to go on.
    pub next: Option<String>,
}

impl App {
    /// What was shared with the caller or their teams and has not been ended, the latest first; one event for each shown.
    pub async fn shared_with(&self, request: &RequestContext, caller: &Caller, query: &ListQuery) -> Result<SharedPage, Error> {
        let limit = query.limit()?;
        let after =
            query.cursor.as_deref().map(|text| read_cursor(text).ok_or(Error::Malformed("the cursor is not one of ours")));
        let mut rows = self.store.shared_with(&caller.holders(), after.transpose()?, i64::from(limit) + 1).await?;
        let more = rows.len() > usize::from(limit);
        rows.truncate(limit.into());
        let next = rows.last().filter(|_| more).map(|last| write_cursor(last.share.cursor()));
        let ids: Vec<ReferralId> = rows.iter().map(|found| found.share.referral).collect();
        let sight = self.sight(caller, &ids).await?;
        let referrals = self.store.referrals_by_id(&ids).await?;
        let rows = self.vouched(rows).await?;
        let (mut acts, mut items, mut denials) = (Vec::new(), Vec::new(), Vec::new());
        for found in &rows {
            let Some(referral) = referrals.iter().find(|referral| referral.id == found.share.referral) else { continue };
            let Some(act) = self.listed(request, caller, (found, referral), &sight).await? else { continue };
            match self.policy.current().decide(act) {
                Ok(permit) => {
                    acts.push((permit, Details { share: Some(found.share.id), ..Details::default() }));
                    items.push(self.shared_item(found, referral).await?);
                }
                Err(denial) => denials.push((denial, Details::default())),
            }
        }
        if !denials.is_empty() {
            self.store.refuse(&denials).await?;
        }
        if acts.is_empty() {
            return Ok(SharedPage { items: Vec::new(), next });
        }
        let recorded = self.store.record(acts).await?;
        let shown = items.into_iter().zip(recorded).filter_map(|(item, recorded)| recorded.is_ok().then_some(item));
        Ok(SharedPage { items: shown.collect(), next })
    }

    /// How many shares with the caller or their teams have not been ended.
    pub async fn count_shared_with(&self, caller: &Caller) -> Result<u64, Error> {
        Ok(u64::try_from(self.store.count_shared_with(&caller.holders()).await?).unwrap_or(0))
    }

    /// The act of showing a row, from the place that it was shared with; none where no live grant stands behind it.
    async fn listed(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (found, referral): (&Found, &Referral),
        sight: &Sight,
    ) -> Result<Option<Act>, Error> {
        let share = &found.share;
        let place: Option<&Place> = match share.to_kind {
            HolderKind::User => caller.admitted_to(share.to_team).or_else(|| caller.admitted().next()),
            _ => TeamId::parse(&share.to).ok().and_then(|team| caller.admitted_to(team)),
        };
        let shown = sight.compartments(referral.id).into_iter().find(|shown| shown.id == share.compartment);
        let (Some(place), Some(shown)) = (place, shown) else { return Ok(None) };
        if !sight.opens_to(shown.id, place, caller.user()) {
            return Ok(None);
        }
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let kind = self.agency(caller.agency()).await?.kind;
        Ok(Some(Act {
            actor: caller.acting_from(place),
            action: Action::ListShared,
            object: Object::Referral(referral.id, Some(referral.revision)),
            relation: Relation::Granted,
            sensitivity: Some(referral.sensitivity),
            state: State::Referral(referral.stage.state()),
            compartments: vec![shown],
            legal: Some(legal(kind, &versioned.pathway)),
            request: request.clone(),
        }))
    }

    async fn shared_item(&self, found: &Found, referral: &Referral) -> Result<SharedItem, Error> {
        let share = &found.share;
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let team = self.team(share.by_team).await?;
        Ok(SharedItem {
            reference: referral.reference,
            pathway: referral.pathway.clone(),
            pathway_title: versioned.pathway.title.clone(),
            what: share.what,
            by: (team.name.as_str().to_owned(), self.agency(team.agency).await?.name.as_str().to_owned()),
            to: self.holder_name(to(found)).await?,
            at: share.at,
            urgent: share.urgent,
        })
    }

    /// The shares of a referral whose rows are what their events vouch for. One that was planted or changed is left out, with a
    /// line for whoever runs the hub; `audit verify` finds it too.
    pub(super) async fn sound_shares(&self, referral: ReferralId) -> Result<Vec<Found>, Error> {
        let rows = self.store.shares_of(referral).await?;
        self.vouched(rows).await
    }

    async fn vouched(&self, rows: Vec<Found>) -> Result<Vec<Found>, Error> {
        if rows.is_empty() {
            return Ok(rows);
        }
        let ends = rows.iter().filter_map(|found| found.end.as_ref().map(|(end, _)| end.event));
        let mut events: Vec<_> = rows.iter().map(|found| found.share.event).chain(ends).collect();
        events.sort_unstable();
        events.dedup();
        let evidence = self.evidence(&events).await?;
        let sound = |found: &Found| {
            let end = found.end.as_ref().is_none_or(|(end, row)| evidence.check(end.event, row).is_ok());
            end && evidence.check(found.share.event, &found.row).is_ok()
        };
        Ok(rows.into_iter().filter(sound).collect())
    }

    /// What a reader sees of the shares of a referral: its team all, anybody else those whose compartment they read.
    pub(super) async fn share_views(
        &self,
        referral: &Referral,
        all: bool,
        kinds: &[ShownCompartment],
        (notes, reads): (Vec<Sharing>, impl Fn(&QuestionId) -> bool),
    ) -> Result<Vec<ShareView>, Error> {
        let mut found = self.sound_shares(referral.id).await?;
        found.retain(|found| all || kinds.iter().any(|shown| shown.id == found.share.compartment));
        let mut notes = notes;
        // In the team's own words its own people read as well; there the log is the place to look.
        let told: Vec<&Share> =
            found.iter().map(|found| &found.share).filter(|share| all && share.what == Shared::Items).collect();
        let mut openings = self.openings(&told).await?;
        let changed_at = if found.is_empty() { None } else { self.store.answers_changed_at(referral.id).await? };
        let mut views = Vec::new();
        for found in found {
            let share = &found.share;
            let note = notes.iter().position(|note| note.share == share.id).map(|at| notes.swap_remove(at));
            let note = note.unwrap_or_else(|| Sharing::of_access(share.id, String::new()));
            let team = self.team(share.by_team).await?;
            let agency = self.agency(team.agency).await?.name.as_str().to_owned();
            let opened = openings.remove(&share.compartment).unwrap_or_default();
            let ended = match &found.end {
                Some((end, _)) => Some((self.name_of(end.by).await?, end.at)),
                None => None,
            };
            views.push(ShareView {
                id: share.id,
                what: share.what,
                to: self.holder_name(to(&found)).await?,
                holder: share.to.clone(),
                by: (self.name_of(share.by).await?, team.name.as_str().to_owned(), agency),
                at: share.at,
                basis: share.basis,
                purpose: share.purpose,
                agreement: share.agreement,
                fit: share.fit,
                urgent: share.urgent,
                entries: note.entries,
                answers: note.answers,
                withheld: asked(&note.kept, &reads),
                reason: note.reason,
                changed_since: share.what == Shared::Items && changed_at.is_some_and(|at| at > share.at),
                ended,
                opened,
            });
        }
        Ok(views)
    }
}

/// The questions of what was given that is kept from some, each once, as far as a reader may know of them.
fn asked(kept: &[(QuestionId, EntryId)], reads: impl Fn(&QuestionId) -> bool) -> Vec<QuestionId> {
    let mut questions: Vec<QuestionId> = kept.iter().map(|(question, _)| question.clone()).filter(|id| reads(id)).collect();
    questions.sort();
    questions.dedup();
    questions
}

fn to(found: &Found) -> RecipientOf {
    person_of(&found.share).map_or(RecipientOf::Team(found.share.to_team), RecipientOf::User)
}
