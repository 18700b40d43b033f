//! Renewing keys: who holds the newest keys of compartments, what a team or person could still read, and how far a renewal is.

use sqlx::QueryBuilder;

use super::{
    Engine, Error, Store, Tx,
    error::{known, sound},
    teams::Team,
};
use crate::domain::{
    account::MembershipState,
    compartment::CompartmentKind,
    grant::GrantReason,
    ids::{AgencyId, CompartmentId, GrantId, ReferralId, RenewalId, TeamId, UserId},
    key::HolderKind,
    renewal::{Renewal, RenewalState, Subject},
    role::Role,
    time::Timestamp,
};

/// A key of a compartment's newest epoch, in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewestKey {
    /// The compartment.
    pub compartment: CompartmentId,
    /// What it is for.
    pub kind: CompartmentKind,
    /// Its epoch.
    pub epoch: i64,
    /// Whose.
    pub to_kind: HolderKind,
    /// The holder's id, hexadecimal.
    pub to: String,
    /// What it was given for.
    pub reason: GrantReason,
    /// Whether it still counts for nothing, because nothing has released it.
    pub held: bool,
    /// Whether the holder still is one: a team that has a key, a person who can sign in with the key that it was wrapped to and,
    /// named on the receiving side, still works there.
    pub entitled: bool,
    /// Whether it is wrapped to the holder's present key.
    pub present: bool,
}

#[derive(sqlx::FromRow)]
struct NewestRow {
    compartment: String,
    kind: String,
    epoch: i64,
    to_kind: String,
    to_id: String,
    reason: String,
    held: i64,
    entitled: i64,
    present: i64,
}

impl NewestRow {
    fn key(self) -> Result<NewestKey, Error> {
        Ok(NewestKey {
            compartment: sound(CompartmentId::parse(&self.compartment), "grant_made.compartment")?,
            kind: known(CompartmentKind::parse(&self.kind), "compartment.kind")?,
            epoch: self.epoch,
            to_kind: known(HolderKind::parse(&self.to_kind), "grant_made.to_kind")?,
            to: self.to_id,
            reason: known(GrantReason::parse(&self.reason), "grant_made.reason")?,
            held: self.held != 0,
            entitled: self.entitled != 0,
            present: self.present != 0,
        })
    }
}

/// The newest keys of a referral's compartments, what was shared away left out: nothing is written into that any more. `$1` is the
/// referral or draft.
const NEWEST: &str = "SELECT g.compartment, c.kind, c.epoch, g.to_kind, g.to_id, g.reason, \
     CAST(CASE WHEN g.held = 1 AND NOT EXISTS (SELECT 1 FROM grant_released x WHERE x.grant_id = g.id) THEN 1 ELSE 0 END AS BIGINT) AS held, \
     CAST(CASE WHEN g.to_kind = 'recovery' \
       OR g.to_kind = 'team' AND EXISTS (SELECT 1 FROM team t WHERE t.id = g.to_id AND t.epoch > 0 AND t.keyless = 0) \
       OR g.to_kind = 'user' AND EXISTS (SELECT 1 FROM account a WHERE a.id = g.to_id AND a.state = 'ready' AND a.key_id = g.to_key) \
         AND EXISTS (SELECT 1 FROM membership m WHERE m.account = g.to_id AND m.state = 'active' \
           AND m.role IN ('practitioner', 'triager', 'lead', 'coordinator') AND (g.reason <> 'named' \
             OR EXISTS (SELECT 1 FROM referral r WHERE r.receiving_team = m.team AND r.id = g.referral))) \
       THEN 1 ELSE 0 END AS BIGINT) AS entitled, \
     CAST(CASE WHEN g.to_kind = 'user' \
       OR g.to_kind = 'team' AND EXISTS (SELECT 1 FROM team t WHERE t.id = g.to_id AND t.epoch = g.to_epoch) \
       OR g.to_kind = 'recovery' AND EXISTS (SELECT 1 FROM agency a WHERE a.id = g.to_id AND a.recovery_key = g.to_key) \
       THEN 1 ELSE 0 END AS BIGINT) AS present \
     FROM grant_made g JOIN compartment c ON c.id = g.compartment AND c.epoch = g.epoch \
     WHERE g.referral = $1 AND c.kind <> 'share' AND EXISTS (SELECT 1 FROM grant_bytes b WHERE b.grant_id = g.id) \
     ORDER BY g.compartment, g.granted_at, g.id";

/// What is open, of the grant `g`: a referral that nobody has closed or withdrawn, a draft that can still be sent.
macro_rules! still_open {
    () => {
        "(EXISTS (SELECT 1 FROM referral r WHERE r.id = g.referral AND r.state NOT IN ('closed', 'withdrawn')) \
         OR EXISTS (SELECT 1 FROM draft d WHERE d.id = g.referral AND d.state = 'open'))"
    };
}

/// The newest keys that `$1` holds of what is open; a team's that are not wrapped to its present key.
macro_rules! to_renew {
    () => {
        concat!(
            "FROM grant_made g JOIN compartment c ON c.id = g.compartment AND c.epoch = g.epoch AND c.kind <> 'share' ",
            "WHERE g.to_id = $1 AND (g.to_kind = 'user' OR EXISTS (SELECT 1 FROM team t WHERE t.id = g.to_id AND t.epoch > g.to_epoch)) ",
            "AND ",
            still_open!()
        )
    };
}

#[derive(sqlx::FromRow)]
struct RenewalRow {
    id: String,
    agency: String,
    subject: String,
    of_team: i64,
    state: String,
    total: i64,
    done: i64,
    reached: String,
    renewed: i64,
    begun_at: i64,
    ended_at: Option<i64>,
}

impl RenewalRow {
    fn renewal(self) -> Result<Renewal, Error> {
        let subject = if self.of_team == 1 {
            Subject::Team(sound(TeamId::parse(&self.subject), "renewal.subject")?)
        } else {
            Subject::Person(sound(UserId::parse(&self.subject), "renewal.subject")?)
        };
        Ok(Renewal {
            id: sound(RenewalId::parse(&self.id), "renewal.id")?,
            agency: sound(AgencyId::parse(&self.agency), "renewal.agency")?,
            subject,
            state: known(RenewalState::parse(&self.state), "renewal.state")?,
            total: self.total,
            done: self.done,
            reached: self.reached,
            renewed: self.renewed,
            begun_at: Timestamp::from_millis(self.begun_at),
            ended_at: self.ended_at.map(Timestamp::from_millis),
        })
    }
}

/// The id of whoever's keys are renewed, and whether it is a team.
fn of(subject: Subject) -> (String, i64) {
    match subject {
        Subject::Team(team) => (team.to_string(), 1),
        Subject::Person(user) => (user.to_string(), 0),
    }
}

impl Store {
    /// Who holds the newest keys of a referral's or draft's compartments.
    pub async fn newest_keys(&self, referral: ReferralId) -> Result<Vec<NewestKey>, Error> {
        let rows = on!(self, p => sqlx::query_as::<_, NewestRow>(NEWEST).bind(referral.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(NewestRow::key).collect()
    }

    /// Whether a referral was received by a team whose key nobody holds, and nobody covers for it or received it by name: what is
    /// written then is opened by nobody there.
    pub async fn reaches_nobody(&self, referral: ReferralId) -> Result<bool, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM referral r JOIN team t ON t.id = r.receiving_team AND t.keyless = 1 \
             WHERE r.id = $1 AND NOT EXISTS (SELECT 1 FROM grant_made g WHERE g.referral = r.id AND (g.reason = 'named' \
               OR g.reason = 'cover' AND EXISTS (SELECT 1 FROM team o WHERE o.id = g.to_id AND o.epoch > 0 AND o.keyless = 0)))";
        let (count,): (i64,) = on!(self, p => sqlx::query_as(SQL).bind(referral.to_string()).fetch_one(p).await)?;
        Ok(count > 0)
    }

    /// What is open and read by somebody through a key of old, after a grant, in the order of the grants; up to a number.
    pub async fn to_renew(&self, subject: Subject, after: &str, limit: i64) -> Result<Vec<(GrantId, ReferralId)>, Error> {
        const SQL: &str = concat!("SELECT g.id, g.referral ", to_renew!(), " AND g.id > $2 ORDER BY g.id LIMIT $3");
        let (id, _) = of(subject);
        let rows: Vec<(String, String)> =
            on!(self, p => sqlx::query_as(SQL).bind(&id).bind(after).bind(limit).fetch_all(p).await)?;
        let row = |(grant, referral): (String, String)| {
            Ok((sound(GrantId::parse(&grant), "grant_made.id")?, sound(ReferralId::parse(&referral), "grant_made.referral")?))
        };
        rows.into_iter().map(row).collect()
    }

    /// A renewal that the job is to go on with, the oldest first.
    pub async fn running_renewal(&self) -> Result<Option<Renewal>, Error> {
        const SQL: &str = "SELECT * FROM renewal WHERE state = 'running' ORDER BY begun_at, id LIMIT 1";
        let row = on!(self, p => sqlx::query_as::<_, RenewalRow>(SQL).fetch_optional(p).await)?;
        row.map(RenewalRow::renewal).transpose()
    }

    /// The renewals of an agency, the newest first, up to a number.
    pub async fn renewals(&self, agency: AgencyId, limit: i64) -> Result<Vec<Renewal>, Error> {
        const SQL: &str = "SELECT * FROM renewal WHERE agency = $1 ORDER BY begun_at DESC, id DESC LIMIT $2";
        let rows = on!(self, p => sqlx::query_as::<_, RenewalRow>(SQL).bind(agency.to_string()).bind(limit).fetch_all(p).await)?;
        rows.into_iter().map(RenewalRow::renewal).collect()
    }

    /// When each of a team's keys was made: epoch and moment, the first first.
    pub async fn team_epochs(&self, team: TeamId) -> Result<Vec<(i64, Timestamp)>, Error> {
        const SQL: &str = "SELECT epoch, published_at FROM key_published WHERE owner_kind = 'team' AND owner = $1 ORDER BY epoch";
        let rows: Vec<(i64, i64)> = on!(self, p => sqlx::query_as(SQL).bind(team.to_string()).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|(epoch, at)| (epoch, Timestamp::from_millis(at))).collect())
    }

    /// Who holds a key of a team, at an epoch, by a wrap that is there.
    pub async fn holders_of_team_key(&self, team: TeamId, epoch: i64) -> Result<Vec<UserId>, Error> {
        const SQL: &str = "SELECT DISTINCT w.to_id FROM key_published k JOIN key_wrap w ON w.key_id = k.id \
             WHERE k.owner_kind = 'team' AND k.owner = $1 AND k.epoch = $2 AND w.to_kind = 'user' ORDER BY w.to_id";
        let rows: Vec<(String,)> = on!(self, p => sqlx::query_as(SQL).bind(team.to_string()).bind(epoch).fetch_all(p).await)?;
        rows.into_iter().map(|(id,)| sound(UserId::parse(&id), "key_wrap.to_id")).collect()
    }
}

impl Tx {
    /// Who holds the newest keys of a referral's or draft's compartments, all of them held until the transaction ends: who goes on
    /// holding them is decided on what stands.
    pub async fn held_newest_keys(&mut self, referral: ReferralId) -> Result<Vec<NewestKey>, Error> {
        // SQLite's writers stand in line by themselves.
        if self.engine() == Engine::Postgres {
            const SQL: &str = "SELECT id FROM compartment WHERE referral = $1 ORDER BY id FOR UPDATE";
            let _: Vec<(String,)> = within!(self, c => sqlx::query_as(SQL).bind(referral.to_string()).fetch_all(c).await)?;
        }
        let rows = within!(self, c => sqlx::query_as::<_, NewestRow>(NEWEST).bind(referral.to_string()).fetch_all(c).await)?;
        rows.into_iter().map(NewestRow::key).collect()
    }

    /// Whether a team still stands at an epoch, held so until the transaction ends: nobody is given a key that is being replaced.
    pub async fn team_stands_at(&mut self, team: TeamId, epoch: i64) -> Result<bool, Error> {
        let sql = held!(self, "SELECT epoch FROM team WHERE id = $1");
        let row: Option<(i64,)> = within!(self, c => sqlx::query_as(sql).bind(team.to_string()).fetch_optional(c).await)?;
        Ok(row == Some((epoch,)))
    }

    /// Who holds a team's key now, in the order of their ids: those in force, in a role that gets it, who can sign in.
    pub async fn key_holders(&mut self, team: TeamId) -> Result<Vec<UserId>, Error> {
        let roles: Vec<&str> = Role::ALL.iter().filter(|role| role.holds_team_key()).map(|role| role.code()).collect();
        let rows: Vec<(String,)> = within!(self, c => {
            let mut query = QueryBuilder::new(
                "SELECT DISTINCT m.account FROM membership m JOIN account a ON a.id = m.account \
                 WHERE a.state = 'ready' AND m.team = ",
            );
            query.push_bind(team.to_string()).push(" AND m.state = ").push_bind(MembershipState::Active.code());
            query.push(" AND m.role IN (");
            let mut list = query.separated(", ");
            for role in roles {
                list.push_bind(role);
            }
            query.push(") ORDER BY m.account");
            query.build_query_as().fetch_all(c).await
        })?;
        rows.into_iter().map(|(id,)| sound(UserId::parse(&id), "membership.account")).collect()
    }

    /// The last member with a team's key has left: nothing more is routed to it.
    pub async fn leave_keyless(&mut self, team: &Team) -> Result<bool, Error> {
        const SQL: &str = "UPDATE team SET keyless = 1 WHERE id = $1 AND epoch = $2";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(team.id.to_string())
            .bind(team.epoch)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// A renewal begins; how much there is to do is counted here. One of the same subject that is under way begins anew. Where
    /// nothing was a person's by name there is nothing to begin.
    pub async fn begin_renewal(
        &mut self,
        id: RenewalId,
        (agency, subject): (AgencyId, Subject),
        at: Timestamp,
    ) -> Result<(), Error> {
        const ENDS: &str = "UPDATE renewal SET state = 'done', ended_at = $2 WHERE subject = $1 AND state <> 'done'";
        const COUNT: &str = concat!("SELECT COUNT(*) ", to_renew!());
        const SQL: &str = "INSERT INTO renewal (id, agency, subject, of_team, state, total, done, reached, renewed, begun_at) \
             VALUES ($1, $2, $3, $4, 'running', $5, 0, '', 0, $6)";
        let (subject, of_team) = of(subject);
        within!(self, c => sqlx::query(ENDS).bind(&subject).bind(at.millis()).execute(c).await.map(drop))?;
        let (total,): (i64,) = within!(self, c => sqlx::query_as(COUNT).bind(&subject).fetch_one(c).await)?;
        if total == 0 && of_team == 0 {
            return Ok(());
        }
        within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(agency.to_string())
            .bind(&subject)
            .bind(of_team)
            .bind(total)
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Pauses a renewal of an agency or lets it go on, if it stands where that is possible.
    pub async fn turn_renewal(
        &mut self,
        (id, agency): (RenewalId, AgencyId),
        from: RenewalState,
        to: RenewalState,
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE renewal SET state = $4 WHERE id = $1 AND agency = $2 AND state = $3";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(agency.to_string())
            .bind(from.code())
            .bind(to.code())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}

impl Store {
    /// Writes down how far a renewal has come, unless somebody paused it meanwhile. No act of anybody: counts alone.
    pub async fn step_renewal(&self, renewal: &Renewal) -> Result<(), Error> {
        const SQL: &str = "UPDATE renewal SET state = $2, done = $3, reached = $4, renewed = $5, ended_at = $6 \
             WHERE id = $1 AND state = 'running'";
        let mut tx = self.begin().await?;
        within!(&mut tx, c => sqlx::query(SQL)
            .bind(renewal.id.to_string())
            .bind(renewal.state.code())
            .bind(renewal.done)
            .bind(&renewal.reached)
            .bind(renewal.renewed)
            .bind(renewal.ended_at.map(Timestamp::millis))
            .execute(c)
            .await
            .map(drop))?;
        tx.finish().await
    }
}
