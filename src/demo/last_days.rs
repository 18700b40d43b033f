//! What the last days of the story show once: views that are kept under names, a referral that goes on to another desk, one that
//! is closed without a decision, and an address that an agency must never get.

use std::time::Duration;

use serde_json::json;

use super::{
    NEXT_CODE,
    story::{Story, in_order},
    words,
    writing::{Turn, write},
};
use crate::{
    app::{
        Caller, Choices, Closing, Destination, Error, ListQuery, NewSavedView, Redirection, ReferralView, Sending, raw_from_json,
    },
    domain::{
        action::Action,
        closing::{CloseReason, NewFarewell},
        code::QuestionId,
        draft::Part,
        enquiry::FormKind,
        grant::GrantReason,
        ids::TeamId,
        quarantine::StopReason,
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        urgency::Urgency,
        withheld::Withhold,
    },
};

/// Whose desk passes one on, and closes one.
const WORKS: &str = "fay.fictional";
/// The pathway that it goes on to.
const ONWARD: &str = "modern-slavery";
/// The pathway on which an address is kept back, the question, and the agency that never gets it.
const KEPT_BACK: (&str, &str, &str) = ("marac", "lives_at", "leicester-city-council");
/// Who sends that.
const SENDS: &str = "tess.example";
/// Where the person of that is, so that no council of the city receives it.
const ELSEWHERE: &str = "charnwood";
/// Who begins one, who sends it as their deputy, and on which pathway.
const BEGINS: (&str, &str, &str) = ("hana.conjured", "hugh.pseudo", "fire-prevention");

impl Story<'_> {
    /// All of it, in the sessions of two people.
    pub(super) async fn last_days(&mut self) -> Result<(), Error> {
        self.clock.advance(NEXT_CODE);
        let (caller, _cookie) = self.person(WORKS)?.sign_in(self.app).await?;
        self.keep_views(&caller).await?;
        self.put_into_quarantine(&caller).await?;
        Box::pin(self.pass_on(&caller)).await?;
        self.close_one(&caller).await?;
        self.app.sign_out(&self.app.request(None), &caller).await?;
        self.clock.advance(NEXT_CODE);
        let (caller, _cookie) = self.person(SENDS)?.sign_in(self.app).await?;
        self.send_kept_back(&caller).await?;
        self.app.sign_out(&self.app.request(None), &caller).await?;
        Box::pin(self.send_as_deputy()).await
    }

    /// A file that does not belong there is stopped: of the last referral with one that the desk has.
    async fn put_into_quarantine(&mut self, caller: &Caller) -> Result<(), Error> {
        let Some((reference, _)) = self.filed.iter().rfind(|(_, reader)| *reader == Some(WORKS)).cloned() else { return Ok(()) };
        let view = self.app.read_referral(&self.app.request(None), caller, &reference).await?;
        let Some(file) = view.files.last() else { return Ok(()) };
        let (key, id) = (self.key()?, file.id.to_string());
        self.app.quarantine(&self.app.request(None), caller, &key, (&reference, &id, Some(StopReason::Misplaced))).await.map(drop)
    }

    /// Somebody begins one and falls ill, and their deputy sends it.
    async fn send_as_deputy(&mut self) -> Result<(), Error> {
        let (owner, deputy, pathway) = BEGINS;
        // A folder of other pathways may leave it out.
        let Some(versioned) = self.app.pathway(pathway) else { return Ok(()) };
        self.clock.advance(NEXT_CODE);
        let (caller, _cookie) = self.person(owner)?.sign_in(self.app).await?;
        self.choose_deputy(&caller, self.person(owner)?).await?;
        let Some(first) = versioned.pathway.sections.first() else { return Ok(()) };
        let part = Part {
            section: first.id.to_string(),
            fields: vec![(versioned.pathway.danger.question.to_string(), "no".to_owned())],
        };
        let key = self.key()?;
        let form = (pathway, FormKind::Referral);
        let begun = self.app.start_draft(&self.app.request(None), &caller, &key, (form, &part)).await?.value;
        self.app.sign_out(&self.app.request(None), &caller).await?;
        self.clock.advance(Duration::from_mins(40));
        let (caller, _cookie) = self.person(deputy)?.sign_in(self.app).await?;
        let kind = self.app.sender_kind(&caller).await?;
        let tale = self.next_tale(pathway);
        let writer = self.writer(&caller, kind);
        let answers = self.written(&versioned, writer, tale);
        let sent = self.app.send_draft(&self.app.request(None), &caller, begun, |_| raw_from_json(&answers)).await?;
        self.received(&sent.value);
        self.sent += 1;
        self.app.sign_out(&self.app.request(None), &caller).await
    }

    async fn keep_views(&mut self, caller: &Caller) -> Result<(), Error> {
        let late = QueueFilter { overdue: true, ..QueueFilter::default() };
        let urgent = QueueFilter { urgency: Some(Urgency::Today), unread: true, ..QueueFilter::default() };
        for (name, view, filter) in [("Late and mine", QueueView::Mine, late), ("New today", QueueView::Team, urgent)] {
            let new = NewSavedView { name: name.to_owned(), team: None, view: Some(view), filter };
            let key = self.key()?;
            self.app.save_view(&self.app.request(None), caller, &key, &new).await?;
        }
        Ok(())
    }

    /// What a desk has open that its members may do something with, the last due first; not what was received by name, and
    /// not what waits for its sender: one such always stands there when the story ends.
    async fn to_work_on(&self, caller: &Caller, action: Action) -> Result<Vec<ReferralView>, Error> {
        let mut found = Vec::new();
        for team in self.app.queue_places(caller).into_iter().map(|place| place.team).collect::<Vec<TeamId>>() {
            let request = self.app.request(None);
            let query = ListQuery { view: Some(QueueView::Team), limit: Some(50), team: Some(team), ..ListQuery::default() };
            for item in in_order(self.app.queue(&request, caller, &query).await?.items).into_iter().rev() {
                if item.copied || item.waiting_since.is_some() || item.state != ReferralState::Opened {
                    continue;
                }
                let view = self.app.read_referral(&request, caller, &item.reference.to_string()).await?;
                let by_name = view.holders.iter().any(|holder| holder.reason == GrantReason::Named);
                if view.actions.contains(&action) && !by_name {
                    found.push(view);
                }
            }
        }
        Ok(found)
    }

    /// One that turns out to be about people who are made to work goes on to those who look into that.
    async fn pass_on(&mut self, caller: &Caller) -> Result<(), Error> {
        let onward = |place: &Destination| place.pathway.as_ref().is_some_and(|course| course.pathway.id.as_str() == ONWARD);
        for view in self.to_work_on(caller, Action::RedirectReferral).await? {
            let places = self.app.destinations(caller, &view.referral).await?;
            let Some(place) = places.into_iter().find(onward) else { continue };
            self.clock.advance(Duration::from_mins(2));
            let redirection = Redirection {
                team: Some(place.team.id),
                pathway: Some(ONWARD.to_owned()),
                text: words::PASSED_ON.to_owned(),
                revision: view.referral.revision,
            };
            let (key, reference) = (self.key()?, view.referral.reference.to_string());
            return self.app.redirect_referral(&self.app.request(None), caller, &key, (&reference, &redirection)).await.map(drop);
        }
        Ok(())
    }

    /// One is closed without a decision, and its sender hears why.
    async fn close_one(&mut self, caller: &Caller) -> Result<(), Error> {
        let Some(view) = self.to_work_on(caller, Action::CloseReferral).await?.into_iter().next() else { return Ok(()) };
        self.clock.advance(Duration::from_mins(2));
        let closing = Closing {
            reason: Some(CloseReason::Other),
            text: words::CLOSED.to_owned(),
            farewell: NewFarewell { words: words::FAREWELL.to_owned(), ..NewFarewell::default() },
            revision: view.referral.revision,
            ..Closing::default()
        };
        let (key, reference) = (self.key()?, view.referral.reference.to_string());
        match self.app.close_referral(&self.app.request(None), caller, &key, (&reference, &closing)).await {
            // A pathway on which lines alone are told.
            Err(Error::Invalid(_)) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Somebody tells where a person is safe, and from whom that must be kept.
    async fn send_kept_back(&mut self, caller: &Caller) -> Result<(), Error> {
        let (pathway, question, agency) = KEPT_BACK;
        let kind = self.app.sender_kind(caller).await?;
        let own = self.app.pathways().into_iter().find(|versioned| versioned.pathway.id.as_str() == pathway);
        // A folder of other pathways may leave it out.
        let Some(versioned) = own.filter(|versioned| versioned.pathway.may_submit(kind)) else { return Ok(()) };
        let Ok(id) = QuestionId::parse(question) else { return Ok(()) };
        self.clock.advance(Duration::from_mins(5));
        let request = self.app.request(None);
        let app = self.app;
        let read = |answers: &serde_json::Value| app.check_answers(&versioned, raw_from_json(answers).ok()?, kind).ok();
        let at = self.next_tale(pathway);
        let tales = (self.tales.of(pathway), at);
        let writer = (kind, Some(ELSEWHERE));
        let mut answers = write(&versioned.pathway, (writer, request.at.uk_date()), Turn::Usual, tales, &mut self.chance, read);
        answers[question] = json!({ "line_1": "12 Harbour House", "town": "Leicester" });
        let body = json!({ "pathway": pathway, "answers": answers }).to_string();
        let withhold = Withhold { answers: vec![id], from: vec![agency.to_owned()] };
        let choices = Choices { withhold: Some(withhold), ..Choices::default() };
        let sending = Sending { choices, ..Sending::from(raw_from_json(&answers).map_err(Error::Invalid)?) };
        let key = self.key()?;
        match self.app.submit(&request, caller, &key, body.as_bytes(), &versioned, sending).await {
            Ok(_) => self.sent += 1,
            // Whoever receives it by these answers is of that agency.
            Err(Error::Invalid(_)) => {}
            Err(other) => return Err(other),
        }
        Ok(())
    }
}
