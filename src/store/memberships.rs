//! Places in teams.

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    account::{AccountState, MembershipState},
    action::Action,
    actor::Place,
    ids::{AgencyId, MembershipId, TeamId, UserId},
    role::Role,
    time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct PlaceRow {
    id: String,
    version: i64,
    team: String,
    agency: String,
    role: String,
    state: String,
}

impl PlaceRow {
    fn place(self) -> Result<Place, Error> {
        Ok(Place {
            id: sound(MembershipId::parse(&self.id), "membership.id")?,
            version: self.version,
            team: sound(TeamId::parse(&self.team), "membership.team")?,
            agency: sound(AgencyId::parse(&self.agency), "team.agency")?,
            role: known(Role::parse(&self.role), "membership.role")?,
            state: known(MembershipState::parse(&self.state), "membership.state")?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct MemberRow {
    account: String,
    #[sqlx(flatten)]
    place: PlaceRow,
}

impl MemberRow {
    pub(super) fn member(self) -> Result<(UserId, Place), Error> {
        Ok((sound(UserId::parse(&self.account), "membership.account")?, self.place.place()?))
    }
}

/// What a commit checks of an account.
pub(super) struct HeldAccount {
    state: AccountState,
    version: i64,
}

impl HeldAccount {
    /// Whether the account is still what the gate saw, and may act; an invited one may only set its credentials.
    pub(super) fn admits(&self, version: i64, action: Action) -> bool {
        let able = match self.state {
            AccountState::Ready => true,
            AccountState::Invited => matches!(action, Action::TakeUpInvitation | Action::EnrolCredentials),
            AccountState::Disabled => false,
        };
        able && self.version == version
    }
}

pub(super) async fn held_account(tx: &mut Tx, id: UserId) -> Result<Option<HeldAccount>, Error> {
    let sql = held!(tx, "SELECT state, version FROM account WHERE id = $1");
    let row: Option<(String, i64)> = within!(tx, c => sqlx::query_as(sql).bind(id.to_string()).fetch_optional(c).await)?;
    row.map(|(state, version)| Ok(HeldAccount { state: known(AccountState::parse(&state), "account.state")?, version }))
        .transpose()
}

pub(super) async fn held_version(tx: &mut Tx, id: MembershipId) -> Result<Option<i64>, Error> {
    let sql = held!(tx, "SELECT version FROM membership WHERE id = $1 AND state <> 'ended'");
    let row: Option<(i64,)> = within!(tx, c => sqlx::query_as(sql).bind(id.to_string()).fetch_optional(c).await)?;
    Ok(row.map(|(version,)| version))
}

impl Store {
    /// A person's places that have not ended, the oldest first: that one is the main place.
    pub async fn places(&self, user: UserId) -> Result<Vec<Place>, Error> {
        const SQL: &str = "SELECT m.id, m.version, m.team, t.agency, m.role, m.state FROM membership m JOIN team t ON t.id = m.team \
             WHERE m.account = $1 AND m.state <> 'ended' ORDER BY m.created_at, m.id";
        let rows = on!(self, p => sqlx::query_as::<_, PlaceRow>(SQL).bind(user.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(PlaceRow::place).collect()
    }

    /// The places of a team that have not ended, with whose they are.
    pub async fn members(&self, team: TeamId) -> Result<Vec<(UserId, Place)>, Error> {
        const SQL: &str = "SELECT m.account, m.id, m.version, m.team, t.agency, m.role, m.state FROM membership m \
             JOIN team t ON t.id = m.team WHERE m.team = $1 AND m.state <> 'ended' ORDER BY m.created_at, m.id";
        let rows: Vec<MemberRow> = on!(self, p => sqlx::query_as(SQL).bind(team.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(MemberRow::member).collect()
    }

    /// The places in all teams of an agency that have not ended, with whose they are.
    pub async fn members_of_agency(&self, agency: AgencyId) -> Result<Vec<(UserId, Place)>, Error> {
        const SQL: &str = "SELECT m.account, m.id, m.version, m.team, t.agency, m.role, m.state FROM membership m \
             JOIN team t ON t.id = m.team WHERE t.agency = $1 AND m.state <> 'ended' ORDER BY m.created_at, m.id";
        let rows: Vec<MemberRow> = on!(self, p => sqlx::query_as(SQL).bind(agency.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(MemberRow::member).collect()
    }

    /// Everybody with a place of this role, in any team, each once.
    pub async fn people_with(&self, role: Role) -> Result<Vec<UserId>, Error> {
        const SQL: &str = "SELECT DISTINCT m.account FROM membership m JOIN account a ON a.id = m.account \
             WHERE m.role = $1 AND m.state <> 'ended' AND a.state = 'ready' ORDER BY m.account";
        let rows: Vec<(String,)> = on!(self, p => sqlx::query_as(SQL).bind(role.code()).fetch_all(p).await)?;
        rows.into_iter().map(|(id,)| sound(UserId::parse(&id), "membership.account")).collect()
    }
}

impl Tx {
    /// Gives a place; its first version is 1.
    pub async fn insert_membership(&mut self, user: UserId, place: &Place, at: Timestamp) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO membership (id, account, team, role, state, version, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        within!(self, c => sqlx::query(SQL)
            .bind(place.id.to_string())
            .bind(user.to_string())
            .bind(place.team.to_string())
            .bind(place.role.code())
            .bind(place.state.code())
            .bind(place.version)
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// A waiting place comes into force.
    pub async fn activate_membership(&mut self, id: MembershipId, version: i64) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE membership SET state = 'active', version = version + 1 WHERE id = $1 AND version = $2 AND state = 'waiting'";
        let rows = within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(version).execute(c).await.map(|done| done.rows_affected()))?;
        // What did not move is still held against the permit.
        if rows == 1 {
            self.moved(id);
        }
        Ok(rows == 1)
    }

    /// A place gets this role and state, if it still stands at the version expected.
    pub async fn change_membership(
        &mut self,
        id: MembershipId,
        version: i64,
        (role, state): (Role, MembershipState),
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE membership SET role = $3, state = $4, version = version + 1 \
             WHERE id = $1 AND version = $2 AND state <> 'ended'";
        let rows = within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(version).bind(role.code()).bind(state.code()).execute(c).await.map(|done| done.rows_affected()))?;
        // What did not move is still held against the permit.
        if rows == 1 {
            self.moved(id);
        }
        Ok(rows == 1)
    }

    /// A place ends, if it still stands at the version expected.
    pub async fn end_membership(&mut self, id: MembershipId, version: i64) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE membership SET state = 'ended', version = version + 1 WHERE id = $1 AND version = $2 AND state <> 'ended'";
        let rows = within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(version).execute(c).await.map(|done| done.rows_affected()))?;
        // What did not move is still held against the permit.
        if rows == 1 {
            self.moved(id);
        }
        Ok(rows == 1)
    }
}
