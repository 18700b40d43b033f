//! Clocks of referrals: one row a step. They change only together with their referral, whose revision is checked first.

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    clock::{Limit, Pauses, Step},
    ids::ReferralId,
    running_clock::{Missed, Run, RunningClock},
    time::Timestamp,
    urgency::Urgency,
};

#[derive(sqlx::FromRow)]
struct Row {
    step: String,
    unit: String,
    amount: i64,
    pauses: String,
    started_at: Option<i64>,
    due_at: Option<i64>,
    paused_at: Option<i64>,
    stopped_at: Option<i64>,
    missed_due_at: Option<i64>,
    missed_at: Option<i64>,
}

impl Row {
    fn clock(self) -> Result<RunningClock, Error> {
        let amount = sound(u16::try_from(self.amount), "clock.amount")?;
        let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        let run = match (moment(self.started_at), moment(self.due_at), moment(self.paused_at), moment(self.stopped_at)) {
            (None, None, None, None) => Run::Unstarted,
            (Some(since), Some(due), None, None) => Run::Running { since, due },
            (Some(since), Some(due), Some(at), None) => Run::Paused { since, due, at },
            (Some(since), Some(due), None, Some(at)) => Run::Stopped { since, due, at },
            _ => return Err(Error::Damaged("clock.due_at")),
        };
        let missed = match (moment(self.missed_due_at), moment(self.missed_at)) {
            (None, None) => None,
            (Some(due), Some(at)) => Some(Missed { due, at }),
            _ => return Err(Error::Damaged("clock.missed_at")),
        };
        Ok(RunningClock {
            step: known(Step::parse(&self.step), "clock.step")?,
            limit: known(Limit::of(&self.unit, amount), "clock.unit")?,
            pauses: known(Pauses::parse(&self.pauses), "clock.pauses")?,
            run,
            missed,
        })
    }
}

/// Started, due, paused, stopped.
fn columns(run: Run) -> [Option<i64>; 4] {
    let moments = match run {
        Run::Unstarted => [None; 4],
        Run::Running { since, due } => [Some(since), Some(due), None, None],
        Run::Paused { since, due, at } => [Some(since), Some(due), Some(at), None],
        Run::Stopped { since, due, at } => [Some(since), Some(due), None, Some(at)],
    };
    moments.map(|moment| moment.map(Timestamp::millis))
}

impl Store {
    /// The clocks of a referral, in the order of their steps.
    pub async fn clocks_of(&self, referral: ReferralId) -> Result<Vec<RunningClock>, Error> {
        const SQL: &str = "SELECT step, unit, amount, pauses, started_at, due_at, paused_at, stopped_at, missed_due_at, missed_at FROM clock \
             WHERE referral = $1";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(referral.to_string()).fetch_all(p).await)?;
        let mut clocks = rows.into_iter().map(Row::clock).collect::<Result<Vec<_>, _>>()?;
        clocks.sort_by_key(|clock| clock.step);
        Ok(clocks)
    }
}

impl Tx {
    /// Makes the clocks of a referral that has none.
    pub async fn insert_clocks(&mut self, referral: ReferralId, clocks: &[RunningClock]) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO clock (referral, step, unit, amount, pauses, started_at, due_at, paused_at, stopped_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        for clock in clocks {
            let (unit, amount) = clock.limit.parts();
            let [started, due, paused, stopped] = columns(clock.run);
            within!(self, c => sqlx::query(SQL)
                .bind(referral.to_string())
                .bind(clock.step.code())
                .bind(unit)
                .bind(i64::from(amount))
                .bind(clock.pauses.code())
                .bind(started)
                .bind(due)
                .bind(paused)
                .bind(stopped)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    /// Puts other clocks in the place of a referral's own. To be called after [`Tx::change_referral`], which keeps others out.
    pub async fn replace_clocks(&mut self, referral: ReferralId, clocks: &[RunningClock]) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM clock WHERE referral = $1";
        within!(self, c => sqlx::query(SQL).bind(referral.to_string()).execute(c).await.map(drop))?;
        self.insert_clocks(referral, clocks).await
    }

    /// Writes how a referral's clocks stand now. To be called after [`Tx::change_referral`], which keeps others out.
    pub async fn change_clocks(&mut self, referral: ReferralId, clocks: &[RunningClock]) -> Result<(), Error> {
        const SQL: &str = "UPDATE clock SET started_at = $3, due_at = $4, paused_at = $5, stopped_at = $6, missed_due_at = $7, \
             missed_at = $8 WHERE referral = $1 AND step = $2";
        for clock in clocks {
            let [started, due, paused, stopped] = columns(clock.run);
            within!(self, c => sqlx::query(SQL)
                .bind(referral.to_string())
                .bind(clock.step.code())
                .bind(started)
                .bind(due)
                .bind(paused)
                .bind(stopped)
                .bind(clock.missed.map(|missed| missed.due.millis()))
                .bind(clock.missed.map(|missed| missed.at.millis()))
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    /// Writes how urgent a referral has become, with the limits of its clocks. To be called after [`Tx::change_referral`], which
    /// keeps others out.
    pub async fn hasten(&mut self, referral: ReferralId, urgency: Urgency, clocks: &[RunningClock]) -> Result<(), Error> {
        const URGENCY: &str = "UPDATE referral SET urgency = $2 WHERE id = $1";
        const LIMIT: &str = "UPDATE clock SET unit = $3, amount = $4 WHERE referral = $1 AND step = $2";
        within!(self, c => sqlx::query(URGENCY).bind(referral.to_string()).bind(urgency.code()).execute(c).await.map(drop))?;
        for clock in clocks {
            let (unit, amount) = clock.limit.parts();
            within!(self, c => sqlx::query(LIMIT)
                .bind(referral.to_string())
                .bind(clock.step.code())
                .bind(unit)
                .bind(i64::from(amount))
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
