//! Forms that were posted when their session had ended: sealed to the person who typed them, offered to that person once they
//! have signed in again, erased when used, unwanted or old. Nothing is acted on.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{App, Caller, Error, gate::bare, sign_in::own};
use crate::{
    audit::{Details, row::Erasable},
    crypto::{AgeSuite, Recipient, SealContext, SessionSecret, open, seal},
    domain::{
        account::AccountState,
        action::Action,
        actor::Actor,
        compartment::EntryKind,
        ids::{CompartmentId, EntryId, KeyId, ReferralId, UserId},
        kept::{KEPT, KeptForm, KeptPlace, MOST},
        key::OwnerKind,
        relation::Relation,
        session::SessionPurpose,
        time::Timestamp,
    },
    policy::{Act, DenialReason, Object, RequestContext, State},
    store::{
        Tx,
        kept::{self, Kept},
        sessions::Session,
    },
};

/// What was kept of a form.
#[derive(Clone)]
pub struct KeptView {
    /// Its id.
    pub id: EntryId,
    /// When it was posted.
    pub at: Timestamp,
    /// What was typed: names and values, in order.
    pub fields: Vec<(String, String)>,
}

/// What is sealed: where it belongs, so that it cannot be offered elsewhere, and what was typed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    form: String,
    reference: String,
    section: String,
    fields: Vec<(String, String)>,
}

impl Content {
    fn write(place: &KeptPlace, fields: &[(String, String)]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let content = Self {
            form: place.form.code().to_owned(),
            reference: place.reference.to_string(),
            section: place.section.to_string(),
            fields: fields.to_vec(),
        };
        serde_json::to_vec(&content).map(Zeroizing::new).map_err(|error| Error::Internal(Box::new(error)))
    }

    fn read(place: &KeptPlace, bytes: &[u8]) -> Result<Vec<(String, String)>, Error> {
        let damaged = Error::Integrity("what was kept of a form cannot be read");
        let Ok(content) = serde_json::from_slice::<Self>(bytes) else { return Err(damaged) };
        let same = KeptForm::parse(&content.form) == Some(place.form)
            && content.reference == place.reference.to_string()
            && content.section == place.section.as_str();
        if same { Ok(content.fields) } else { Err(damaged) }
    }
}

/// It belongs to no referral yet and to no compartment: the person's own key stands in the compartment's place.
fn context(id: EntryId, account: UserId, key: KeyId) -> SealContext {
    SealContext {
        referral: ReferralId::from_bytes([0; 16]),
        compartment: CompartmentId::from_bytes(key.to_bytes()),
        epoch: 1,
        entry: id,
        version: 1,
        author: account,
        kind: EntryKind::Kept,
    }
}

impl App {
    /// Keeps what was posted when a session had run out, for the person whose session it was. `token` is the form's, to be the
    /// session's; none where the door has checked another. Whether it was kept: not for a cookie that is nobody's, nor for a
    /// session that somebody ended, nor when too much comes from one address.
    ///
    /// # Errors
    /// [`Error::Integrity`] when the person's key is not what its event vouches for.
    pub async fn keep_form(
        &self,
        request: &RequestContext,
        (cookie, token): (&str, Option<&str>),
        place: &KeptPlace,
        fields: &[(String, String)],
    ) -> Result<bool, Error> {
        let Some(session) = self.ended_session(cookie, token).await? else { return Ok(false) };
        if !self.keeping_allowed(request).await? {
            return Ok(false);
        }
        let recipient = self.owned_key(session.key, OwnerKind::User, session.user).await?.recipient;
        let permit = self.ask(job(Action::KeepForm, session.user, request)).await?;
        let mut tx = self.store.begin().await?;
        if !tx.held_unended(session.id).await? {
            return Ok(false);
        }
        let kept = self.sealed_form(&tx, &session, &recipient, (place, &Content::write(place, fields)?), request.at);
        tx.insert_kept(&kept).await?;
        tx.erase_kept_beyond(session.user, MOST).await?;
        let entries = vec![(kept.id, kept.sha256)];
        tx.commit(permit, &Details { entries, keys: vec![session.key], ..Details::default() }).await?;
        Ok(true)
    }

    /// The session of a cookie, run out or not, whose form token this is and whose person can still sign in with its key.
    async fn ended_session(&self, cookie: &str, token: Option<&str>) -> Result<Option<Session>, Error> {
        let Ok(secret) = SessionSecret::parse(SessionPurpose::Session, cookie) else { return Ok(None) };
        if token.is_some_and(|token| !secret.csrf_fits(token)) {
            return Ok(None);
        }
        let session = self.store.session_of_any_age(&secret.lookup_hash()).await?;
        let Some(session) = session.filter(|session| session.purpose == SessionPurpose::Session) else { return Ok(None) };
        let account = self.store.account(session.user).await?;
        let is_theirs = account.is_some_and(|known| known.state == AccountState::Ready && known.key == Some(session.key));
        Ok(is_theirs.then_some(session))
    }

    fn sealed_form(
        &self,
        tx: &Tx,
        session: &Session,
        recipient: &Recipient,
        (place, content): (&KeptPlace, &[u8]),
        at: Timestamp,
    ) -> Kept {
        let id = EntryId::random(&*self.random);
        let sealed = seal(&context(id, session.user, session.key), content, recipient);
        Kept {
            id,
            account: session.user,
            key: session.key,
            place: place.clone(),
            at,
            suite: AgeSuite::CURRENT.id(),
            sha256: sealed.sha256,
            event: tx.event(),
            bytes: sealed.bytes,
        }
    }

    /// Opens what the caller last typed into a form when their session had ended, if it is kept. One that is damaged is on
    /// record and not offered: it must not stand between a person and their draft.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Conflict`] when the session ends meanwhile.
    pub async fn kept_form(
        &self,
        request: &RequestContext,
        caller: &Caller,
        place: &KeptPlace,
    ) -> Result<Option<KeptView>, Error> {
        let found = self.store.kept_at(caller.user(), caller.session_row().key, place).await?;
        let Some(found) = found else { return Ok(None) };
        let opened = self.open_kept(request, caller, (place, &found)).await;
        match self.damage_on_record(request, caller, Action::ReadKept, opened).await {
            Err(Error::Integrity(_)) => Ok(None),
            other => other.map(Some),
        }
    }

    async fn open_kept(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (place, found): (&KeptPlace, &kept::Found),
    ) -> Result<KeptView, Error> {
        let permit = self.ask(own(&caller.acting()?, Action::ReadKept, caller.user(), request)).await?;
        let kept::Found { kept, row } = found;
        self.evidence(&[kept.event]).await?.check(kept.event, row)?;
        let identity = Self::own_identity(caller, &permit)?;
        let details = Details { entries: vec![(kept.id, kept.sha256)], ..Details::default() };
        let recorded = self.store.record(vec![(permit, details)]).await?.pop();
        let recorded = recorded.ok_or(Error::Conflict("nothing was recorded"))??;
        let place_of = context(kept.id, kept.account, kept.key);
        let content = open(&recorded, &place_of, &kept.sha256, &kept.bytes, &identity)?;
        Ok(KeptView { id: kept.id, at: kept.at, fields: Content::read(place, content.as_bytes())? })
    }

    /// Erases what the caller has kept of a form: it was used, or is not wanted.
    ///
    /// # Errors
    /// [`Error::Unseen`] when they have nothing of the kind.
    pub async fn erase_kept(&self, request: &RequestContext, caller: &Caller, id: &str) -> Result<(), Error> {
        let session = caller.session().to_string();
        self.look_up_allowed(request, caller, Action::EraseKept).await?;
        // A text that cannot be an id is looked up like one that is.
        let id = EntryId::parse(id).unwrap_or(EntryId::from_bytes([0; 16]));
        if !self.store.is_kept(caller.user(), id).await? {
            self.miss(request, &session).await?;
            let act = bare(caller.acting()?, Action::EraseKept, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Unseen, None).await?;
            return Err(Error::Unseen);
        }
        self.erase_one(own(&caller.acting()?, Action::EraseKept, caller.user(), request), id).await
    }

    /// Erases what nobody came back to within a week: a job without keys. How many went.
    pub async fn expire_kept(&self) -> Result<usize, Error> {
        const AT_ONCE: i64 = 100;
        let request = self.request(None);
        let mut gone = 0;
        for (user, id) in self.store.kept_before(request.at.minus(KEPT), AT_ONCE).await? {
            match self.erase_one(job(Action::ExpireKept, user, &request), id).await {
                Ok(()) => gone += 1,
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                // Whoever runs the hub hears of it, and the others are not kept waiting.
                Err(error) => {
                    tracing::error!(error.kind = "job", error = %error, "a job leaves one kept form for later");
                }
            }
        }
        Ok(gone)
    }

    async fn erase_one(&self, act: Act, id: EntryId) -> Result<(), Error> {
        let permit = self.ask(act).await?;
        let mut tx = self.store.begin().await?;
        match tx.erase(Erasable::Kept, id).await {
            // Somebody erased it a moment before.
            Err(error) if error.is_duplicate_in("log_erased") => return Ok(()),
            other => other?,
        }
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }
}

/// An act of the hub itself on what is kept for a person; it seals and erases, and opens nothing.
fn job(action: Action, user: UserId, request: &RequestContext) -> Act {
    bare(Actor::Job("kept-forms"), action, Object::Account(user), Relation::None, State::None, request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{code::Code, reference::Reference};

    #[test]
    fn what_is_kept_reads_back_at_its_own_place_only() {
        let place =
            |form, section| KeptPlace { form, reference: Reference::NOBODYS, section: Code::parse(section).expect("a code") };
        let here = place(KeptForm::Section, "seen");
        let fields = vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), String::new())];
        let bytes = Content::write(&here, &fields).expect("writes");
        assert_eq!(Content::read(&here, &bytes).expect("reads"), fields);
        for other in [place(KeptForm::Addition, "seen"), place(KeptForm::Section, "premises")] {
            assert!(matches!(Content::read(&other, &bytes), Err(Error::Integrity(_))));
        }
        assert!(matches!(Content::read(&here, b"{}"), Err(Error::Integrity(_))));
    }
}
