//! Saved views of queues: a person's own, and nobody else's.

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    ids::{AgencyId, SavedViewId, TeamId, UserId},
    queue::{QueueFilter, QueueView},
    referral::ReferralState,
    saved_view::{Kept, SavedView},
    text::ViewName,
    time::Timestamp,
    urgency::Urgency,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    team: String,
    queue_view: String,
    pathway: Option<String>,
    urgency: Option<String>,
    agency: Option<String>,
    state: Option<String>,
    overdue: i64,
    unread: i64,
    retracted: i64,
}

impl Row {
    fn view(self) -> Result<SavedView, Error> {
        let agency = self.agency.as_deref().map(AgencyId::parse).transpose();
        let urgency = self.urgency.map(|code| known(Urgency::parse(&code), "saved_view.urgency")).transpose()?;
        let state = self.state.map(|code| known(ReferralState::parse(&code), "saved_view.state")).transpose()?;
        Ok(SavedView {
            id: sound(SavedViewId::parse(&self.id), "saved_view.id")?,
            name: sound(ViewName::parse(&self.name), "saved_view.name")?,
            kept: Kept {
                team: sound(TeamId::parse(&self.team), "saved_view.team")?,
                view: known(QueueView::parse(&self.queue_view), "saved_view.queue_view")?,
                filter: QueueFilter {
                    pathway: self.pathway,
                    urgency,
                    agency: sound(agency, "saved_view.agency")?,
                    state,
                    overdue: self.overdue != 0,
                    unread: self.unread != 0,
                    retracted: self.retracted != 0,
                },
            },
        })
    }
}

impl Store {
    /// What a person keeps, by name.
    pub async fn saved_views(&self, user: UserId) -> Result<Vec<SavedView>, Error> {
        const SQL: &str = "SELECT id, name, team, queue_view, pathway, urgency, agency, state, overdue, unread, retracted \
             FROM saved_view WHERE account = $1 ORDER BY name, id";
        let rows = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).fetch_all(p).await)?;
        // A convenience: what does not read is left out, so that it hides no queue from those who must act.
        Ok(rows.into_iter().filter_map(|row| row.view().ok()).collect())
    }
}

impl Tx {
    /// Keeps a view under its name, in the place of one that a person keeps under the same.
    pub async fn save_view(&mut self, user: UserId, view: &SavedView, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO saved_view (id, account, name, team, queue_view, pathway, urgency, agency, state, overdue, \
             unread, saved_at, retracted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             ON CONFLICT (account, name) DO UPDATE SET id = excluded.id, team = excluded.team, queue_view = excluded.queue_view, pathway = excluded.pathway, \
             urgency = excluded.urgency, agency = excluded.agency, state = excluded.state, overdue = excluded.overdue, \
             unread = excluded.unread, saved_at = excluded.saved_at, retracted = excluded.retracted";
        let SavedView { id, name, kept: Kept { team, view, filter } } = view;
        within!(self, c => sqlx::query(SQL)
            .bind(id.to_string())
            .bind(user.to_string())
            .bind(name.as_str())
            .bind(team.to_string())
            .bind(view.code())
            .bind(filter.pathway.as_deref())
            .bind(filter.urgency.map(Urgency::code))
            .bind(filter.agency.map(|agency| agency.to_string()))
            .bind(filter.state.map(ReferralState::code))
            .bind(i64::from(filter.overdue))
            .bind(i64::from(filter.unread))
            .bind(at.millis())
            .bind(i64::from(filter.retracted))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Forgets a view that a person keeps; whether there was one.
    pub async fn forget_view(&mut self, user: UserId, view: SavedViewId) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM saved_view WHERE id = $1 AND account = $2";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(view.to_string())
            .bind(user.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
