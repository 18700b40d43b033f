//! People's accounts.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    account::AccountState,
    ids::{AgencyId, KeyId, UserId},
    text::{JobTitle, PersonName, Username, WorkPhone},
    time::Timestamp,
};

/// Somebody's name, with what they do at work and where they are rung there.
pub type NamedContact = (UserId, PersonName, Option<JobTitle>, Option<WorkPhone>);

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// What the person signs in with.
    pub username: Username,
    /// The name shown to colleagues.
    pub name: PersonName,
    /// The employing agency.
    pub agency: AgencyId,
    /// Invited, ready or disabled.
    pub state: AccountState,
    /// Counts changes.
    pub version: i64,
    /// The person's published key, once there is one.
    pub key: Option<KeyId>,
}

impl Account {
    /// Whether the person can act.
    pub fn is_ready(&self) -> bool {
        self.state == AccountState::Ready
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    id: String,
    username: String,
    name: String,
    agency: String,
    state: String,
    version: i64,
    key_id: Option<String>,
}

impl AccountRow {
    pub(super) fn account(self) -> Result<Account, Error> {
        Ok(Account {
            id: sound(UserId::parse(&self.id), "account.id")?,
            username: sound(Username::parse(&self.username), "account.username")?,
            name: sound(PersonName::parse(&self.name), "account.name")?,
            agency: sound(AgencyId::parse(&self.agency), "account.agency")?,
            state: known(AccountState::parse(&self.state), "account.state")?,
            version: self.version,
            key: self.key_id.map(|id| sound(KeyId::parse(&id), "account.key_id")).transpose()?,
        })
    }
}

impl Store {
    /// One account.
    pub async fn account(&self, id: UserId) -> Result<Option<Account>, Error> {
        const SQL: &str = "SELECT id, username, name, agency, state, version, key_id FROM account WHERE id = $1";
        let row = on!(self, p => sqlx::query_as::<_, AccountRow>(SQL).bind(id.to_string()).fetch_optional(p).await)?;
        row.map(AccountRow::account).transpose()
    }

    /// One account by what the person signs in with.
    pub async fn account_by_username(&self, username: &Username) -> Result<Option<Account>, Error> {
        const SQL: &str = "SELECT id, username, name, agency, state, version, key_id FROM account WHERE username = $1";
        let row = on!(self, p => sqlx::query_as::<_, AccountRow>(SQL).bind(username.as_str()).fetch_optional(p).await)?;
        row.map(AccountRow::account).transpose()
    }

    /// What somebody does at work and where they are rung, as they said it.
    pub async fn work_contact(&self, id: UserId) -> Result<(Option<JobTitle>, Option<WorkPhone>), Error> {
        const SQL: &str = "SELECT title, phone FROM account WHERE id = $1";
        let row: Option<(Option<String>, Option<String>)> =
            on!(self, p => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(p).await)?;
        let (title, phone) = row.unwrap_or_default();
        let title = title.map(|title| sound(JobTitle::parse(&title), "account.title")).transpose()?;
        Ok((title, phone.map(|phone| sound(WorkPhone::parse(&phone), "account.phone")).transpose()?))
    }

    /// The same of several people, with their names.
    pub async fn work_contacts(&self, ids: &[UserId]) -> Result<Vec<NamedContact>, Error> {
        let mut found = Vec::new();
        for some in ids.chunks(super::AT_ONCE) {
            let rows: Vec<(String, String, Option<String>, Option<String>)> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT id, name, title, phone FROM account WHERE id IN (");
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            for (id, name, title, phone) in rows {
                found.push((
                    sound(UserId::parse(&id), "account.id")?,
                    sound(PersonName::parse(&name), "account.name")?,
                    title.map(|title| sound(JobTitle::parse(&title), "account.title")).transpose()?,
                    phone.map(|phone| sound(WorkPhone::parse(&phone), "account.phone")).transpose()?,
                ));
            }
        }
        Ok(found)
    }

    /// User names and names of the accounts with these ids, in one query.
    pub async fn account_names(&self, ids: &[UserId]) -> Result<Vec<(UserId, Username, PersonName)>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(String, String, String)> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT id, username, name FROM account WHERE id IN ");
            query.push("(");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.to_string());
            }
            query.push(")");
            query.build_query_as().fetch_all(p).await
        })?;
        let name = |(id, username, name): (String, String, String)| {
            let id = sound(UserId::parse(&id), "account.id")?;
            Ok((id, sound(Username::parse(&username), "account.username")?, sound(PersonName::parse(&name), "account.name")?))
        };
        rows.into_iter().map(name).collect()
    }
}

impl Tx {
    /// Makes an account; its first version is 1.
    pub async fn insert_account(&mut self, account: &Account, at: Timestamp) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO account (id, username, name, agency, state, version, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        within!(self, c => sqlx::query(SQL)
            .bind(account.id.to_string())
            .bind(account.username.as_str())
            .bind(account.name.as_str())
            .bind(account.agency.to_string())
            .bind(account.state.code())
            .bind(account.version)
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Keeps what somebody does at work and where they are rung.
    pub async fn change_work_contact(
        &mut self,
        id: UserId,
        title: Option<&JobTitle>,
        phone: Option<&WorkPhone>,
    ) -> Result<(), Error> {
        const SQL: &str = "UPDATE account SET title = $2, phone = $3 WHERE id = $1";
        within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(title.map(JobTitle::as_str))
            .bind(phone.map(WorkPhone::as_str))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// An account becomes ready, invited or disabled, if it still stands at the version expected.
    pub async fn move_account(&mut self, id: UserId, version: i64, state: AccountState) -> Result<bool, Error> {
        const SQL: &str = "UPDATE account SET state = $3, version = version + 1 WHERE id = $1 AND version = $2";
        let rows = within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(version).bind(state.code()).execute(c).await.map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }

    /// An invited account becomes ready with its key, if it still stands at the version expected.
    pub async fn ready_account(&mut self, id: UserId, version: i64, key: KeyId) -> Result<bool, Error> {
        const SQL: &str = "UPDATE account SET state = 'ready', version = version + 1, key_id = $3 \
             WHERE id = $1 AND version = $2 AND state = 'invited'";
        let rows = within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(version).bind(key.to_string()).execute(c).await.map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }
}
