//! What happened on a referral, as far as its reader may know: what was written and decided, one line for each.

use askama::Template;

use super::readers::Item;
use crate::{
    app::{LetGo, MarkingView, ReferralView},
    domain::{grant::GrantReason, message::Audience, question::Question, time::Timestamp},
    web::words,
};

/// The acts on a referral.
#[derive(Clone, Default, Template)]
#[template(path = "referral/history.html")]
pub struct History {
    /// The first one first.
    pub acts: Vec<Act>,
}

/// One act.
#[derive(Clone)]
pub struct Act {
    /// When, in words.
    pub at: String,
    /// What, and by whom.
    pub what: String,
    /// Who can see that it happened, if not everybody who can see the referral; empty otherwise.
    pub seen_by: String,
}

/// A history with more acts than this is folded.
const WHOLE: usize = 12;
/// How many of the newest acts of such a one stand open.
const OPEN: usize = 8;

impl History {
    /// The acts that are folded, and those that stand open.
    fn parts(&self) -> (&[Act], &[Act]) {
        let folded = if self.acts.len() > WHOLE { self.acts.len() - OPEN } else { 0 };
        self.acts.split_at(folded)
    }

    /// Of a referral as its caller may see it.
    pub(super) fn of(view: &ReferralView) -> Self {
        let (sender, team, agency) = &view.sent_by;
        let mut acts = vec![(view.referral.submitted_at, format!("{sender}, {team}, {agency} sent it"), Audience::Shared)];
        acts.extend(view.additions.iter().map(|added| {
            let what = if added.amends { "changed" } else { "added" };
            (added.at, format!("{} {what} answers", added.from), Audience::Shared)
        }));
        acts.extend(view.files.iter().map(|file| (file.at, format!("{} added a file", file.from), file.audience)));
        acts.extend(
            view.messages.iter().map(|message| (message.at, format!("{} wrote a message", message.from), message.audience)),
        );
        acts.extend(view.notes.iter().map(|note| (note.at, format!("{}: {}", words::note(note.kind), note.from), note.audience)));
        acts.extend(view.decisions.iter().map(|decision| {
            let grade = decision.grade.as_ref().map(|(_, grade)| format!(", grade {}", words::lower(grade))).unwrap_or_default();
            (decision.at, format!("{} decided: {}{grade}", decision.by, decision.outcome.1), Audience::Casework)
        }));
        acts.extend(view.feedback.iter().map(|told| {
            let what = if told.closing { "why it was closed" } else { "what was decided" };
            (told.at, format!("The referrer was told {what}"), Audience::Shared)
        }));
        acts.extend(view.let_go.iter().map(|(at, how)| (*at, let_go(view, how), Audience::Shared)));
        let passed_up = view.referral.desk.escalated_at.filter(|_| view.desk.is_some());
        let opened = view
            .covered
            .iter()
            .map(|covered| (covered.at, format!("{}, which covers, opened it", covered.team), Audience::Shared));
        acts.extend(opened);
        let mut acts: Vec<_> = acts.into_iter().map(|line| (line.0, act(view, line))).collect();
        acts.extend(view.markings.iter().map(|act| (act.at, marking(view, act))));
        acts.extend(view.stop.iter().map(|stop| {
            let seen_by = "Only the sender’s side and whoever checked it read this.".to_owned();
            (stop.at, Act { at: stop.at.words(), what: format!("{} stopped it at the check", stop.by), seen_by })
        }));
        acts.extend(
            passed_up.map(|at| (at, Act { at: at.words(), what: "It was passed up".to_owned(), seen_by: urgent_for(view) })),
        );
        // What happened in the same moment stays in the order of the acts above.
        acts.sort_by_key(|(at, _)| *at);
        Self { acts: acts.into_iter().map(|(_, act)| act).collect() }
    }
}

/// How it came on from the check.
fn let_go(view: &ReferralView, how: &LetGo) -> String {
    let agency = &view.sent_by.2;
    match how {
        LetGo::ByItself => format!("It went on by itself; nobody of {agency} had checked it"),
        LetGo::Checked(name) => format!("{name} checked it for {agency} and passed it on"),
        LetGo::SentAnyway(name) => format!("{name} sent it on after the check"),
    }
}

/// That answers were marked as never to reach some agencies, or a mark was taken away.
fn marking(view: &ReferralView, act: &MarkingView) -> Act {
    let question = |id| view.pathway.pathway.question(id).map(Question::withheld_words);
    let what = words::both(&act.questions.iter().filter_map(question).collect::<Vec<_>>());
    let from = words::both(&act.from);
    let (by, at) = (&act.by, act.at.words());
    let what = if act.refused {
        format!("{by} withheld answers from {from}: {what}")
    } else {
        format!("{by} stopped withholding answers from {from}: {what}")
    };
    Act { at, what, seen_by: "Everybody who can see this reads this, but not the people of those agencies.".to_owned() }
}

/// The teams that cover for the one that received it, as the keys were given out.
pub(super) fn cover(view: &ReferralView) -> Vec<String> {
    view.holders.iter().filter(|holder| holder.reason == GrantReason::Cover).map(|holder| holder.name.clone()).collect()
}

/// Who reads that it was passed up: those to whom it was, and the team that received it.
fn urgent_for(view: &ReferralView) -> String {
    match words::both(&cover(view)).as_str() {
        "" => "Only those who received it read this.".to_owned(),
        cover => format!("Only the receiving team and {cover}, which covers, read this."),
    }
}

fn act(view: &ReferralView, (at, what, audience): (Timestamp, String, Audience)) -> Act {
    let seen_by = match audience {
        Audience::Shared => String::new(),
        Audience::Casework => Item::to_write(audience).sentence(view),
        Audience::Share => "It was shared with you.".to_owned(),
    };
    Act { at: at.words(), what, seen_by }
}
