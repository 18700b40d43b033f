//! Downloading a file: found through the caller's grants, its ciphertext hashed whole, on record, and only then opened, from
//! the very descriptor that was hashed.

use std::{io::Read, sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::timeout};

use super::{
    App, Caller, Error, copies,
    files::Description,
    gate::bare,
    intake::blocking,
    opening::{Sight, Unwrapped, opened},
    places::FilePlace,
    reading::TRIES,
    relations::holds,
};
use crate::{
    audit::Details,
    crypto::{Checked, OpenedStream, SealContext, open_stream},
    domain::{
        action::Action,
        actor::Place,
        compartment::EntryKind,
        file::{FileForm, FileName, FileType},
        ids::EntryId,
        relation::Relation,
    },
    policy::{Act, DenialReason, Object, Permit, RequestContext, State},
    store::{attachments, blobs::OpenBlob, entries, referrals::Referral},
};

/// Read at once: one chunk of age.
const PORTION: usize = 64 * 1024;

/// What the caller is told of a file in quarantine.
pub(super) const QUARANTINED: &str = "this file is in quarantine, because a reader thought that it may do harm";

/// A file on its way out; its event is committed.
pub struct Download {
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub kind: FileType,
    /// How many bytes come.
    pub size: u64,
    content: Option<OpenedStream<Box<dyn OpenBlob>>>,
    _place: FilePlace,
}

impl Download {
    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// [`Error::Integrity`] at the first bytes that are not authentic: what was given before was, and the rest is not given.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(mut content) = self.content.take() else { return Ok(None) };
        let read = blocking(move || {
            let mut buffer = vec![0; PORTION];
            let (mut filled, mut failed) = (0, false);
            while filled < PORTION {
                match content.read(&mut buffer[filled..]) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(_) => {
                        failed = true;
                        break;
                    }
                }
            }
            buffer.truncate(filled);
            Ok((content, buffer, failed))
        });
        let (content, buffer, failed) = read.await?;
        if failed {
            tracing::error!(error.kind = "integrity", "a file could not be read to its end");
            return Err(Error::Integrity("a file could not be read to its end"));
        }
        if buffer.is_empty() {
            return Ok(None);
        }
        self.content = Some(content);
        Ok(Some(buffer))
    }
}

/// A reader who takes nothing for so long has gone away.
const UNTAKEN: Duration = Duration::from_mins(1);
/// For the largest file over the slowest link on which anybody works, as for the way in.
const IN_ALL: Duration = Duration::from_mins(10);

impl Download {
    /// The file piece by piece, each read when the one before was taken; an error is the last.
    pub fn pieces(mut self) -> mpsc::Receiver<Result<Vec<u8>, Error>> {
        let (give, pieces) = mpsc::channel(1);
        // Ended early, the answer breaks off short of the length it named.
        tokio::spawn(timeout(IN_ALL, async move {
            loop {
                let piece = match self.next().await {
                    Ok(None) => return,
                    Ok(Some(bytes)) => Ok(bytes),
                    Err(error) => Err(error),
                };
                let is_last = piece.is_err();
                let taken = timeout(UNTAKEN, give.send(piece)).await;
                if is_last || !matches!(taken, Ok(Ok(()))) {
                    return;
                }
            }
        }));
        pieces
    }
}

/// A file that the caller asks for, before anything is decided.
pub(super) struct Asked {
    pub(super) referral: Referral,
    pub(super) sight: Sight,
    pub(super) entry: entries::Found,
}

impl App {
    /// Opens a file of a referral, or the picture as it came, for download.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller cannot see it or it does not exist; [`Error::Refused`]; [`Error::Conflict`] when it is in
    /// quarantine; [`Error::Busy`] when too many are on their way out; [`Error::Integrity`] when it is not what was sealed.
    pub async fn download(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
        form: FileForm,
    ) -> Result<Download, Error> {
        for _ in 1..TRIES {
            match self.download_once(request, caller, (reference, id), form).await {
                // Somebody opened the referral just now; a file in quarantine stays there.
                Err(Error::Conflict(words)) if words != QUARANTINED => {}
                other => return other,
            }
        }
        self.download_once(request, caller, (reference, id), form).await
    }

    async fn download_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
        form: FileForm,
    ) -> Result<Download, Error> {
        let action = match form {
            FileForm::File => Action::DownloadFile,
            FileForm::Original => Action::DownloadOriginal,
        };
        let asked = self.find_file(request, caller, (reference, id), action).await?;
        let referral = (asked.referral.id, asked.referral.revision);
        let given = self.give(request, caller, asked, (action, form)).await;
        if let Err(Error::Integrity(_)) = &given {
            self.refuse_damaged(caller.acting()?, action, referral, request).await?;
        }
        given
    }

    async fn give(
        &self,
        request: &RequestContext,
        caller: &Caller,
        Asked { referral, sight, entry }: Asked,
        (action, form): (Action, FileForm),
    ) -> Result<Download, Error> {
        let act = self.file_act(request, caller, (&referral, &sight, &entry), action).await?;
        let permit = self.ask(act).await?;
        let blobs = self.store.attachments_of(entry.entry.id).await?;
        let blob = match (blobs.into_iter().find(|found| found.attachment.form == form), form) {
            (Some(blob), _) => blob,
            (None, FileForm::File) => return Err(Error::Integrity("the row of a file is missing")),
            (None, FileForm::Original) => return Err(self.unseen(request, caller, action).await?),
        };
        self.hand_over(caller, permit, (&sight, &entry, &blob), form).await
    }

    /// Opens a file of a draft for download, for those who go on with it.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller sees no such draft or it has no such file; [`Error::Refused`]; [`Error::Busy`] when too
    /// many are on their way out; [`Error::Integrity`] when it is not what was sealed.
    pub async fn download_from_draft(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
    ) -> Result<Download, Error> {
        let mut given = self.download_from_draft_once(request, caller, (reference, id)).await;
        for _ in 1..TRIES {
            // Somebody saved the draft just now.
            if !matches!(given, Err(Error::Conflict(_))) {
                break;
            }
            given = self.download_from_draft_once(request, caller, (reference, id)).await;
        }
        self.damage_on_record(request, caller, Action::DownloadFile, given).await
    }

    async fn download_from_draft_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
    ) -> Result<Download, Error> {
        let (held, sight) = self.find_draft(request, caller, reference, Action::DownloadFile).await?;
        // A text that cannot be an id is looked up like one that is.
        let id = EntryId::parse(id).unwrap_or(EntryId::from_bytes([0; 16]));
        let entry = self.store.file_entry(held.draft.id, id).await?;
        let Some(entry) = entry.filter(|found| sight.newest(found.entry.compartment).is_some()) else {
            return Err(self.unseen(request, caller, Action::DownloadFile).await?);
        };
        let permit = self.ask(self.draft_act(request, caller, &held, Action::DownloadFile).await?).await?;
        let blobs = self.store.attachments_of(entry.entry.id).await?;
        let blob = blobs.into_iter().find(|found| found.attachment.form == FileForm::File);
        let blob = blob.ok_or(Error::Integrity("the row of a file is missing"))?;
        self.hand_over(caller, permit, (&sight, &entry, &blob), FileForm::File).await
    }

    /// A file that was decided on: hashed, on record, then opened.
    async fn hand_over(
        &self,
        caller: &Caller,
        permit: Permit,
        (sight, entry, blob): (&Sight, &entries::Found, &attachments::Found),
        form: FileForm,
    ) -> Result<Download, Error> {
        let place = self.places.download(caller.session())?;
        self.evidence(&[blob.attachment.event]).await?.check(blob.attachment.event, &blob.row)?;
        let place_of_blob = context(&entry.entry, blob, form)?;
        let checked = self.checked_blob(blob).await?;
        let ground = self.ground(sight, std::slice::from_ref(entry)).await?;
        let identity = self.identity_for(caller, &permit, &ground, entry, &mut Unwrapped::default()).await?;

        let mut tx = self.store.begin().await?;
        let state = tx.held_file_state(entry.entry.id).await?.ok_or(Error::Integrity("the state of a file is missing"))?;
        if state.is_quarantined() {
            drop(tx);
            self.refuse(permit.act().clone(), DenialReason::Quarantined, None).await?;
            return Err(Error::Conflict(QUARANTINED));
        }
        let entries = vec![(entry.entry.id, entry.entry.sha256), (blob.attachment.id, blob.attachment.sha256)];
        let kind = permit.act().compartments.first().map(|shown| shown.kind);
        let recorded = tx.commit(permit, &Details { entries, ..Details::default() }).await?;

        let described = opened(&recorded, &entry.entry, &identity)?;
        let about = Description::read(copies::content(kind, described.as_bytes())?.1)?;
        let content = blocking(move || Ok(open_stream(&recorded, &place_of_blob, checked, &identity))).await??;
        Ok(Download { name: about.name, kind: about.kind, size: content.left(), content: Some(content), _place: place })
    }

    /// A blob's ciphertext, hashed whole.
    pub(super) async fn checked_blob(&self, found: &attachments::Found) -> Result<Checked<Box<dyn OpenBlob>>, Error> {
        let (id, sha256) = (found.attachment.id, found.attachment.sha256);
        let blobs = Arc::clone(self.store.blobs());
        let checked = blocking(move || Ok(blobs.open(id)?.map(|blob| Checked::new(blob, &sha256)))).await?;
        Ok(checked.ok_or(Error::Integrity("the blob of a file is missing"))??)
    }

    /// A file by the id of the entry that describes it, if the caller holds a grant on its compartment; a miss is on record as
    /// a refusal of what was tried.
    pub(super) async fn find_file(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
        action: Action,
    ) -> Result<Asked, Error> {
        let referral = self.find_referral(request, caller, reference, action).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        // A text that cannot be an id is looked up like one that is.
        let id = EntryId::parse(id).unwrap_or(EntryId::from_bytes([0; 16]));
        let entry = self.store.file_entry(referral.id, id).await?;
        match entry.filter(|found| sight.newest(found.entry.compartment).is_some()) {
            Some(entry) => Ok(Asked { referral, sight, entry }),
            None => Err(self.unseen(request, caller, action).await?),
        }
    }

    async fn unseen(&self, request: &RequestContext, caller: &Caller, action: Action) -> Result<Error, Error> {
        self.miss(request, &caller.session().to_string()).await?;
        let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::Unseen, None).await?;
        Ok(Error::Unseen)
    }

    /// An act on a file, by the first of the caller's ways that the policy allows; or else one it refuses.
    pub(super) async fn file_act(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, sight, file): (&Referral, &Sight, &entries::Found),
        action: Action,
    ) -> Result<Act, Error> {
        let held = sight.compartments(referral.id).into_iter().find(|shown| shown.id == file.entry.compartment);
        let shown = held.ok_or(Error::Unseen)?;
        let touched = |place: &Place, relation| holds(sight, &shown, (place, relation), caller.user()).then(|| vec![shown]);
        self.act_on(request, caller, (referral, sight), action, touched).await
    }
}

/// What the blob's plaintext must say of itself.
pub(super) fn context(entry: &entries::Entry, found: &attachments::Found, form: FileForm) -> Result<SealContext, Error> {
    let blob = &found.attachment;
    if (blob.referral, blob.compartment, blob.epoch) != (entry.referral, entry.compartment, entry.epoch) {
        return Err(Error::Integrity("a file and its description are sealed to different keys"));
    }
    let kind = match form {
        FileForm::File => EntryKind::File,
        FileForm::Original => EntryKind::Original,
    };
    let (referral, compartment, epoch) = (blob.referral, blob.compartment, blob.epoch);
    Ok(SealContext { referral, compartment, epoch, entry: blob.id, version: 1, author: blob.author, kind })
}
