//! Who is away from work, and until when.

use sqlx::QueryBuilder;

use super::{AT_ONCE, Error, Store, Tx, error::sound};
use crate::domain::{absence::Absence, ids::UserId, time::Timestamp};

impl Store {
    /// When each of some people is away, now or later; who said nothing of that, or is back, is not among them.
    pub async fn absences_of(&self, people: &[UserId], now: Timestamp) -> Result<Vec<(UserId, Absence)>, Error> {
        let mut found = Vec::new();
        for people in people.chunks(AT_ONCE) {
            let rows: Vec<(String, i64, Option<i64>)> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT account, starts_at, ends_at FROM absence WHERE account IN (");
                let mut list = query.separated(", ");
                for id in people {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            for (account, from, until) in rows {
                let until = until.map(Timestamp::from_millis);
                let absence = Absence { from: Timestamp::from_millis(from), until };
                if !absence.is_over(now) {
                    found.push((sound(UserId::parse(&account), "absence.account")?, absence));
                }
            }
        }
        Ok(found)
    }

    /// Forgets when people were away who were back by a moment.
    pub async fn forget_absences(&self, before: Timestamp) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM absence WHERE ends_at <= $1";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(before.millis()).execute(c).await.map(drop))?;
        tx.finish().await
    }
}

impl Tx {
    /// Says when somebody is away, in place of what was said before.
    pub async fn set_absence(&mut self, user: UserId, Absence { from, until }: Absence) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO absence (account, starts_at, ends_at) VALUES ($1, $2, $3) \
             ON CONFLICT (account) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at";
        within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(from.millis())
            .bind(until.map(Timestamp::millis))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Somebody is back, or does not go away.
    pub async fn end_absence(&mut self, user: UserId) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM absence WHERE account = $1";
        within!(self, c => sqlx::query(SQL).bind(user.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }
}
