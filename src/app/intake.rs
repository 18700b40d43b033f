//! A form with a file, as it arrives: judged while it streams past, and kept aside under a key of its own until it is known
//! whole, so that nobody has to send the fields before the file, and no plaintext touches the disk.

use std::{
    io::{self, Write},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::{task::spawn_blocking, time::timeout};

use super::{App, Caller, Error, Scan, ScanVerdict, places::FilePlace};
use crate::{
    crypto::{SpoolKey, SpoolWriter},
    domain::{
        action::Action,
        file::{FileType, LARGEST},
        multipart::{BadForm, FormReader, Piece},
        picture::Cleaner,
        sniff::{NotTaken, Sniffer},
    },
    policy::RequestContext,
    store::blobs::Scratch,
};

/// Bytes on their way in; each door has its own.
pub trait Chunks: Send {
    /// Some of them.
    type Chunk: AsRef<[u8]> + Send;
    /// The next; none at the end.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the sender broke off.
    fn next(&mut self) -> impl Future<Output = Result<Option<Self::Chunk>, Error>> + Send;
}

/// No slow connection is silent for so long.
const SILENCE: Duration = Duration::from_secs(20);
/// What is too large is heard out so far: a client that is still sending does not hear the answer.
const HEARD_OUT: u64 = LARGEST + 40 * 1024 * 1024;
/// Worked on at once: one chunk of age.
const PORTION: usize = 64 * 1024;
/// Fields are words, not files.
const LONGEST_FIELD: usize = 8 * 1024;
const MOST_FIELDS: usize = 8;

/// A form that arrived whole. Dropped, nothing of it remains.
pub struct Arrived {
    fields: Vec<(String, String)>,
    pub(super) file: Option<ArrivedFile>,
    /// Held until the file is sealed or given up.
    pub(super) place: FilePlace,
}

/// A file that arrived whole.
pub(super) struct ArrivedFile {
    /// What it was called where it came from.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: Result<FileType, NotTaken>,
    /// Its length as it came.
    pub(super) size: u64,
    /// SHA-256 as it came; tells repeated requests from others, and goes nowhere else.
    pub(super) sha256: [u8; 32],
    /// Length of what readers will get.
    pub(super) clean_size: u64,
    /// Whether that differs from what came.
    pub(super) is_cleaned: bool,
    /// What the scanner found; none when none looked.
    pub(super) verdict: Option<ScanVerdict>,
    /// The file itself, sealed under `key`.
    pub(super) spool: Box<dyn Scratch>,
    pub(super) key: SpoolKey,
}

impl Arrived {
    /// The first value of a field; blank when it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Fails unless each field is one of these and stands once.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn only(&self, names: &[&str]) -> Result<(), Error> {
        let known = self.fields.iter().all(|(name, _)| names.contains(&name.as_str()));
        let once = names.iter().all(|name| self.fields.iter().filter(|(known, _)| known == name).count() <= 1);
        if known && once { Ok(()) } else { Err(Error::Malformed("the form has fields that do not belong to it")) }
    }
}

/// A file that is being looked at.
struct Intake {
    name: String,
    key: SpoolKey,
    spool: SpoolWriter<Box<dyn Scratch>>,
    hash: Sha256,
    size: u64,
    sniffer: Sniffer,
    cleaner: Cleaner,
    clean_size: u64,
    scan: Option<Box<dyn Scan>>,
    /// What the cleaner gives: counted here, written when the file is sealed.
    cleaned: Vec<u8>,
}

impl Intake {
    fn feed(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        if self.size > LARGEST {
            return Ok(());
        }
        self.hash.update(bytes);
        self.sniffer.feed(bytes);
        if let Some(scan) = &mut self.scan {
            scan.feed(bytes);
        }
        self.cleaner.feed(bytes, &mut self.cleaned);
        self.clean_size += self.cleaned.len() as u64;
        self.cleaned.clear();
        self.spool.write_all(bytes)
    }

    fn finish(mut self) -> io::Result<ArrivedFile> {
        let is_cleaned = self.cleaner.finish(&mut self.cleaned);
        let mut spool = self.spool.finish()?;
        spool.rewind()?;
        Ok(ArrivedFile {
            name: self.name,
            kind: self.sniffer.finish(),
            size: self.size,
            sha256: self.hash.finalize().into(),
            clean_size: self.clean_size + self.cleaned.len() as u64,
            is_cleaned,
            verdict: self.scan.map(Scan::finish),
            spool,
            key: self.key,
        })
    }
}

/// What stands of a form so far.
#[derive(Default)]
struct Form {
    fields: Vec<(String, Vec<u8>)>,
    file: Option<Intake>,
    in_file: bool,
    /// Bytes of the file not looked at yet.
    waiting: Vec<u8>,
}

/// What a file is for.
#[derive(Debug, Clone, Copy)]
pub enum Onto<'r> {
    /// The referral with this reference.
    Referral(&'r str),
    /// The draft with this reference.
    Draft(&'r str),
}

impl App {
    /// Takes in a form with a file for a referral or draft that the caller sees.
    ///
    /// # Errors
    /// [`Error::Unseen`] when they do not; [`Error::Busy`] when too many files are on their way already; [`Error::TooLarge`];
    /// [`Error::Malformed`] when it is no whole form, or stops arriving.
    pub async fn receive(
        &self,
        request: &RequestContext,
        caller: &Caller,
        onto: Onto<'_>,
        (boundary, chunks): (Option<String>, impl Chunks),
    ) -> Result<Arrived, Error> {
        match onto {
            Onto::Referral(reference) => drop(self.find_referral(request, caller, reference, Action::AttachFile).await?),
            Onto::Draft(reference) => drop(self.find_draft(request, caller, reference, Action::AttachFile).await?),
        }
        let boundary = boundary.ok_or(Error::Unsupported("send the file as multipart/form-data"))?;
        let place = self.places.upload(caller.session())?;
        let form = self.take_in(&boundary, chunks).await?;
        let mut fields = Vec::new();
        for (name, value) in form.fields {
            fields.push((name, String::from_utf8(value).map_err(|_| Error::Malformed("a field is not text"))?));
        }
        let file = match form.file {
            Some(intake) if intake.size > LARGEST => return Err(Error::TooLarge),
            // What a browser sends when nothing was chosen.
            Some(intake) if intake.size == 0 && intake.name.is_empty() => None,
            Some(intake) => Some(blocking(move || intake.finish()).await?),
            None => None,
        };
        Ok(Arrived { fields, file, place })
    }

    async fn take_in(&self, boundary: &str, mut chunks: impl Chunks) -> Result<Form, Error> {
        let (mut reader, mut form, mut pieces) = (FormReader::new(boundary), Form::default(), Vec::new());
        let mut heard = 0;
        loop {
            let next = timeout(SILENCE, chunks.next()).await;
            let next = next.map_err(|_| Error::Malformed("the file stopped arriving; send it again"))??;
            let Some(chunk) = next else { break };
            heard += chunk.as_ref().len() as u64;
            if heard > HEARD_OUT {
                return Err(Error::TooLarge);
            }
            reader.feed(chunk.as_ref(), &mut pieces).map_err(bad_form)?;
            drop(chunk);
            for piece in pieces.drain(..) {
                self.take(piece, &mut form)?;
            }
            if form.waiting.len() >= PORTION {
                form.look().await?;
            }
        }
        reader.finish().map_err(bad_form)?;
        form.look().await?;
        Ok(form)
    }

    fn take(&self, piece: Piece, form: &mut Form) -> Result<(), Error> {
        match piece {
            Piece::Part { name, file: Some(file) } => {
                if name != "file" || form.file.is_some() {
                    return Err(Error::Malformed("send one file, in the field file"));
                }
                form.file = Some(self.intake(file)?);
                form.in_file = true;
            }
            Piece::Part { name, file: None } => {
                if form.fields.len() >= MOST_FIELDS || name == "file" {
                    return Err(Error::Malformed("send one file, in the field file"));
                }
                form.fields.push((name, Vec::new()));
                form.in_file = false;
            }
            Piece::Data(bytes) if form.in_file => form.waiting.extend_from_slice(&bytes),
            Piece::Data(bytes) => {
                let (_, value) = form.fields.last_mut().ok_or(Error::Malformed("the form makes no sense"))?;
                value.extend_from_slice(&bytes);
                if value.len() > LONGEST_FIELD {
                    return Err(Error::Malformed("a field is longer than this call takes"));
                }
            }
        }
        Ok(())
    }

    fn intake(&self, name: String) -> Result<Intake, Error> {
        let key = SpoolKey::new(&*self.random);
        // Making a file without a name is a matter of microseconds.
        let scratch = self.store.blobs().scratch().map_err(disk)?;
        Ok(Intake {
            name,
            spool: key.write(scratch).map_err(disk)?,
            key,
            hash: Sha256::new(),
            size: 0,
            sniffer: Sniffer::default(),
            cleaner: Cleaner::default(),
            clean_size: 0,
            scan: self.scanner.begin(),
            cleaned: Vec::new(),
        })
    }
}

impl Form {
    /// Has the waiting bytes looked at and kept aside, off the async threads.
    async fn look(&mut self) -> Result<(), Error> {
        let Some(mut intake) = self.file.take() else { return Ok(()) };
        let mut waiting = std::mem::take(&mut self.waiting);
        let (intake, waiting) = blocking(move || {
            intake.feed(&waiting)?;
            waiting.clear();
            Ok((intake, waiting))
        })
        .await?;
        (self.file, self.waiting) = (Some(intake), waiting);
        Ok(())
    }
}

fn bad_form(_: BadForm) -> Error {
    Error::Malformed("the form is not whole multipart/form-data")
}

/// Work on files, on a thread that may wait for the disk.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Error> {
    spawn_blocking(work).await.map_err(|panicked| Error::Internal(Box::new(panicked)))?.map_err(disk)
}

/// A full or failing disk is not the caller's fault, and may pass.
pub(super) fn disk(error: io::Error) -> Error {
    tracing::error!(error.kind = "files", error.code = ?error.kind(), "the store of sealed files failed");
    drop(error);
    Error::Unavailable
}
