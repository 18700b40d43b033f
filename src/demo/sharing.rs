//! What receiving teams share onward, and what they do not: shown in the last days of the story.

use std::time::Duration;

use jiff::Span;

use super::{
    DemoPerson, NEXT_CODE,
    story::{Story, in_order},
    words,
};
use crate::{
    app::{Caller, Declined, EntryView, Error, ListQuery, NewAccess, ReferralView},
    domain::{
        action::Action,
        agreement::NewAgreement,
        compartment::{CompartmentKind, EntryKind},
        grant::GrantReason,
        ids::{AgreementId, TeamId},
        legal::Purpose,
        queue::QueueView,
        section::Section,
        sharing::{AnswerPart, NewShare, ShareTo},
    },
};

/// Who keeps the register.
const KEEPER: &str = "otis.mirage";
/// Whose desk shares.
const SHARES: &str = "fay.fictional";
/// With whom: their teams get it.
const GETS: [&str; 2] = ["hugh.pseudo", "nia.imaginary"];
/// The agreement that is in force, and one that has lapsed.
const TITLES: [&str; 2] = ["Sharing between fire, health and councils", "Pilot agreement on unsafe homes"];

impl Story<'_> {
    /// An agreement, a share that is read, one that is recalled, one that is not made, and somebody who reads along.
    pub(super) async fn sharing(&mut self) -> Result<(), Error> {
        let agreements = self.register().await?;
        self.clock.advance(NEXT_CODE);
        let (caller, _cookie) = self.person(SHARES)?.sign_in(self.app).await?;
        let found = self.to_share(&caller).await?;
        let [first, second, third, fourth] = found.as_slice() else {
            // A folder of other pathways may leave this desk without work.
            return self.app.sign_out(&self.app.request(None), &caller).await;
        };
        let [health, council] = [self.person(GETS[0])?.team_id, self.person(GETS[1])?.team_id];
        let given = self.share(&caller, first, health, (agreements.first().copied(), false)).await?;
        let recalled = self.share(&caller, second, council, (agreements.get(1).copied(), true)).await?;
        let request = self.app.request(None);
        if third.actions.contains(&Action::DeclineToShare) {
            let declined = Declined { team: Some(council), reason: words::NOT_SHARED.to_owned() };
            let (key, reference) = (self.key()?, third.referral.reference.to_string());
            self.app.decline_to_share(&request, &caller, &key, (&reference, &declined)).await?;
        }
        // Nobody reads along in what their own team sent.
        let teams = self.app.share_teams(&fourth.referral).await?;
        if fourth.actions.contains(&Action::GiveCaseworkAccess) && teams.iter().any(|one| one.id == health) {
            let to = ShareTo { team: Some(health), person: String::new() };
            let (basis, purpose) = self.app.own_law(&caller, fourth).await?;
            let reason = words::READS_ALONG.to_owned();
            let access = NewAccess { to, basis: Some(basis), purpose: Some(purpose), reason, revision: None };
            let (key, reference) = (self.key()?, fourth.referral.reference.to_string());
            self.app.give_casework_access(&request, &caller, &key, (&reference, &access)).await?;
        }
        let shared = [(first, &given), (second, &recalled)];
        for (username, (view, _)) in GETS.iter().zip(shared).filter(|(_, (_, share))| share.is_some()) {
            self.clock.advance(NEXT_CODE);
            self.look_at(self.person(username)?, &view.referral.reference.to_string()).await?;
        }
        if let Some(share) = recalled {
            let (key, reference) = (self.key()?, second.referral.reference.to_string());
            self.app.recall_share(&self.app.request(None), &caller, &key, (&reference, &share)).await?;
        }
        self.app.sign_out(&self.app.request(None), &caller).await
    }

    /// The register: an agreement in force, and one that has lapsed.
    async fn register(&mut self) -> Result<Vec<AgreementId>, Error> {
        self.clock.advance(NEXT_CODE);
        let (caller, _cookie) = self.person(KEEPER)?.sign_in(self.app).await?;
        let parties: Vec<_> = self.app.agency_names().await?.into_iter().map(|agency| agency.id).collect();
        let today = self.app.now().uk_date();
        let yesterday = today.yesterday().unwrap_or(today);
        let mut ids = Vec::new();
        for (title, ends) in TITLES.iter().zip([None, Some(yesterday)]) {
            let new = NewAgreement {
                title: (*title).to_owned(),
                parties: parties.clone(),
                pathways: Vec::new(),
                purposes: vec![Purpose::Safeguarding, Purpose::FireSafety, Purpose::CrimePrevention],
                // On the first days of a year as well, one began before it lapsed.
                starts: Some(yesterday.saturating_sub(Span::new().years(1))),
                ends: ends.map(Some),
                review: None,
            };
            let key = self.key()?;
            let added = self.app.add_agreement(&self.app.request(None), &caller, &key, &new).await?.value;
            ids.extend(AgreementId::parse(&added.id));
        }
        self.app.sign_out(&self.app.request(None), &caller).await?;
        Ok(ids)
    }

    /// Four referrals of a desk of which something can be shared.
    async fn to_share(&self, caller: &Caller) -> Result<Vec<ReferralView>, Error> {
        let mut found = Vec::new();
        for team in self.app.queue_places(caller).into_iter().map(|place| place.team).collect::<Vec<TeamId>>() {
            let request = self.app.request(None);
            let query = ListQuery { view: Some(QueueView::Team), limit: Some(50), team: Some(team), ..ListQuery::default() };
            for item in in_order(self.app.queue(&request, caller, &query).await?.items) {
                if found.len() == 4 || item.copied || item.unread {
                    continue;
                }
                let view = self.app.read_referral(&request, caller, &item.reference.to_string()).await?;
                // What was received by name is shared by name.
                let by_name = view.holders.iter().any(|holder| holder.reason == GrantReason::Named);
                if view.actions.contains(&Action::Share) && !by_name {
                    found.push(view);
                }
            }
        }
        Ok(found)
    }

    /// Shares the answers with a team, urgent ones whole and of others two sections; gives the share's id.
    async fn share(
        &mut self,
        caller: &Caller,
        view: &ReferralView,
        team: TeamId,
        (agreement, urgent): (Option<AgreementId>, bool),
    ) -> Result<Option<String>, Error> {
        self.clock.advance(Duration::from_mins(1));
        let (basis, purpose) = self.app.own_law(caller, view).await?;
        // What their sender put right goes along: answers are shared whole as they now stand, or not at all.
        let answers = |entry: &&EntryView| {
            entry.compartment == CompartmentKind::Shared && matches!(entry.kind, EntryKind::Submission | EntryKind::Amendment)
        };
        let mut entries: Vec<_> = view.entries.iter().filter(answers).map(|entry| entry.id).collect();
        let teams = self.app.share_teams(&view.referral).await?;
        if entries.is_empty() || teams.iter().all(|one| one.id != team) {
            return Ok(None);
        }
        let mut parts = Vec::new();
        if !urgent {
            let given = view.shareable();
            let answered = |section: &&Section| section.questions.iter().any(|question| given.get(&question.id).is_some());
            let sections = view.pathway.pathway.sections.iter().filter(answered).take(2);
            parts = sections.map(|section| AnswerPart::Section(section.id.clone())).collect();
            entries.clear();
        }
        let share = NewShare {
            parts,
            to: ShareTo { team: Some(team), person: String::new() },
            entries,
            basis: Some(basis),
            purpose: Some(purpose),
            reason: words::SHARED.to_owned(),
            agreement,
            urgent,
            ..NewShare::default()
        };
        let (key, reference) = (self.key()?, view.referral.reference.to_string());
        let made = self.app.share(&self.app.request(None), caller, &key, (&reference, &share)).await?;
        Ok(Some(made.value.id))
    }

    /// Somebody opens what was shared with their team.
    async fn look_at(&self, person: &DemoPerson, reference: &str) -> Result<(), Error> {
        let (caller, _cookie) = person.sign_in(self.app).await?;
        let request = self.app.request(None);
        self.app.shared_with(&request, &caller, &ListQuery::default()).await?;
        self.app.read_referral(&request, &caller, reference).await?;
        self.app.sign_out(&request, &caller).await
    }
}
