//! One referral.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    addition::{sections_to_add, sections_to_amend},
    advice::{self, Hinted, also_refer},
    assignment::DeskBox,
    checks::Controls,
    decision::DecisionBox,
    dialogue::Dialogue,
    file::FileList,
    glance::{Glance, People},
    history::History,
    keep_back::marked,
    queue::StateTag,
    queue_place,
    readers::Item,
    share_box::ShareBox,
    shared,
};
use crate::{
    app::{App, DeskView, EntryView, FeedbackView, HolderView, NoteView, Reached, ReferralView, StopView, latest},
    domain::{
        action::Action,
        answers::{Answer as GivenAnswer, Answers},
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        enquiry::FormKind,
        grant::GrantReason,
        question::{Question, Sealed},
        reference::Reference,
        referral::{ReferralState, Stage},
        relation::Relation,
        running_clock::RunningClock,
        time::Timestamp,
    },
    web::{
        components::{Button, Details, ErrorSummary, InsetText, NotificationBanner, SummaryList, SummaryRow, Tag},
        error::{Answer, ok},
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// A referral as the caller may see it.
#[derive(Clone, Template)]
#[template(path = "referral/referral.html")]
pub struct ReferralPage {
    /// The frame; its title names the reference at most.
    pub frame: Frame,
    /// The reference; the heading.
    pub reference: String,
    /// Name of the pathway.
    pub pathway: String,
    /// Where it stands.
    pub state: StateTag,
    /// What is needed before anything else.
    pub glance: Glance,
    /// The people it names.
    pub people: People,
    /// Address where it is printed; empty where the caller may not.
    pub print_href: String,
    /// Where answers are withheld from an agency; empty where the reader may not.
    pub withhold_href: String,
    /// Address of who has seen it; empty where the caller may not ask.
    pub access_href: String,
    /// Who can see these answers: one line for each team or person.
    pub seen_by: Vec<String>,
    /// What came between, when the reader was too late for what they did; empty for nothing.
    pub notice: String,
    /// Who works on it; for the receiving team only.
    pub desk: Option<DeskBox>,
    /// What was decided, and what the reader may do about it.
    pub decision: Option<DecisionBox>,
    /// What was shared of it, and what the reader may do about that; for the receiving team.
    pub shares: Option<ShareBox>,
    /// Words that went with acts on it.
    pub notes: Vec<NoteLine>,
    /// Why it was stopped at the check, line by line; empty where it was not.
    pub stopped: Vec<String>,
    /// What the caller may do while it is held.
    pub controls: Option<Controls>,
    /// Whether that stands before the answers: who sent it knows them, who checks it reads them first.
    pub decides_first: bool,
    /// The answers, in parts.
    pub sections: Vec<AnswerSection>,
    /// That the reader sees only a part of what was sent, and what to do; empty where they see it.
    pub partly: String,
    /// What was added since, each with who and when.
    pub added: Vec<AnswerSection>,
    /// What can be added: a section's title and its address.
    pub to_add: Vec<(String, String)>,
    /// What can be changed: a section's title and its address.
    pub to_amend: Vec<(String, String)>,
    /// Whether it holds what is kept from somebody, and the reader knows.
    pub keeps_back: bool,
    /// Why it rests on another lawful basis than the pathway offers; empty for none.
    pub legal_reason: String,
    /// The files.
    pub files: FileList,
    /// Which of the pathway's forms it was written on.
    pub kind: FormKind,
    /// What was said, and the form to say more.
    pub dialogue: Option<Dialogue>,
    /// What happened on it.
    pub history: History,
    /// What it grew from, or became: words, reference and address.
    pub related: Vec<(String, String, String)>,
    /// What else its sender may have to refer, with links; for their side alone.
    pub also_refer: Vec<Hinted>,
    /// Address where a referral is made of it; empty where the caller may not.
    pub refer_href: String,
}

/// Words that went with an act.
#[derive(Clone)]
pub struct NoteLine {
    /// What they went with.
    pub title: String,
    /// Who wrote them and when, and who reads them.
    pub from: String,
    /// The words.
    pub text: String,
}

/// A part of the answers.
#[derive(Clone)]
pub struct AnswerSection {
    /// Its heading.
    pub title: String,
    /// Who can read it, where it is kept apart; empty otherwise.
    pub readers: String,
    /// Question and answer in words; an empty answer shows "Not provided".
    pub rows: Vec<(String, String)>,
}

/// What heads the page of something written on a form.
const fn heading(kind: FormKind) -> &'static str {
    match kind {
        FormKind::Referral => "Referral",
        FormKind::Enquiry => "Question",
    }
}

impl ReferralPage {
    fn advice(&self) -> Result<String, askama::Error> {
        advice::html(&self.also_refer)
    }

    fn tag(&self) -> Tag {
        self.state.tag()
    }

    pub(super) fn heading(&self) -> &'static str {
        heading(self.kind)
    }

    fn thing(&self) -> &'static str {
        words::thing(self.kind)
    }

    /// Marks a question as one, beside where it stands.
    fn mark(&self) -> Option<Tag> {
        let tag = || Tag { text: "Advice".to_owned(), classes: "govuk-tag--turquoise".to_owned() };
        (self.kind == FormKind::Enquiry).then(tag)
    }

    fn refer(&self) -> Button {
        let classes = "govuk-button--secondary".to_owned();
        Button { text: "Make this a referral".to_owned(), href: self.refer_href.clone(), classes, ..Button::default() }
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let check = self.controls.as_ref().and_then(|controls| controls.check.as_ref()?.summary());
        check.or_else(|| self.dialogue.as_ref()?.form.as_ref()?.summary())
    }

    /// What there is to do first, on the first screen of a phone: address and words.
    fn way_down(&self) -> Option<(String, String)> {
        let way = |target: &str, words: &str| Some((target.to_owned(), words.to_owned()));
        if let Some(controls) = &self.controls {
            if controls.check.is_some() {
                return way("#your-check", "Read this, then decide at the end of this page");
            }
            if controls.stopped {
                return way("#what-you-can-do", "Decide at the end of this page whether to send it");
            }
        }
        let desk = self.desk.as_ref()?;
        if !desk.takes.is_empty() {
            return way("#desk", desk.takes);
        }
        let (words, href) = self.decision.as_ref()?.links.first()?;
        Some((href.clone(), words.clone()))
    }

    fn stop(&self) -> InsetText {
        InsetText { text: self.stopped.join("\n"), ..InsetText::default() }
    }

    fn banner(&self) -> NotificationBanner {
        NotificationBanner { text: self.notice.clone(), ..NotificationBanner::default() }
    }

    /// The parts of this page: id and words.
    fn contents(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let parts = [
            (self.desk.is_some(), "desk", "Who works on this"),
            (self.decision.is_some(), "decision", "Decision"),
            (!self.people.is_empty(), "people", "People"),
            (!self.sections.is_empty(), "answers", "What was sent"),
            (!self.notes.is_empty(), "notes", "Notes"),
            (self.dialogue.is_some(), "messages", "Messages"),
            (self.kind == FormKind::Referral, "files", "Files"),
            (true, "history", "History"),
        ];
        parts.into_iter().filter(|(is_there, ..)| *is_there).map(|(_, target, words)| (target, words))
    }

    fn seen(&self) -> Details {
        let text = format!("{}.\nEverybody who opens this page is recorded, with the time.", self.seen_by.join("; "));
        Details { summary_text: "Who can see this".to_owned(), text, ..Details::default() }
    }
}

impl AnswerSection {
    pub(super) fn list(&self) -> SummaryList {
        let answer = |text: &str| if text.is_empty() { "Not provided".to_owned() } else { text.to_owned() };
        let rows = self.rows.iter().map(|(question, text)| SummaryRow::words(question, &answer(text)));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}", routing::get(show))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if view.by_share {
        return ok(&shared::page(&person, &view));
    }
    ok(&page(&app, &person, &view))
}

/// The page of a referral that was opened.
pub(super) fn page(app: &App, person: &SignedIn, view: &ReferralView) -> ReferralPage {
    let referral = &view.referral;
    let back = match view.relation {
        Relation::ReceivingTeam | Relation::Granted => "/queue",
        Relation::Checker => "/checks",
        _ => "/sent",
    };
    let place = if back == "/queue" { queue_place::back(person.queue.as_deref().map(String::as_str)) } else { back.to_owned() };
    let mut page = ReferralPage {
        frame: person.frame.titled(&format!("{} {}", heading(referral.kind), referral.reference)).back_to(&place).at(back),
        reference: referral.reference.to_string(),
        pathway: view.course.pathway.title.clone(),
        state: words::standing(referral.stage.state(), referral.answered_at.is_some(), view.covered.is_some()),
        glance: Glance::of(view, facts(view, person.request.at)),
        people: People::of(view),
        history: History::of(view),
        kind: referral.kind,
        dialogue: Dialogue::of(app, person, view),
        related: related(view),
        also_refer: also_refer(app, view),
        refer_href: href_if(view, Action::TakeUpEnquiry, "refer"),
        print_href: href_if(view, Action::PrintReferral, "print"),
        access_href: href_if(view, Action::ReadAccess, "access"),
        withhold_href: href_if(view, Action::WithholdAnswer, "withhold"),
        seen_by: view.holders.iter().map(seen_by).collect(),
        notice: String::new(),
        desk: DeskBox::of(app, person, view),
        decision: DecisionBox::of(app, person, view),
        shares: ShareBox::of(view),
        notes: view.notes.iter().map(|line| note(view, line)).chain(once_told(view)).collect(),
        stopped: view.stop.as_ref().map_or_else(Vec::new, stopped),
        controls: Controls::of(app, person, view),
        decides_first: view.relation == Relation::Referrer,
        sections: sections(view),
        partly: partly(view),
        added: (0..view.additions.len()).map(|at| added(view, at)).collect(),
        to_add: sections_to_add(view),
        to_amend: sections_to_amend(view),
        keeps_back: !view.withheld.is_empty(),
        files: FileList::of(view, &person.frame),
        legal_reason: view.legal_reason.clone().unwrap_or_default(),
    };
    page.glance.first = page.way_down();
    page
}

/// The address of something that the caller may do next; empty where they may not.
pub(super) fn href_if(view: &ReferralView, action: Action, last: &str) -> String {
    let may = view.actions.contains(&action);
    if may { format!("/referrals/{}/{last}", view.referral.reference) } else { String::new() }
}

/// What it grew from, and what was made of it.
fn related(view: &ReferralView) -> Vec<(String, String, String)> {
    let line = |words: &str, reference: &Reference| (words.to_owned(), reference.to_string(), format!("/referrals/{reference}"));
    let grew = view.enquiry.iter().map(|reference| line("Made of a question:", reference));
    let became = view.referrals.iter().map(|reference| line("Made of this question:", reference));
    let before = view.replaces.iter().map(|reference| line("It takes the place of what was stopped at the check:", reference));
    let after = view.replaced_by.iter().map(|reference| line("It was changed and sent again:", reference));
    grew.chain(became).chain(before).chain(after).collect()
}

/// Who sent it; with its author, where their deputy did.
fn sent_by(view: &ReferralView) -> String {
    let (name, team, agency) = &view.sent_by;
    match &view.deputy {
        Some(deputy) => format!("Written by {name}, sent by {}, {team}, {agency}", deputy.name),
        None => format!("{name}, {team}, {agency}"),
    }
}

/// How whoever sent it is reached at work; their deputy, too, where that is who sent it.
fn reached(view: &ReferralView) -> Vec<(String, String)> {
    let line = |Reached { name, role, phone }: &Reached| {
        let phone = phone.as_deref().unwrap_or("no work number given; write to them below");
        (format!("Ring {name}"), format!("{phone} ({role})"))
    };
    std::iter::once(&view.sender).chain(&view.deputy).map(line).collect()
}

/// Who received it; nobody, while it is held.
fn received_by(view: &ReferralView) -> String {
    let of = |reason| super::sent::names(view, reason);
    match view.referral.stage {
        Stage::Checking { until } => format!(
            "Nobody yet: {} checks it first, until {} at the latest",
            of(GrantReason::Checker),
            words::day_and_time(until)
        ),
        Stage::Stopped { .. } => "Nobody: it was stopped at the check".to_owned(),
        Stage::Withdrawn => "Nobody: it was not sent after the check".to_owned(),
        Stage::Received | Stage::Opened { .. } | Stage::Decided { .. } | Stage::Closed { .. }
            if super::sent::goes_by_name(view) =>
        {
            format!("{}, by name", of(GrantReason::Named))
        }
        Stage::Received | Stage::Opened { .. } | Stage::Decided { .. } | Stage::Closed { .. } => {
            format!("{}, {}", view.received_by.0, view.received_by.1)
        }
    }
}

/// What the referrer was told when it was closed, once it was taken up again: somebody may have acted on it.
fn once_told(view: &ReferralView) -> Vec<NoteLine> {
    if view.referral.stage.state() == ReferralState::Closed {
        return Vec::new();
    }
    let told = view.feedback.iter().filter(|told| told.closing);
    let line = |told: &FeedbackView| NoteLine {
        title: "What the referrer was told when it was closed. It was taken up again since".to_owned(),
        from: told.at.words(),
        text: [told.title.as_str(), &told.text].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"),
    };
    told.map(line).collect()
}

/// When it is due, who has it, who sent it and when.
fn facts(view: &ReferralView, now: Timestamp) -> Vec<(String, String)> {
    let sent = format!("{}, {}", sent_by(view), view.referral.submitted_at.words());
    let with = |desk: &DeskView| match &desk.assigned_to {
        Some(name) => words::name_away(name, desk.assigned_away),
        None => "Nobody yet".to_owned(),
    };
    let worked_on = view.desk.as_ref().map(|desk| ("With", with(desk)));
    let named = |(key, value): (&str, String)| (key.to_owned(), value);
    // It was passed on to another pathway, and reads as it was written.
    let sent_as = view.referral.answered_on.as_ref().map(|_| ("Sent as", view.pathway.pathway.title.clone()));
    let who = worked_on.into_iter().chain([("Sent by", sent)]).chain(sent_as).map(named).chain(reached(view));
    let asked = view.referral.desk.waiting_since.filter(|_| matches!(view.relation, Relation::Referrer | Relation::Deputy));
    let asked =
        asked.map(|at| ("The team waits for you".to_owned(), format!("It asked on {}. Answer under Messages", at.words())));
    // Who has it and whom to ring stand before the further clocks: they belong on the first screen of a phone.
    let mut due = due(view, now).into_iter();
    let soonest = due.next();
    asked
        .into_iter()
        .chain(not_agreed(view))
        .chain(withdrawing(view))
        .chain(covered(view))
        .chain(soonest)
        .chain(who)
        .chain(due)
        .chain([named(("Received by", received_by(view)))])
        .collect()
}

/// For the receiving team, until it has decided anew: that the sender does not agree.
fn not_agreed(view: &ReferralView) -> Option<(String, String)> {
    let said = view.notes.iter().rfind(|note| note.kind == EntryKind::Disagreement)?;
    let decided = view.decisions.iter().any(|decision| decision.at > said.at);
    let open = matches!(view.referral.stage.state(), ReferralState::Opened | ReferralState::Decided);
    let words = format!("Look at it again. {} said so on {}, and why under Notes", said.from, said.at.words());
    (view.desk.is_some() && open && !decided).then(|| ("The sender does not agree".to_owned(), words))
}

/// For the receiving team, until it has decided or closed it since: that the sender asks to withdraw it.
fn withdrawing(view: &ReferralView) -> Option<(String, String)> {
    let said = view.notes.iter().rfind(|note| note.kind == EntryKind::Retraction)?;
    let decided = view.decisions.iter().any(|decision| decision.at > said.at);
    let open = matches!(view.referral.stage.state(), ReferralState::Received | ReferralState::Opened | ReferralState::Decided);
    let words = format!("{} asked on {}, and says why under Notes", said.from, said.at.words());
    (view.desk.is_some() && open && !decided).then(|| ("The sender asks to withdraw it".to_owned(), words))
}

/// That the team that covers has it, while the one that received it has not opened it; and for both who of cover acts.
fn covered(view: &ReferralView) -> Vec<(String, String)> {
    let unopened = view.referral.stage == Stage::Received;
    let opened = view.covered.as_ref().filter(|_| unopened).map(|covered| {
        let words =
            format!("{}, which covers, on {}. {} has not opened it yet", covered.team, covered.at.words(), view.received_by.0);
        ("Opened by".to_owned(), words)
    });
    let acting = view.desk.as_ref().and_then(|desk| desk.acting.as_ref());
    let acting = acting.map(|(name, at)| ("Acts for cover".to_owned(), format!("{name}, since {}", at.words())));
    opened.into_iter().chain(acting).collect()
}

/// When it is due: for the receiving team each of its clocks, for others the decision alone.
fn due(view: &ReferralView, now: Timestamp) -> Vec<(String, String)> {
    if let Some(at) = view.referral.answered_at {
        return vec![("Answer".to_owned(), format!("Answered on {}", at.words()))];
    }
    let Some(desk) = &view.desk else {
        let due = match view.referral.stage.state() {
            ReferralState::Decided => "The team has decided".to_owned(),
            ReferralState::Closed => "The team has closed this".to_owned(),
            ReferralState::Stopped => "None, while nobody has it: whoever sent it sends it anyway, or lets it go".to_owned(),
            ReferralState::Withdrawn => "None: nobody has received it".to_owned(),
            _ => words::due(view.referral.due_at, now),
        };
        return vec![("Decision".to_owned(), due)];
    };
    let closed = match view.referral.stage {
        Stage::Closed { at, .. } => Some(at),
        _ => None,
    };
    // A decision that closes tells the referrer in the same moment.
    let decided = view.feedback.iter().any(|told| !told.closing && Some(told.at) == closed);
    let cut = |clock: &RunningClock| closed.is_some_and(|closed| clock.was_cut(closed, decided));
    let line = |clock: &RunningClock| (words::step(clock.step).to_owned(), words::clock(clock, cut(clock), now));
    desk.clocks.iter().map(line).collect()
}

fn note(view: &ReferralView, note: &NoteView) -> NoteLine {
    let read_by = Item::written(note.audience, note.id).sentence(view);
    NoteLine {
        title: words::note(note.kind).to_owned(),
        from: format!("{}, {}. {read_by}", note.from, note.at.words()),
        text: note.text.clone(),
    }
}

/// Somebody who holds the key of these answers, as it was given out.
fn seen_by(holder: &HolderView) -> String {
    if holder.is_recovery {
        return format!("{}, by its recovery key, if nobody else of it can open this any more", holder.name);
    }
    let why = match holder.reason {
        GrantReason::Cover => ", which covers outside the hours",
        GrantReason::Copy => ", told for information",
        GrantReason::Checker => ", who checks for the sender’s agency",
        GrantReason::Deputy => ", the sender’s deputy",
        GrantReason::Category => ", who can open what is kept apart for them",
        GrantReason::Share => ", with whom part of it was shared",
        GrantReason::Standing => ", who can read what the receiving team writes for itself",
        GrantReason::Named | GrantReason::Party => "",
    };
    format!("{}{why}", holder.name)
}

/// A stop at the check, line by line.
fn stopped(stop: &StopView) -> Vec<String> {
    let first = format!("{} stopped this at the check: {}.", stop.by, stop.title);
    std::iter::once(first).chain((!stop.text.is_empty()).then(|| stop.text.clone())).collect()
}

/// The answers as they stand now; beside one that came later, who gave it, when, and what stood before.
pub(super) fn sections(view: &ReferralView) -> Vec<AnswerSection> {
    let Some(sent) = &view.answers else { return Vec::new() };
    let (pathway, now) = (&view.pathway.pathway, latest(view));
    // Who holds a part alone is not told that the rest was left open: they only cannot see it.
    let whole = holds_what_was_sent(view);
    let shown = |question: &Question| {
        let given = now.get(&question.id).is_some();
        // A category that the caller does not hold is not there, not even as a question without an answer.
        // Nor is one that could be kept from them: its absence would tell them of it.
        if !whole || question.can_be_withheld() || question.sealed.category().is_some() {
            given
        } else {
            question.is_shown(sent) || question.is_shown(&now)
        }
    };
    let readers = |sealed: Sealed| {
        let kept = pathway.restricted.iter().find(|restricted| Some(restricted.category) == sealed.category());
        kept.map(|restricted| restricted.who.clone()).unwrap_or_default()
    };
    let mut sections: Vec<AnswerSection> = Vec::new();
    for section in &pathway.sections {
        for question in section.questions.iter().filter(|question| shown(question)) {
            let line = (question.short.clone(), marked(view, &question.id, standing(view, question, sent, &now)));
            match sections.last_mut() {
                Some(last) if last.title == section.title && last.readers == readers(question.sealed) => last.rows.push(line),
                _ => sections.push(AnswerSection {
                    title: section.title.clone(),
                    readers: readers(question.sealed),
                    rows: vec![line],
                }),
            }
        }
    }
    sections
}

/// What a reader is told who cannot see how anybody may be reached without danger; empty for who sees it.
pub(super) fn partly(view: &ReferralView) -> String {
    if holds_what_was_sent(view) {
        return String::new();
    }
    let (team, agency) = &view.received_by;
    if view.in_part {
        return format!(
            "You see some of the answers. Others may have been given that are not here, so nothing that is left out means no: ask \
             {team} ({agency}) before you ring, write to or visit anybody."
        );
    }
    format!(
        "You see only part of what was sent. How the people in it can be reached safely is not in this part: ask {team} \
         ({agency}) before you ring, write to or visit anybody."
    )
}

/// Whether the reader has the answers themselves, and not only those that are kept apart for some.
pub(super) fn holds_what_was_sent(view: &ReferralView) -> bool {
    let sent = |entry: &EntryView| {
        entry.kind == EntryKind::Submission
            && !matches!(entry.compartment, CompartmentKind::Restricted | CompartmentKind::Withheld)
    };
    view.entries.iter().any(sent)
}

/// An answer as it stands, and how it came to: nobody may take what was changed for what holds.
pub(super) fn standing(view: &ReferralView, question: &Question, sent: &Answers, now: &Answers) -> String {
    let Some(answer) = now.get(&question.id) else { return "Not provided".to_owned() };
    let words = answer.words(question);
    let later = view.additions.iter().rev().find(|addition| addition.answers.get(&question.id).is_some());
    match (later, sent.get(&question.id)) {
        (None, _) => words,
        (Some(later), Some(before)) => {
            format!("{words}\nChanged by {} on {}. As sent: {}", later.from, later.at.words(), before.words(question))
        }
        (Some(later), None) => format!("{words}\nAdded by {} on {}", later.from, later.at.words()),
    }
}

/// Something added or changed after sending: who, when, and only what was answered; what it changed stands beside it.
pub(super) fn added(view: &ReferralView, at: usize) -> AnswerSection {
    let pathway = &view.pathway.pathway;
    let (earlier, rest) = view.additions.split_at(at);
    let Some(addition) = rest.first() else {
        return AnswerSection { title: String::new(), readers: String::new(), rows: Vec::new() };
    };
    let stood = |id: &QuestionId| {
        let earlier = earlier.iter().rev().map(|addition| &addition.answers).chain(&view.answers);
        earlier.into_iter().find_map(|answers| answers.get(id))
    };
    let row = |(id, answer): (&QuestionId, &GivenAnswer)| {
        let question = pathway.question(id)?;
        let now = answer.words(question);
        let before = stood(id).filter(|_| addition.amends).map(|before| format!("{now}\nBefore: {}", before.words(question)));
        Some((question.short.clone(), marked(view, id, before.unwrap_or(now))))
    };
    let what = if addition.amends { "Changed" } else { "Added" };
    AnswerSection {
        readers: String::new(),
        title: format!("{what} by {} on {}", addition.from, addition.at.words()),
        rows: addition.answers.iter().filter_map(row).collect(),
    }
}
