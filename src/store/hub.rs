//! The hub's own row, and every policy and pathway file that was ever in force.

use super::{Error, Store, Tx, error::known};
use crate::{domain::time::Timestamp, policy::HubState};

/// The hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// Setting up, or open.
    pub state: HubState,
    /// The log's origin: its name in checkpoints.
    pub origin: String,
    /// Whether all in it is invented.
    pub demonstration: bool,
    /// Digest of the policy in force, hexadecimal.
    pub policy: Option<String>,
}

#[derive(sqlx::FromRow)]
struct HubRow {
    state: String,
    origin: String,
    demonstration: i64,
    policy: Option<String>,
}

impl HubRow {
    fn hub(self) -> Result<Hub, Error> {
        let state = known(HubState::parse(&self.state), "hub.state")?;
        Ok(Hub { state, origin: self.origin, demonstration: self.demonstration != 0, policy: self.policy })
    }
}

/// A pathway file in force.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PathwayFile {
    /// The pathway's id.
    pub id: String,
    /// SHA-256 of the text, hexadecimal.
    pub version: String,
    /// The file's text.
    pub content: String,
}

pub(super) async fn held(tx: &mut Tx) -> Result<Hub, Error> {
    let sql = held!(tx, "SELECT state, origin, demonstration, policy FROM hub WHERE id = 1");
    within!(tx, c => sqlx::query_as::<_, HubRow>(sql).fetch_one(c).await)?.hub()
}

impl Store {
    /// The hub's row; `None` on an empty database.
    pub async fn hub(&self) -> Result<Option<Hub>, Error> {
        const SQL: &str = "SELECT state, origin, demonstration, policy FROM hub WHERE id = 1";
        let row = on!(self, p => sqlx::query_as::<_, HubRow>(SQL).fetch_optional(p).await)?;
        row.map(HubRow::hub).transpose()
    }

    /// Makes the hub's row once; later calls change nothing.
    pub async fn found_hub(&self, origin: &str, demonstration: bool) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO hub (id, state, origin, demonstration) VALUES (1, 'setting-up', $1, $2) ON CONFLICT (id) DO NOTHING";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(origin).bind(i64::from(demonstration)).execute(c).await.map(drop))?;
        tx.finish().await
    }

    /// A policy's texts by digest: model, lines, cases.
    pub async fn policy_file(&self, digest: &str) -> Result<Option<(String, String, String)>, Error> {
        const SQL: &str = "SELECT model, policy, cases FROM policy_file WHERE digest = $1";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(digest).fetch_optional(p).await)?)
    }

    /// The digests of every policy that was ever in force.
    pub async fn policy_digests(&self) -> Result<Vec<String>, Error> {
        const SQL: &str = "SELECT digest FROM policy_file ORDER BY digest";
        let rows: Vec<(String,)> = on!(self, p => sqlx::query_as(SQL).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|(digest,)| digest).collect())
    }

    /// The versions of every pathway file that was ever in force.
    pub async fn pathway_versions(&self) -> Result<Vec<String>, Error> {
        const SQL: &str = "SELECT version FROM pathway_file ORDER BY version";
        let rows: Vec<(String,)> = on!(self, p => sqlx::query_as(SQL).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|(version,)| version).collect())
    }

    /// The pathways in force, by id.
    pub async fn pathway_files(&self) -> Result<Vec<PathwayFile>, Error> {
        const SQL: &str =
            "SELECT p.id, p.version, f.content FROM pathway p JOIN pathway_file f ON f.version = p.version ORDER BY p.id";
        Ok(on!(self, p => sqlx::query_as(SQL).fetch_all(p).await)?)
    }

    /// A pathway file by its version, in force or not.
    pub async fn pathway_file(&self, version: &str) -> Result<Option<PathwayFile>, Error> {
        const SQL: &str = "SELECT pathway AS id, version, content FROM pathway_file WHERE version = $1";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(version).fetch_optional(p).await)?)
    }
}

impl Tx {
    /// Ends first set-up.
    pub async fn open_hub(&mut self) -> Result<bool, Error> {
        const SQL: &str = "UPDATE hub SET state = 'open' WHERE id = 1 AND state = 'setting-up'";
        let rows = within!(self, c => sqlx::query(SQL).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Stores a policy's texts by digest and puts it into force.
    pub async fn activate_policy(&mut self, digest: &str, texts: [&str; 3], at: Timestamp) -> Result<(), Error> {
        const KEEP: &str = "INSERT INTO policy_file (digest, model, policy, cases, stored_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (digest) DO NOTHING";
        const USE: &str = "UPDATE hub SET policy = $1 WHERE id = 1";
        let [model, policy, cases] = texts;
        within!(self, c => sqlx::query(KEEP).bind(digest).bind(model).bind(policy).bind(cases).bind(at.millis()).execute(c).await.map(drop))?;
        within!(self, c => sqlx::query(USE).bind(digest).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Stores a pathway file by its hash and puts it into force.
    pub async fn activate_pathway(&mut self, file: &PathwayFile, at: Timestamp) -> Result<(), Error> {
        const KEEP: &str = "INSERT INTO pathway_file (version, pathway, content, stored_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (version) DO NOTHING";
        const USE: &str = "INSERT INTO pathway (id, version) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET version = $2";
        let PathwayFile { id, version, content } = file;
        within!(self, c => sqlx::query(KEEP).bind(version).bind(id).bind(content).bind(at.millis()).execute(c).await.map(drop))?;
        within!(self, c => sqlx::query(USE).bind(id).bind(version).execute(c).await.map(drop))?;
        Ok(())
    }
}
