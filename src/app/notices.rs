//! The notices to a person and their teams: counted for the header, listed, marked as read.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Added, Answered, App, Caller, Error, IdempotencyKey, Reached, gate::bare, idempotency::Once, sign_in::own};
use crate::{
    audit::Details,
    crypto::RecipientOf,
    domain::{
        action::Action,
        actor::Place,
        ids::NoticeId,
        notice::{NoticeCode, NoticePlace},
        reference::Reference,
        relation::Relation,
        time::Timestamp,
    },
    policy::{DenialReason, Object, RequestContext, State},
    store::notices::{Notice, NoticeCursor, Reader},
};

/// More than this many are not counted one by one.
const MOST_COUNTED: i64 = 100;

/// A notice, as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// Its id.
    pub id: NoticeId,
    /// Of what.
    pub code: NoticeCode,
    /// The reference of the referral, question or draft it is about.
    pub reference: Option<Reference>,
    /// The name of the member it is about.
    pub about: Option<String>,
    /// Of what was taken back, whom to ask, with their team and its agency.
    pub ask: Option<(Reached, String)>,
    /// Whether it is for today.
    pub urgent: bool,
    /// When it happened.
    pub at: Timestamp,
    /// When somebody it is to had looked.
    pub read_at: Option<Timestamp>,
}

/// A page of notices.
pub struct NoticePage {
    /// The rows, newest first.
    pub items: Vec<NoticeView>,
    /// Where to go on.
    pub next: Option<String>,
}

/// What the list is asked with.
#[derive(Debug, Clone, Default)]
pub struct NoticeQuery {
    /// Only what nobody has read.
    pub unread: bool,
    /// Where to go on.
    pub cursor: Option<String>,
    /// How many, 1 to 100; 25 unless told.
    pub limit: Option<u8>,
}

fn read_cursor(text: &str) -> Option<NoticeCursor> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (at, id) = bytes.split_at(8);
    Some(NoticeCursor { at: i64::from_be_bytes(at.try_into().ok()?), id: NoticeId::from_bytes(id.try_into().ok()?) })
}

fn write_cursor(NoticeCursor { at, id }: NoticeCursor) -> String {
    URL_SAFE_NO_PAD.encode([&at.to_be_bytes()[..], &id.to_bytes()[..]].concat())
}

impl App {
    /// Whose notices the caller reads. A team's are for those who work its queue; what was shared with it is for all who hold
    /// its key.
    pub(super) fn reader(&self, caller: &Caller) -> Reader {
        let worked = self.queue_places(caller);
        let works = |place: &&Place| worked.iter().any(|known| known.id == place.id);
        let (desks, teams): (Vec<&Place>, Vec<&Place>) = caller.admitted().partition(works);
        let team = |place: &Place| place.team.to_string();
        let desks = std::iter::once(caller.user().to_string()).chain(desks.into_iter().map(team)).collect();
        Reader { desks, teams: teams.into_iter().map(team).collect(), holders: caller.holders() }
    }

    /// How many notices wait for the caller, counted up to a hundred.
    pub async fn unread_notices(&self, caller: &Caller) -> Result<u64, Error> {
        Ok(u64::try_from(self.store.unread_notices(&self.reader(caller), MOST_COUNTED).await?).unwrap_or(0))
    }

    /// A page of the caller's notices, newest first. What is about something that they no longer see is not there.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a cursor or limit that is none.
    pub async fn notices(&self, request: &RequestContext, caller: &Caller, query: &NoticeQuery) -> Result<NoticePage, Error> {
        let limit = match query.limit {
            None => 25,
            Some(limit @ 1..=100) => limit,
            Some(_) => return Err(Error::Malformed("limit is 1 to 100")),
        };
        let cursor = |text: &str| read_cursor(text).ok_or(Error::Malformed("the cursor is not one of ours"));
        let after = query.cursor.as_deref().map(cursor).transpose()?;
        let permit = self.ask(own(&caller.acting()?, Action::ListNotices, caller.user(), request)).await?;
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        let rows = self.store.notices(&self.reader(caller), (query.unread, after), i64::from(limit) + 1).await?;
        let shown = usize::from(limit);
        let next = rows.get(shown).and_then(|_| rows.get(shown - 1));
        let next = next.map(|last| write_cursor(NoticeCursor { at: last.at.millis(), id: last.id }));
        let about: Vec<_> = rows.iter().filter_map(|row| row.about).collect();
        let names = self.store.account_names(&about).await?;
        let name = |user| names.iter().find(|(id, ..)| *id == user).map(|(_, _, name)| name.as_str().to_owned());
        let mut items = Vec::new();
        for row in rows.into_iter().take(shown) {
            let ask = self.whom_to_ask(&row).await?;
            items.push(NoticeView {
                ask,
                id: row.id,
                code: row.code,
                reference: row.reference,
                about: row.about.and_then(name),
                urgent: row.urgent,
                at: row.at,
                read_at: row.read_at,
            });
        }
        Ok(NoticePage { items, next })
    }

    /// Whom to ask about what was taken back.
    async fn whom_to_ask(&self, notice: &Notice) -> Result<Option<(Reached, String)>, Error> {
        let by = notice.about.zip(notice.about_team).filter(|_| notice.code == NoticeCode::Recalled);
        let Some((user, team)) = by else { return Ok(None) };
        Ok(Some((self.reached(user, team).await?, self.holder_name(RecipientOf::Team(team)).await?)))
    }

    /// Marks a notice as read; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when it is not to the caller, or about something that they do not see.
    pub async fn mark_notice(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        id: &str,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /notices/{id}/read");
        let act = async |once: &Once<'_>| {
            self.look_up_allowed(request, caller, Action::MarkNotice).await?;
            // A text that cannot be an id is looked up like one that is: the answer must not tell them apart.
            let id = NoticeId::parse(id).unwrap_or(NoticeId::from_bytes([0; 16]));
            let Some(notice) = self.store.notice_seen_by(id, &self.reader(caller)).await? else {
                self.miss(request, &caller.session().to_string()).await?;
                let act = bare(caller.acting()?, Action::MarkNotice, Object::Unseen, Relation::None, State::None, request);
                self.refuse(act, DenialReason::Unseen, None).await?;
                return Err(Error::Unseen);
            };
            let permit = self.ask(own(&caller.acting()?, Action::MarkNotice, caller.user(), request)).await?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: notice.id.to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            tx.mark_notice(&done.id, request.at).await?;
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }
}

impl NoticeView {
    /// The address of what it is about, on the pages.
    pub fn address(&self) -> Option<String> {
        match (self.code.place(), self.reference) {
            (NoticePlace::Referral, Some(reference)) => Some(format!("/referrals/{reference}")),
            (NoticePlace::Draft, Some(reference)) => Some(format!("/drafts/{reference}")),
            (NoticePlace::Log, _) => Some("/log".to_owned()),
            (NoticePlace::Members, _) => Some("/members/mail".to_owned()),
            (NoticePlace::Mail, _) => Some("/account/mail".to_owned()),
            (NoticePlace::Admissions, _) => Some("/admissions".to_owned()),
            (NoticePlace::People, _) => Some("/people".to_owned()),
            (NoticePlace::Keys, _) => Some("/keys".to_owned()),
            (NoticePlace::Account, _) => Some("/account".to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_nothing_else_does() {
        let cursor = NoticeCursor { at: 42, id: NoticeId::from_bytes([7; 16]) };
        let text = write_cursor(cursor);
        assert_eq!(read_cursor(&text), Some(cursor));
        for bad in ["", "x", &format!("{text}A"), "????"] {
            assert_eq!(read_cursor(bad), None, "{bad}");
        }
    }
}
