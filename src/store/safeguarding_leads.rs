//! Who checks, for an agency, what must be checked before it is shared.

use super::{Error, Store, Tx, error::sound};
use crate::domain::{
    ids::{AgencyId, UserId},
    time::Timestamp,
};

/// A safeguarding lead of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeguardingLead {
    /// The person.
    pub user: UserId,
    /// Away until then; there when none.
    pub away_until: Option<Timestamp>,
}

impl SafeguardingLead {
    /// Whether they are there at a moment.
    pub fn is_there(&self, now: Timestamp) -> bool {
        self.away_until.is_none_or(|until| until <= now)
    }
}

impl Store {
    /// The safeguarding leads of an agency, the one set first first.
    pub async fn safeguarding_leads(&self, agency: AgencyId) -> Result<Vec<SafeguardingLead>, Error> {
        const SQL: &str = "SELECT account, away_until FROM safeguarding_lead WHERE agency = $1 ORDER BY set_at, account";
        let rows: Vec<(String, Option<i64>)> = on!(self, p => sqlx::query_as(SQL).bind(agency.to_string()).fetch_all(p).await)?;
        let lead = |(account, until): (String, Option<i64>)| {
            let user = sound(UserId::parse(&account), "safeguarding_lead.account")?;
            Ok(SafeguardingLead { user, away_until: until.map(Timestamp::from_millis) })
        };
        rows.into_iter().map(lead).collect()
    }
}

impl Tx {
    /// Sets the safeguarding leads of an agency in place of those it had.
    pub async fn set_safeguarding_leads(
        &mut self,
        agency: AgencyId,
        leads: &[SafeguardingLead],
        at: Timestamp,
    ) -> Result<(), Error> {
        const CLEAR: &str = "DELETE FROM safeguarding_lead WHERE agency = $1";
        const SQL: &str = "INSERT INTO safeguarding_lead (agency, account, away_until, set_at) VALUES ($1, $2, $3, $4)";
        let agency = agency.to_string();
        within!(self, c => sqlx::query(CLEAR).bind(&agency).execute(c).await.map(drop))?;
        for lead in leads {
            let away_until = lead.away_until.map(Timestamp::millis);
            within!(self, c => sqlx::query(SQL)
                .bind(&agency)
                .bind(lead.user.to_string())
                .bind(away_until)
                .bind(at.millis())
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
