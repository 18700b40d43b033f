//! Referrals' clear columns. A referral is found through the caller's live grants, never otherwise.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
    grants::live,
    head::{Head, HeadRow, held_by},
};
use crate::domain::{
    desk::{Assigned, Covered, Desk},
    enquiry::FormKind,
    ids::{AgencyId, ReferralId, TeamId, UserId},
    news::{News, Side, Unseen},
    notice::NoticeCode,
    queue::QueueView,
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
    /// The pathway that it is on.
    pub pathway: String,
    /// The version of that pathway by which it is worked on, hexadecimal: that of the sending, or of the passing on to it.
    pub pathway_version: String,
    /// The version that its answers were given on, where it was passed on to another pathway since.
    pub answered_on: Option<String>,
    /// The highest sensitivity of the pathways it was on.
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
    /// When the next step is due; none while nothing is.
    pub due_at: Option<Timestamp>,
    /// Who works on it, and what it waits for.
    pub desk: Desk,
    /// Which of the pathway's forms it was written on.
    pub kind: FormKind,
    /// When the receiving side first wrote to whoever asked; enquiries only.
    pub answered_at: Option<Timestamp>,
    /// What each side has not looked at yet of what the other did.
    pub unseen: Unseen,
}

/// How a row says that nothing is due: it sorts behind all that is.
const NOTHING_DUE: i64 = i64::MAX;

fn due_of(millis: i64) -> Option<Timestamp> {
    (millis != NOTHING_DUE).then(|| Timestamp::from_millis(millis))
}

impl Referral {
    /// The version of the pathway that its answers were given on, hexadecimal.
    pub fn form_version(&self) -> &str {
        self.answered_on.as_deref().unwrap_or(&self.pathway_version)
    }

    /// Where a view of a queue goes on after it: the closed by their closing, every other by when it is due, closed or not.
    pub fn queue_cursor(&self, view: Option<QueueView>) -> Cursor {
        let at = match self.stage {
            Stage::Closed { at, .. } if view == Some(QueueView::Closed) => at.millis(),
            _ => due_millis(self.due_at),
        };
        Cursor { at, id: self.id }
    }
}

fn due_millis(due: Option<Timestamp>) -> i64 {
    due.map_or(NOTHING_DUE, Timestamp::millis)
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
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
    decided_by: Option<String>,
    decided_at: Option<i64>,
    closed_by: Option<String>,
    closed_at: Option<i64>,
    assigned_to: Option<String>,
    assigned_at: Option<i64>,
    waiting_since: Option<i64>,
    retracted_at: Option<i64>,
    escalated_at: Option<i64>,
    amended_at: Option<i64>,
    cover_team: Option<String>,
    cover_opened_at: Option<i64>,
    cover_by: Option<String>,
    cover_since: Option<i64>,
    desk_news: Option<String>,
    desk_news_at: Option<i64>,
    sender_news: Option<String>,
    sender_news_at: Option<i64>,
    answered_on: Option<String>,
}

/// Who and when, as two columns say it together.
fn by_at(by: Option<&str>, at: Option<i64>, column: &'static str) -> Result<(UserId, Timestamp), Error> {
    let by = sound(UserId::parse(by.unwrap_or_default()), column)?;
    Ok((by, Timestamp::from_millis(known(at, column)?)))
}

impl Row {
    fn stage(&self) -> Result<Stage, Error> {
        Ok(match known(ReferralState::parse(&self.state), "referral.state")? {
            ReferralState::Checking => {
                Stage::Checking { until: Timestamp::from_millis(known(self.check_until, "referral.check_until")?) }
            }
            ReferralState::Stopped => {
                let (by, at) = by_at(self.stopped_by.as_deref(), self.stopped_at, "referral.stopped_by")?;
                Stage::Stopped { by, at }
            }
            ReferralState::Withdrawn => Stage::Withdrawn,
            ReferralState::Received => Stage::Received,
            ReferralState::Opened => {
                let (by, at) = by_at(self.opened_by.as_deref(), self.opened_at, "referral.opened_by")?;
                Stage::Opened { by, at }
            }
            ReferralState::Decided => {
                let (by, at) = by_at(self.decided_by.as_deref(), self.decided_at, "referral.decided_by")?;
                Stage::Decided { by, at }
            }
            ReferralState::Closed => {
                let (by, at) = by_at(self.closed_by.as_deref(), self.closed_at, "referral.closed_by")?;
                Stage::Closed { by, at }
            }
            ReferralState::New => return Err(Error::Damaged("referral.state")),
        })
    }

    fn desk(&self) -> Result<Desk, Error> {
        let assigned = |to: Option<&str>, at, column| match to {
            None => Ok(None),
            Some(to) => by_at(Some(to), at, column).map(|(to, at)| Some(Assigned { to, at })),
        };
        let covered = match (&self.cover_team, self.cover_opened_at) {
            (Some(team), Some(at)) => {
                Some(Covered { team: sound(TeamId::parse(team), "referral.cover_team")?, at: Timestamp::from_millis(at) })
            }
            _ => None,
        };
        Ok(Desk {
            assigned: assigned(self.assigned_to.as_deref(), self.assigned_at, "referral.assigned_to")?,
            acting: assigned(self.cover_by.as_deref(), self.cover_since, "referral.cover_by")?,
            covered,
            waiting_since: self.waiting_since.map(Timestamp::from_millis),
            retracted_at: self.retracted_at.map(Timestamp::from_millis),
            escalated_at: self.escalated_at.map(Timestamp::from_millis),
            amended_at: self.amended_at.map(Timestamp::from_millis),
        })
    }

    fn unseen(&self) -> Result<Unseen, Error> {
        let news = |news: Option<&str>, at: Option<i64>, column| match (news, at) {
            (None, None) => Ok(None),
            (Some(news), Some(at)) => Ok(Some((known(News::parse(news), column)?, Timestamp::from_millis(at)))),
            _ => Err(Error::Damaged(column)),
        };
        Ok(Unseen {
            desk: news(self.desk_news.as_deref(), self.desk_news_at, "referral.desk_news")?,
            sender: news(self.sender_news.as_deref(), self.sender_news_at, "referral.sender_news")?,
        })
    }

    pub(super) fn referral(self) -> Result<Referral, Error> {
        let (stage, desk, unseen) = (self.stage()?, self.desk()?, self.unseen()?);
        let Head { id, reference, pathway, pathway_version, sensitivity, revision } = self.head.head()?;
        Ok(Referral {
            id,
            reference,
            pathway,
            pathway_version,
            answered_on: self.answered_on,
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
            due_at: due_of(self.due_at),
            desk,
            kind: known(FormKind::parse(&self.kind), "referral.kind")?,
            answered_at: self.answered_at.map(Timestamp::from_millis),
            unseen,
        })
    }
}

/// What a stage says of itself, as its columns: when it goes on by itself, and who made it so and when.
struct Facts {
    until: Option<i64>,
    by: Option<String>,
    at: Option<i64>,
}

impl Facts {
    /// The facts of this stage if it is of this state; none for the columns of any other.
    fn of(stage: Stage, wanted: ReferralState) -> Self {
        let (until, made) = match stage {
            Stage::Checking { until } => (Some(until.millis()), None),
            Stage::Withdrawn | Stage::Received => (None, None),
            Stage::Stopped { by, at } | Stage::Opened { by, at } | Stage::Decided { by, at } | Stage::Closed { by, at } => {
                (None, Some((by.to_string(), at.millis())))
            }
        };
        let (by, at) = made.filter(|_| stage.state() == wanted).unzip();
        Self { until, by, at }
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

pub(super) async fn held_revision(tx: &mut Tx, id: ReferralId) -> Result<Option<i64>, Error> {
    let sql = held!(tx, "SELECT revision FROM referral WHERE id = $1");
    let row: Option<(i64,)> = within!(tx, c => sqlx::query_as(sql).bind(id.to_string()).fetch_optional(c).await)?;
    Ok(row.map(|(revision,)| revision))
}

impl Store {
    /// The referral with this reference, if any of these holders has a grant on it that counts: a side's only while it is one. One
    /// query, whether or not it exists.
    pub async fn referral_seen_by(&self, reference: Reference, holders: &[String]) -> Result<Option<Referral>, Error> {
        Ok(self.referrals_seen_by(&[reference], holders).await?.pop())
    }

    /// Those of some referrals on which one of these holders has a live grant, in no order; one query.
    pub async fn referrals_seen_by(&self, references: &[Reference], holders: &[String]) -> Result<Vec<Referral>, Error> {
        if references.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT r.* FROM referral r WHERE r.reference IN (");
            let mut list = query.separated(", ");
            for reference in references {
                list.push_bind(reference.to_string());
            }
            query.push(")");
            // A team that passed it on keeps the key of its own words, and sees nothing by that.
            held_by!(
                query,
                "r",
                holders,
                " AND (g.reason <> 'party' OR g.to_kind <> 'team' OR g.to_id IN (r.receiving_team, r.referrer_team))"
            );
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// The referral with this reference, whoever holds it: for officers, who are told of no content.
    pub async fn referral_by_reference(&self, reference: Reference) -> Result<Option<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral WHERE reference = $1";
        let row: Option<Row> = on!(self, p => sqlx::query_as(SQL).bind(reference.to_string()).fetch_optional(p).await)?;
        row.map(Row::referral).transpose()
    }

    /// These referrals, as clear facts, one query; whether somebody may see them is for the grants to say.
    pub async fn referrals_by_id(&self, ids: &[ReferralId]) -> Result<Vec<Referral>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT r.* FROM referral r WHERE r.id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.to_string());
            }
            query.push(")");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(Row::referral).collect()
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

    /// How many urgent referrals nobody has opened in the whole of a team's queue, as [`Store::queue_of`] has it; what the team
    /// is only told of does not count.
    pub async fn urgent_unopened(&self, team: TeamId, user: UserId) -> Result<i64, Error> {
        const SQL: &str = concat!(
            "SELECT COUNT(*) FROM referral r WHERE r.urgency = 'today' AND r.state = 'received' AND EXISTS (SELECT 1 ",
            "FROM grant_made g WHERE g.referral = r.id AND ((r.receiving_team = $1 AND (g.to_id = $1 OR (g.to_id = $2 ",
            "AND g.reason = 'named'))) OR (g.to_id = $1 AND g.reason = 'cover' AND r.referrer_team <> $1 AND r.cover_opened_at IS NULL)) AND ",
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

    /// How much waits for somebody who checks.
    pub async fn count_checks(&self, user: UserId) -> Result<i64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM referral r WHERE r.state = 'checking' AND EXISTS (SELECT 1 \
             FROM grant_made g WHERE g.referral = r.id AND g.to_id = $1 AND g.reason = 'checker')";
        let (count,): (i64,) = on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).fetch_one(p).await)?;
        Ok(count)
    }

    /// What was stopped at the check before a moment, the longest ago first.
    pub async fn stopped_before(&self, moment: Timestamp, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral WHERE state = 'stopped' AND stopped_at <= $1 ORDER BY stopped_at, id LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(moment.millis()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// What was stopped at the check up to a moment, and of which nobody was told so since; the longest ago first.
    pub async fn stopped_untold(&self, (moment, code): (Timestamp, NoticeCode), limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral r WHERE r.state = 'stopped' AND r.stopped_at <= $1 \
             AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.referral = r.id AND n.code = $2 AND n.at >= r.stopped_at) \
             ORDER BY r.stopped_at, r.id LIMIT $3";
        let rows =
            on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(moment.millis()).bind(code.code()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// What is for today, unopened by its team, has not been passed up, and lies: its team has had it since before `sent`, and whoever covers
    /// has not opened it, or did before `covered` and nobody of them says that they act, marked the first contact or wrote. The
    /// soonest due first.
    pub async fn unopened_urgent(&self, (sent, covered): (Timestamp, Timestamp), limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT r.* FROM referral r WHERE r.urgency = 'today' AND r.state = 'received' \
             AND r.escalated_at IS NULL AND COALESCE((SELECT MAX(g.granted_at) FROM grant_made g WHERE g.referral = r.id \
             AND g.to_id = r.receiving_team AND g.reason = 'party' AND g.epoch = 1), r.submitted_at) <= $1 AND (r.cover_opened_at IS NULL OR (r.cover_opened_at <= $3 \
             AND r.cover_by IS NULL \
             AND NOT EXISTS (SELECT 1 FROM clock c WHERE c.referral = r.id AND c.step = 'first-contact' AND c.stopped_at IS NOT NULL) \
             AND NOT EXISTS (SELECT 1 FROM entry e JOIN membership m ON m.account = e.author AND m.team = r.cover_team \
             WHERE e.referral = r.id AND e.kind = 'message' AND e.at >= r.cover_opened_at))) ORDER BY r.due_at, r.id LIMIT $2";
        let (sent, covered) = (sent.millis(), covered.millis());
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(sent).bind(limit).bind(covered).fetch_all(p).await)?;
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
            .bind(due_millis(referral.due_at))
            .bind(Facts::of(referral.stage, ReferralState::Checking).until)
            .bind(referral.kind.code())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes what may change of a referral, if it still stands at the revision that was read; it then counts one more.
    pub async fn change_referral(&mut self, referral: &Referral) -> Result<bool, Error> {
        const SQL: &str = "UPDATE referral SET state = $3, check_until = $4, stopped_by = $5, stopped_at = $6, opened_by = $7, \
             opened_at = $8, decided_by = $9, decided_at = $10, closed_by = $11, closed_at = $12, assigned_to = $13, \
             assigned_at = $14, waiting_since = $15, retracted_at = $16, escalated_at = $17, due_at = $18, receiving_team = $19, \
             receiving_agency = $20, answered_at = $21, amended_at = $22, cover_team = $23, \
             cover_opened_at = $24, cover_by = $25, cover_since = $26, revision = revision + 1 WHERE id = $1 AND revision = $2";
        let facts = |state| Facts::of(referral.stage, state);
        let [stopped, opened, decided, closed] =
            [ReferralState::Stopped, ReferralState::Opened, ReferralState::Decided, ReferralState::Closed].map(facts);
        let Desk { assigned, waiting_since, retracted_at, escalated_at, amended_at, covered, acting } = referral.desk;
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(referral.id.to_string())
            .bind(referral.revision)
            .bind(referral.stage.state().code())
            .bind(stopped.until)
            .bind(stopped.by)
            .bind(stopped.at)
            .bind(opened.by)
            .bind(opened.at)
            .bind(decided.by)
            .bind(decided.at)
            .bind(closed.by)
            .bind(closed.at)
            .bind(assigned.map(|assigned| assigned.to.to_string()))
            .bind(assigned.map(|assigned| assigned.at.millis()))
            .bind(waiting_since.map(Timestamp::millis))
            .bind(retracted_at.map(Timestamp::millis))
            .bind(escalated_at.map(Timestamp::millis))
            .bind(due_millis(referral.due_at))
            .bind(referral.receiving_team.to_string())
            .bind(referral.receiving_agency.to_string())
            .bind(referral.answered_at.map(Timestamp::millis))
            .bind(amended_at.map(Timestamp::millis))
            .bind(covered.map(|covered| covered.team.to_string()))
            .bind(covered.map(|covered| covered.at.millis()))
            .bind(acting.map(|acting| acting.to.to_string()))
            .bind(acting.map(|acting| acting.at.millis()))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.moved(referral.id);
        Ok(rows == 1)
    }

    /// Marks what a side has not looked at. The referral's revision stays: words make nobody's decision stale.
    pub async fn mark_new(&mut self, referral: ReferralId, side: Side, (news, at): (News, Timestamp)) -> Result<(), Error> {
        const DESK: &str = "UPDATE referral SET desk_news = $2, desk_news_at = $3 WHERE id = $1";
        const SENDER: &str = "UPDATE referral SET sender_news = $2, sender_news_at = $3 WHERE id = $1";
        let sql = match side {
            Side::Desk => DESK,
            Side::Sender => SENDER,
        };
        within!(self, c => sqlx::query(sql)
            .bind(referral.to_string())
            .bind(news.code())
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Takes the mark of a side away that was made at a moment; what came since stays.
    pub async fn mark_seen(&mut self, referral: ReferralId, side: Side, at: Timestamp) -> Result<(), Error> {
        const DESK: &str = "UPDATE referral SET desk_news = NULL, desk_news_at = NULL WHERE id = $1 AND desk_news_at = $2";
        const SENDER: &str =
            "UPDATE referral SET sender_news = NULL, sender_news_at = NULL WHERE id = $1 AND sender_news_at = $2";
        let sql = match side {
            Side::Desk => DESK,
            Side::Sender => SENDER,
        };
        within!(self, c => sqlx::query(sql).bind(referral.to_string()).bind(at.millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Writes the pathway that a referral goes on to. To be called after [`Tx::change_referral`], which keeps others out; apart
    /// from it, so that a row whose version is damaged can still be moved.
    pub async fn change_course(&mut self, referral: &Referral) -> Result<(), Error> {
        const SQL: &str =
            "UPDATE referral SET pathway = $2, pathway_version = $3, sensitivity = $4, answered_on = $5 WHERE id = $1";
        within!(self, c => sqlx::query(SQL)
            .bind(referral.id.to_string())
            .bind(&referral.pathway)
            .bind(&referral.pathway_version)
            .bind(referral.sensitivity.code())
            .bind(&referral.answered_on)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
