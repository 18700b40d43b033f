//! Answers that are kept from some agencies, given to somebody else: chosen by themselves, and sealed apart from the rest of a share,
//! where those agencies have no key either.

use std::collections::BTreeSet;

use super::{
    App, Caller, Error, ReferralView, Versioned, WithheldView, additions, copies,
    decisions::to_mend,
    opening::Sight,
    sealing::Holder,
    share_parts::{Part, holds_answers},
    share_recipient::Recipient,
};
use crate::{
    audit::Details,
    domain::{
        answers::Answers,
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        decision::Fault,
        ids::{AgencyId, EntryId, TeamId, UserId},
        sharing::NewShare,
        time::Timestamp,
    },
    policy::RequestContext,
    store::{Tx, entries::Entry, referrals::Referral},
};

const UNKNOWN: Fault = ("withheld", "Choose from the withheld answers that can be shared");
const NEVER: Fault =
    ("withheld", "What you ticked must never get to the agency of this team or person. Choose somebody else, or leave it out");
const ALONE: Fault = (
    "withheld",
    "Tick something else as well: somebody who works there must never get this, and would see that something was shared and not what",
);

/// What of a share is kept from some agencies.
pub(super) struct KeptPart {
    /// The answers, as they are sealed.
    part: Part,
    /// The agencies that never get it.
    from: BTreeSet<AgencyId>,
    /// The item that the newest of it stands in, with its author and time.
    source: (EntryId, UserId, Timestamp),
    /// Which answer came from which item.
    pub(super) pairs: Vec<(QuestionId, EntryId)>,
}

impl ReferralView {
    /// The answers that the reader could share by themselves with somebody who may have them: sealed away from agencies that are
    /// named, and not marked since. With the agencies, by name.
    pub fn shareable_withheld(&self) -> Vec<(QuestionId, Vec<String>)> {
        let marked = |id: &QuestionId| self.withheld.iter().any(|kept| kept.compartment.is_none() && kept.questions.contains(id));
        let sealed = |id: &QuestionId| {
            let of = self.withheld.iter().filter(move |kept| kept.compartment.is_some() && kept.questions.contains(id));
            of.collect::<Vec<_>>()
        };
        let open = |kept: &&WithheldView| kept.compartment.is_some() && !kept.from.is_empty();
        let mut found: Vec<(QuestionId, Vec<String>)> = Vec::new();
        for id in self.withheld.iter().filter(open).flat_map(|kept| &kept.questions) {
            let from = sealed(id);
            let known = found.iter().any(|(known, _)| known == id);
            if known || marked(id) || from.iter().any(|kept| kept.from.is_empty()) {
                continue;
            }
            let from: BTreeSet<&String> = from.iter().flat_map(|kept| &kept.from).collect();
            found.push((id.clone(), from.into_iter().cloned().collect()));
        }
        found
    }
}

impl App {
    /// What a share gives of what is kept from some agencies, opened by an event of its own; none where nothing of it was chosen.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `withheld`: for answers that the caller could not share so, for a recipient of an agency that never
    /// gets them, and where somebody would learn from the share that something is kept from them.
    pub(super) async fn kept_part(
        &self,
        (request, caller): (&RequestContext, &Caller),
        (referral, versioned, sight): (&Referral, &Versioned, &Sight),
        (share, to): (&NewShare, &Recipient),
    ) -> Result<Option<KeptPart>, Error> {
        let wanted: BTreeSet<&QuestionId> = share.withheld.iter().collect();
        if wanted.is_empty() {
            return Ok(None);
        }
        let marked = sight.marks.all(referral.id);
        let form = self.form_at(referral.form_version(), referral.kind).await?;
        let (pathway, sender) = (&*form.pathway, self.agency(referral.referrer_agency).await?.kind);
        let held: Vec<_> = sight.withheld(referral.id).into_iter().map(|shown| shown.id).collect();
        let barred = self.store.barred_from(&held).await?;
        let (mut given, mut from): (Vec<(Entry, Answers)>, BTreeSet<AgencyId>) = (Vec::new(), BTreeSet::new());
        for compartment in held {
            let mut found = self.store.entries_in(&[compartment]).await?;
            found.retain(|item| holds_answers(item.entry.kind));
            let agencies: Vec<AgencyId> = barred.iter().filter(|(of, _)| *of == compartment).map(|(_, agency)| *agency).collect();
            for (entry, content) in self.take_items(request, caller, (referral, versioned, sight), found).await?.items {
                let answers = additions::read(pathway, sender, content.as_bytes())?.only(|id| wanted.contains(id));
                if answers.is_empty() {
                    continue;
                }
                // What is kept from shares altogether stands where nobody is named.
                if agencies.is_empty() {
                    return Err(to_mend(vec![UNKNOWN]));
                }
                from.extend(&agencies);
                given.push((entry, answers));
            }
        }
        given.sort_by_key(|(entry, _)| entry.at);
        let now = pathway.whole(given.iter().rev().map(|(_, answers)| answers.clone()));
        let Some(source) = given.last().map(|(entry, _)| (entry.id, entry.author, entry.at)) else {
            return Err(to_mend(vec![UNKNOWN]));
        };
        if wanted.iter().any(|id| now.get(id).is_none() || marked.contains(id)) {
            return Err(to_mend(vec![UNKNOWN]));
        }
        self.check_kept_from((referral, share, to), &from).await?;
        let pairs = given.iter().flat_map(|(entry, answers)| answers.iter().map(|(id, _)| (id.clone(), entry.id))).collect();
        let flags = pathway.flags(&now).map(str::to_owned).collect();
        Ok(Some(KeptPart { part: Part { answers: now, flags }, from, source, pairs }))
    }

    /// Fails where a recipient is of an agency that never gets it, or where one of its people would learn that there is something.
    pub(super) async fn check_kept_from(
        &self,
        (referral, share, to): (&Referral, &NewShare, &Recipient),
        from: &BTreeSet<AgencyId>,
    ) -> Result<(), Error> {
        let mut is_left = to.person.is_some();
        let mut is_told = false;
        if to.person.is_none() {
            for (user, place) in self.store.members(to.team.id).await?.iter().filter(|(_, place)| place.opens()) {
                let is_theirs = from.contains(&place.agency) || self.person_is_of_one(*user, from).await?;
                is_left |= !is_theirs;
                is_told |= is_theirs;
            }
        }
        if from.contains(&to.team.agency) || self.is_of_one(to.holder.to(), from).await? || !is_left {
            return Err(to_mend(vec![NEVER]));
        }
        if share.entries.is_empty()
            && share.parts.is_empty()
            && (is_told || self.works_beside(referral.receiving_team, from).await?)
        {
            return Err(to_mend(vec![ALONE]));
        }
        Ok(())
    }

    /// Whether somebody of one of these agencies opens what a team holds.
    async fn works_beside(&self, team: TeamId, from: &BTreeSet<AgencyId>) -> Result<bool, Error> {
        for (user, _) in self.store.members(team).await?.iter().filter(|(_, place)| place.opens()) {
            if self.person_is_of_one(*user, from).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Seals it into a share's own place for it, with the key that its recipient alone gets and those agencies never.
    pub(super) async fn seal_kept_part(
        &self,
        tx: &mut Tx,
        (referral, kept, holders): (&Referral, &KeptPart, &[Holder]),
        details: &mut Details,
        at: Timestamp,
    ) -> Result<(), Error> {
        let made = self.new_compartment(tx, referral.id, CompartmentKind::Share, holders, at).await?;
        self.bar(tx, &made, &kept.from, at).await?;
        details.compartments.push(made.shown());
        details.keys.push(made.key);
        let (source, author, written_at) = kept.source;
        let content = zeroize::Zeroizing::new(copies::written(source, kept.part.written().as_bytes()));
        let entry = self.sealed_entry(tx, &made, EntryKind::Part, &content, author, written_at);
        tx.insert_entry(&entry).await?;
        details.entries.push((entry.id, entry.sha256));
        Ok(())
    }
}
