//! Putting a file into quarantine: any reader, at once, for everybody and every copy of it. And the way back, for a lead of the
//! team that received it.

use std::collections::HashMap;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, files::invalid, idempotency::Once, reading::TRIES, shares::person_of,
    telling::telling,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        compartment::CompartmentKind,
        ids::{CompartmentId, EntryId, UserId},
        notice::{Addressee, NoticeCode, Telling},
        quarantine::{LiftReason, StopReason},
        sharing::Shared,
        time::Timestamp,
    },
    policy::{RequestContext, ShownCompartment},
    store::{
        attachments::{FileState, Lifted, Stopped},
        referrals::Referral,
    },
};

/// That a file was put into quarantine, as its readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineView {
    /// Who did it, by name and team; none where the reader may not know.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Why; none where no reason was given.
    pub reason: Option<StopReason>,
    /// Who let it out again, by name, when, and why.
    pub lifted: Option<(String, Timestamp, LiftReason)>,
}

/// What somebody is told who lets out what is not in quarantine.
const NOT_STOPPED: &str = "this file is not in quarantine";

/// A file with every copy of it, as an act on one of them finds it.
struct Everywhere {
    /// The compartment of the origin.
    stands_in: ShownCompartment,
    /// The desk's own.
    casework: Vec<ShownCompartment>,
    /// Those of the copies.
    copies: Vec<CompartmentId>,
    state: FileState,
}

impl Everywhere {
    /// What officers must hold to read of an act on the file, beside the compartment in which whoever acts reads it: through a
    /// copy the desk's own, since others must not learn that there is a copy; through the file itself each copy's.
    fn scopes(&self, read_in: CompartmentId) -> Vec<ShownCompartment> {
        if read_in != self.stands_in.id {
            return self.casework.clone();
        }
        self.copies.iter().map(|id| ShownCompartment { id: *id, kind: CompartmentKind::Share }).collect()
    }
}

impl App {
    /// Puts a file into quarantine, once for each key: from then on nobody downloads it nor any copy of it, and whoever could is
    /// told. One that is there already stays there; a graver reason takes the place of the one before, and is told anew.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller cannot see it or it does not exist; [`Error::Refused`].
    pub async fn quarantine(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, id, reason): (&str, &str, Option<StopReason>),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/attachments/{id}/quarantine");
        let act = async |once: &Once<'_>| {
            let mut done = self.quarantine_once(request, caller, (reference, id, reason), once).await;
            for _ in 1..TRIES {
                // Somebody opened the referral just now.
                let Err(Error::Conflict(_)) = &done else { break };
                done = self.quarantine_once(request, caller, (reference, id, reason), once).await;
            }
            self.damage_on_record(request, caller, Action::QuarantineFile, done).await
        };
        self.once(request, caller, key, (&route, reason.map_or("", StopReason::code).as_bytes()), act).await
    }

    async fn quarantine_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id, reason): (&str, &str, Option<StopReason>),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = self.find_file(request, caller, (reference, id), Action::QuarantineFile).await?;
        let (entry, sha256) = (asked.entry.entry.id, asked.entry.entry.sha256);
        let act = self.file_act(request, caller, (&asked.referral, &asked.sight, &asked.entry), Action::QuarantineFile).await?;
        let permit = self.ask(act).await?;
        let file = self.everywhere(&asked.referral, entry).await?;
        let read_in = asked.entry.entry.compartment;
        let team = permit.act().actor.person().map(|person| person.place.team);
        let stopped = Stopped { by: caller.user(), team, read_in: Some(read_in), at: request.at, reason };
        let news = self.tell_readers(&asked.referral, &file, (NoticeCode::FileStopped, caller.user())).await?;
        let compartments = file.scopes(read_in);
        let mut tx = self.store.begin().await?;
        let done = Added { id: entry.to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        let known = file.state.stopped.and_then(|stopped| stopped.reason);
        if !file.state.is_quarantined() || reason.is_some_and(|reason| reason.is_graver_than(known)) {
            if !tx.quarantine_file(&file.state, &stopped).await? {
                return Err(Error::Conflict("somebody has just stopped this file or let it out"));
            }
            self.tell(&mut tx, &news, request.at).await?;
            let why = reason.map(StopReason::code);
            tx.commit(permit, &Details { entries: vec![(entry, sha256)], compartments, why, ..Details::default() }).await?;
        }
        Ok(done)
    }

    /// Lets a file and every copy of it out of quarantine, once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller cannot see it or it does not exist; [`Error::Refused`]; [`Error::Conflict`] where it is
    /// not in quarantine; [`Error::Invalid`] on `reason`, where that is not enough for what it was stopped for.
    pub async fn lift_quarantine(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, id, reason): (&str, &str, LiftReason),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/attachments/{id}/quarantine/end");
        let act = async |once: &Once<'_>| {
            let lifted = self.lift_once(request, caller, (reference, id, reason), once).await;
            self.damage_on_record(request, caller, Action::LiftQuarantine, lifted).await
        };
        self.once(request, caller, key, (&route, reason.code().as_bytes()), act).await
    }

    async fn lift_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id, reason): (&str, &str, LiftReason),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = self.find_file(request, caller, (reference, id), Action::LiftQuarantine).await?;
        let (entry, sha256) = (asked.entry.entry.id, asked.entry.entry.sha256);
        let act = self.file_act(request, caller, (&asked.referral, &asked.sight, &asked.entry), Action::LiftQuarantine).await?;
        let permit = self.ask(act).await?;
        let file = self.everywhere(&asked.referral, entry).await?;
        if !file.state.is_quarantined() {
            return Err(Error::Conflict(NOT_STOPPED));
        }
        if !reason.is_enough_for(file.state.stopped.and_then(|stopped| stopped.reason)) {
            return Err(invalid("reason", "Choose another reason: only the police can say that this may be opened"));
        }
        let news = self.tell_readers(&asked.referral, &file, (NoticeCode::FileLetOut, caller.user())).await?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: entry.to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        if !tx.lift_quarantine(&file.state, &Lifted { by: caller.user(), at: request.at, reason }).await? {
            return Err(Error::Conflict("somebody has just let this file out, or stopped it for another reason"));
        }
        self.tell(&mut tx, &news, request.at).await?;
        let (compartments, why) = (file.scopes(file.stands_in.id), Some(reason.code()));
        tx.commit(permit, &Details { entries: vec![(entry, sha256)], compartments, why, ..Details::default() }).await?;
        Ok(done)
    }

    async fn everywhere(&self, referral: &Referral, entry: EntryId) -> Result<Everywhere, Error> {
        let state = self.store.file_states(&[entry]).await?.into_iter().next();
        let state = state.ok_or(Error::Integrity("the state of a file is missing"))?;
        let stands = self.store.file_entry(referral.id, state.origin).await?;
        let id = stands.ok_or(Error::Integrity("what a file is a copy of is missing"))?.entry.compartment;
        let casework = self.store.compartments_of(referral.id, CompartmentKind::Casework).await?;
        let mut known = self.store.compartments_of(referral.id, CompartmentKind::Shared).await?;
        known.extend(&casework);
        let stands_in = known.into_iter().find(|shown| shown.id == id);
        // A copy that does not know what it is of stands for itself.
        let stands_in = stands_in.unwrap_or(ShownCompartment { id, kind: CompartmentKind::Share });
        let copies = self.store.copies_of_file(state.origin).await?;
        Ok(Everywhere { stands_in, casework, copies, state })
    }

    /// Whoever can read a file, or a copy of it, but for the person who acts.
    async fn tell_readers(
        &self,
        referral: &Referral,
        file: &Everywhere,
        (code, by): (NoticeCode, UserId),
    ) -> Result<Vec<Telling>, Error> {
        let mut news = self.tell_desk(referral, code).await?;
        news.extend(self.tell_on_cover(referral, code).await?);
        if file.stands_in.kind == CompartmentKind::Shared {
            news.extend(self.tell_sender(referral, code, None).await?);
            news.extend(self.tell_copied(referral, code).await?);
        }
        for found in self.sound_shares(referral.id).await? {
            let share = &found.share;
            let reads = match share.what {
                Shared::Items => share.compartment == file.stands_in.id || file.copies.contains(&share.compartment),
                Shared::Casework => file.stands_in.kind == CompartmentKind::Casework,
            };
            if reads && found.end.is_none() {
                let to = person_of(share).map_or(Addressee::Team(share.to_team), Addressee::User);
                news.push(telling(referral, to, code));
            }
        }
        let mut told: Vec<Telling> = Vec::new();
        for telling in news {
            if telling.to != Addressee::User(by) && told.iter().all(|known| known.to != telling.to) {
                told.push(telling);
            }
        }
        Ok(told)
    }

    /// What is told of files that were put into quarantine, by the entry that describes each.
    pub(super) async fn quarantine_views(
        &self,
        states: &[FileState],
        (kinds, is_desk): (&[ShownCompartment], bool),
    ) -> Result<HashMap<EntryId, QuarantineView>, Error> {
        let mut views = HashMap::new();
        for state in states {
            let Some(stopped) = state.stopped else { continue };
            let reads_there = stopped.read_in.is_some_and(|id| kinds.iter().any(|shown| shown.id == id));
            let by = if is_desk || reads_there { Some(self.by_whom(&stopped).await?) } else { None };
            let lifted = match state.lifted {
                Some(lifted) => Some((self.name_of(lifted.by).await?, lifted.at, lifted.reason)),
                None => None,
            };
            views.insert(state.entry, QuarantineView { by, at: stopped.at, reason: stopped.reason, lifted });
        }
        Ok(views)
    }

    async fn by_whom(&self, stopped: &Stopped) -> Result<String, Error> {
        let name = self.name_of(stopped.by).await?;
        Ok(match stopped.team {
            Some(team) => format!("{name}, {}", self.team(team).await?.name.as_str()),
            None => name,
        })
    }
}
