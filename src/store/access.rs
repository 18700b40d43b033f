//! Who has seen a referral: the disclosures on record that reach into some compartments of it, gathered by who and what.

use sqlx::QueryBuilder;

use super::{
    Error, Store,
    error::sound,
    events::{SequencedRow, sequenced},
    log_view::Sequenced,
};
use crate::domain::{
    action::Action,
    compartment::CompartmentKind,
    ids::{AgencyId, CompartmentId, ReferralId, TeamId},
};

/// What is asked.
#[derive(Debug, Clone)]
pub struct AccessAsked<'a> {
    /// Of which referral.
    pub referral: ReferralId,
    /// Only what reaches into one of these.
    pub compartments: &'a [CompartmentId],
    /// Only these acts; of what was refused, any.
    pub actions: &'a [Action],
    /// For what was refused instead of what was done: whose refusals count beside those that reach into the compartments.
    pub refused: Option<Known<'a>>,
    /// Whether each person is a row, or each team.
    pub by_person: bool,
    /// Only rows whose newest event stands before this place: the cursor.
    pub before: Option<i64>,
    /// How many rows at most.
    pub limit: i64,
}

/// Of whom somebody knows that they are there, so that a refusal which reached into nothing tells nothing new.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Teams that hold something of it.
    pub teams: &'a [TeamId],
    /// The agency of the asker, all of whose people's acts are its own.
    pub agency: Option<AgencyId>,
}

/// Some acts of one kind by one person or team.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Accesses {
    /// The account; none where teams are the rows, and for a job.
    pub actor: Option<String>,
    /// The employing agency.
    pub agency: Option<String>,
    /// The team acted from.
    pub team: Option<String>,
    /// The act.
    pub action: String,
    /// The place of the first.
    pub first: i64,
    /// The place of the newest.
    pub last: i64,
    /// How many.
    pub times: i64,
}

/// Fills the query of the rows; the same for both databases, whose builders differ only in type.
macro_rules! gathered {
    ($asked:expr) => {{
        let AccessAsked { referral, compartments, actions, refused, by_person, before, limit } = $asked;
        let mut query = QueryBuilder::new("SELECT ");
        query.push(if *by_person { "e.actor" } else { "CAST(NULL AS TEXT)" });
        query.push(
            " AS actor, e.agency, e.team, e.action, MIN(s.idx) AS first, MAX(s.idx) AS last, COUNT(*) AS times FROM log_event e \
             JOIN log_sequence s ON s.event = e.id WHERE e.outcome = ",
        );
        query.push(if refused.is_some() { "'refuse'" } else { "'allow'" });
        query.push(" AND e.referral = ").push_bind(referral.to_string());
        if refused.is_none() {
            query.push(" AND e.action IN (");
            let mut list = query.separated(", ");
            for action in *actions {
                list.push_bind(action.code());
            }
            query.push(")");
        }
        query.push(" AND (EXISTS (SELECT 1 FROM log_scope o WHERE o.event = e.id AND o.compartment IN (");
        let mut list = query.separated(", ");
        for compartment in *compartments {
            list.push_bind(compartment.to_string());
        }
        query.push("))");
        if let Some(Known { teams, agency }) = refused {
            let agency = agency.map(|agency| agency.to_string()).unwrap_or_default();
            query.push(" OR e.agency = ").push_bind(agency).push(" OR (e.team IN (");
            let mut list = query.separated(", ");
            for team in *teams {
                list.push_bind(team.to_string());
            }
            list.push_bind("");
            query.push(
                ") AND NOT EXISTS (SELECT 1 FROM log_scope o JOIN compartment c ON c.id = o.compartment WHERE o.event = e.id))",
            );
        }
        query.push(") GROUP BY e.agency, e.team, e.action");
        if *by_person {
            query.push(", e.actor");
        }
        query.push(" HAVING MAX(s.idx) < ").push_bind(before.unwrap_or(i64::MAX));
        query.push(" ORDER BY last DESC LIMIT ").push_bind(*limit);
        query
    }};
}

impl Store {
    /// Who did such things, the newest first. Walks the events of one referral, and no more.
    pub async fn accesses(&self, asked: &AccessAsked<'_>) -> Result<Vec<Accesses>, Error> {
        if asked.compartments.is_empty() {
            return Ok(Vec::new());
        }
        Ok(on!(self, p => gathered!(asked).build_query_as().fetch_all(p).await)?)
    }

    /// The events at some places of the log, in any order.
    pub async fn events_at(&self, places: &[i64]) -> Result<Vec<Sequenced>, Error> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<SequencedRow> = on!(self, p => {
            let mut query = QueryBuilder::new(
                "SELECT s.idx, s.leaf, e.*, b.salt, b.body FROM log_sequence s JOIN log_event e ON e.id = s.event \
                 LEFT JOIN log_body b ON b.event = e.id WHERE s.idx IN (",
            );
            let mut list = query.separated(", ");
            for place in places {
                list.push_bind(*place);
            }
            query.push(")");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(sequenced).collect()
    }

    /// The compartments of a referral that a team or person of an agency has a key to, held back ones left out, and those of the
    /// copies that a team of it gave away: what an officer of the agency may learn of.
    pub async fn compartments_of_agency(
        &self,
        referral: ReferralId,
        agency: AgencyId,
    ) -> Result<Vec<(CompartmentId, CompartmentKind)>, Error> {
        const SQL: &str = "SELECT DISTINCT c.id, c.kind FROM compartment c JOIN grant_made g ON g.compartment = c.id \
             LEFT JOIN team t ON g.to_kind = 'team' AND t.id = g.to_id LEFT JOIN account a ON g.to_kind = 'user' AND a.id = g.to_id \
             WHERE c.referral = $1 AND (t.agency = $2 OR a.agency = $2) \
             AND (g.held = 0 OR EXISTS (SELECT 1 FROM grant_released x WHERE x.grant_id = g.id)) \
             UNION SELECT c.id, c.kind FROM grant_share h JOIN compartment c ON c.id = h.compartment \
             JOIN team d ON d.id = h.by_team WHERE h.referral = $1 AND h.what = 'items' AND d.agency = $2 ORDER BY 1";
        let rows: Vec<(String, String)> =
            on!(self, p => sqlx::query_as(SQL).bind(referral.to_string()).bind(agency.to_string()).fetch_all(p).await)?;
        let compartment = |(id, kind): (String, String)| {
            let kind = CompartmentKind::parse(&kind).ok_or(Error::Damaged("compartment.kind"))?;
            Ok((sound(CompartmentId::parse(&id), "compartment.id")?, kind))
        };
        rows.into_iter().map(compartment).collect()
    }
}
