//! Files on their way into a compartment: sealed as blobs that do not count yet, then written down, then kept.

use std::{io, sync::Arc};

use super::{
    App, Error, ScanVerdict,
    files::{Description, Target, not_taken},
    intake::{ArrivedFile, blocking},
    sealing::Compartment,
};
use crate::{
    crypto::{AgeSuite, Recipient, SealContext, StreamSealer, Streamed},
    domain::{
        compartment::EntryKind,
        file::{FileForm, FileName, ScanState},
        ids::{EntryId, ReferralId, UserId},
        picture::Cleaner,
        time::Timestamp,
    },
    store::{
        Tx,
        attachments::Attachment,
        blobs::{Blobs, NewBlob},
        entries::Entry,
    },
};

/// One form of it: its blob's id, the blob, and what went into it.
pub(super) type SealedForm = (FileForm, EntryId, Box<dyn NewBlob>, Streamed);

/// A file sealed and on the disk, under a name that does not count yet.
pub(super) struct SealedFile {
    pub(super) forms: Vec<SealedForm>,
    pub(super) description: Description,
    pub(super) scan: ScanState,
}

/// A file whose rows are written, and whose blobs are to be kept before the commit.
pub(super) struct Written {
    /// What the event names of it.
    pub(super) entries: Vec<(EntryId, [u8; 32])>,
    pub(super) blobs: Vec<Box<dyn NewBlob>>,
}

impl App {
    /// Seals a file that arrived to a compartment of any kind, as blobs that are on the disk and do not count yet.
    pub(super) async fn seal_file(
        &self,
        file: ArrivedFile,
        text: String,
        (referral, target): (ReferralId, &Target),
        author: UserId,
        at: Timestamp,
    ) -> Result<SealedFile, Error> {
        let kind = file.kind.map_err(not_taken)?;
        let description = Description {
            name: FileName::of(&file.name, kind),
            kind,
            size: file.clean_size,
            text,
            has_original: file.is_cleaned,
        };
        let scan = if file.verdict == Some(ScanVerdict::Clean) { ScanState::Clean } else { ScanState::NotScanned };
        let (compartment, epoch, recipient) = target.place();
        let blobs = Arc::clone(self.store.blobs());
        let mut plans = vec![(FileForm::File, EntryKind::File, file.clean_size)];
        if file.is_cleaned {
            plans.push((FileForm::Original, EntryKind::Original, file.size));
        }
        let plans = plans.into_iter().map(|(form, kind, length)| {
            let entry = EntryId::random(&*self.random);
            (form, SealContext { referral, compartment, epoch, entry, version: 1, author, kind }, length)
        });
        let plans: Vec<_> = plans.collect();
        let forms = blocking(move || seal(file, &plans, (&*blobs, &recipient), at)).await?;
        Ok(SealedFile { forms, description, scan })
    }

    /// The entry that describes a file sealed to a compartment.
    pub(super) fn description_entry(
        &self,
        tx: &Tx,
        compartment: &Compartment,
        sealed: &SealedFile,
        (author, at): (UserId, Timestamp),
    ) -> Entry {
        let content = sealed.description.written();
        self.sealed_entry(tx, compartment, EntryKind::Attachment, content.as_bytes(), author, at)
    }
}

/// Writes the rows of a sealed file and of the entry that describes it; of a copy with what it is a copy of.
pub(super) async fn write_file(tx: &mut Tx, entry: Entry, sealed: SealedFile, origin: Option<EntryId>) -> Result<Written, Error> {
    tx.insert_entry(&entry).await?;
    tx.insert_file_state(entry.id, sealed.scan, origin).await?;
    let mut written = Written { entries: vec![(entry.id, entry.sha256)], blobs: Vec::new() };
    for (form, id, blob, streamed) in sealed.forms {
        tx.insert_attachment(&Attachment {
            id,
            referral: entry.referral,
            compartment: entry.compartment,
            epoch: entry.epoch,
            entry: entry.id,
            form,
            author: entry.author,
            at: entry.at,
            suite: AgeSuite::CURRENT.id(),
            size: i64::try_from(streamed.size).unwrap_or(i64::MAX),
            sha256: streamed.sha256,
            event: tx.event(),
        })
        .await?;
        written.entries.push((id, streamed.sha256));
        written.blobs.push(blob);
    }
    Ok(written)
}

/// Makes blobs last. They count from here on, and so must their rows: nothing but the commit comes after.
pub(super) async fn keep(blobs: Vec<Box<dyn NewBlob>>) -> Result<(), Error> {
    if blobs.is_empty() {
        return Ok(());
    }
    blocking(move || blobs.into_iter().try_for_each(NewBlob::keep)).await
}

/// Seals each form of a file in one pass over it.
fn seal(
    file: ArrivedFile,
    plans: &[(FileForm, SealContext, u64)],
    (blobs, recipient): (&dyn Blobs, &Recipient),
    at: Timestamp,
) -> io::Result<Vec<SealedForm>> {
    use io::{Read as _, Write as _};
    let mut spool = file.key.read(file.spool).map_err(io::Error::other)?;
    let mut sealers = Vec::new();
    for (form, place, length) in plans {
        let blob = blobs.create(place.entry, at)?;
        sealers.push((*form, place.entry, StreamSealer::new(place, *length, recipient, blob)?));
    }
    let (mut buffer, mut cleaner, mut remaining) = (vec![0; 64 * 1024], Cleaner::default(), Vec::new());
    loop {
        let count = spool.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        cleaner.feed(&buffer[..count], &mut remaining);
        for (form, _, sealer) in &mut sealers {
            sealer.write_all(if *form == FileForm::File { &remaining } else { &buffer[..count] })?;
        }
        remaining.clear();
    }
    cleaner.finish(&mut remaining);
    let mut forms = Vec::new();
    for (form, id, mut sealer) in sealers {
        if form == FileForm::File {
            sealer.write_all(&remaining)?;
        }
        let (mut blob, streamed) = sealer.finish()?;
        blob.settle()?;
        forms.push((form, id, blob, streamed));
    }
    Ok(forms)
}
