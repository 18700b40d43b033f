//! Times and states in words, the same on every page.

use std::time::Duration;

use super::pages::queue::StateTag;
use crate::domain::{
    absence::Absence,
    clock::Step,
    compartment::EntryKind,
    enquiry::FormKind,
    legal::{Basis, Purpose},
    referral::ReferralState,
    relation::Relation,
    running_clock::{Missed, Run, RunningClock},
    time::Timestamp,
};

/// `1 hour`, `3 days`: whole units, the largest that fits, rounded down.
fn length(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    let (count, unit) = match minutes {
        0..60 => (minutes.max(1), "minute"),
        60..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// How many notices wait, counted up to a hundred.
pub(super) fn unread(count: u64) -> String {
    match count {
        0 => "No unread notices".to_owned(),
        1 => "1 unread notice".to_owned(),
        2..100 => format!("{count} unread notices"),
        _ => "More than 99 unread notices".to_owned(),
    }
}

/// How much waits for somebody's check.
pub(super) fn to_check(count: u64) -> String {
    match count {
        0 => "Nothing waits for your check".to_owned(),
        1 => "1 notice waits for your check".to_owned(),
        _ => format!("{count} notices wait for your check"),
    }
}

/// `Friday 27 November 2026 at 5pm`.
pub(super) fn day_and_time(at: Timestamp) -> String {
    format!("{} {}", at.zoned().strftime("%A"), at.words())
}

/// With a capital first letter.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `27 December 2026`.
pub(super) fn day(at: Timestamp) -> String {
    at.uk_date().strftime("%-d %B %Y").to_string()
}

/// That somebody is away now, as it stands beside a name: `away until 7 December 2026`.
pub(super) fn away(absence: Absence) -> String {
    absence.until.map_or_else(|| "away".to_owned(), |until| format!("away until {}", day(until)))
}

/// A name, with until when its owner is away if they are.
pub(super) fn name_away(name: &str, absence: Option<Absence>) -> String {
    absence.map_or_else(|| name.to_owned(), |absence| format!("{name} ({})", away(absence)))
}

/// When somebody is away, now or later: `away from 1 December 2026 until 7 December 2026`.
pub(super) fn absence(absence: Absence, now: Timestamp) -> String {
    match absence.until {
        _ if absence.is_on(now) => away(absence),
        None => format!("away from {}", day(absence.from)),
        Some(until) => format!("away from {} until {}", day(absence.from), day(until)),
    }
}

/// When something is due, as a list says it.
pub(super) fn due(due: Option<Timestamp>, now: Timestamp) -> String {
    let Some(due) = due else { return "Nothing is due".to_owned() };
    if due < now {
        format!("Overdue by {}", length(now.since(due)))
    } else if due.since(now) < Duration::from_hours(24) {
        format!("Due in {}", length(due.since(now)))
    } else {
        format!("Due by {}", day_and_time(due))
    }
}

/// What something written on a form is called.
pub(super) const fn thing(kind: FormKind) -> &'static str {
    match kind {
        FormKind::Referral => "referral",
        FormKind::Enquiry => "question",
    }
}

/// When somebody reads new referrals or questions, and if nobody does now, when next; and what to do when that is too late.
pub(super) fn read_when(kind: FormKind, team: &str, hours: &str, next: Option<Timestamp>, emergency: &str) -> String {
    let next = next.map(|next| format!(" Nobody there reads now; they read next on {}.", day_and_time(next))).unwrap_or_default();
    format!("{team} reads new {}s {}.{next} If it cannot wait, {}", thing(kind), self::hours(hours), lower(emergency))
}

/// When a team reads what it gets only at a moment to come: passed on then, or before.
pub(super) fn read_from(kind: FormKind, team: &str, hours: &str, from: Option<Timestamp>, emergency: &str) -> String {
    let from = from.map(|from| format!(" It reads this on {} at the latest.", day_and_time(from))).unwrap_or_default();
    format!("{team} reads new {}s {}.{from} If it cannot wait, {}", thing(kind), self::hours(hours), lower(emergency))
}

/// Hours within a sentence: "Every day, …" becomes small; the names of days keep their capital.
pub(super) fn hours(hours: &str) -> String {
    if hours.starts_with("Every") { lower(hours) } else { hours.to_owned() }
}

/// Where something stands, as a tag: a question that was answered waits for nobody, and what whoever covers has opened is not
/// unopened (`covered`; never so to the team that received it).
pub(super) fn standing(current: ReferralState, answered: bool, covered: bool) -> StateTag {
    let answered_tag = || StateTag { text: "Answered".to_owned(), colour: "green".to_owned() };
    let waits = matches!(current, ReferralState::Received | ReferralState::Opened);
    match current {
        _ if answered && waits => answered_tag(),
        ReferralState::Received if covered => StateTag { text: "Opened by cover".to_owned(), colour: "yellow".to_owned() },
        _ => state(current),
    }
}

/// The line by which a list tells one from another; a question is marked as one.
pub(super) fn headline(kind: FormKind, line: &str) -> String {
    match kind {
        FormKind::Referral => line.to_owned(),
        FormKind::Enquiry => format!("Advice: {line}"),
    }
}

/// When people who receive by name read, and what to do when that is too late.
pub(super) fn read_by_name(emergency: &str) -> String {
    let when = "They find it when they next look at their queue. No team covers for them, so no hour is promised.";
    format!("{when} If it cannot wait, {}", lower(emergency))
}

/// A sentence as it stands within another.
pub(super) fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A clause of ours as a sentence of its own.
pub(super) fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>() + ".").unwrap_or_default()
}

/// "A, B and C".
pub(super) fn both(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "A, B or C".
pub(super) fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A state as a tag.
pub(super) fn state(state: ReferralState) -> StateTag {
    let (text, colour) = match state {
        ReferralState::New => ("Not sent", "grey"),
        ReferralState::Checking => ("Being checked", "purple"),
        ReferralState::Stopped => ("Stopped at the check", "red"),
        ReferralState::Withdrawn => ("Not sent after the check", "grey"),
        ReferralState::Received => ("Received", "blue"),
        ReferralState::Opened => ("Opened", "yellow"),
        ReferralState::Decided => ("Decided", "green"),
        ReferralState::Closed => ("Closed", "grey"),
    };
    StateTag { text: text.to_owned(), colour: colour.to_owned() }
}

/// What a note went with, as its heading.
pub(super) const fn note(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Handover => "Handed on",
        EntryKind::Closing => "Closed",
        EntryKind::Reopening => "Taken up again",
        EntryKind::Redirection => "Passed on to another team",
        EntryKind::NotShared => "Decided not to share",
        EntryKind::Disagreement => "The referrer does not agree",
        EntryKind::Retraction => "The referrer asks to withdraw this",
        _ => "Note",
    }
}

/// A step, as the name of its clock.
pub(super) const fn step(step: Step) -> &'static str {
    match step {
        Step::Triage => "Decision",
        Step::FirstContact => "First contact",
        Step::Assessment => "Assessment",
        Step::Review => "Review",
    }
}

/// How a clock stands: a breach is said, also of a step that is done; and of one that ended only because the referral was
/// closed (`cut`), that nobody did it.
pub(super) fn clock(clock: &RunningClock, cut: bool, now: Timestamp) -> String {
    let missed = clock.missed.map(|Missed { due, at }| format!(". The time before, it ended {} late", length(at.since(due))));
    format!("{}{}", run_of(clock, cut, now), missed.unwrap_or_default())
}

fn run_of(clock: &RunningClock, cut: bool, now: Timestamp) -> String {
    match clock.run {
        Run::Stopped { due, at, .. } if cut && due < at => {
            format!("Not done, and {} late when it was closed", length(at.since(due)))
        }
        Run::Stopped { .. } if cut => "Not done: closed before it was due".to_owned(),
        Run::Unstarted => "Not started".to_owned(),
        Run::Running { due: moment, .. } => due(Some(moment), now),
        Run::Paused { at, .. } => format!("Stands still since {}, while you wait for the referrer", at.words()),
        Run::Stopped { due, at, .. } if due < at => format!("Ended {} late", length(at.since(due))),
        Run::Stopped { .. } => "Ended in time".to_owned(),
    }
}

/// A lawful basis, as a choice says it.
pub(super) const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Consent => "Consent",
        Basis::LegalObligation => "A legal obligation",
        Basis::VitalInterests => "Vital interests: somebody’s life or safety",
        Basis::PublicTask => "A public task",
        Basis::LegitimateInterests => "Legitimate interests",
        Basis::RecognisedLegitimateInterest => "A recognised legitimate interest",
        Basis::LawEnforcement => "Law enforcement",
    }
}

/// How somebody stood to what they did; blank where they stood in no relation.
pub(super) const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Referrer => "Sent it",
        Relation::Deputy => "Deputy of whoever sent it",
        Relation::Checker => "Checks it first",
        Relation::ReferrersTeam => "Team that sent it",
        Relation::ReceivingTeam => "Team that received it",
        Relation::Granted => "Told of it",
        Relation::MeetingParty => "Party to a meeting on it",
        Relation::Own => "Their own account",
        Relation::OwnTeam => "Their own team",
        Relation::OwnAgency => "Their own agency",
        Relation::None => "",
    }
}

/// A purpose, as the end of a sentence.
pub(super) const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Safeguarding => "keeping people safe",
        Purpose::CrimePrevention => "preventing crime",
        Purpose::Investigation => "investigating crime",
        Purpose::Immigration => "immigration functions",
        Purpose::FireSafety => "fire safety",
        Purpose::ServiceProvision => "giving a service to the person",
        Purpose::RightsRequest => "answering a request about rights",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::{Limit, Pauses};

    #[test]
    fn limits_read_as_people_say_them() {
        let at = |text: &str| Timestamp::parse(text).expect("a time");
        let now = at("2026-11-20T09:00:00Z");
        for (moment, words) in [
            ("2026-11-27T17:00:00Z", "Due by Friday 27 November 2026 at 5pm"),
            ("2026-11-20T13:30:00Z", "Due in 4 hours"),
            ("2026-11-20T09:01:00Z", "Due in 1 minute"),
            ("2026-11-20T09:00:00Z", "Due in 1 minute"),
            ("2026-11-20T08:59:59Z", "Overdue by 1 minute"),
            ("2026-11-20T07:00:00Z", "Overdue by 2 hours"),
            ("2026-11-18T09:00:00Z", "Overdue by 2 days"),
            ("2026-11-18T10:00:00Z", "Overdue by 47 hours"),
        ] {
            assert_eq!(due(Some(at(moment)), now), words, "{moment}");
        }
        assert_eq!(due(None, now), "Nothing is due");
    }

    #[test]
    fn what_the_closing_cut_off_never_reads_as_done() {
        let at = |text: &str| Timestamp::parse(text).expect("a time");
        let (since, due, now) = (at("2026-11-20T09:00:00Z"), at("2026-11-20T13:00:00Z"), at("2026-11-24T09:00:00Z"));
        let stopped = |at| RunningClock {
            step: Step::FirstContact,
            limit: Limit::Hours(4),
            pauses: Pauses::Never,
            run: Run::Stopped { since, due, at },
            missed: None,
        };
        let (early, late) = (stopped(at("2026-11-20T12:00:00Z")), stopped(at("2026-11-20T15:00:00Z")));
        assert_eq!(clock(&early, false, now), "Ended in time");
        assert_eq!(clock(&late, false, now), "Ended 2 hours late");
        assert_eq!(clock(&early, true, now), "Not done: closed before it was due");
        assert_eq!(clock(&late, true, now), "Not done, and 2 hours late when it was closed");
        let again = RunningClock { missed: Some(Missed { due, at: at("2026-11-20T15:00:00Z") }), ..early };
        assert_eq!(clock(&again, false, now), "Ended in time. The time before, it ended 2 hours late");
    }
}
