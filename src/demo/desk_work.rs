//! What receiving teams do with what they have opened, and what senders answer.

use std::time::Duration;

use serde_json::json;

use super::{
    DemoPerson, NEXT_CODE,
    story::{Story, in_order},
    words,
};
use crate::{
    app::{Assignment, Caller, Closing, Error, ListQuery, NewAbsence, ReferralView, Said, latest},
    domain::{
        action::Action, closing::CloseReason, code::Choice, decision::NewDecision, enquiry::FormKind, ids::TeamId,
        message::Audience, question::Kind, queue::QueueFilter, referral::ReferralState,
    },
};

/// The most that a desk catches up with in a visit.
const A_CATCHING_UP: u8 = 100;
/// Who is away when the story ends, and for how long.
pub(super) const AWAY: &str = "toby.fabled";
const AWAY_FOR: Duration = Duration::from_hours(7 * 24);

impl Story<'_> {
    /// Reads one, and does with it what a desk does: mostly decides; now and then asks, notes, takes it or leaves it lying.
    pub(super) async fn read(&mut self, caller: &Caller, (team, reference): (TeamId, &str)) -> Result<(), Error> {
        let request = self.app.request(None);
        let view = self.app.read_referral(&request, caller, reference).await?;
        if view.referral.kind == FormKind::Enquiry {
            return self.advise(caller, reference).await;
        }
        // A team that only covers leaves the rest to the desk, and whoever asked waits for the answer.
        let waits = view.referral.desk.waiting_since.is_some();
        if view.referral.receiving_team != team || view.referral.stage.state() != ReferralState::Opened || waits {
            return Ok(());
        }
        if self.chance.below(10) == 0 {
            // For a meeting at which nobody has a screen.
            self.app.print_referral(&request, caller, reference, false).await?;
        }
        let does = if std::mem::take(&mut self.must_ask) { 0 } else { self.reads % 16 };
        self.reads += 1;
        match does {
            0 | 9 => self.question(caller, &view).await,
            3 => self.note(caller, reference).await,
            6 => self.take(caller, &view).await,
            12 => Ok(()),
            // Most work is done some day; what is left shows what a desk still has to do.
            _ => {
                self.decided += 1;
                let close = !self.decided.is_multiple_of(3);
                self.decide(caller, &view, close).await
            }
        }
    }

    /// Ends what a team has let pass its time: a desk catches up, and hardly anything lies for months. Gives the caller
    /// as they are then: the session goes on as it is used.
    pub(super) async fn catch_up(&mut self, mut caller: Caller, cookie: &str, team: TeamId) -> Result<Caller, Error> {
        let late = QueueFilter { overdue: true, ..QueueFilter::default() };
        let query = ListQuery { filter: late, limit: Some(A_CATCHING_UP), team: Some(team), ..ListQuery::default() };
        for item in in_order(self.app.queue(&self.app.request(None), &caller, &query).await?.items) {
            if item.copied {
                continue;
            }
            self.clock.advance(Duration::from_mins(2));
            caller = self.app.authenticate(&self.app.request(None), cookie).await?;
            let reference = item.reference.to_string();
            let view = self.app.read_referral(&self.app.request(None), &caller, &reference).await?;
            if view.referral.receiving_team != team || view.referral.kind == FormKind::Enquiry {
                continue;
            }
            match view.referral.stage.state() {
                ReferralState::Opened => self.decide(&caller, &view, true).await?,
                ReferralState::Decided => self.done(&caller, &view).await?,
                _ => {}
            }
        }
        Ok(caller)
    }

    /// Closes what was decided and has been done.
    async fn done(&mut self, caller: &Caller, view: &ReferralView) -> Result<(), Error> {
        let text = self.chance.pick(&words::DONE).copied().unwrap_or_default().to_owned();
        let revision = view.referral.revision;
        let closing = Closing { reason: Some(CloseReason::Done), text, revision, ..Closing::default() };
        let (key, reference) = (self.key()?, view.referral.reference.to_string());
        self.app.close_referral(&self.app.request(None), caller, &key, (&reference, &closing)).await.map(drop)
    }

    async fn question(&mut self, caller: &Caller, view: &ReferralView) -> Result<(), Error> {
        let Some(text) = self.chance.pick(&words::ASKED) else { return Ok(()) };
        let (key, reference) = (self.key()?, view.referral.reference.to_string());
        self.app.ask_referrer(&self.app.request(None), caller, &key, (&reference, text)).await?;
        self.asked.push((view.sent_by.0.clone(), reference));
        Ok(())
    }

    async fn note(&mut self, caller: &Caller, reference: &str) -> Result<(), Error> {
        let Some(text) = self.chance.pick(&words::AMONG_US) else { return Ok(()) };
        let key = self.key()?;
        let message = (reference, Audience::Casework, *text);
        self.app.write_message(&self.app.request(None), caller, &key, message).await.map(drop)
    }

    /// Takes it; now and then it goes to a colleague, with a note.
    async fn take(&mut self, caller: &Caller, view: &ReferralView) -> Result<(), Error> {
        let reference = view.referral.reference.to_string();
        let key = self.key()?;
        self.app.claim(&self.app.request(None), caller, &key, &reference).await?;
        let view = self.app.read_referral(&self.app.request(None), caller, &reference).await?;
        let members = view.desk.map(|desk| desk.members).unwrap_or_default();
        if self.chance.below(2) == 0
            && let (Some(member), Some(note)) = (self.chance.pick(&members), self.chance.pick(&words::HANDED_ON))
        {
            let assignment = Assignment { to: member.username.clone(), note: (*note).to_owned(), revision: None };
            let key = self.key()?;
            self.app.assign(&self.app.request(None), caller, &key, (&reference, &assignment)).await?;
        }
        Ok(())
    }

    async fn decide(&mut self, caller: &Caller, view: &ReferralView, close: bool) -> Result<(), Error> {
        let pathway = &view.pathway.pathway;
        let Some(outcome) = self.chance.pick(&pathway.outcomes) else { return Ok(()) };
        let line = self.chance.pick(&outcome.feedback).map(|line| line.code.to_string());
        // A judgement raises what the answers say, and never lowers it.
        let assessed = pathway.risk.as_ref().zip(pathway.risk(&latest(view)));
        let may = |grade: &&Choice| assessed.is_none_or(|(risk, assessed)| !risk.is_lower(&grade.code, assessed));
        let grades: Vec<&Choice> = pathway.grades.iter().filter(may).collect();
        let grade = self.chance.pick(&grades).map(|grade| grade.code.to_string());
        let reason = self.chance.pick(&words::DECIDED).copied().unwrap_or_default();
        let decision = NewDecision {
            outcome: outcome.code.to_string(),
            grade,
            reason_for_file: reason.to_owned(),
            reason_for_referrer: None,
            feedback: line,
            close: close.then_some(true),
        };
        self.clock.advance(Duration::from_mins(2));
        let (key, reference) = (self.key()?, view.referral.reference.to_string());
        let what = (reference.as_str(), &decision, view.referral.revision);
        self.app.decide_referral(&self.app.request(None), caller, &key, what).await.map(drop)
    }

    /// Answers what receiving teams asked this sender, however many wait: the session goes on as it is used. Now and then the
    /// sender does not agree with what was closed.
    pub(super) async fn answer(&mut self, sender: &DemoPerson, mut caller: Caller, cookie: &str) -> Result<Caller, Error> {
        let (own, others) = std::mem::take(&mut self.asked).into_iter().partition(|(name, _)| *name == sender.name);
        self.asked = others;
        let own: Vec<(String, String)> = own;
        for (_, reference) in own {
            let request = self.app.request(None);
            let view = self.app.read_referral(&request, &caller, &reference).await?;
            if self.chance.below(3) == 0 {
                self.put_right(&caller, &view).await?;
            }
            let Some(text) = self.chance.pick(&words::ANSWERED) else { continue };
            let key = self.key()?;
            self.app.write_message(&request, &caller, &key, (&reference, Audience::Shared, text)).await?;
            self.clock.advance(Duration::from_mins(2));
            caller = self.app.authenticate(&self.app.request(None), cookie).await?;
        }
        if self.chance.below(20) == 0 {
            self.disagree(&caller).await?;
        }
        Ok(caller)
    }

    /// Changes the longest thing that was said: the team's question brought something to mind.
    async fn put_right(&mut self, caller: &Caller, view: &ReferralView) -> Result<(), Error> {
        let (Some(answers), true) = (&view.answers, view.actions.contains(&Action::AmendReferral)) else { return Ok(()) };
        let questions = view.pathway.pathway.sections.iter().flat_map(|section| &section.questions);
        let mut long =
            questions.filter(|question| matches!(question.kind, Kind::LongText { .. }) && question.sealed.category().is_none());
        let found = long.find_map(|question| Some((question, answers.get(&question.id)?.words(question))));
        let (Some((question, said)), Some(more)) = (found, self.chance.pick(&words::ANSWERED)) else { return Ok(()) };
        let (key, reference) = (self.key()?, view.referral.reference.to_string());
        let json = json!({ question.id.as_str(): format!("{said} {more}") });
        let at = (reference.as_str(), None, view.referral.revision);
        let body = json.to_string();
        let amended =
            self.app.amend_answers(&self.app.request(None), caller, &key, at, (Said::Json(&json), body.as_bytes())).await;
        match amended {
            // Too long for the form: it stays as it was.
            Err(Error::Invalid(_)) => Ok(()),
            other => other.map(drop),
        }
    }

    async fn disagree(&mut self, caller: &Caller) -> Result<(), Error> {
        let request = self.app.request(None);
        let sent = self.app.sent(&request, caller, &ListQuery::default()).await?.items;
        let Some(closed) = sent.into_iter().find(|item| item.state == ReferralState::Closed) else { return Ok(()) };
        let reference = closed.reference.to_string();
        let view = self.app.read_referral(&request, caller, &reference).await?;
        if let (true, Some(text)) = (view.actions.contains(&Action::Disagree), self.chance.pick(&words::DISAGREED)) {
            let key = self.key()?;
            self.app.disagree(&request, caller, &key, (&reference, text)).await?;
        }
        Ok(())
    }

    /// Somebody who has work is away for a week.
    pub(super) async fn goes_away(&mut self) -> Result<(), Error> {
        self.clock.advance(NEXT_CODE);
        let (caller, _cookie) = self.person(AWAY)?.sign_in(self.app).await?;
        let request = self.app.request(None);
        let back = request.at.plus(AWAY_FOR).uk_date().to_string();
        let absence = NewAbsence { until: back, ..NewAbsence::default() };
        let key = self.key()?;
        self.app.set_absence(&request, &caller, &key, &absence).await?;
        self.app.sign_out(&request, &caller).await
    }
}
