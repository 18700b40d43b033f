//! Who would receive a referral, and when they read: said before sending and after.

use crate::{
    app::{App, Error},
    domain::{answers::Answers, enquiry::FormKind, pathway::Pathway},
    web::words,
};

/// The team, its agency and its hours.
pub(super) struct Receiver {
    team: String,
    agency: String,
    hours: String,
    emergency: String,
    kind: FormKind,
}

impl Receiver {
    /// The receiver of these answers.
    pub(super) async fn of(app: &App, pathway: &Pathway, answers: &Answers) -> Result<Self, Error> {
        let (team, hours) = app.receiving_team(pathway, answers).await?;
        let teams = app.receiving_teams().await?;
        let agency = teams.into_iter().find(|view| view.id == team.id).map(|view| view.agency).unwrap_or_default();
        let emergency = pathway.route(answers).emergency.clone();
        Ok(Self { team: team.name.as_str().to_owned(), agency, hours, emergency, kind: pathway.kind })
    }

    /// Team and agency.
    pub(super) fn name(&self) -> String {
        format!("{} ({})", self.team, self.agency)
    }

    /// When somebody reads it, and what to do outside those hours.
    pub(super) fn read_when(&self) -> String {
        words::read_when(self.kind, &self.team, &self.hours, &self.emergency)
    }
}
