//! Shares: who gave what of a referral to whom, and whether it was ended. Facts that are written once.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
    referrals::Cursor,
};
use crate::domain::{
    agreement::Fit,
    ids::{AgreementId, CompartmentId, EventId, GrantId, ReferralId, ShareId, TeamId, UserId},
    key::HolderKind,
    legal::{Basis, Purpose},
    sharing::Shared,
    time::Timestamp,
};

written_once! {
    /// A row of `grant_share`.
    ShareRow, "grant_share", key id,
    insert "INSERT INTO grant_share (id, referral, compartment, what, to_kind, to_id, to_team, by_user, by_team, at, basis, purpose, \
            agreement, fit, urgent, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    page "SELECT * FROM grant_share WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, referral: String, compartment: String, what: String, to_kind: String, to_id: String, to_team: String,
      by_user: String, by_team: String, at: i64, basis: String, purpose: String, agreement: Option<String>, fit: String,
      urgent: i64, event: String }
}

written_once! {
    /// A row of `grant_share_end`.
    ShareEndRow, "grant_share_end", key share,
    insert "INSERT INTO grant_share_end (share, by_user, at, event) VALUES ($1, $2, $3, $4)",
    page "SELECT * FROM grant_share_end WHERE share > $1 ORDER BY share LIMIT $2",
    { share: String, by_user: String, at: i64, event: String }
}

/// Something shared of a referral.
#[derive(Debug, Clone)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// The referral.
    pub referral: ReferralId,
    /// The compartment that the recipient holds by it.
    pub compartment: CompartmentId,
    /// What it gives.
    pub what: Shared,
    /// A team or a person.
    pub to_kind: HolderKind,
    /// Their id, hexadecimal.
    pub to: String,
    /// The team, or the team of the person.
    pub to_team: TeamId,
    /// Who shared it.
    pub by: UserId,
    /// For which team.
    pub by_team: TeamId,
    /// When.
    pub at: Timestamp,
    /// On which lawful basis.
    pub basis: Basis,
    /// For which purpose.
    pub purpose: Purpose,
    /// The agreement named.
    pub agreement: Option<AgreementId>,
    /// How it stood to the agreements on record.
    pub fit: Fit,
    /// Whether it could not wait.
    pub urgent: bool,
    /// The event that made it.
    pub event: EventId,
}

/// The end of a share.
#[derive(Debug, Clone, Copy)]
pub struct ShareEnd {
    /// Who ended it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The event that ended it.
    pub event: EventId,
}

/// A share with the rows that events vouch for.
pub(crate) struct Found {
    pub(crate) share: Share,
    pub(crate) row: ShareRow,
    pub(crate) end: Option<(ShareEnd, ShareEndRow)>,
}

#[derive(sqlx::FromRow)]
struct WithEnd {
    #[sqlx(flatten)]
    share: ShareRow,
    ended_by: Option<String>,
    ended_at: Option<i64>,
    ended_event: Option<String>,
}

impl WithEnd {
    fn found(self) -> Result<Found, Error> {
        let row = self.share;
        let end = match (self.ended_by, self.ended_at, self.ended_event) {
            (Some(by_user), Some(at), Some(event)) => {
                let end = ShareEnd {
                    by: sound(UserId::parse(&by_user), "grant_share_end.by_user")?,
                    at: Timestamp::from_millis(at),
                    event: sound(EventId::parse(&event), "grant_share_end.event")?,
                };
                Some((end, ShareEndRow { share: row.id.clone(), by_user, at, event }))
            }
            _ => None,
        };
        let agreement = row.agreement.as_deref().map(AgreementId::parse).transpose();
        let share = Share {
            id: sound(ShareId::parse(&row.id), "grant_share.id")?,
            referral: sound(ReferralId::parse(&row.referral), "grant_share.referral")?,
            compartment: sound(CompartmentId::parse(&row.compartment), "grant_share.compartment")?,
            what: known(Shared::parse(&row.what), "grant_share.what")?,
            to_kind: known(HolderKind::parse(&row.to_kind), "grant_share.to_kind")?,
            to: row.to_id.clone(),
            to_team: sound(TeamId::parse(&row.to_team), "grant_share.to_team")?,
            by: sound(UserId::parse(&row.by_user), "grant_share.by_user")?,
            by_team: sound(TeamId::parse(&row.by_team), "grant_share.by_team")?,
            at: Timestamp::from_millis(row.at),
            basis: known(Basis::parse(&row.basis), "grant_share.basis")?,
            purpose: known(Purpose::parse(&row.purpose), "grant_share.purpose")?,
            agreement: sound(agreement, "grant_share.agreement")?,
            fit: known(Fit::parse(&row.fit), "grant_share.fit")?,
            urgent: row.urgent != 0,
            event: sound(EventId::parse(&row.event), "grant_share.event")?,
        };
        Ok(Found { share, row, end })
    }
}

const WITH_END: &str = "SELECT s.*, x.by_user AS ended_by, x.at AS ended_at, x.event AS ended_event FROM grant_share s \
     LEFT JOIN grant_share_end x ON x.share = s.id WHERE ";

/// The first or last event by which somebody opened what was shared.
pub struct Opening {
    /// What stands behind the share.
    pub compartment: CompartmentId,
    /// The event.
    pub event: EventId,
    /// How often they opened it.
    pub times: i64,
}

impl Store {
    /// The shares of a referral, ended ones too, in the order made.
    pub(crate) async fn shares_of(&self, referral: ReferralId) -> Result<Vec<Found>, Error> {
        let rows: Vec<WithEnd> = on!(self, p => {
            let mut query = QueryBuilder::new(WITH_END);
            query.push("s.referral = ").push_bind(referral.to_string()).push(" ORDER BY s.at, s.id");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(WithEnd::found).collect()
    }

    /// What was shared with any of these holders and has not been ended, the latest first.
    pub(crate) async fn shared_with(&self, holders: &[String], after: Option<Cursor>, limit: i64) -> Result<Vec<Found>, Error> {
        let (at, id) = after.map_or((i64::MAX, "~".to_owned()), |cursor| (cursor.at, cursor.id.to_string()));
        let rows: Vec<WithEnd> = on!(self, p => {
            let mut query = QueryBuilder::new(WITH_END);
            query.push("x.share IS NULL AND s.to_id IN (");
            let mut list = query.separated(", ");
            for holder in holders {
                list.push_bind(holder);
            }
            query.push(") AND (s.at, s.id) < (").push_bind(at).push(", ").push_bind(id.clone());
            query.push(") ORDER BY s.at DESC, s.id DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(WithEnd::found).collect()
    }

    /// The first and the last event by which each person, from each team, opened what stands in each of these compartments or
    /// downloaded of it, with how often they did; the latest first, and so many for each compartment.
    pub async fn openings_of(&self, compartments: &[CompartmentId], limit: i64) -> Result<Vec<Opening>, Error> {
        const FIRST: &str = "SELECT opened.compartment, opened.id, opened.times FROM (SELECT o.compartment, e.id, e.at, \
             ROW_NUMBER() OVER (PARTITION BY o.compartment, e.actor, e.team, e.action ORDER BY e.at, e.id) AS turn, \
             COUNT(*) OVER (PARTITION BY o.compartment, e.actor, e.team, e.action) AS times \
             FROM log_scope o JOIN log_event e ON e.id = o.event WHERE e.outcome = 'allow' \
             AND e.action IN ('read-referral', 'download-file') AND o.compartment IN (";
        const LAST: &str =
            ")) AS opened WHERE opened.turn = 1 OR opened.turn = opened.times ORDER BY opened.at DESC, opened.id LIMIT ";
        let mut openings = Vec::new();
        for some in compartments.chunks(super::AT_ONCE) {
            let most = limit.saturating_mul(i64::try_from(some.len()).unwrap_or(i64::MAX));
            let rows: Vec<(String, String, i64)> = on!(self, p => {
                let mut query = QueryBuilder::new(FIRST);
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(LAST);
                query.push_bind(most);
                query.build_query_as().fetch_all(p).await
            })?;
            for (compartment, event, times) in rows {
                let compartment = sound(CompartmentId::parse(&compartment), "log_scope.compartment")?;
                openings.push(Opening { compartment, event: sound(EventId::parse(&event), "log_event.id")?, times });
            }
        }
        Ok(openings)
    }

    /// How many shares with any of these holders have not been ended.
    pub async fn count_shared_with(&self, holders: &[String]) -> Result<i64, Error> {
        let (count,): (i64,) = on!(self, p => {
            let mut query = QueryBuilder::new(
                "SELECT COUNT(*) FROM grant_share s LEFT JOIN grant_share_end x ON x.share = s.id WHERE x.share IS NULL AND s.to_id IN (",
            );
            let mut list = query.separated(", ");
            for holder in holders {
                list.push_bind(holder);
            }
            query.push(")");
            query.build_query_as().fetch_one(p).await
        })?;
        Ok(count)
    }

    /// The grants on a compartment by which a share holds it, those that were erased left out.
    pub async fn grants_by_share(&self, compartment: CompartmentId, holder: &str) -> Result<Vec<GrantId>, Error> {
        const SQL: &str = "SELECT g.id FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id \
             WHERE g.compartment = $1 AND g.to_id = $2 AND g.reason IN ('share', 'standing') ORDER BY g.id";
        let rows: Vec<(String,)> =
            on!(self, p => sqlx::query_as(SQL).bind(compartment.to_string()).bind(holder).fetch_all(p).await)?;
        rows.into_iter().map(|(id,)| sound(GrantId::parse(&id), "grant_made.id")).collect()
    }
}

impl Store {
    /// The grants by which a share holds what it gave, in whatever compartments, those that were erased left out.
    pub async fn grants_of_share(&self, share: &Share) -> Result<Vec<(CompartmentId, GrantId)>, Error> {
        const SQL: &str = "SELECT g.compartment, g.id FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id \
             WHERE g.referral = $1 AND g.to_id = $2 AND g.reason = 'share' AND g.compartment IN \
             (SELECT m.compartment FROM grant_made m WHERE m.referral = $1 AND m.event = $3 AND m.reason = 'share') ORDER BY g.id";
        let rows: Vec<(String, String)> = on!(self, p => sqlx::query_as(SQL)
            .bind(share.referral.to_string())
            .bind(&share.to)
            .bind(share.event.to_string())
            .fetch_all(p)
            .await)?;
        let grant = |(compartment, id): (String, String)| {
            let compartment = sound(CompartmentId::parse(&compartment), "grant_made.compartment")?;
            Ok((compartment, sound(GrantId::parse(&id), "grant_made.id")?))
        };
        rows.into_iter().map(grant).collect()
    }
}

impl Share {
    /// Where a list goes on after it.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.at.millis(), id: ReferralId::from_bytes(self.id.to_bytes()) }
    }
}

impl Tx {
    /// Stores a share; its event is this transaction's.
    pub async fn insert_share(&mut self, share: &Share) -> Result<(), Error> {
        let row = ShareRow {
            id: share.id.to_string(),
            referral: share.referral.to_string(),
            compartment: share.compartment.to_string(),
            what: share.what.code().to_owned(),
            to_kind: share.to_kind.code().to_owned(),
            to_id: share.to.clone(),
            to_team: share.to_team.to_string(),
            by_user: share.by.to_string(),
            by_team: share.by_team.to_string(),
            at: share.at.millis(),
            basis: share.basis.code().to_owned(),
            purpose: share.purpose.code().to_owned(),
            agreement: share.agreement.map(|agreement| agreement.to_string()),
            fit: share.fit.code().to_owned(),
            urgent: share.urgent.into(),
            event: share.event.to_string(),
        };
        row.insert(self).await
    }

    /// Ends a share; its event is this transaction's.
    ///
    /// # Errors
    /// A duplicate in `grant_share_end` when it was ended before.
    pub async fn end_share(&mut self, share: ShareId, by: UserId, at: Timestamp) -> Result<(), Error> {
        let (share, event) = (share.to_string(), self.event().to_string());
        ShareEndRow { share, by_user: by.to_string(), at: at.millis(), event }.insert(self).await
    }
}
