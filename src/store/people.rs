//! The people of an agency, as its administrators see them.

use sqlx::QueryBuilder;

use super::{
    Error, Store,
    accounts::{Account, AccountRow},
    memberships::MemberRow,
};
use crate::domain::{
    actor::Place,
    ids::{AgencyId, UserId},
    time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct PersonRow {
    #[sqlx(flatten)]
    account: AccountRow,
    expires_at: Option<i64>,
}

impl Store {
    /// The accounts of an agency by name, each with when its invitation runs out; those after one of them, up to a number.
    pub async fn people_of(
        &self,
        agency: AgencyId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(Account, Option<Timestamp>)>, Error> {
        const FIRST: &str = "SELECT a.id, a.username, a.name, a.agency, a.state, a.version, a.key_id, i.expires_at FROM account a \
             LEFT JOIN invitation i ON i.account = a.id WHERE a.agency = $1 ORDER BY a.name, a.id LIMIT $2";
        const NEXT: &str = "SELECT a.id, a.username, a.name, a.agency, a.state, a.version, a.key_id, i.expires_at FROM account a \
             LEFT JOIN invitation i ON i.account = a.id WHERE a.agency = $1 \
             AND (a.name, a.id) > (SELECT c.name, c.id FROM account c WHERE c.id = $3 AND c.agency = $1) \
             ORDER BY a.name, a.id LIMIT $2";
        let (agency, limit) = (agency.to_string(), i64::from(limit));
        let rows: Vec<PersonRow> = match after {
            None => on!(self, p => sqlx::query_as(FIRST).bind(agency).bind(limit).fetch_all(p).await)?,
            Some(id) => on!(self, p => sqlx::query_as(NEXT).bind(agency).bind(limit).bind(id.to_string()).fetch_all(p).await)?,
        };
        let person = |row: PersonRow| Ok((row.account.account()?, row.expires_at.map(Timestamp::from_millis)));
        rows.into_iter().map(person).collect()
    }

    /// The places of several people that have not ended, each with whose it is, the oldest first.
    pub async fn places_of(&self, people: &[UserId]) -> Result<Vec<(UserId, Place)>, Error> {
        let mut places = Vec::new();
        for some in people.chunks(super::AT_ONCE) {
            let rows: Vec<MemberRow> = on!(self, p => {
                let mut query = QueryBuilder::new(
                    "SELECT m.account, m.id, m.version, m.team, t.agency, m.role, m.state FROM membership m \
                     JOIN team t ON t.id = m.team WHERE m.state <> 'ended' AND m.account IN (",
                );
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(") ORDER BY m.created_at, m.id");
                query.build_query_as().fetch_all(p).await
            })?;
            for row in rows {
                places.push(row.member()?);
            }
        }
        Ok(places)
    }
}
