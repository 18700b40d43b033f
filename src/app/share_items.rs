//! The items of a share: chosen, opened by one event, sealed anew.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::{
    App, Caller, Error, Versioned, copies,
    draft_files::{Lying, Moving},
    messages::room_for_more,
    opening::{Sight, Unwrapped, opened},
    sealing::Compartment,
    share_notes::Sharing,
    share_parts::{Copied, holds_answers},
    share_recipient::Recipient,
};
use crate::{
    audit::Details,
    crypto::{Identity, Opened},
    domain::{
        action::Action,
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        decision::Fault,
        ids::{CompartmentId, EntryId},
        sharing::{MOST_AT_ONCE, NewShare, Shared},
    },
    policy::RequestContext,
    store::{
        Tx,
        attachments::FileState,
        entries::{self, Entry},
        referrals::Referral,
    },
};

/// What whoever shares the answers without a change of them is told.
pub(super) const UNTICKED: Fault = ("entries", "Tick each change of the answers as well: what was sent does not hold any more");

/// What was chosen, opened.
pub(super) struct Taken {
    pub(super) items: Vec<(Entry, Opened)>,
    pub(super) files: Vec<Moving>,
}

impl App {
    /// The chosen items as they stand; a fault where one is none that the caller could share.
    pub(super) async fn chosen(
        &self,
        referral: &Referral,
        sight: &Sight,
        share: &NewShare,
        faults: &mut Vec<Fault>,
    ) -> Result<Vec<entries::Found>, Error> {
        const UNKNOWN: Fault = ("entries", "Choose from what you can see on this referral");
        let wanted: BTreeSet<EntryId> = share.entries.iter().copied().collect();
        if wanted.is_empty() && share.parts.is_empty() && share.withheld.is_empty() {
            faults.push(("entries", "Tick what you share"));
            return Ok(Vec::new());
        }
        if wanted.len() > MOST_AT_ONCE {
            faults.push(("entries", "Share at most 200 items at once"));
            return Ok(Vec::new());
        }
        let from: Vec<CompartmentId> = sight
            .compartments(referral.id)
            .into_iter()
            .filter(|shown| shown.kind.can_be_shared_from())
            .map(|shown| shown.id)
            .collect();
        let mut found = self.store.entries_named(&wanted.iter().copied().collect::<Vec<_>>()).await?;
        found.retain(|item| from.contains(&item.entry.compartment) && item.entry.kind.can_be_shared());
        if found.len() != wanted.len() {
            faults.push(UNKNOWN);
            return Ok(Vec::new());
        }
        let is_whole = found.iter().any(|item| item.entry.kind == EntryKind::Submission);
        if !is_whole && (!share.parts.is_empty() || !share.withheld.is_empty()) {
            // What must be read first goes along, and each part as it was sent, and as it was added or changed since.
            let all = self.store.entries_in(&from).await?;
            found.extend(all.into_iter().filter(|item| holds_answers(item.entry.kind) && !wanted.contains(&item.entry.id)));
        }
        // What was put right since goes with the answers, or the recipient relies on what was wrong.
        if is_whole {
            let all = self.store.entries_in(&from).await?;
            let left_out = |item: &entries::Found| item.entry.kind == EntryKind::Amendment && !wanted.contains(&item.entry.id);
            let left_out: Vec<_> = all.into_iter().filter(left_out).collect();
            if !sight.marks.all(referral.id).is_empty() {
                // Whether anything of them would be given is known once they are open: see `App::cut`.
                found.extend(left_out);
            } else if !left_out.is_empty() {
                faults.push(UNTICKED);
            }
        }
        let files = found.iter().filter(|item| item.entry.kind == EntryKind::Attachment).map(|item| item.entry.id);
        let states = self.store.file_states(&files.collect::<Vec<_>>()).await?;
        if states.iter().any(FileState::is_quarantined) {
            faults.push(("entries", "A file in quarantine cannot be shared"));
        }
        Ok(found)
    }

    /// Fails when a recipient holds all of it by shares that have not ended. What each gave stands in the team's own notes.
    pub(super) async fn not_given_before(
        &self,
        referral: &Referral,
        sight: &Sight,
        (request, caller): (&RequestContext, &Caller),
        (to, wanted): (&Recipient, &Sharing),
    ) -> Result<(), Error> {
        let id = to.person.map_or_else(|| to.team.id.to_string(), |person| person.to_string());
        let mut given = self.sound_shares(referral.id).await?;
        given.retain(|found| found.end.is_none() && found.share.to == id && found.share.what == Shared::Items);
        if given.is_empty() {
            return Ok(());
        }
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let own: Vec<_> =
            sight.compartments(referral.id).into_iter().filter(|shown| shown.kind == CompartmentKind::Casework).collect();
        let mut notes = self.store.entries_in(&own.iter().map(|shown| shown.id).collect::<Vec<_>>()).await?;
        notes.retain(|item| item.entry.kind == EntryKind::Sharing);
        let taken = self.take_items(request, caller, (referral, &versioned, sight), notes).await?;
        let marked = sight.marks.all(referral.id);
        let mut before: Vec<Sharing> = Vec::new();
        for (_, content) in &taken.items {
            let text = str::from_utf8(content.as_bytes()).map_err(|_| Error::Integrity("what was shared cannot be read"))?;
            let note = Sharing::read(text)?;
            // What a mark had kept out of it, and keeps out no more, was not given.
            let as_now = note.withheld.iter().all(|id| marked.contains(id));
            if as_now && given.iter().any(|found| found.share.id == note.share) {
                before.push(note);
            }
        }
        let whole = |entry: &EntryId| before.iter().any(|note| note.entries.contains(entry));
        // Whoever has an item as a whole has each part of it; whoever has a part of it has not what else it says.
        let part = |pair: &(QuestionId, EntryId)| whole(&pair.1) || before.iter().any(|note| note.gave(pair));
        let kept = |pair: &(QuestionId, EntryId)| before.iter().any(|note| note.kept.contains(pair));
        if wanted.entries.iter().all(whole) && wanted.pairs.iter().all(part) && wanted.kept.iter().all(kept) {
            return Err(Error::Conflict("they have been given all of this already"));
        }
        Ok(())
    }

    /// Opens items to give them on, by an event that names each, the files' contents with them.
    pub(super) async fn take_items(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, versioned, sight): (&Referral, &Versioned, &Sight),
        found: Vec<entries::Found>,
    ) -> Result<Taken, Error> {
        if found.is_empty() {
            return Ok(Taken { items: Vec::new(), files: Vec::new() });
        }
        let mut held = sight.compartments(referral.id);
        held.retain(|shown| found.iter().any(|item| item.entry.compartment == shown.id));
        let act = self.way_in(request, caller, (referral, versioned), sight, (Action::ReadReferral, &held)).await?;
        let act = act.filter(|act| act.compartments.len() == held.len()).ok_or(Error::Refused)?;
        let permit = self.ask(act).await?;
        let ground = self.ground(sight, &found).await?;
        let (mut items, mut described, mut unwrapped) = (Vec::new(), Vec::new(), Unwrapped::default());
        for item in found {
            let identity = self.identity_for(caller, &permit, &ground, &item, &mut unwrapped).await?;
            let is_file = item.entry.kind == EntryKind::Attachment;
            if is_file { &mut described } else { &mut items }.push((item, identity));
        }
        let (files, identities): (Vec<_>, Vec<_>) = described.into_iter().unzip();
        let lying: Vec<_> = self.lying(&files).await?.into_iter().map(Lying::clean).collect();
        let all = items.iter().map(|(item, _)| item).chain(&files);
        let mut entries: Vec<_> = all.map(|item| (item.entry.id, item.entry.sha256)).collect();
        entries.extend(lying.iter().flat_map(Lying::named));
        let mut answers = self.store.record(vec![(permit, Details { entries, ..Details::default() })]).await?;
        let recorded = answers.pop().ok_or(Error::Conflict("nothing was recorded"))??;
        let open = |(item, identity): (entries::Found, Identity)| {
            let content = opened(&recorded, &item.entry, &identity)?;
            Ok((item.entry, content))
        };
        let items = items.into_iter().map(open).collect::<Result<_, Error>>()?;
        let files = files.into_iter().zip(identities).zip(lying).map(|((file, identity), lying)| (file, identity, lying));
        let files = self.opened_files(recorded, files.collect()).await?;
        Ok(Taken { items, files })
    }

    /// Seals copies of items into a share.
    pub(super) async fn copy_into(
        &self,
        tx: &mut Tx,
        made: &Compartment,
        items: Vec<Copied>,
        details: &mut Details,
    ) -> Result<(), Error> {
        room_for_more(tx, made.referral).await?;
        for Copied { source, kind, author, at, content } in items {
            let content = Zeroizing::new(copies::written(source, &content));
            let entry = self.sealed_entry(tx, made, kind, &content, author, at);
            tx.insert_entry(&entry).await?;
            details.entries.push((entry.id, entry.sha256));
        }
        Ok(())
    }
}
