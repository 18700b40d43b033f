//! Files of a draft: added and removed while it is written; opened and sealed anew when the key changes, for its receivers when
//! it is sent and for those who go on with it when the deputy changes. The content passes in chunks and is nowhere in clear.

use std::{
    io::{self, Read as _, Write as _},
    sync::Arc,
};

use super::{
    Added, Answered, App, Arrived, Caller, Error, IdempotencyKey, copies,
    download::context,
    drafts::TRIES,
    file_sealing::{SealedFile, Written, keep, write_file},
    files::{Description, Target, described, invalid},
    gate::bare,
    idempotency::Once,
    intake::blocking,
    opening::opened,
    sealing::Compartment,
};
use crate::{
    audit::{Details, Recorded, row::Erasable},
    crypto::{Checked, Identity, OpenedStream, Recipient, SealContext, StreamSealer, Streamed, open_stream},
    domain::{
        action::Action,
        compartment::{CompartmentKind, EntryKind},
        enquiry::FormKind,
        file::{FileForm, MOST_IN_DRAFT, ScanState},
        ids::{CompartmentId, EntryId, ReferralId, UserId},
        relation::Relation,
        time::Timestamp,
    },
    policy::{DenialReason, Object, RequestContext, State},
    store::{
        CommitError, Tx,
        blobs::{Blobs, NewBlob, OpenBlob},
        entries,
    },
};

type Stream = OpenedStream<Box<dyn OpenBlob>>;

type LyingForm = (FileForm, SealContext, Checked<Box<dyn OpenBlob>>);

/// The blobs of one file as they lie, each found to be what its row says.
pub(super) struct Lying {
    forms: Vec<LyingForm>,
    scan: ScanState,
}

impl Lying {
    /// The same without the picture as it came, which is never shared on.
    pub(super) fn clean(mut self) -> Self {
        self.forms.retain(|(form, ..)| *form == FileForm::File);
        self
    }

    /// What the event names of it.
    pub(super) fn named(&self) -> impl Iterator<Item = (EntryId, [u8; 32])> {
        self.forms.iter().map(|(_, place, checked)| (place.entry, checked.sha256()))
    }
}

/// A file on its way from one key to another.
pub(super) struct Moving {
    /// The entry that described it.
    source: EntryId,
    author: UserId,
    /// When it was added; it keeps that, and so its place in the list.
    at: Timestamp,
    description: Description,
    scan: ScanState,
    forms: Vec<(FileForm, Stream)>,
}

/// A file sealed to the key that it goes to: by whom and when it was added.
pub(super) struct Anew {
    source: EntryId,
    author: UserId,
    at: Timestamp,
    file: SealedFile,
}

/// The key that it goes to.
#[derive(Clone, Copy)]
pub(super) struct NewKey<'k> {
    pub(super) referral: ReferralId,
    pub(super) compartment: CompartmentId,
    /// Its first epoch's key.
    pub(super) identity: &'k Identity,
}

impl App {
    /// Adds the file that arrived to a draft, once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller sees no such draft, [`Error::Refused`]; [`Error::Unsupported`] and [`Error::Invalid`]
    /// when the file is not taken; [`Error::Conflict`] when there are too many, or the draft has moved on meanwhile.
    pub async fn attach_to_draft(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, arrived): (&str, Arrived),
    ) -> Result<Answered<Added>, Error> {
        let text = described(arrived.field("description"))?;
        let file = arrived.file.as_ref().ok_or_else(|| invalid("file", "Choose a file"))?;
        let body = [&text, &file.name, &hex::encode(file.sha256)].map(String::as_str).join("\n");
        let route = format!("attach-to-draft {reference}");
        let act = async |once: &Once<'_>| {
            let added = self.attach_to_draft_once(request, caller, (reference, text, arrived), once).await;
            self.damage_on_record(request, caller, Action::AttachFile, added).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    async fn attach_to_draft_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, text, arrived): (&str, String, Arrived),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let (held, sight) = self.find_draft(request, caller, reference, Action::AttachFile).await?;
        let permit = self.ask(self.draft_act(request, caller, &held, Action::AttachFile).await?).await?;
        if held.pathway.pathway.kind == FormKind::Enquiry {
            return Err(Error::Conflict("a question for advice takes no files, which could say whom it is about"));
        }
        let shown = permit.act().compartments.first().copied().ok_or(Error::Refused)?;
        let Arrived { file, place, .. } = arrived;
        let file = file.ok_or_else(|| invalid("file", "Choose a file"))?;
        self.heed_scanner(file.verdict, permit.act()).await?;
        let held_before = self.held_compartment(&sight, shown).await?;
        let key = held_before.key;
        let target = Target::Held(held_before);
        let id = held.draft.id;
        drop(permit);
        let sealed = self.seal_file(file, text, (id, &target), caller.user(), request.at).await?;

        // A large file takes its time, and the draft may have been saved meanwhile: asked again, about how it stands now.
        let (held, sight) = self.find_draft(request, caller, reference, Action::AttachFile).await?;
        let permit = self.ask(self.draft_act(request, caller, &held, Action::AttachFile).await?).await?;
        if permit.act().compartments.first() != Some(&shown) {
            return Err(Error::Conflict("who can go on with this draft was changed meanwhile; add the file again"));
        }
        let compartment = self.held_compartment(&sight, shown).await?;
        if compartment.key != key {
            // The file is sealed to the key of before, and what describes it would not be: nobody could open both.
            return Err(Error::Conflict("who can go on with this draft was changed meanwhile; add the file again"));
        }
        let mut tx = self.store.begin().await?;
        if tx.count_files(id).await? >= MOST_IN_DRAFT {
            return Err(Error::Conflict("this draft has 10 files; more can be added once it is sent"));
        }
        let entry = self.description_entry(&tx, &compartment, &sealed, (caller.user(), request.at));
        let added = Added { id: entry.id.to_string(), at: request.at };
        once.remember(&mut tx, &added).await?;
        if !tx.touch_draft(id, held.draft.revision, request.at).await? {
            return Err(CommitError::Stale("draft").into());
        }
        let written = write_file(&mut tx, entry, sealed, None).await?;
        keep(written.blobs).await?;
        let details = Details { entries: written.entries, keys: vec![compartment.key], ..Details::default() };
        tx.commit(permit, &details).await?;
        drop(place);
        Ok(added)
    }

    /// Takes a file out of a draft: it is erased.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller sees no such draft or it has no such file, [`Error::Refused`].
    pub async fn remove_from_draft(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
    ) -> Result<(), Error> {
        for _ in 1..TRIES {
            match self.remove_once(request, caller, (reference, id)).await {
                Err(Error::Conflict(_)) => {}
                other => return other,
            }
        }
        self.remove_once(request, caller, (reference, id)).await
    }

    async fn remove_once(&self, request: &RequestContext, caller: &Caller, (reference, id): (&str, &str)) -> Result<(), Error> {
        let (held, sight) = self.find_draft(request, caller, reference, Action::RemoveFile).await?;
        // A text that cannot be an id is looked up like one that is.
        let id = EntryId::parse(id).unwrap_or(EntryId::from_bytes([0; 16]));
        let entry = self.store.file_entry(held.draft.id, id).await?;
        if entry.is_none_or(|found| sight.newest(found.entry.compartment).is_none()) {
            self.miss(request, &caller.session().to_string()).await?;
            let act = bare(caller.acting()?, Action::RemoveFile, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Unseen, None).await?;
            return Err(Error::Unseen);
        }
        let permit = self.ask(self.draft_act(request, caller, &held, Action::RemoveFile).await?).await?;
        let mut tx = self.store.begin().await?;
        if !tx.touch_draft(held.draft.id, held.draft.revision, request.at).await? {
            return Err(CommitError::Stale("draft").into());
        }
        tx.erase(Erasable::Entry, id).await?;
        let gone = tx.erased_blobs();
        tx.commit(permit, &Details::default()).await?;
        self.remove_erased(gone).await;
        Ok(())
    }

    /// The blobs of described files, each hashed whole, before the event that names them.
    pub(super) async fn lying(&self, described: &[entries::Found]) -> Result<Vec<Lying>, Error> {
        let ids: Vec<EntryId> = described.iter().map(|found| found.entry.id).collect();
        let states = self.store.file_states(&ids).await?;
        let mut all = Vec::new();
        for found in described {
            let entry = &found.entry;
            let mut forms = Vec::new();
            for blob in self.store.attachments_of(entry.id).await? {
                self.evidence(&[blob.attachment.event]).await?.check(blob.attachment.event, &blob.row)?;
                let form = blob.attachment.form;
                forms.push((form, context(entry, &blob, form)?, self.checked_blob(&blob).await?));
            }
            let state = states.iter().find(|state| state.entry == entry.id);
            let scan = state.ok_or(Error::Integrity("the state of a file is missing"))?.scan;
            all.push(Lying { forms, scan });
        }
        Ok(all)
    }

    /// Opens files that the record names, each with the identity of its compartment, to be read as they are sealed anew.
    pub(super) async fn opened_files(
        &self,
        recorded: Recorded,
        files: Vec<(entries::Found, Identity, Lying)>,
    ) -> Result<Vec<Moving>, Error> {
        let mut described = Vec::new();
        for (found, identity, lying) in files {
            let description = Description::read(opened(&recorded, &found.entry, &identity)?.as_bytes())?;
            described.push((found.entry, description, identity, lying));
        }
        let open = move || {
            let moving = described.into_iter().map(|(entry, description, identity, Lying { forms, scan })| {
                let open = |(form, place, checked)| Ok((form, open_stream(&recorded, &place, checked, &identity)?));
                let forms = forms.into_iter().map(open).collect::<Result<Vec<_>, Error>>()?;
                let has_original = forms.iter().any(|(form, _)| *form == FileForm::Original);
                let description = Description { has_original, ..description };
                Ok(Moving { source: entry.id, author: entry.author, at: entry.at, description, scan, forms })
            });
            Ok(moving.collect::<Result<Vec<_>, Error>>())
        };
        blocking(open).await?
    }

    /// Seals files anew, as blobs that are on the disk and do not count yet.
    pub(super) async fn seal_anew(
        &self,
        caller: &Caller,
        files: Vec<Moving>,
        onto: NewKey<'_>,
        at: Timestamp,
    ) -> Result<Vec<Anew>, Error> {
        // As many as uploads: each costs as much memory as one.
        let _place = if files.is_empty() { None } else { Some(self.places.upload(caller.session())?) };
        let mut sealed = Vec::new();
        for Moving { source, author, at: added, description, scan, forms } in files {
            let (referral, compartment) = (onto.referral, onto.compartment);
            let place = |form| SealContext {
                referral,
                compartment,
                epoch: 1,
                entry: EntryId::random(&*self.random),
                version: 1,
                author,
                kind: if form == FileForm::File { EntryKind::File } else { EntryKind::Original },
            };
            let forms: Vec<_> = forms.into_iter().map(|(form, stream)| (form, place(form), stream)).collect();
            let (blobs, recipient) = (Arc::clone(self.store.blobs()), onto.identity.recipient());
            let forms = blocking(move || {
                let mut anew = Vec::new();
                for (form, place, stream) in forms {
                    match copy(stream, &place, (&*blobs, &recipient), at)? {
                        Ok((blob, streamed)) => anew.push((form, place.entry, blob, streamed)),
                        Err(damaged) => return Ok(Err(damaged)),
                    }
                }
                Ok(Ok(anew))
            });
            let file = SealedFile { forms: forms.await??, description, scan };
            sealed.push(Anew { source, author, at: added, file });
        }
        Ok(sealed)
    }

    /// Writes the descriptions of files that were sealed anew, in a share with a pointer to what they are copies of; gives what
    /// the event names and the blobs, which do not count yet.
    pub(super) async fn describe_anew(&self, tx: &mut Tx, onto: &Compartment, files: Vec<Anew>) -> Result<Written, Error> {
        let mut all = Written { entries: Vec::new(), blobs: Vec::new() };
        for Anew { source, author, at, file } in files {
            let (entry, origin) = match onto.kind {
                CompartmentKind::Share => {
                    let content = copies::written(source, file.description.written().as_bytes());
                    (self.sealed_entry(tx, onto, EntryKind::Attachment, &content, author, at), Some(source))
                }
                _ => (self.description_entry(tx, onto, &file, (author, at)), None),
            };
            let written = write_file(tx, entry, file, origin).await?;
            all.entries.extend(written.entries);
            all.blobs.extend(written.blobs);
        }
        Ok(all)
    }
}

/// A blob that is on the disk and does not count yet, and what streamed into it.
type Copied = (Box<dyn NewBlob>, Streamed);

/// One form of a file from key to key. What cannot be read is damaged; what cannot be written is the disk's.
fn copy(
    mut stream: Stream,
    place: &SealContext,
    (blobs, recipient): (&dyn Blobs, &Recipient),
    at: Timestamp,
) -> io::Result<Result<Copied, Error>> {
    let mut sealer = StreamSealer::new(place, stream.left(), recipient, blobs.create(place.entry, at)?)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => sealer.write_all(&buffer[..count])?,
            Err(_) => return Ok(Err(Error::Integrity("a file could not be read to its end"))),
        }
    }
    let (mut blob, streamed) = sealer.finish()?;
    blob.settle()?;
    Ok(Ok((blob, streamed)))
}
