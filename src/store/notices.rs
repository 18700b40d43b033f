//! Notices: found by whom they are to, and only while the reader still sees what they are about.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
    grants::live,
};
use crate::domain::{
    ids::{NoticeId, ReferralId, TeamId, UserId},
    notice::{Addressee, NoticeCode, Telling},
    reference::Reference,
    time::Timestamp,
};

/// A notice, as its reader may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// Of what.
    pub code: NoticeCode,
    /// The reference of the referral or draft it is about.
    pub reference: Option<Reference>,
    /// The member it is about; of what was taken back, whom to ask.
    pub about: Option<UserId>,
    /// The team from which that member acted.
    pub about_team: Option<TeamId>,
    /// Whether it could not wait.
    pub urgent: bool,
    /// When it happened.
    pub at: Timestamp,
    /// When somebody it is to had looked.
    pub read_at: Option<Timestamp>,
}

/// Whose notices somebody reads, and by whose grants they see what those are about.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Those whose every notice they read: themselves, and the teams whose queue they work.
    pub desks: Vec<String>,
    /// Further teams of theirs, of which they read what was shared with the team.
    pub teams: Vec<String>,
    /// Whose grants they hold.
    pub holders: Vec<String>,
}

/// Where a page of notices goes on: after this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeCursor {
    /// Its time.
    pub at: i64,
    /// Its id.
    pub id: NoticeId,
}

/// A draft that nobody has gone on with.
#[derive(Debug, Clone, Copy)]
pub struct LyingDraft {
    /// Its id.
    pub id: ReferralId,
    /// Whose it is.
    pub owner: UserId,
    /// Who else goes on with it.
    pub deputy: Option<UserId>,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    code: String,
    about: Option<String>,
    about_team: Option<String>,
    urgent: i64,
    at: i64,
    read_at: Option<i64>,
    reference: Option<String>,
}

impl Row {
    fn notice(self) -> Result<Notice, Error> {
        let reference = self.reference.map(|code| sound(Reference::parse(&code), "reference.code"));
        Ok(Notice {
            id: sound(NoticeId::parse(&self.id), "notice.id")?,
            code: known(NoticeCode::parse(&self.code), "notice.code")?,
            reference: reference.transpose()?,
            about: self.about.map(|id| sound(UserId::parse(&id), "notice.about")).transpose()?,
            about_team: self.about_team.map(|id| sound(TeamId::parse(&id), "notice.about_team")).transpose()?,
            urgent: self.urgent != 0,
            at: Timestamp::from_millis(self.at),
            read_at: self.read_at.map(Timestamp::from_millis),
        })
    }
}

/// A list of holders as SQL has it; a caller without any place holds nothing, and an empty list is no SQL.
macro_rules! holders {
    ($query:ident, $holders:expr) => {
        let mut list = $query.separated(", ");
        for holder in $holders {
            list.push_bind(holder);
        }
        list.push_bind("");
        $query.push(")");
    };
}

/// The condition that the notice `n` is of what a team was given a part of: for all who hold its key, not only for a queue.
macro_rules! of_shares {
    () => {
        "n.code IN ('shared', 'share-outdated', 'file-stopped', 'file-let-out')"
    };
}

/// The condition that the notice `n` is one that the reader reads.
macro_rules! readable {
    ($query:ident, $reader:expr) => {
        $query.push(" AND (n.to_id IN (");
        holders!($query, &$reader.desks);
        $query.push(concat!(" OR (", of_shares!(), " AND n.to_id IN ("));
        holders!($query, &$reader.teams);
        $query.push("))");
    };
}

/// The condition that the reader sees what the notice `n` is about. Of a draft that ended unsent nothing is left to see, and of what
/// was taken back nothing is theirs to see: those told of the one wrote it, those told of the other could open it.
macro_rules! seen {
    ($query:ident, $holders:expr) => {
        $query.push(
            " AND (n.referral IS NULL OR n.code IN ('draft-not-sent', 'recalled') OR EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = n.referral AND g.to_id IN (",
        );
        holders!($query, $holders);
        $query.push(concat!(" AND ", live!(), "))"));
    };
}

impl Store {
    /// The notices of a reader, newest first; those of what they do not see are left out.
    pub async fn notices(
        &self,
        reader: &Reader,
        (unread_only, after): (bool, Option<NoticeCursor>),
        limit: i64,
    ) -> Result<Vec<Notice>, Error> {
        let (at, id) = after.map_or((i64::MAX, "~".to_owned()), |cursor| (cursor.at, cursor.id.to_string()));
        let rows: Vec<Row> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT n.*, r.code AS reference FROM (");
            // One part a holder, so that each goes by the index and stops at the page's end.
            let desks = reader.desks.iter().map(|to| (to, ""));
            let teams = reader.teams.iter().map(|to| (to, concat!(" AND ", of_shares!())));
            for (number, (to, only)) in desks.chain(teams).enumerate() {
                query.push(if number == 0 { "" } else { " UNION ALL " });
                query.push("SELECT * FROM (SELECT n.* FROM notice n WHERE n.to_id = ").push_bind(to).push(only);
                query.push(" AND (n.at, n.id) < (").push_bind(at).push(", ").push_bind(id.clone()).push(")");
                query.push(if unread_only { " AND n.read_at IS NULL" } else { "" });
                seen!(query, &reader.holders);
                query.push(" ORDER BY n.at DESC, n.id DESC LIMIT ").push_bind(limit).push(") AS part");
            }
            query.push(") AS n LEFT JOIN reference r ON r.id = n.referral ORDER BY n.at DESC, n.id DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(Row::notice).collect()
    }

    /// How many notices of a reader nobody has read, counted up to a limit.
    pub async fn unread_notices(&self, reader: &Reader, limit: i64) -> Result<i64, Error> {
        let (count,): (i64,) = on!(self, p => {
            let mut query = QueryBuilder::new(
                "SELECT COUNT(*) FROM (SELECT 1 FROM notice n WHERE n.read_at IS NULL AND n.to_id IN (",
            );
            holders!(query, &reader.desks);
            seen!(query, &reader.holders);
            query.push(concat!(" UNION ALL SELECT 1 FROM notice n WHERE n.read_at IS NULL AND ", of_shares!()));
            query.push(" AND n.to_id IN (");
            holders!(query, &reader.teams);
            seen!(query, &reader.holders);
            query.push(" LIMIT ").push_bind(limit).push(") AS unread");
            query.build_query_as().fetch_one(p).await
        })?;
        Ok(count)
    }

    /// A notice of a reader, if they see what it is about.
    pub async fn notice_seen_by(&self, id: NoticeId, reader: &Reader) -> Result<Option<Notice>, Error> {
        let row: Option<Row> = on!(self, p => {
            let mut query = QueryBuilder::new(
                "SELECT n.*, r.code AS reference FROM notice n LEFT JOIN reference r ON r.id = n.referral WHERE n.id = ",
            );
            query.push_bind(id.to_string());
            readable!(query, reader);
            seen!(query, &reader.holders);
            query.build_query_as().fetch_optional(p).await
        })?;
        row.map(Row::notice).transpose()
    }

    /// Marks as read what a reader is told of a referral or draft that they have opened; writes nothing where nothing is unread.
    /// That something was taken back they mark themselves: opening what is left to them is not having read that.
    pub async fn read_notices_of(&self, referral: ReferralId, reader: &Reader, at: Timestamp) -> Result<(), Error> {
        let unread: Vec<(String,)> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT n.id FROM notice n WHERE n.read_at IS NULL AND n.code <> 'recalled' AND n.referral = ");
            query.push_bind(referral.to_string());
            readable!(query, reader);
            query.build_query_as().fetch_all(p).await
        })?;
        if unread.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (id,) in unread {
            tx.mark_notice(&id, at).await?;
        }
        tx.finish().await
    }

    /// Whether somebody is told of this and has not read it.
    pub async fn is_unread(&self, user: UserId, code: NoticeCode) -> Result<bool, Error> {
        const SQL: &str = "SELECT id FROM notice WHERE to_id = $1 AND code = $2 AND read_at IS NULL LIMIT 1";
        let row: Option<(String,)> =
            on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(code.code()).fetch_optional(p).await)?;
        Ok(row.is_some())
    }

    /// The open drafts last saved up to a moment of which nobody was told so since, the oldest first.
    pub async fn drafts_untold(&self, (saved_by, code): (Timestamp, NoticeCode), limit: i64) -> Result<Vec<LyingDraft>, Error> {
        const SQL: &str = "SELECT d.id, d.owner, d.deputy, d.saved_at FROM draft d WHERE d.state = 'open' AND d.saved_at <= $1 \
             AND ($2 = 'draft-ending' OR d.sensitivity IN ('L3', 'L4')) \
             AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.referral = d.id AND n.code = $2 AND n.at >= d.saved_at) \
             ORDER BY d.saved_at, d.id LIMIT $3";
        let rows: Vec<(String, String, Option<String>, i64)> = on!(self, p => sqlx::query_as(SQL)
            .bind(saved_by.millis())
            .bind(code.code())
            .bind(limit)
            .fetch_all(p)
            .await)?;
        let user = |id: &str, column| sound(UserId::parse(id), column);
        let draft = |(id, owner, deputy, saved_at): (String, String, Option<String>, i64)| {
            Ok(LyingDraft {
                id: sound(ReferralId::parse(&id), "draft.id")?,
                owner: user(&owner, "draft.owner")?,
                deputy: deputy.map(|id| user(&id, "draft.deputy")).transpose()?,
                saved_at: Timestamp::from_millis(saved_at),
            })
        };
        rows.into_iter().map(draft).collect()
    }

    /// The open drafts whose owner is shut out and whose deputy has neither been told nor gone on with them since they were last
    /// saved; up to a number.
    pub async fn drafts_left_behind(&self, limit: i64) -> Result<Vec<(ReferralId, UserId)>, Error> {
        const SQL: &str = "SELECT d.id, d.deputy FROM draft d JOIN account o ON o.id = d.owner JOIN account s ON s.id = d.deputy \
             WHERE d.state = 'open' AND o.state = 'disabled' AND s.state = 'ready' \
             AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.referral = d.id AND n.code = 'draft-handed' AND n.at >= d.saved_at) \
             AND NOT EXISTS (SELECT 1 FROM draft_part p JOIN entry e ON e.id = p.entry \
               WHERE p.draft = d.id AND e.author = d.deputy AND e.at >= d.saved_at) \
             ORDER BY d.id LIMIT $1";
        let rows: Vec<(String, String)> = on!(self, p => sqlx::query_as(SQL).bind(limit).fetch_all(p).await)?;
        let row = |(id, deputy): (String, String)| {
            Ok((sound(ReferralId::parse(&id), "draft.id")?, sound(UserId::parse(&deputy), "draft.deputy")?))
        };
        rows.into_iter().map(row).collect()
    }

    /// Tells of what no act of anybody's is behind: time has passed, or a check failed.
    pub async fn tell(&self, tellings: &[Telling], at: Timestamp) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for telling in tellings {
            tx.tell(NoticeId::random(self.random()), telling, at).await?;
        }
        tx.finish().await
    }

    /// Forgets notices from before a moment.
    pub async fn forget_notices(&self, before: Timestamp) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM notice WHERE at < $1";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(before.millis()).execute(c).await.map(drop))?;
        tx.finish().await
    }
}

impl Tx {
    /// Writes a notice, and into the outbox that no mail tells of it yet.
    pub async fn tell(&mut self, id: NoticeId, telling: &Telling, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO notice (id, to_kind, to_id, referral, about, about_team, code, urgent, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        const OUT: &str = "INSERT INTO outbox (notice, at) VALUES ($1, $2)";
        let (kind, to) = match telling.to {
            Addressee::Team(team) => ("team", team.to_string()),
            Addressee::User(user) => ("user", user.to_string()),
        };
        within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(kind)
            .bind(to)
            .bind(telling.referral.map(|id| id.to_string()))
            .bind(telling.about.map(|id| id.to_string()))
            .bind(telling.about_team.map(|id| id.to_string()))
            .bind(telling.code.code())
            .bind(i64::from(telling.urgent))
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        within!(self, c => sqlx::query(OUT).bind(id.to_string()).bind(at.millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Marks a notice as read, unless it is already.
    pub async fn mark_notice(&mut self, id: &str, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE notice SET read_at = $2 WHERE id = $1 AND read_at IS NULL";
        within!(self, c => sqlx::query(SQL).bind(id).bind(at.millis()).execute(c).await.map(drop))?;
        Ok(())
    }
}
