//! The people of an agency, as its administrators see them.

use jiff::civil::Date;
use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    accounts::{Account, AccountRow},
    error::sound,
    memberships::MemberRow,
};
use crate::domain::{
    actor::Place,
    ids::{AgencyId, UserId},
    time::Timestamp,
};

/// Somebody, as their agency's administrators see them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their account.
    pub account: Account,
    /// When their invitation runs out; none when they have joined or none was made.
    pub invited_until: Option<Timestamp>,
    /// When their password was reset, while nobody has admitted the key that they made or will make after it.
    pub reset_at: Option<Timestamp>,
    /// When they last signed in, as far as it was noted.
    pub last_sign_in: Option<Timestamp>,
    /// The day of their last safeguarding training.
    pub trained_on: Option<Date>,
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    #[sqlx(flatten)]
    account: AccountRow,
    expires_at: Option<i64>,
    reset_at: Option<i64>,
    last_sign_in_at: Option<i64>,
    trained_on: Option<String>,
}

impl PersonRow {
    fn person(self) -> Result<Person, Error> {
        let day = |text: String| sound(text.parse::<Date>(), "account.trained_on");
        Ok(Person {
            account: self.account.account()?,
            invited_until: self.expires_at.map(Timestamp::from_millis),
            reset_at: self.reset_at.map(Timestamp::from_millis),
            last_sign_in: self.last_sign_in_at.map(Timestamp::from_millis),
            trained_on: self.trained_on.map(day).transpose()?,
        })
    }
}

impl Store {
    /// The accounts of an agency by name, each with what else administrators see; those after one of them, up to a number.
    pub async fn people_of(&self, agency: AgencyId, after: Option<UserId>, limit: u32) -> Result<Vec<Person>, Error> {
        const FIRST: &str = "SELECT a.id, a.username, a.name, a.agency, a.state, a.version, a.key_id, a.last_sign_in_at, \
             a.trained_on, i.expires_at, r.made_at AS reset_at FROM account a \
             LEFT JOIN invitation i ON i.account = a.id LEFT JOIN account_reset r ON r.account = a.id AND r.admitted_at IS NULL WHERE a.agency = $1 ORDER BY a.name, a.id LIMIT $2";
        const NEXT: &str = "SELECT a.id, a.username, a.name, a.agency, a.state, a.version, a.key_id, a.last_sign_in_at, \
             a.trained_on, i.expires_at, r.made_at AS reset_at FROM account a \
             LEFT JOIN invitation i ON i.account = a.id LEFT JOIN account_reset r ON r.account = a.id AND r.admitted_at IS NULL WHERE a.agency = $1 \
             AND (a.name, a.id) > (SELECT c.name, c.id FROM account c WHERE c.id = $3 AND c.agency = $1) \
             ORDER BY a.name, a.id LIMIT $2";
        let (agency, limit) = (agency.to_string(), i64::from(limit));
        let rows: Vec<PersonRow> = match after {
            None => on!(self, p => sqlx::query_as(FIRST).bind(agency).bind(limit).fetch_all(p).await)?,
            Some(id) => on!(self, p => sqlx::query_as(NEXT).bind(agency).bind(limit).bind(id.to_string()).fetch_all(p).await)?,
        };
        rows.into_iter().map(PersonRow::person).collect()
    }

    /// One person.
    pub async fn person(&self, id: UserId) -> Result<Option<Person>, Error> {
        const SQL: &str = "SELECT a.id, a.username, a.name, a.agency, a.state, a.version, a.key_id, a.last_sign_in_at, a.trained_on, \
             i.expires_at, r.made_at AS reset_at FROM account a LEFT JOIN invitation i ON i.account = a.id \
             LEFT JOIN account_reset r ON r.account = a.id AND r.admitted_at IS NULL WHERE a.id = $1";
        let row: Option<PersonRow> = on!(self, p => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(p).await)?;
        row.map(PersonRow::person).transpose()
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

impl Tx {
    /// Somebody has signed in.
    pub async fn note_sign_in(&mut self, id: UserId, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE account SET last_sign_in_at = $2 WHERE id = $1";
        within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(at.millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Keeps the day of somebody's last training.
    pub async fn set_training(&mut self, id: UserId, on: Option<Date>) -> Result<(), Error> {
        const SQL: &str = "UPDATE account SET trained_on = $2 WHERE id = $1";
        let day = on.map(|day| day.to_string());
        within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(day).execute(c).await.map(drop))?;
        Ok(())
    }
}
