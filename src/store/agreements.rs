//! The register of agreements.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    agreement::{Agreement, Terms},
    ids::{AgencyId, AgreementId, UserId},
    legal::Purpose,
    time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    title: String,
    starts_on: String,
    ends_on: Option<String>,
    review_on: Option<String>,
    ended_at: Option<i64>,
}

fn day(text: &str, column: &'static str) -> Result<Date, Error> {
    sound(text.parse(), column)
}

impl Row {
    fn agreement(self, covers: &[(String, String)]) -> Result<Agreement, Error> {
        let of = |wanted: &'static str| covers.iter().filter(move |(what, _)| what == wanted).map(|(_, code)| code.as_str());
        let parties = of("agency").map(|id| sound(AgencyId::parse(id), "agreement_covers.code")).collect::<Result<_, _>>()?;
        let purposes =
            of("purpose").map(|code| known(Purpose::parse(code), "agreement_covers.code")).collect::<Result<_, _>>()?;
        let terms = Terms {
            title: self.title,
            parties,
            pathways: of("pathway").map(str::to_owned).collect(),
            purposes,
            starts: day(&self.starts_on, "agreement.starts_on")?,
            ends: self.ends_on.map(|text| day(&text, "agreement.ends_on")).transpose()?,
            review: self.review_on.map(|text| day(&text, "agreement.review_on")).transpose()?,
        };
        let ended_at = self.ended_at.map(Timestamp::from_millis);
        Ok(Agreement { id: sound(AgreementId::parse(&self.id), "agreement.id")?, terms, ended_at })
    }
}

impl Store {
    /// Every agreement, by title. A partnership has some tens of them.
    pub async fn agreements(&self) -> Result<Vec<Agreement>, Error> {
        const SQL: &str = "SELECT id, title, starts_on, ends_on, review_on, ended_at FROM agreement ORDER BY title, id";
        const COVERS: &str = "SELECT agreement, what, code FROM agreement_covers ORDER BY agreement, what, code";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).fetch_all(p).await)?;
        let all: Vec<(String, String, String)> = on!(self, p => sqlx::query_as(COVERS).fetch_all(p).await)?;
        let mut covers: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for (agreement, what, code) in all {
            covers.entry(agreement).or_default().push((what, code));
        }
        let whole = |row: Row| {
            let covers = covers.remove(&row.id).unwrap_or_default();
            row.agreement(&covers)
        };
        rows.into_iter().map(whole).collect()
    }

    /// One agreement.
    pub async fn agreement(&self, id: AgreementId) -> Result<Option<Agreement>, Error> {
        Ok(self.agreements().await?.into_iter().find(|agreement| agreement.id == id))
    }
}

impl Tx {
    /// Adds an agreement to the register.
    pub async fn insert_agreement(&mut self, id: AgreementId, terms: &Terms, by: UserId, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO agreement (id, title, starts_on, ends_on, review_on, added_by, added_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        const COVERS: &str = "INSERT INTO agreement_covers (agreement, what, code) VALUES ($1, $2, $3)";
        within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(&terms.title)
            .bind(terms.starts.to_string())
            .bind(terms.ends.map(|day| day.to_string()))
            .bind(terms.review.map(|day| day.to_string()))
            .bind(by.to_string())
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        let parties = terms.parties.iter().map(|id| ("agency", id.to_string()));
        let pathways = terms.pathways.iter().map(|id| ("pathway", id.clone()));
        let purposes = terms.purposes.iter().map(|purpose| ("purpose", purpose.code().to_owned()));
        for (what, code) in parties.chain(pathways).chain(purposes) {
            within!(self, c => sqlx::query(COVERS).bind(id.to_string()).bind(what).bind(code).execute(c).await.map(drop))?;
        }
        Ok(())
    }

    /// Ends an agreement; false where it has been ended.
    pub async fn end_agreement(&mut self, id: AgreementId, by: UserId, at: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "UPDATE agreement SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at IS NULL";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(by.to_string())
            .bind(at.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
