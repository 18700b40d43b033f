//! Referrals' clear columns. A referral is found through the caller's live grants, never otherwise.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
    grants::live,
    head::{Head, HeadRow, held_by},
};
use crate::domain::{
    enquiry::FormKind,
    ids::{AgencyId, ReferralId, TeamId, UserId},
    reference::Reference,
    referral::{ReferralState, Stage},
    sensitivity::Sensitivity,
    time::Timestamp,
};

/// A referral as routing, queues and clocks know it.
#[derive(Debug, Clone)]
pub struct Referral {
    /// Its id.
    pub id: ReferralId,
    /// Its reference.
    pub reference: Reference,
    /// The pathway.
    pub pathway: String,
    /// The version of the pathway it was made with, hexadecimal.
    pub pathway_version: String,
    /// The pathway's sensitivity.
    pub sensitivity: Sensitivity,
    /// Where it stands.
    pub stage: Stage,
    /// Counts changes.
    pub revision: i64,
    /// Who sent it.
    pub referrer: UserId,
    /// From which team.
    pub referrer_team: TeamId,
    /// Of which agency.
    pub referrer_agency: AgencyId,
    /// To which team.
    pub receiving_team: TeamId,
    /// Of which agency.
    pub receiving_agency: AgencyId,
    /// Its urgency, a code of the pathway.
    pub urgency: String,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// When the next step is due.
    pub due_at: Timestamp,
    /// Which of the pathway's forms it was written on.
    pub kind: FormKind,
    /// When the receiving side first wrote to whoever asked; enquiries only.
    pub answered_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    head: HeadRow,
    state: String,
    referrer: String,
    referrer_team: String,
    referrer_agency: String,
    receiving_team: String,
    receiving_agency: String,
    urgency: String,
    submitted_at: i64,
    due_at: i64,
    check_until: Option<i64>,
    stopped_by: Option<String>,
    stopped_at: Option<i64>,
    opened_by: Option<String>,
    opened_at: Option<i64>,
    kind: String,
    answered_at: Option<i64>,
}

impl Row {
    fn referral(self) -> Result<Referral, Error> {
        let Head { id, reference, pathway, pathway_version, sensitivity, revision } = self.head.head()?;
        let stage = match known(ReferralState::parse(&self.state), "referral.state")? {
            ReferralState::Opened => Stage::Opened {
                by: sound(UserId::parse(&self.opened_by.unwrap_or_default()), "referral.opened_by")?,
                at: Timestamp::from_millis(known(self.opened_at, "referral.opened_at")?),
            },
            ReferralState::Checking => {
                Stage::Checking { until: Timestamp::from_millis(known(self.check_until, "referral.check_until")?) }
            }
            ReferralState::Stopped => Stage::Stopped {
                by: sound(UserId::parse(&self.stopped_by.unwrap_or_default()), "referral.stopped_by")?,
                at: Timestamp::from_millis(known(self.stopped_at, "referral.stopped_at")?),
            },
            ReferralState::Withdrawn => Stage::Withdrawn,
            ReferralState::Received => Stage::Received,
            ReferralState::New => return Err(Error::Damaged("referral.state")),
        };
        Ok(Referral {
            id,
            reference,
            pathway,
            pathway_version,
            sensitivity,
            stage,
            revision,
            referrer: sound(UserId::parse(&self.referrer), "referral.referrer")?,
            referrer_team: sound(TeamId::parse(&self.referrer_team), "referral.referrer_team")?,
            referrer_agency: sound(AgencyId::parse(&self.referrer_agency), "referral.referrer_agency")?,
            receiving_team: sound(TeamId::parse(&self.receiving_team), "referral.receiving_team")?,
            receiving_agency: sound(AgencyId::parse(&self.receiving_agency), "referral.receiving_agency")?,
            urgency: self.urgency,
            submitted_at: Timestamp::from_millis(self.submitted_at),
            due_at: Timestamp::from_millis(self.due_at),
            kind: known(FormKind::parse(&self.kind), "referral.kind")?,
            answered_at: self.answered_at.map(Timestamp::from_millis),
        })
    }
}

/// What a stage says of itself, as its columns.
#[derive(Default)]
struct Facts {
    check_until: Option<i64>,
    stopped_by: Option<String>,
    stopped_at: Option<i64>,
    opened_by: Option<String>,
    opened_at: Option<i64>,
}

impl Facts {
    fn of(stage: Stage) -> Self {
        match stage {
            Stage::Checking { until } => Self { check_until: Some(until.millis()), ..Self::default() },
            Stage::Stopped { by, at } => {
                Self { stopped_by: Some(by.to_string()), stopped_at: Some(at.millis()), ..Self::default() }
            }
            Stage::Withdrawn | Stage::Received => Self::default(),
            Stage::Opened { by, at } => Self { opened_by: Some(by.to_string()), opened_at: Some(at.millis()), ..Self::default() },
        }
    }
}

/// Where a page of a list goes on: the sorting moment and the id of the last row shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Milliseconds.
    pub at: i64,
    /// The row's id.
    pub id: ReferralId,
}

/// A queue, with a further condition on each of its parts; each part goes by its own index, then they are merged.
macro_rules! queue {
    ($further:literal) => {
        concat!(
            "SELECT * FROM (SELECT r.* FROM referral r WHERE r.receiving_team = $1 AND (r.due_at, r.id) > ($2, $3) ",
            "AND EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = r.id ",
            "AND (g.to_id = $1 OR (g.to_id = $5 AND g.reason = 'named')) AND ",
            live!(),
            ")",
            $further,
            " ORDER BY r.due_at, r.id LIMIT $4) AS own UNION ALL ",
            "SELECT * FROM (SELECT r.* FROM referral r WHERE r.urgency = 'today' AND r.receiving_team <> $1 ",
            "AND r.referrer_team <> $1 AND (r.due_at, r.id) > ($2, $3) ",
            "AND EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = r.id AND g.to_id = $1 AND g.reason = 'cover' AND ",
            live!(),
            ")",
            $further,
            " ORDER BY r.due_at, r.id LIMIT $4) AS covered UNION ALL ",
            "SELECT * FROM (SELECT r.* FROM grant_made g JOIN referral r ON r.id = g.referral WHERE g.to_id = $1 ",
            "AND g.reason = 'copy' AND (r.due_at, r.id) > ($2, $3) AND ",
            live!(),
            $further,
            " ORDER BY r.due_at, r.id LIMIT $4) AS copied ORDER BY due_at, id LIMIT $4"
        )
    };
}

pub(super) async fn held_revision(tx: &mut Tx, id: ReferralId) -> Result<Option<i64>, Error> {
    let sql = held!(tx, "SELECT revision FROM referral WHERE id = $1");
    let row: Option<(i64,)> = within!(tx, c => sqlx::query_as(sql).bind(id.to_string()).fetch_optional(c).await)?;
    Ok(row.map(|(revision,)| revision))
}

impl Store {
    /// The referral with this reference, if any of these holders has a grant on it. One query, whether or not it exists.
    pub async fn referral_seen_by(&self, reference: Reference, holders: &[String]) -> Result<Option<Referral>, Error> {
        let row: Option<Row> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT r.* FROM referral r WHERE r.reference = ");
            query.push_bind(reference.to_string());
            held_by!(query, "r", holders);
            query.build_query_as().fetch_optional(p).await
        })?;
        row.map(Row::referral).transpose()
    }

    /// References of these referrals and drafts, by id, one query.
    pub async fn references(&self, ids: &[String]) -> Result<Vec<(String, String)>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(on!(self, p => {
            let mut query = QueryBuilder::new("SELECT id, code FROM reference WHERE id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id);
            }
            query.push(")");
            query.build_query_as().fetch_all(p).await
        })?)
    }

    /// The id of a referral or draft by reference, for the log's filter only; what is shown is decided event by event.
    pub async fn referral_id(&self, reference: Reference) -> Result<Option<String>, Error> {
        const SQL: &str = "SELECT id FROM reference WHERE code = $1";
        let row: Option<(String,)> = on!(self, p => sqlx::query_as(SQL).bind(reference.to_string()).fetch_optional(p).await)?;
        Ok(row.map(|(id,)| id))
    }

    /// What a person sent, newest first.
    pub async fn sent_by(&self, user: UserId, after: Option<Cursor>, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral WHERE referrer = $1 AND (submitted_at, id) < ($2, $3) \
             ORDER BY submitted_at DESC, id DESC LIMIT $4";
        let (at, id) = after.map_or((i64::MAX, "~".to_owned()), |cursor| (cursor.at, cursor.id.to_string()));
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).bind(at).bind(id).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// The enquiries of a person that were answered since a moment, the latest answer first.
    pub async fn answered_to(&self, user: UserId, since: Timestamp, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral WHERE referrer = $1 AND kind = 'enquiry' AND answered_at > $2 \
             ORDER BY answered_at DESC, id LIMIT $3";
        let (user, since) = (user.to_string(), since.millis());
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user).bind(since).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// What waits for a team, soonest due first; of one state, or of all: what it received and holds, or what one of its people
    /// holds by name; what it covers for because it must be looked at today; and what it is told for information.
    pub async fn queue_of(
        &self,
        team: TeamId,
        user: UserId,
        state: Option<ReferralState>,
        after: Option<Cursor>,
        limit: i64,
    ) -> Result<Vec<Referral>, Error> {
        const ALL: &str = queue!("");
        const OF_STATE: &str = queue!(" AND r.state = $6");
        let (at, id) = after.map_or((-1, String::new()), |cursor| (cursor.at, cursor.id.to_string()));
        let (team, user) = (team.to_string(), user.to_string());
        let rows = match state {
            None => on!(self, p => sqlx::query_as::<_, Row>(ALL)
                .bind(team)
                .bind(at)
                .bind(id)
                .bind(limit)
                .bind(user)
                .fetch_all(p)
                .await),
            Some(state) => on!(self, p => sqlx::query_as::<_, Row>(OF_STATE)
                .bind(team)
                .bind(at)
                .bind(id)
                .bind(limit)
                .bind(user)
                .bind(state.code())
                .fetch_all(p)
                .await),
        }?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// How many urgent referrals nobody has opened in the whole of a team's queue, as [`Store::queue_of`] has it; what the team
    /// is only told of does not count.
    pub async fn urgent_unopened(&self, team: TeamId, user: UserId) -> Result<i64, Error> {
        const SQL: &str = concat!(
            "SELECT COUNT(*) FROM referral r WHERE r.urgency = 'today' AND r.state = 'received' AND EXISTS (SELECT 1 ",
            "FROM grant_made g WHERE g.referral = r.id AND ((r.receiving_team = $1 AND (g.to_id = $1 OR (g.to_id = $2 ",
            "AND g.reason = 'named'))) OR (g.to_id = $1 AND g.reason = 'cover' AND r.referrer_team <> $1)) AND ",
            live!(),
            ")"
        );
        let (team, user) = (team.to_string(), user.to_string());
        let (count,): (i64,) = on!(self, p => sqlx::query_as(SQL).bind(team).bind(user).fetch_one(p).await)?;
        Ok(count)
    }

    /// What waits for somebody who checks, or was stopped by them or a colleague, the one that goes on soonest first.
    pub async fn checks_of(&self, user: UserId, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT r.* FROM referral r WHERE r.state IN ('checking', 'stopped') AND EXISTS (SELECT 1 \
             FROM grant_made g WHERE g.referral = r.id AND g.to_id = $1 AND g.reason = 'checker') \
             ORDER BY r.state, r.check_until, r.stopped_at, r.id LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// What was stopped at the check before a moment, the longest ago first.
    pub async fn stopped_before(&self, moment: Timestamp, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral WHERE state = 'stopped' AND stopped_at <= $1 ORDER BY stopped_at, id LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(moment.millis()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// What nobody has acted on in time and so goes on by itself, the longest overdue first.
    pub async fn checks_due(&self, now: Timestamp, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str =
            "SELECT * FROM referral WHERE state = 'checking' AND check_until <= $1 ORDER BY check_until, id LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(now.millis()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }
}

impl Tx {
    /// Stores a sent referral; one that was a draft has its reference already.
    ///
    /// # Errors
    /// A duplicate in `reference` when the reference is taken: draw another.
    pub async fn insert_referral(&mut self, referral: &Referral) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO referral (id, reference, pathway, pathway_version, sensitivity, state, revision, referrer, \
             referrer_team, referrer_agency, receiving_team, receiving_agency, urgency, submitted_at, due_at, check_until, kind) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
        self.keep_reference(referral.id, referral.reference).await?;
        within!(self, c => sqlx::query(SQL)
            .bind(referral.id.to_string())
            .bind(referral.reference.to_string())
            .bind(&referral.pathway)
            .bind(&referral.pathway_version)
            .bind(referral.sensitivity.code())
            .bind(referral.stage.state().code())
            .bind(referral.revision)
            .bind(referral.referrer.to_string())
            .bind(referral.referrer_team.to_string())
            .bind(referral.referrer_agency.to_string())
            .bind(referral.receiving_team.to_string())
            .bind(referral.receiving_agency.to_string())
            .bind(&referral.urgency)
            .bind(referral.submitted_at.millis())
            .bind(referral.due_at.millis())
            .bind(Facts::of(referral.stage).check_until)
            .bind(referral.kind.code())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes that an enquiry was answered, if it was not yet and still stands at the revision expected.
    pub async fn answer_enquiry(&mut self, id: ReferralId, revision: i64, at: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "UPDATE referral SET answered_at = $3, revision = revision + 1 \
             WHERE id = $1 AND revision = $2 AND kind = 'enquiry' AND answered_at IS NULL";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(revision)
            .bind(at.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }

    /// Moves a referral to a stage, if it still stands at the revision expected.
    pub async fn move_referral(&mut self, id: ReferralId, revision: i64, stage: Stage) -> Result<bool, Error> {
        const SQL: &str = "UPDATE referral SET state = $3, opened_by = $4, opened_at = $5, check_until = $6, stopped_by = $7, \
             stopped_at = $8, revision = revision + 1 WHERE id = $1 AND revision = $2";
        let Facts { check_until, stopped_by, stopped_at, opened_by, opened_at } = Facts::of(stage);
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(revision)
            .bind(stage.state().code())
            .bind(opened_by)
            .bind(opened_at)
            .bind(check_until)
            .bind(stopped_by)
            .bind(stopped_at)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }
}
