//! Files on a referral: added once for each key, sealed to those they are for, described by an entry beside them.

use std::{fmt, time::Duration};

use serde_json::json;

use super::{
    Added, Answered, App, Arrived, Caller, Error, IdempotencyKey, QuarantineView, ScanVerdict,
    file_sealing::{keep, write_file},
    idempotency::Once,
    sealing::{Compartment, Holder},
};
use crate::{
    audit::Details,
    crypto::{Identity, Recipient},
    domain::{
        action::Action,
        answers::FieldError,
        code::QuestionId,
        file::{FileName, FileType, LONGEST_DESCRIPTION, MOST, ScanState},
        ids::{CompartmentId, EntryId, UserId},
        message::Audience,
        news::{News, Side},
        notice::NoticeCode,
        relation::Relation,
        sniff::NotTaken,
        text::lines,
        time::Timestamp,
    },
    policy::{Act, DenialReason, RequestContext, ShownCompartment},
};

/// A scanner that is started anew reads its signatures for about so long.
const SCANNER_BACK: Duration = Duration::from_mins(1);

/// A file as its readers see it in the list.
#[derive(Clone)]
pub struct FileView {
    /// The id of the entry that describes it; the file is asked for by it.
    pub id: EntryId,
    /// When it was added.
    pub at: Timestamp,
    /// Who added it, by name.
    pub from: String,
    /// Who reads it.
    pub audience: Audience,
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub kind: FileType,
    /// Its length as readers get it, bytes.
    pub size: u64,
    /// What it shows, in the words of whoever added it; may be blank.
    pub description: String,
    /// What a scanner made of it.
    pub scan: ScanState,
    /// That it was put into quarantine, and whether it was let out again; none where neither ever was.
    pub quarantine: Option<QuarantineView>,
    /// Whether the picture as it came is kept as well.
    pub has_original: bool,
}

impl FileView {
    /// Whether it is in quarantine now.
    pub fn is_quarantined(&self) -> bool {
        self.quarantine.as_ref().is_some_and(|stopped| stopped.lifted.is_none())
    }
}

impl fmt::Debug for FileView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileView({}, …)", self.id)
    }
}

/// What the describing entry says.
pub(super) struct Description {
    pub(super) name: FileName,
    pub(super) kind: FileType,
    pub(super) size: u64,
    pub(super) text: String,
    pub(super) has_original: bool,
}

impl Description {
    pub(super) fn written(&self) -> String {
        json!({
            "name": self.name.as_str(),
            "type": self.kind.code(),
            "size": self.size,
            "description": self.text,
            "original": self.has_original,
        })
        .to_string()
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = || Error::Integrity("the description of a file cannot be read");
        let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        let kind = json["type"].as_str().and_then(FileType::parse).ok_or_else(damaged)?;
        Ok(Self {
            name: FileName::of(json["name"].as_str().ok_or_else(damaged)?, kind),
            kind,
            size: json["size"].as_u64().ok_or_else(damaged)?,
            text: json["description"].as_str().ok_or_else(damaged)?.to_owned(),
            has_original: json["original"].as_bool().ok_or_else(damaged)?,
        })
    }
}

/// A file as reading found it described.
pub(super) struct Described {
    pub(super) author: UserId,
    /// The entry that describes it.
    pub(super) id: EntryId,
    pub(super) at: Timestamp,
    pub(super) audience: Audience,
    pub(super) about: Description,
}

/// A compartment to seal a file to, before there is a transaction.
pub(super) enum Target {
    /// One that the caller holds.
    Held(Compartment),
    /// The receiving side's own, which this file makes.
    Fresh(ShownCompartment, Identity, Vec<Holder>),
}

impl Target {
    pub(super) fn place(&self) -> (CompartmentId, i64, Recipient) {
        match self {
            Self::Held(held) => (held.id, held.epoch, held.recipient.clone()),
            Self::Fresh(named, identity, _) => (named.id, 1, identity.recipient()),
        }
    }
}

impl App {
    /// Files as a list shows them: with what stands of them now, and the names of those who added them. Somebody of the desk is
    /// named whoever stopped one; anybody else those alone who read it where they read it themselves.
    pub(super) async fn file_views(
        &self,
        described: Vec<Described>,
        (kinds, is_desk): (&[ShownCompartment], bool),
    ) -> Result<Vec<FileView>, Error> {
        if described.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<EntryId> = described.iter().map(|file| file.id).collect();
        let states = self.store.file_states(&ids).await?;
        let stopped = self.quarantine_views(&states, (kinds, is_desk)).await?;
        let names = self.names_of(described.iter().map(|file| file.author)).await?;
        let view = |Described { author, id, at, audience, about }| {
            let state =
                states.iter().find(|state| state.entry == id).ok_or(Error::Integrity("the state of a file is missing"))?;
            Ok(FileView {
                id,
                at,
                from: names.get(&author).cloned().unwrap_or_default(),
                audience,
                name: about.name,
                kind: about.kind,
                size: about.size,
                description: about.text,
                scan: state.scan,
                quarantine: stopped.get(&id).cloned(),
                has_original: about.has_original,
            })
        };
        described.into_iter().map(view).collect()
    }

    /// Adds the file that arrived, once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller cannot see the referral; [`Error::Refused`] when they may not add to that audience;
    /// [`Error::Unsupported`] and [`Error::Invalid`] when the file is not taken; [`Error::Conflict`] when there are too many.
    pub async fn attach(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, arrived): (&str, Arrived),
    ) -> Result<Answered<Added>, Error> {
        let audience = match arrived.field("audience") {
            "" => return Err(invalid("audience", "Choose who can see it")),
            code => Audience::to_write_to(code).ok_or(Error::Malformed("audience is shared or casework"))?,
        };
        let text = described(arrived.field("description"))?;
        let file = arrived.file.as_ref().ok_or_else(|| invalid("file", "Choose a file"))?;
        let body = [audience.code(), &text, &file.name, &hex::encode(file.sha256)].join("\n");
        let route = format!("POST /referrals/{reference}/attachments");
        let act = async |once: &Once<'_>| {
            let added = self.attach_once(request, caller, (reference, audience, text, arrived), once).await;
            self.damage_on_record(request, caller, Action::AttachFile, added).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    async fn attach_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, audience, text, arrived): (&str, Audience, String, Arrived),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let referral = self.find_referral(request, caller, reference, Action::AttachFile).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let act = self.act_towards(request, caller, (&referral, &sight), (Action::AttachFile, audience)).await?;
        let permit = self.ask(act).await?;
        let shown = permit.act().compartments.first().copied().ok_or(Error::Refused)?;
        let Arrived { file, place, .. } = arrived;
        let file = file.ok_or_else(|| invalid("file", "Choose a file"))?;
        self.heed_scanner(file.verdict, permit.act()).await?;
        let target = if sight.newest(shown.id).is_some() {
            Target::Held(self.held_compartment(&sight, shown).await?)
        } else {
            Target::Fresh(shown, Identity::random(&*self.random), self.receiving_side(&referral).await?)
        };
        drop(permit);
        let sealed = self.seal_file(file, text, (referral.id, &target), caller.user(), request.at).await?;

        // A large file takes its time, and the referral may have moved on meanwhile: asked again, about how it stands now.
        let referral = self.find_referral(request, caller, reference, Action::AttachFile).await?;
        let act = self.act_towards(request, caller, (&referral, &sight), (Action::AttachFile, audience)).await?;
        let permit = self.ask(Act { compartments: vec![shown], ..act }).await?;
        let news = match (audience, permit.act().relation) {
            (Audience::Casework | Audience::Share, _) => Vec::new(),
            (Audience::Shared, Relation::ReceivingTeam) => {
                self.tell_sender(&referral, NoticeCode::Added, Some(caller.user())).await?
            }
            (Audience::Shared, _) => {
                let mut news = self.tell_desk(&referral, NoticeCode::Added).await?;
                news.extend(self.tell_on_cover(&referral, NoticeCode::Added).await?);
                news
            }
        };
        let side = match (audience, permit.act().relation) {
            (Audience::Casework | Audience::Share, _) => None,
            (Audience::Shared, Relation::ReceivingTeam) => Some(Side::Sender),
            (Audience::Shared, _) => Some(Side::Desk),
        };
        let mut tx = self.store.begin().await?;
        if tx.count_files(referral.id).await? >= MOST {
            return Err(Error::Conflict("this referral has 100 files, and no more fit"));
        }
        let mut keys = Vec::new();
        let compartment = match target {
            Target::Held(held) => held,
            Target::Fresh(named, identity, holders) => {
                keys.extend(holders.iter().map(Holder::key));
                self.make_compartment_of(&mut tx, referral.id, (named, &identity), &holders, request.at).await?
            }
        };
        keys.push(compartment.key);
        let entry = self.description_entry(&tx, &compartment, &sealed, (caller.user(), request.at));
        let added = Added { id: entry.id.to_string(), at: request.at };
        once.remember(&mut tx, &added).await?;
        let written = write_file(&mut tx, entry, sealed, None).await?;
        if let Some(side) = side {
            self.mark_new(&mut tx, &referral, side, (News::File, caller.user(), request.at)).await?;
        }
        self.tell(&mut tx, &news, request.at).await?;
        keep(written.blobs).await?;
        tx.commit(permit, &Details { entries: written.entries, keys, ..Details::default() }).await?;
        drop(place);
        Ok(added)
    }

    /// Refuses a file in which the scanner found something, or at which it did not look; on record.
    pub(super) async fn heed_scanner(&self, verdict: Option<ScanVerdict>, act: &Act) -> Result<(), Error> {
        match verdict {
            None | Some(ScanVerdict::Clean) => Ok(()),
            Some(ScanVerdict::Infected) => {
                self.refuse(act.clone(), DenialReason::Infected, None).await?;
                Err(invalid("file", "The scanner found something harmful in this file. It was not kept"))
            }
            Some(ScanVerdict::Unanswered) => {
                self.refuse(act.clone(), DenialReason::Unscanned, None).await?;
                Err(Error::Unscanned(SCANNER_BACK))
            }
        }
    }
}

pub(super) fn described(text: &str) -> Result<String, Error> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    lines(text, LONGEST_DESCRIPTION).map_err(|_| invalid("description", "Description must be 300 characters or less"))
}

pub(super) fn not_taken(why: NotTaken) -> Error {
    match why {
        NotTaken::Empty => invalid("file", "The file is empty"),
        NotTaken::Kind => Error::Unsupported("the file is none of PDF, Word, OpenDocument text, JPEG, PNG or plain text"),
        NotTaken::Heic => Error::Unsupported(
            "the file is a HEIC picture, which cannot be cleared of where it was taken; save a copy as JPEG and add that. To take \
             JPEG pictures on an iPhone: Settings, Camera, Formats, Most Compatible",
        ),
        NotTaken::Program => Error::Unsupported("the document carries a program (macros); save it without and send that"),
    }
}

pub(super) fn invalid(field: &'static str, message: &str) -> Error {
    // A fixed word of ours is always an id.
    QuestionId::parse(field).map_or(Error::Malformed(field), |id| Error::Invalid(vec![FieldError::new(id, message)]))
}
