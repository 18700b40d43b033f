//! Queues of teams. Each view has one SQL text that goes by an index of its own, whatever narrows it; what the caller holds no
//! live grant on stands in none.

use super::{
    Error, Store,
    error::sound,
    grants::live,
    referrals::{Cursor, Referral, Row},
};
use crate::domain::{
    ids::{TeamId, UserId},
    queue::{QueueCounts, QueueFilter, QueueView},
    time::Timestamp,
};

/// What is open: the indexes of the views are made for this very text.
macro_rules! open {
    () => {
        "r.state IN ('received', 'opened', 'decided')"
    };
}

/// The team holds it, or one of its people by name; `$1` is the team, `$5` the person.
macro_rules! held_by_team {
    () => {
        concat!(
            "EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = r.id ",
            "AND (g.to_id = $1 OR (g.to_id = $5 AND g.reason = 'named')) AND ",
            live!(),
            ")"
        )
    };
}

/// The team covers for another, because it is for today.
macro_rules! covered {
    () => {
        concat!(
            "r.urgency = 'today' AND r.receiving_team <> $1 AND r.referrer_team <> $1 ",
            "AND EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = r.id AND g.to_id = $1 AND g.reason = 'cover' AND ",
            live!(),
            ")"
        )
    };
}

/// Whoever works on it is away at the moment that this parameter holds.
macro_rules! away {
    ($now:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM absence a WHERE a.account = r.assigned_to AND a.starts_at <= ",
            $now,
            " AND (a.ends_at IS NULL OR a.ends_at > ",
            $now,
            "))"
        )
    };
}

/// What narrows every view; a blank, or the end of time, lets all through.
macro_rules! narrowed {
    () => {
        " AND ($6 = '' OR r.pathway = $6) AND ($7 = '' OR r.urgency = $7) AND ($8 = '' OR r.referrer_agency = $8) \
         AND ($9 = '' OR r.state = $9) AND ($10 = '' \
         OR (r.state = $10 AND (r.cover_opened_at IS NULL OR r.receiving_team = $1)) \
         OR ((r.amended_at IS NOT NULL OR r.desk_news_at IS NOT NULL) AND r.receiving_team = $1)) AND r.due_at <= $11 \
         AND ($12 = 0 OR r.retracted_at IS NOT NULL)"
    };
}

/// One part of a queue, in the order of when it is due.
macro_rules! part {
    ($from:literal, $condition:expr) => {
        concat!(
            "SELECT * FROM (SELECT r.* FROM ",
            $from,
            " WHERE ",
            $condition,
            " AND (r.due_at, r.id) > ($2, $3)",
            narrowed!(),
            " ORDER BY r.due_at, r.id LIMIT $4) AS part"
        )
    };
}

/// The team's own of a view.
macro_rules! own {
    ($condition:expr) => {
        part!("referral r", concat!($condition, " AND ", held_by_team!()))
    };
}

/// What the team covers for.
macro_rules! cover {
    ($open:expr) => {
        part!("referral r", concat!(covered!(), $open))
    };
}

/// What the team is told for information alone: what it covers for as well stands there. However much of one it was given, it is
/// one: the part that everybody with it holds counts, by its newest key.
macro_rules! told {
    () => {
        concat!(
            "g.to_id = $1 AND g.reason = 'copy' AND r.receiving_team <> $1 AND EXISTS (SELECT 1 FROM compartment c ",
            "WHERE c.id = g.compartment AND c.epoch = g.epoch AND c.kind = 'shared') AND ",
            live!(),
            " AND NOT (",
            covered!(),
            ")"
        )
    };
}

/// What of that stands in a queue.
macro_rules! copies {
    ($open:expr) => {
        part!("grant_made g JOIN referral r ON r.id = g.referral", concat!(told!(), $open))
    };
}

/// Several parts, each by its own index, merged.
macro_rules! merged {
    ($first:expr $(, $more:expr)*) => {
        concat!($first, $(" UNION ALL ", $more,)* " ORDER BY due_at, id LIMIT $4")
    };
}

const ALL: &str = merged!(own!("r.receiving_team = $1"), cover!(""), copies!(""));
const TEAM: &str = merged!(own!(concat!("r.receiving_team = $1 AND ", open!())), cover!(concat!(" AND ", open!())));
const COPIES: &str = copies!(concat!(" AND ", open!()));
const UNASSIGNED: &str = own!(concat!("r.receiving_team = $1 AND r.assigned_to IS NULL AND ", open!()));
const MINE: &str = own!(concat!("r.assigned_to = $5 AND r.receiving_team = $1 AND ", open!()));
const AWAY: &str = own!(concat!("r.receiving_team = $1 AND ", away!("$13"), " AND ", open!()));
const WAITING: &str = own!(concat!("r.receiving_team = $1 AND r.waiting_since IS NOT NULL AND ", open!()));
const CLOSED: &str = concat!(
    "SELECT r.* FROM referral r WHERE r.receiving_team = $1 AND r.state = 'closed' AND ",
    held_by_team!(),
    " AND (r.closed_at, r.id) < ($2, $3)",
    narrowed!(),
    " ORDER BY r.closed_at DESC, r.id DESC LIMIT $4"
);

/// Counts one view of the team's own.
macro_rules! count {
    ($condition:expr) => {
        concat!(
            "(SELECT COUNT(*) FROM referral r WHERE ",
            $condition,
            " AND EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = r.id ",
            "AND (g.to_id = $1 OR (g.to_id = $2 AND g.reason = 'named')) AND ",
            live!(),
            "))"
        )
    };
}

/// The SQL text of a view, or of all that a team has: for tests that ask the database how it would go about it.
pub const fn queue_sql(view: Option<QueueView>) -> &'static str {
    match view {
        None => ALL,
        Some(QueueView::Team) => TEAM,
        Some(QueueView::Unassigned) => UNASSIGNED,
        Some(QueueView::Mine) => MINE,
        Some(QueueView::Away) => AWAY,
        Some(QueueView::Waiting) => WAITING,
        Some(QueueView::Copies) => COPIES,
        Some(QueueView::Closed) => CLOSED,
    }
}

/// What a page of a queue is asked with.
#[derive(Debug, Clone)]
pub struct QueuePart<'q> {
    /// Whose queue.
    pub team: TeamId,
    /// Who looks.
    pub user: UserId,
    /// Which view; none for all that the team has.
    pub view: Option<QueueView>,
    /// What narrows it.
    pub filter: &'q QueueFilter,
    /// The time, for what is overdue.
    pub now: Timestamp,
    /// Where to go on.
    pub after: Option<Cursor>,
    /// How many rows at most.
    pub limit: i64,
}

impl Store {
    /// A page of a team's queue, soonest due first, of what is closed the latest first: what it received and holds, or what one
    /// of its people holds by name; in the views of all, also what it covers for because it must be looked at today; asked for
    /// without a view, what it is told for information as well.
    pub async fn queue_of(&self, asked: &QueuePart<'_>) -> Result<Vec<Referral>, Error> {
        let QueuePart { team, user, view, filter, now, after, limit } = asked;
        let start = if *view == Some(QueueView::Closed) { (i64::MAX, "~".to_owned()) } else { (-1, String::new()) };
        let (at, id) = after.map_or(start, |cursor| (cursor.at, cursor.id.to_string()));
        let sql = queue_sql(*view);
        // What is here for information is on another team's clock, and never overdue here.
        let due_by = if filter.overdue && *view != Some(QueueView::Copies) { now.millis() - 1 } else { i64::MAX };
        let rows = on!(self, p => {
            let mut query = sqlx::query_as::<_, Row>(sql)
            .bind(team.to_string())
            .bind(at)
            .bind(id)
            .bind(limit)
            .bind(user.to_string())
            .bind(filter.pathway.as_deref().unwrap_or_default())
            .bind(filter.urgency.map_or("", |urgency| urgency.code()))
            .bind(filter.agency.map(|agency| agency.to_string()).unwrap_or_default())
            .bind(filter.state.map_or("", |state| state.code()))
            .bind(if filter.unread { "received" } else { "" })
            .bind(due_by)
            .bind(i64::from(filter.retracted));
            // No other view looks at the time, and a parameter that a text does not have is refused.
            if *view == Some(QueueView::Away) {
                query = query.bind(now.millis());
            }
            query.fetch_all(p).await
        })?;
        rows.into_iter().map(Row::referral).collect()
    }

    /// Whether a team has anything open on a pathway.
    pub async fn has_on(&self, team: TeamId, pathway: &str) -> Result<bool, Error> {
        const SQL: &str =
            concat!("SELECT 1 FROM referral r WHERE r.receiving_team = $1 AND r.pathway = $2 AND ", open!(), " LIMIT 1");
        let found: Option<(i32,)> =
            on!(self, p => sqlx::query_as(SQL).bind(team.to_string()).bind(pathway).fetch_optional(p).await)?;
        Ok(found.is_some())
    }

    /// How many referrals each view of a team's queue holds, at a moment.
    pub async fn queue_counts(&self, team: TeamId, user: UserId, now: Timestamp) -> Result<QueueCounts, Error> {
        const SQL: &str = concat!(
            "SELECT ",
            count!(concat!("r.receiving_team = $1 AND r.assigned_to IS NULL AND ", open!())),
            ", ",
            count!(concat!("r.assigned_to = $2 AND r.receiving_team = $1 AND ", open!())),
            ", ",
            count!(concat!("r.receiving_team = $1 AND ", open!())),
            " + (SELECT COUNT(*) FROM referral r WHERE ",
            covered!(),
            " AND ",
            open!(),
            "), ",
            count!(concat!("r.receiving_team = $1 AND ", away!("$3"), " AND ", open!())),
            ", ",
            count!(concat!("r.receiving_team = $1 AND r.waiting_since IS NOT NULL AND ", open!())),
            ", (SELECT COUNT(*) FROM grant_made g JOIN referral r ON r.id = g.referral WHERE ",
            told!(),
            " AND ",
            open!(),
            "), ",
            count!("r.receiving_team = $1 AND r.state = 'closed'")
        );
        let row: (i64, i64, i64, i64, i64, i64, i64) = on!(self, p => sqlx::query_as(SQL).bind(team.to_string()).bind(user.to_string()).bind(now.millis()).fetch_one(p).await)?;
        let count = |count| sound(u64::try_from(count), "referral");
        Ok(QueueCounts {
            unassigned: count(row.0)?,
            mine: count(row.1)?,
            team: count(row.2)?,
            away: count(row.3)?,
            waiting: count(row.4)?,
            copies: count(row.5)?,
            closed: count(row.6)?,
        })
    }
}
