//! Drafts: found through grants, opened on record, listed. What they hold is sealed to owner, deputy and recovery.

use super::{
    App, Caller, Error, FileView, draft_content,
    draft_files::{Lying, Moving},
    enquiries,
    files::{Described, Description},
    gate::{bare, legal},
    library::Versioned,
    opening::{Sight, Unwrapped, opened},
    replacements,
};
use crate::{
    audit::Details,
    domain::{
        action::{Action, Scope},
        compartment::EntryKind,
        draft::{self, DraftState, Part},
        ids::{ReferralId, UserId},
        message::Audience,
        reference::Reference,
        referral::ReferralState,
        relation::Relation,
        time::Timestamp,
        withheld::Withhold,
    },
    policy::{Act, DenialReason, Object, Permit, RequestContext, ShownCompartment, State},
    store::{CommitError, drafts::Draft, entries},
};

/// More drafts than this at once are not begun: a person's list stays one page.
pub(super) const MOST: i64 = 50;
/// How often an act is begun anew when the draft moves between decision and commit.
pub(super) const TRIES: usize = 4;

/// What the owner of a draft is told who was shut out while their deputy went on with it.
const GONE_ON_WITHOUT: &str = "your deputy went on with this draft while you could not; ask them to save it once more, and it \
                               opens for you again";

/// A section of a draft as it was last saved.
#[derive(Debug, Clone)]
pub struct PartView {
    /// What was typed.
    pub part: Part,
    /// How often it was saved: what the next saving expects.
    pub revision: i64,
    /// When it was saved.
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
}

/// A draft as its owner or deputy sees it.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// Its clear facts.
    pub draft: Draft,
    /// The pathway that it is filled in by.
    pub pathway: Versioned,
    /// Whether the caller began it.
    pub own: bool,
    /// Who began it, by name.
    pub owner: String,
    /// Who else goes on with it, by name.
    pub deputy: Option<String>,
    /// Its sections that were saved.
    pub parts: Vec<PartView>,
    /// The enquiry that it is made of.
    pub enquiry: Option<Reference>,
    /// What was stopped at the check, and what this puts right.
    pub stopped: Option<Reference>,
    /// What was kept from somebody of that; nothing for any other draft.
    pub withheld: Withhold,
    /// Its files, in the order added.
    pub files: Vec<FileView>,
}

impl DraftView {
    /// A section as it was last saved.
    pub fn part(&self, section: &str) -> Option<&PartView> {
        self.parts.iter().find(|view| view.part.section == section)
    }

    /// Every field of every section.
    pub fn fields(&self) -> Vec<(String, String)> {
        self.parts.iter().flat_map(|view| view.part.fields.iter().cloned()).collect()
    }
}

/// A line of the list of drafts.
#[derive(Debug, Clone)]
pub struct DraftItem {
    /// Its reference.
    pub reference: Reference,
    /// The pathway's title.
    pub pathway: String,
    /// Whether the caller began it.
    pub own: bool,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// When it will be deleted unless somebody sends or saves it.
    pub ends_at: Timestamp,
    /// Whether that is near enough to be told.
    pub ending: bool,
}

/// A draft that was found, and how the caller stands to it.
pub(super) struct Held {
    pub(super) draft: Draft,
    pub(super) pathway: Versioned,
    pub(super) relation: Relation,
    compartments: Vec<ShownCompartment>,
}

/// What a draft holds, opened.
struct OpenedDraft {
    parts: Vec<PartView>,
    files: Vec<Described>,
    /// The files to be sealed anew; none where nobody asked for them.
    moving: Vec<Moving>,
}

impl App {
    /// Opens a draft. Unseen and nonexistent cost the same look-ups and leave the same event.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`], [`Error::Integrity`].
    pub async fn read_draft(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<DraftView, Error> {
        let (view, _) = self.open_draft(request, caller, reference, (Action::ReadDraft, false)).await?;
        self.store.read_notices_of(view.draft.id, &self.reader(caller), request.at).await?;
        Ok(view)
    }

    /// Opens a draft and its files, to be sealed anew.
    pub(super) async fn open_to_move(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        action: Action,
    ) -> Result<(DraftView, Vec<Moving>), Error> {
        self.open_draft(request, caller, reference, (action, true)).await
    }

    async fn open_draft(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        how: (Action, bool),
    ) -> Result<(DraftView, Vec<Moving>), Error> {
        for _ in 1..TRIES {
            match self.open_draft_once(request, caller, reference, how).await {
                Err(Error::Conflict(_)) => {}
                other => return other,
            }
        }
        self.open_draft_once(request, caller, reference, how).await
    }

    async fn open_draft_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        (action, with_files): (Action, bool),
    ) -> Result<(DraftView, Vec<Moving>), Error> {
        let (held, sight) = self.find_draft(request, caller, reference, action).await?;
        let (id, revision) = (held.draft.id, held.draft.revision);
        let opened = self.open_held(request, caller, (held, &sight), (action, with_files)).await;
        if let Err(Error::Integrity(_)) = &opened {
            let object = Object::Draft(id, Some(revision));
            let act = bare(caller.acting()?, action, object, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Integrity, None).await?;
        }
        opened
    }

    async fn open_held(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (held, sight): (Held, &Sight),
        (action, with_files): (Action, bool),
    ) -> Result<(DraftView, Vec<Moving>), Error> {
        let permit = self.ask(self.draft_act(request, caller, &held, action).await?).await?;
        let held_compartments = sight.compartments(held.draft.id);
        let compartments: Vec<_> = held_compartments.iter().map(|shown| shown.id).collect();
        let described = self.store.descriptions_in(&compartments).await?;
        let opened = match self.open_parts(caller, permit, (held.draft.id, sight), (described, with_files)).await {
            // Saved while its owner was shut out, under a key that they never had.
            Err(Error::Unseen) if held.relation == Relation::Referrer => return Err(Error::Conflict(GONE_ON_WITHOUT)),
            other => other?,
        };
        let view = self.draft_view(caller, held, opened.parts, opened.files).await?;
        Ok((view, opened.moving))
    }

    /// Opens the newest saving of each section and what describes each file, and the files themselves where they are to be
    /// sealed anew, once the event that names them is committed.
    async fn open_parts(
        &self,
        caller: &Caller,
        permit: Permit,
        (draft, sight): (ReferralId, &Sight),
        (described, with_files): (Vec<entries::Found>, bool),
    ) -> Result<OpenedDraft, Error> {
        let rows = self.store.draft_parts(draft).await?;
        let lying = if with_files { self.lying(&described).await? } else { Vec::new() };
        let count = described.len();
        let mut items = described;
        items.extend(self.store.entries_named(&rows.iter().map(|row| row.entry).collect::<Vec<_>>()).await?);
        let ground = self.ground(sight, &items).await?;
        let mut unwrapped = Unwrapped::default();
        let mut identities = Vec::new();
        for item in &items {
            identities.push(self.identity_for(caller, &permit, &ground, item, &mut unwrapped).await?);
        }
        let blobs = lying.iter().flat_map(Lying::named);
        let entries = items.iter().map(|item| (item.entry.id, item.entry.sha256)).chain(blobs).collect();
        let details = Details { entries, ..Details::default() };
        let recorded = self.store.record(vec![(permit, details)]).await?.pop();
        let recorded = recorded.ok_or(Error::Conflict("nothing was recorded"))??;
        let mut parts = Vec::new();
        for row in rows {
            let found = items.iter().zip(&identities).find(|(item, _)| item.entry.id == row.entry);
            // Taken away between the two queries: the draft has moved on.
            let Some((item, identity)) = found else { return Err(CommitError::Stale("draft").into()) };
            let entry = &item.entry;
            if entry.referral != draft || entry.kind != EntryKind::Draft {
                return Err(Error::Integrity("a section of a draft is another draft's"));
            }
            let content = opened(&recorded, entry, identity)?;
            let part = draft_content::read(&row.section, content.as_bytes())?;
            parts.push(PartView { part, revision: row.revision, at: entry.at, by: entry.author });
        }
        let mut files = Vec::new();
        for (item, identity) in items.iter().zip(&identities).take(count) {
            let entry = &item.entry;
            let about = Description::read(opened(&recorded, entry, identity)?.as_bytes())?;
            files.push(Described { author: entry.author, id: entry.id, at: entry.at, audience: Audience::Shared, about });
        }
        let described = items.into_iter().zip(identities).take(count);
        let moving = described.zip(lying).map(|((item, identity), lying)| (item, identity, lying)).collect();
        Ok(OpenedDraft { parts, files, moving: self.opened_files(recorded, moving).await? })
    }

    async fn draft_view(
        &self,
        caller: &Caller,
        held: Held,
        parts: Vec<PartView>,
        files: Vec<Described>,
    ) -> Result<DraftView, Error> {
        let Held { draft, pathway, .. } = held;
        let (origins, parts): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|view| draft::BESIDE.contains(&view.part.section.as_str()));
        let beside = |of: &str| origins.iter().map(|view| &view.part).find(|part| part.section == of);
        let origin = |of: &str| beside(of).map(enquiries::read_origin).transpose();
        let withheld = beside(draft::WITHHELD).map(replacements::read_withhold).transpose()?.unwrap_or_default();
        let (enquiry, stopped) = (origin(draft::ENQUIRY)?, origin(draft::STOPPED)?);
        let names = self.names_of(std::iter::once(draft.owner).chain(draft.deputy)).await?;
        let name_of = |id: UserId| names.get(&id).cloned().unwrap_or_default();
        Ok(DraftView {
            own: draft.owner == caller.user(),
            owner: name_of(draft.owner),
            deputy: draft.deputy.map(name_of),
            pathway,
            parts,
            enquiry,
            stopped,
            withheld,
            files: self.file_views(files, (&[], false)).await?,
            draft,
        })
    }

    /// The caller's drafts and those they are deputy for, the one last saved first; one event for each.
    pub async fn drafts(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<DraftItem>, Error> {
        let drafts = self.store.drafts_of(caller.user(), MOST).await?;
        let sight = self.sight(caller, &drafts.iter().map(|draft| draft.id).collect::<Vec<_>>()).await?;
        let (mut acts, mut items) = (Vec::new(), Vec::new());
        for draft in drafts {
            let held = self.held(caller, draft, &sight).await?;
            let draft = &held.draft;
            let item = DraftItem {
                reference: draft.reference,
                pathway: held.pathway.pathway.title.clone(),
                own: draft.owner == caller.user(),
                saved_at: draft.saved_at,
                ends_at: draft::ends_at(draft.saved_at),
                ending: draft::is_ending(draft.saved_at, request.at),
            };
            let permit = match self.ask(self.draft_act(request, caller, &held, Action::ListDrafts).await?).await {
                Ok(permit) => permit,
                // A row that may not be shown is left out; it does not fail the list.
                Err(Error::Refused) => continue,
                Err(error) => return Err(error),
            };
            acts.push((permit, Details::default()));
            items.push(item);
        }
        if acts.is_empty() {
            return Ok(Vec::new());
        }
        let recorded = self.store.record(acts).await?;
        Ok(items.into_iter().zip(recorded).filter_map(|(item, recorded)| recorded.is_ok().then_some(item)).collect())
    }

    /// The pathway that a draft is filled in by, without opening the draft; a miss is on record.
    ///
    /// # Errors
    /// [`Error::Unseen`].
    pub async fn draft_pathway(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<Versioned, Error> {
        Ok(self.find_draft(request, caller, reference, Action::SaveDraft).await?.0.pathway)
    }

    /// The referral that a draft has become, for whoever can see it: nothing of it is told but that it is there.
    pub async fn sent_from_draft(&self, caller: &Caller, reference: &str) -> Result<Option<Reference>, Error> {
        let reference = Reference::parse(reference).unwrap_or(Reference::NOBODYS);
        Ok(self.store.referral_seen_by(reference, &caller.holders()).await?.map(|referral| referral.reference))
    }

    /// Whether what a draft was to put right has gone on to its receivers meanwhile.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn went_on_meanwhile(&self, caller: &Caller, stopped: Reference) -> Result<bool, Error> {
        let referral = self.store.referral_seen_by(stopped, &caller.holders()).await?;
        let waits = |state| matches!(state, ReferralState::Stopped | ReferralState::Withdrawn);
        Ok(referral.is_some_and(|referral| !waits(referral.stage.state())))
    }

    /// How a draft ended that the caller began or was deputy for, and that was never sent: whether by time, and when it was last
    /// saved. Nothing of what it held is left. Whoever was told of its end has read that now.
    pub async fn ended_draft(&self, caller: &Caller, reference: &str) -> Result<Option<(Reference, bool, Timestamp)>, Error> {
        let reference = Reference::parse(reference).unwrap_or(Reference::NOBODYS);
        let ended = self.store.ended_draft(reference, caller.user()).await?;
        if let Some(draft) = &ended {
            self.store.read_notices_of(draft.id, &self.reader(caller), self.now()).await?;
        }
        Ok(ended.map(|draft| (draft.reference, draft.state == DraftState::Expired, draft.saved_at)))
    }

    /// A draft by its reference, if the caller holds a grant on it; a miss is on record as a refusal of what was tried.
    pub(super) async fn find_draft(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        action: Action,
    ) -> Result<(Held, Sight), Error> {
        let session = caller.session().to_string();
        self.look_up_allowed(request, caller, action).await?;
        // A text that cannot be a reference is looked up like one that is: the answer must not tell them apart.
        let reference = Reference::parse(reference).unwrap_or(Reference::NOBODYS);
        let Some(draft) = self.store.draft_seen_by(reference, &caller.holders()).await? else {
            self.miss(request, &session).await?;
            let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Unseen, None).await?;
            return Err(Error::Unseen);
        };
        if action.may_seal() {
            self.renew_before_writing(request, draft.id).await?;
        }
        let sight = self.sight(caller, &[draft.id]).await?;
        Ok((self.held(caller, draft, &sight).await?, sight))
    }

    async fn held(&self, caller: &Caller, draft: Draft, sight: &Sight) -> Result<Held, Error> {
        let pathway = self.form_at(&draft.pathway_version, draft.kind).await?;
        let (relation, compartments) = (relation(caller, &draft), sight.compartments(draft.id));
        Ok(Held { draft, pathway, relation, compartments })
    }

    /// An act on a draft, by the first of the caller's places from which the policy allows it; or else one that it refuses.
    pub(super) async fn draft_act(
        &self,
        request: &RequestContext,
        caller: &Caller,
        held: &Held,
        action: Action,
    ) -> Result<Act, Error> {
        let kind = self.agency(caller.agency()).await?.kind;
        let act = |place| Act {
            actor: caller.acting_from(place),
            action,
            object: Object::Draft(held.draft.id, Some(held.draft.revision)),
            relation: held.relation,
            sensitivity: Some(held.draft.sensitivity),
            state: State::Referral(ReferralState::New),
            compartments: if action.scope() == Scope::Compartment { held.compartments.clone() } else { Vec::new() },
            legal: Some(legal(kind, &held.pathway.pathway)),
            request: request.clone(),
        };
        let policy = self.policy.current();
        let allowed = |act: &Act| act.questions().iter().all(|question| policy.allows(question));
        if let Some(act) = caller.admitted().map(act).find(allowed) {
            return Ok(act);
        }
        Ok(act(&caller.main().ok_or(Error::Refused)?.place))
    }
}

fn relation(caller: &Caller, draft: &Draft) -> Relation {
    if draft.owner == caller.user() {
        Relation::Referrer
    } else if draft.deputy == Some(caller.user()) {
        Relation::Deputy
    } else {
        Relation::None
    }
}
