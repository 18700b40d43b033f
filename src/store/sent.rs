//! Lists of those who sent: their own referrals, and those that they hold or sent as a deputy.

use sqlx::QueryBuilder;

use super::{
    AT_ONCE, Error, Store,
    error::sound,
    grants::live,
    referrals::{Cursor, Referral, Row},
};
use crate::domain::{
    ids::{ReferralId, UserId},
    time::Timestamp,
};

/// What somebody else wrote and a person sent, or holds as the deputy; `$1` is the person.
macro_rules! for_others {
    () => {
        concat!(
            "r.referrer <> $1 AND r.id IN (SELECT g.referral FROM grant_made g JOIN compartment c ON c.id = g.compartment ",
            "WHERE g.to_id = $1 AND g.reason = 'deputy' AND c.kind = 'shared' AND ",
            live!(),
            " UNION SELECT e.referral FROM entry e JOIN compartment c ON c.id = e.compartment ",
            "WHERE e.author = $1 AND e.kind = 'submission' AND c.kind = 'shared')"
        )
    };
}

impl Store {
    /// What a person sent, or holds as a deputy, newest first.
    pub async fn sent_by(&self, user: UserId, after: Option<Cursor>, limit: i64) -> Result<Vec<Referral>, Error> {
        // Each half goes by an index and stops at the limit.
        const SQL: &str = concat!(
            "SELECT * FROM (SELECT * FROM (SELECT r.* FROM referral r WHERE r.referrer = $1 ",
            "AND (r.submitted_at, r.id) < ($2, $3) ORDER BY r.submitted_at DESC, r.id DESC LIMIT $4) own ",
            "UNION ALL SELECT * FROM (SELECT r.* FROM referral r WHERE ",
            for_others!(),
            " AND (r.submitted_at, r.id) < ($2, $3) ORDER BY r.submitted_at DESC, r.id DESC LIMIT $4) theirs) found ",
            "ORDER BY submitted_at DESC, id DESC LIMIT $4"
        );
        let (at, id) = after.map_or((i64::MAX, "~".to_owned()), |cursor| (cursor.at, cursor.id.to_string()));
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).bind(at).bind(id).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// Who sent these referrals: the author of what was sent, which for what a deputy sent is the deputy.
    pub(crate) async fn submitted_by(&self, referrals: &[ReferralId]) -> Result<Vec<(ReferralId, UserId)>, Error> {
        let mut found = Vec::new();
        for some in referrals.chunks(AT_ONCE) {
            let rows: Vec<(String, String)> = on!(self, p => {
                let mut query = QueryBuilder::new(
                    "SELECT e.referral, e.author FROM entry e JOIN compartment c ON c.id = e.compartment \
                     WHERE e.kind = 'submission' AND c.kind = 'shared' AND e.referral IN (",
                );
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            for (referral, author) in rows {
                found.push((
                    sound(ReferralId::parse(&referral), "entry.referral")?,
                    sound(UserId::parse(&author), "entry.author")?,
                ));
            }
        }
        Ok(found)
    }

    /// The enquiries of a person that were answered since a moment, the latest answer first.
    pub async fn answered_to(&self, user: UserId, since: Timestamp, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral WHERE referrer = $1 AND kind = 'enquiry' AND answered_at > $2 \
             ORDER BY answered_at DESC, id LIMIT $3";
        let (user, since) = (user.to_string(), since.millis());
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user).bind(since).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// The referrals of a person that were stopped at the check and wait for them, then those that a team waits for them on, or
    /// did something on that they have not looked at; the latest first.
    pub async fn waiting_for(&self, user: UserId, limit: i64) -> Result<Vec<Referral>, Error> {
        const SQL: &str = "SELECT * FROM referral WHERE referrer = $1 AND kind = 'referral' \
             AND (waiting_since IS NOT NULL OR sender_news_at IS NOT NULL OR state = 'stopped') \
             ORDER BY CASE WHEN state = 'stopped' THEN 0 ELSE 1 END, COALESCE(waiting_since, sender_news_at, submitted_at) DESC, id \
             LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(Row::referral).collect()
    }
}
