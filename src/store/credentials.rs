//! Passwords' verifiers, wrapped identities and second factors: rows of bytes that `crypto` makes and checks.

use super::{Error, Store, Tx, error::sound};
use crate::domain::{
    ids::{KeyId, UserId},
    time::Timestamp,
};

/// What stands in a credential's row.
#[derive(Clone)]
pub struct CredentialRow {
    /// Argon2's salt.
    pub salt: Vec<u8>,
    /// Argon2's memory, KiB.
    pub memory_kib: i64,
    /// Argon2's passes.
    pub passes: i64,
    /// Argon2's lanes.
    pub lanes: i64,
    /// Which pepper.
    pub pepper_version: i64,
    /// HMAC of the authentication value.
    pub auth_tag: Vec<u8>,
    /// The person's identity under the key-encryption key.
    pub wrapped_identity: Vec<u8>,
    /// The person's published key.
    pub key: KeyId,
    /// The suite of the wrap.
    pub suite: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    salt: Vec<u8>,
    memory_kib: i64,
    passes: i64,
    lanes: i64,
    pepper_version: i64,
    auth_tag: Vec<u8>,
    wrapped_identity: Vec<u8>,
    key_id: String,
    suite: i64,
}

/// A sealed second factor.
#[derive(Clone, sqlx::FromRow)]
pub struct SecondFactorRow {
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// Which server key sealed it.
    pub key_version: i64,
    /// The last time step used; codes up to it are spent.
    pub last_step: i64,
}

impl Store {
    /// A person's credential.
    pub async fn credential(&self, user: UserId) -> Result<Option<CredentialRow>, Error> {
        const SQL: &str = "SELECT salt, memory_kib, passes, lanes, pepper_version, auth_tag, wrapped_identity, key_id, suite \
             FROM credential WHERE account = $1";
        let row = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).fetch_optional(p).await)?;
        row.map(|row| {
            Ok(CredentialRow {
                salt: row.salt,
                memory_kib: row.memory_kib,
                passes: row.passes,
                lanes: row.lanes,
                pepper_version: row.pepper_version,
                auth_tag: row.auth_tag,
                wrapped_identity: row.wrapped_identity,
                key: sound(KeyId::parse(&row.key_id), "credential.key_id")?,
                suite: row.suite,
            })
        })
        .transpose()
    }

    /// How many credentials are cheaper than this to guess; start-up refuses any.
    pub async fn weak_credentials(&self, memory_kib: i64, passes: i64) -> Result<i64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM credential WHERE memory_kib < $1 OR passes < $2";
        let (count,): (i64,) = on!(self, p => sqlx::query_as(SQL).bind(memory_kib).bind(passes).fetch_one(p).await)?;
        Ok(count)
    }

    /// A person's second factor.
    pub async fn second_factor(&self, user: UserId) -> Result<Option<SecondFactorRow>, Error> {
        const SQL: &str = "SELECT sealed, key_version, last_step FROM second_factor WHERE account = $1";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).fetch_optional(p).await)?)
    }
}

impl Tx {
    /// Sets a person's first credential.
    pub async fn insert_credential(&mut self, user: UserId, row: &CredentialRow, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO credential (account, salt, memory_kib, passes, lanes, pepper_version, auth_tag, wrapped_identity, \
             key_id, suite, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(&row.salt)
            .bind(row.memory_kib)
            .bind(row.passes)
            .bind(row.lanes)
            .bind(row.pepper_version)
            .bind(&row.auth_tag)
            .bind(&row.wrapped_identity)
            .bind(row.key.to_string())
            .bind(row.suite)
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether a person's credential is still the one with this tag, held until the transaction ends.
    pub async fn holds_credential(&mut self, user: UserId, tag: &[u8]) -> Result<bool, Error> {
        let sql = held!(self, "SELECT key_id FROM credential WHERE account = $1 AND auth_tag = $2");
        let row: Option<(String,)> =
            within!(self, c => sqlx::query_as(sql).bind(user.to_string()).bind(tag).fetch_optional(c).await)?;
        Ok(row.is_some())
    }

    /// Puts a person's credential in place of the one with this tag; false when it is another by now.
    pub async fn replace_credential(
        &mut self,
        user: UserId,
        before: &[u8],
        row: &CredentialRow,
        at: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE credential SET salt = $3, memory_kib = $4, passes = $5, lanes = $6, pepper_version = $7, \
             auth_tag = $8, wrapped_identity = $9, key_id = $10, suite = $11, changed_at = $12 WHERE account = $1 AND auth_tag = $2";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(before)
            .bind(&row.salt)
            .bind(row.memory_kib)
            .bind(row.passes)
            .bind(row.lanes)
            .bind(row.pepper_version)
            .bind(&row.auth_tag)
            .bind(&row.wrapped_identity)
            .bind(row.key.to_string())
            .bind(row.suite)
            .bind(at.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Sets a person's first second factor.
    pub async fn insert_second_factor(&mut self, user: UserId, row: &SecondFactorRow) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO second_factor (account, sealed, key_version, last_step) VALUES ($1, $2, $3, $4)";
        within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(&row.sealed)
            .bind(row.key_version)
            .bind(row.last_step)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Spends a time step; false when it, or a later one, was already spent: the code is a replay.
    pub async fn spend_step(&mut self, user: UserId, step: i64) -> Result<bool, Error> {
        const SQL: &str = "UPDATE second_factor SET last_step = $2 WHERE account = $1 AND last_step < $2";
        let rows = within!(self, c => sqlx::query(SQL).bind(user.to_string()).bind(step).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
