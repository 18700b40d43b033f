//! Mail that is to go, and where each person's goes.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    ids::{AgencyId, MailId, NoticeId, TeamId, UserId},
    mailing::{MOST_BOUNCES, MailEnd, MailHours, QUIET_UNLESS_SAID},
    notice::{Addressee, NoticeCode, Telling},
    time::Timestamp,
};

/// Where a person's mail goes, as its row holds it.
#[derive(Debug, Clone)]
pub struct MailboxRow {
    /// Whose.
    pub user: UserId,
    /// The sealed address.
    pub sealed: Vec<u8>,
    /// The version of the server key that seals it.
    pub key_version: i64,
    /// When they let mail come that is not urgent.
    pub hours: MailHours,
    /// Whether it waits for working hours, by their choice or their agency's.
    pub quiet: bool,
    /// When it was set.
    pub set_at: Timestamp,
    /// When mail to it came back last.
    pub failed_at: Option<Timestamp>,
    /// Since when no more goes there.
    pub stopped_at: Option<Timestamp>,
}

/// A notice that no mail tells of yet.
#[derive(Debug, Clone, Copy)]
pub struct Untold {
    /// Which.
    pub notice: NoticeId,
    /// To whom it is.
    pub to: Addressee,
    /// Of what.
    pub code: NoticeCode,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// Whether somebody it is to has looked already.
    pub read: bool,
}

/// A mail to be made, or to be joined to one that has not gone.
#[derive(Debug, Clone, Copy)]
pub struct NewMail {
    /// Its id, unless it joins one.
    pub id: MailId,
    /// To whom.
    pub user: UserId,
    /// Whether something in it cannot wait.
    pub urgent: bool,
    /// When it may go.
    pub due_at: Timestamp,
}

/// A mail that may go now.
#[derive(Debug, Clone, Copy)]
pub struct DueMail {
    /// Its id.
    pub id: MailId,
    /// To whom.
    pub user: UserId,
    /// Whether something in it cannot wait.
    pub urgent: bool,
    /// How often it was tried.
    pub tries: u32,
    /// When it was made.
    pub made_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    account: String,
    sealed: Vec<u8>,
    key_version: i64,
    quiet: i64,
    as_agency: i64,
    agency_quiet: Option<i64>,
    set_at: i64,
    failed_at: Option<i64>,
    stopped_at: Option<i64>,
}

impl Row {
    fn mailbox(self) -> Result<MailboxRow, Error> {
        let hours = match (self.as_agency, self.quiet) {
            (1.., _) => MailHours::Agency,
            (_, 0) => MailHours::Any,
            _ => MailHours::Working,
        };
        Ok(MailboxRow {
            user: sound(UserId::parse(&self.account), "mailbox.account")?,
            sealed: self.sealed,
            key_version: self.key_version,
            hours,
            quiet: hours.is_quiet(self.agency_quiet.map_or(QUIET_UNLESS_SAID, |quiet| quiet != 0)),
            set_at: Timestamp::from_millis(self.set_at),
            failed_at: self.failed_at.map(Timestamp::from_millis),
            stopped_at: self.stopped_at.map(Timestamp::from_millis),
        })
    }
}

impl Store {
    /// Where the mail of these people goes: those whose account is ready and who want any.
    pub async fn mailboxes(&self, users: &[UserId]) -> Result<Vec<MailboxRow>, Error> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = on!(self, p => {
            let mut query = QueryBuilder::new(
                "SELECT m.account, m.sealed, m.key_version, m.quiet, m.as_agency, h.quiet AS agency_quiet, m.set_at, m.failed_at, \
                 m.stopped_at FROM mailbox m JOIN account a ON a.id = m.account LEFT JOIN mail_hours h ON h.agency = a.agency \
                 WHERE a.state = 'ready' AND m.account IN (",
            );
            let mut list = query.separated(", ");
            for user in users {
                list.push_bind(user.to_string());
            }
            query.push(")");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(Row::mailbox).collect()
    }

    /// The people of an agency to whom mail has come back, by account.
    pub async fn failing_mailboxes(&self, agency: &str) -> Result<Vec<MailboxRow>, Error> {
        const SQL: &str = "SELECT m.account, m.sealed, m.key_version, m.quiet, m.as_agency, h.quiet AS agency_quiet, \
             m.set_at, m.failed_at, m.stopped_at FROM mailbox m JOIN account a ON a.id = m.account \
             LEFT JOIN mail_hours h ON h.agency = a.agency WHERE a.agency = $1 AND m.failed_at IS NOT NULL ORDER BY m.account";
        let rows: Vec<Row> = on!(self, p => sqlx::query_as(SQL).bind(agency).fetch_all(p).await)?;
        rows.into_iter().map(Row::mailbox).collect()
    }

    /// Whether mail to an agency's people waits for working hours unless they say otherwise; none where it has not said.
    pub async fn mail_hours(&self, agency: AgencyId) -> Result<Option<bool>, Error> {
        const SQL: &str = "SELECT quiet FROM mail_hours WHERE agency = $1";
        let row: Option<(i64,)> = on!(self, p => sqlx::query_as(SQL).bind(agency.to_string()).fetch_optional(p).await)?;
        Ok(row.map(|(quiet,)| quiet != 0))
    }

    /// Notices of which no mail tells yet, the oldest first.
    pub async fn untold(&self, limit: i64) -> Result<Vec<Untold>, Error> {
        const SQL: &str = "SELECT n.id, n.to_kind, n.to_id, n.code, n.urgent, n.read_at FROM outbox o JOIN notice n ON n.id = o.notice \
             ORDER BY o.at, o.notice LIMIT $1";
        let rows: Vec<(String, String, String, String, i64, Option<i64>)> =
            on!(self, p => sqlx::query_as(SQL).bind(limit).fetch_all(p).await)?;
        let untold = |(id, kind, to, code, urgent, read_at): (String, String, String, String, i64, Option<i64>)| {
            let to = match kind.as_str() {
                "team" => Addressee::Team(sound(TeamId::parse(&to), "notice.to_id")?),
                "user" => Addressee::User(sound(UserId::parse(&to), "notice.to_id")?),
                _ => return Err(Error::Damaged("notice.to_kind")),
            };
            let notice = sound(NoticeId::parse(&id), "notice.id")?;
            let code = known(NoticeCode::parse(&code), "notice.code")?;
            Ok(Untold { notice, to, code, urgent: urgent != 0, read: read_at.is_some() })
        };
        rows.into_iter().map(untold).collect()
    }

    /// Puts notices into mails: each joins the one that its person has not been sent yet, or makes a new one. All or nothing.
    pub async fn put_into_mail(&self, notices: &[Untold], mails: &[NewMail], at: Timestamp) -> Result<(), Error> {
        const JOIN: &str = "UPDATE mail SET urgent = CASE WHEN $2 > urgent THEN $2 ELSE urgent END, \
             due_at = CASE WHEN $3 < due_at THEN $3 ELSE due_at END WHERE account = $1 AND state = 'waiting' AND tries = 0";
        const MAKE: &str = "INSERT INTO mail (id, account, urgent, state, tries, made_at, due_at) \
             VALUES ($1, $2, $3, 'waiting', 0, $4, $5)";
        const DONE: &str = "DELETE FROM outbox WHERE notice = $1";
        let mut tx = self.begin().await?;
        for mail in mails {
            let (user, urgent) = (mail.user.to_string(), i64::from(mail.urgent));
            let joined = within!(tx, c => sqlx::query(JOIN)
                .bind(&user)
                .bind(urgent)
                .bind(mail.due_at.millis())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if joined == 0 {
                within!(tx, c => sqlx::query(MAKE)
                    .bind(mail.id.to_string())
                    .bind(&user)
                    .bind(urgent)
                    .bind(at.millis())
                    .bind(mail.due_at.millis())
                    .execute(c)
                    .await
                    .map(drop))?;
            }
        }
        for untold in notices {
            within!(tx, c => sqlx::query(DONE).bind(untold.notice.to_string()).execute(c).await.map(drop))?;
        }
        tx.finish().await
    }

    /// The mails that may go now, the one due first first.
    pub async fn due_mails(&self, now: Timestamp, limit: i64) -> Result<Vec<DueMail>, Error> {
        const SQL: &str = "SELECT id, account, urgent, tries, made_at FROM mail WHERE state = 'waiting' AND due_at <= $1 \
             ORDER BY due_at, id LIMIT $2";
        let rows: Vec<(String, String, i64, i64, i64)> =
            on!(self, p => sqlx::query_as(SQL).bind(now.millis()).bind(limit).fetch_all(p).await)?;
        let due = |(id, account, urgent, tries, made_at): (String, String, i64, i64, i64)| {
            Ok(DueMail {
                id: sound(MailId::parse(&id), "mail.id")?,
                user: sound(UserId::parse(&account), "mail.account")?,
                urgent: urgent != 0,
                tries: sound(u32::try_from(tries), "mail.tries")?,
                made_at: Timestamp::from_millis(made_at),
            })
        };
        rows.into_iter().map(due).collect()
    }

    /// Takes a mail to send it; false when another node was faster. Should this process end meanwhile, it is due again later.
    pub async fn take_mail(&self, mail: &DueMail, due_again: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "UPDATE mail SET tries = tries + 1, due_at = $3 WHERE id = $1 AND tries = $2 AND state = 'waiting'";
        let mut tx = self.begin().await?;
        let rows = within!(tx, c => sqlx::query(SQL)
            .bind(mail.id.to_string())
            .bind(i64::from(mail.tries))
            .bind(due_again.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        tx.finish().await?;
        Ok(rows == 1)
    }

    /// Puts a mail off, which is no try.
    pub async fn put_off_mail(&self, id: MailId, until: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE mail SET due_at = $2 WHERE id = $1 AND state = 'waiting'";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(id.to_string()).bind(until.millis()).execute(c).await.map(drop))?;
        tx.finish().await
    }

    /// Says what became of a mail.
    pub async fn end_mail(&self, id: MailId, end: MailEnd, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE mail SET state = $2, settled_at = $3 WHERE id = $1 AND state = 'waiting'";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(end.code())
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        tx.finish().await
    }

    /// To whom a mail went, and when it was made.
    pub async fn mail_of(&self, id: MailId) -> Result<Option<(UserId, Timestamp)>, Error> {
        const SQL: &str = "SELECT account, made_at FROM mail WHERE id = $1";
        let row: Option<(String, i64)> = on!(self, p => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(p).await)?;
        row.map(|(user, at)| Ok((sound(UserId::parse(&user), "mail.account")?, Timestamp::from_millis(at)))).transpose()
    }

    /// Counts a mail that came back, of those made since the address was set; each mail once. Tells of the first, and of the one
    /// after which no more goes there. Gives false where it was counted before.
    pub async fn came_back(&self, mail: MailId, user: UserId, tellings: &[Telling], at: Timestamp) -> Result<bool, Error> {
        const ONCE: &str = "UPDATE mail SET state = 'refused', settled_at = $2 WHERE id = $1 AND state <> 'refused'";
        const COUNT: &str = "UPDATE mailbox SET bounces = bounces + 1, failed_at = $2, \
             stopped_at = CASE WHEN bounces + 1 >= $3 THEN $2 ELSE stopped_at END \
             WHERE account = $1 AND set_at <= (SELECT made_at FROM mail WHERE id = $4) RETURNING bounces";
        let mut tx = self.begin().await?;
        let fresh = within!(tx, c => sqlx::query(ONCE)
            .bind(mail.to_string())
            .bind(at.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if fresh == 1 {
            let row: Option<(i64,)> = within!(tx, c => sqlx::query_as(COUNT)
                .bind(user.to_string())
                .bind(at.millis())
                .bind(MOST_BOUNCES)
                .bind(mail.to_string())
                .fetch_optional(c)
                .await)?;
            if row.is_some_and(|(bounces,)| bounces == 1 || bounces == MOST_BOUNCES) {
                for telling in tellings {
                    tx.tell(NoticeId::random(self.random()), telling, at).await?;
                }
            }
        }
        tx.finish().await?;
        Ok(fresh == 1)
    }

    /// Forgets mails made before a moment.
    pub async fn forget_mails(&self, before: Timestamp) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM mail WHERE made_at < $1";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(before.millis()).execute(c).await.map(drop))?;
        tx.finish().await
    }
}

impl Tx {
    /// Sets where a person's mail goes; what came back from an earlier address counts no more.
    pub async fn set_mailbox(&mut self, row: &MailboxRow) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO mailbox (account, sealed, key_version, quiet, set_at, bounces, as_agency) \
             VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (account) DO UPDATE SET sealed = $2, key_version = $3, quiet = $4, \
             set_at = $5, bounces = 0, failed_at = NULL, stopped_at = NULL, as_agency = $6";
        within!(self, c => sqlx::query(SQL)
            .bind(row.user.to_string())
            .bind(&row.sealed)
            .bind(row.key_version)
            .bind(i64::from(row.quiet))
            .bind(row.set_at.millis())
            .bind(i64::from(row.hours == MailHours::Agency))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Says whether mail to an agency's people waits for working hours, unless they say otherwise.
    pub async fn set_mail_hours(&mut self, agency: AgencyId, quiet: bool, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO mail_hours (agency, quiet, set_at) VALUES ($1, $2, $3) \
             ON CONFLICT (agency) DO UPDATE SET quiet = $2, set_at = $3";
        within!(self, c => sqlx::query(SQL)
            .bind(agency.to_string())
            .bind(i64::from(quiet))
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Says that a person wants no mail.
    pub async fn remove_mailbox(&mut self, user: UserId) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM mailbox WHERE account = $1";
        within!(self, c => sqlx::query(SQL).bind(user.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Lets mail go again to an address from which some came back; false when there is none.
    pub async fn resume_mailbox(&mut self, user: UserId) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE mailbox SET bounces = 0, failed_at = NULL, stopped_at = NULL WHERE account = $1 AND failed_at IS NOT NULL";
        let rows = within!(self, c => sqlx::query(SQL).bind(user.to_string()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
