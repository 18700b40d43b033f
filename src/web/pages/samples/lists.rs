//! The queue, what was sent, the log.

use super::{
    super::{
        access::{AccessPage, AccessRow},
        log::{LogFilters, LogPage, LogRow},
        notices::{NoticeRow, NoticesPage},
        queue::{FilterLink, Filters, QueuePage, QueueRow},
        sent_list::{SentListPage, SentRow},
    },
    PERSON, choices, somebody, state,
};

pub(super) fn queue(rows: usize, headline: &str) -> QueuePage {
    let filter = |text: &str, href: &str, current: bool| FilterLink { text: text.to_owned(), href: href.to_owned(), current };
    let row = |at: usize| QueueRow {
        is_own: true,
        reference: format!("7K3F-9QXD-{at}"),
        href: format!("/referrals/7K3F-9QXD-{at}"),
        headline: headline.to_owned(),
        pathway: "Child exploitation".to_owned(),
        state: if at == 0 { state("Received", "blue") } else { state("Opened", "yellow") },
        due: if at == 0 { "Overdue by 2 hours".to_owned() } else { format!("Due in {at} hours") },
        overdue: at == 0,
        urgency: if at == 0 { "Today".to_owned() } else { "Soon".to_owned() },
        unopened_urgent: at == 0,
        sent: "Exampleshire County Council, 4 June 2026".to_owned(),
        with: if at == 0 { String::new() } else { PERSON.to_owned() },
        marks: if at == 0 { vec!["Unread".to_owned(), headline.to_owned()] } else { Vec::new() },
    };
    QueuePage {
        frame: somebody().titled("Queue").at("/queue"),
        team: "the exploitation hub".to_owned(),
        teams: if rows == 0 {
            Vec::new()
        } else {
            vec![filter("Exploitation hub", "/queue?team=1", true), filter("Night desk", "/queue?team=2", false)]
        },
        views: vec![
            filter("Unassigned (1)", "/queue?view=unassigned", false),
            filter("Mine (3)", "/queue?view=mine", false),
            filter("Team (7)", "/queue?view=team", true),
        ],
        kept: if rows == 0 { Vec::new() } else { vec![filter(headline, "/queue?overdue=yes", true)] },
        keep_href: "/queue/views?view=team".to_owned(),
        away_href: "/queue/absences?team=1".to_owned(),
        away: if rows == 0 { "Your team reads that you are away.".to_owned() } else { String::new() },
        nothing: "Nothing is waiting here.".to_owned(),
        filters: Filters {
            carried: vec![("view".to_owned(), "team".to_owned())],
            pathways: vec![("prevent".to_owned(), "Prevent".to_owned())],
            agencies: vec![("1".to_owned(), headline.to_owned())],
            ticked: vec!["overdue".to_owned()],
            clear: "/queue?view=team".to_owned(),
            ..Filters::default()
        },
        limits: vec![filter("25", "/queue?limit=25", true), filter("50", "/queue?limit=50", false)],
        gives_out: "1".to_owned(),
        rows: (0..rows).map(row).collect(),
        urgent: if rows == 0 { 0 } else { 3 },
        urgent_href: "/queue?state=received".to_owned(),
        next: if rows == 0 { String::new() } else { "/queue?cursor=abc".to_owned() },
    }
}

pub(super) fn sent_list(rows: usize, words: &str) -> SentListPage {
    let row = |at: usize| SentRow {
        reference: format!("7K3F-9QXD-{at}"),
        href: format!("/referrals/7K3F-9QXD-{at}"),
        pathway: "Child exploitation".to_owned(),
        sent: "4 June 2026, 9:32am".to_owned(),
        hands: if at == 0 { format!("You are the deputy of {PERSON}") } else { String::new() },
        state: state("Received", "blue"),
        due: "Decision due by 6 June 2026".to_owned(),
        marks: vec!["New message from the team".to_owned()],
        headline: words.to_owned(),
    };
    SentListPage {
        frame: somebody().titled("My referrals").at("/sent"),
        rows: (0..rows).map(row).collect(),
        next: if rows == 0 { String::new() } else { "/sent?cursor=abc".to_owned() },
        start_href: "/".to_owned(),
    }
}

pub(super) fn access(rows: usize, words: &str) -> AccessPage {
    let row = |_| AccessRow {
        who: PERSON.to_owned(),
        what: words.to_owned(),
        times: "3 times".to_owned(),
        first: "Thursday 4 June 2026 at 9:32am".to_owned(),
        last: "Friday 5 June 2026 at 9:32am".to_owned(),
    };
    AccessPage {
        frame: somebody().titled("Who has seen 7K3F-9QXD-2"),
        reference: "7K3F-9QXD-2".to_owned(),
        tells: "Everybody who has seen what your team can open or has shared, by name.".to_owned(),
        rows: (0..rows).map(row).collect(),
        refused: (0..rows).map(row).collect(),
        next: if rows == 0 { String::new() } else { "/referrals/7K3F-9QXD-2/access?cursor=7".to_owned() },
    }
}

pub(super) fn log(rows: usize, failed: bool, words: &str) -> LogPage {
    let row = |at: usize| LogRow {
        index: (1000 + at).to_string(),
        when: "4 June 2026, 9:32:07am (+01:00)".to_owned(),
        who: words.to_owned(),
        role: "Triager, Harbour Desk, Exampleshire Police".to_owned(),
        ground: "Team that received it. A public task, for keeping people safe".to_owned(),
        what: "opened a referral".to_owned(),
        reference: "7K3F-9QXD-2".to_owned(),
        outcome: "Done".to_owned(),
    };
    LogPage {
        frame: somebody().titled("Log").at("/log").failed_if(failed),
        filters: LogFilters {
            from: if failed { words.to_owned() } else { String::new() },
            use_code: "lawfulness".to_owned(),
            ..LogFilters::default()
        },
        actions: choices(&[("sign-in", "Signed in"), ("read-referral", "Opened a referral")]),
        teams: choices(&[("t1", "Harbour Desk, Exampleshire Police")]),
        agencies: choices(&[("a1", "Exampleshire Police")]),
        uses: choices(&[
            ("lawfulness", "Checking lawfulness"),
            ("self-monitoring", "Watching ourselves"),
            ("integrity", "Integrity and security"),
            ("criminal-proceedings", "Criminal proceedings"),
        ]),
        errors: if failed { vec![("from".to_owned(), "From must be a date, such as 27/3/2026".to_owned())] } else { Vec::new() },
        asked: !failed,
        rows: (0..rows).map(row).collect(),
        next: if rows == 0 { String::new() } else { "/log?cursor=abc".to_owned() },
        files: (rows > 0).then(|| ("/log/export?format=csv".to_owned(), "/log/export?format=json".to_owned())),
        pending: rows as u64,
    }
}

/// What somebody is told of.
pub(super) fn notices(rows: usize, answer: &str) -> NoticesPage {
    let row = |number: usize| NoticeRow {
        id: format!("{number:032x}"),
        form_token: format!("token-{number}"),
        sentence: "There is a decision".to_owned(),
        about: if number == 2 { answer.to_owned() } else { String::new() },
        ask: if number == 2 { format!("{PERSON}, {answer}, 0116 496 0000") } else { String::new() },
        reference: if number == 1 { String::new() } else { format!("7K3F-9QXD-{number}") },
        href: match number {
            1 => "/log".to_owned(),
            2 => String::new(),
            _ => format!("/referrals/7K3F-9QXD-{number}"),
        },
        link: "See the log".to_owned(),
        when: "Friday 27 November 2026 at 5pm".to_owned(),
        urgent: number == 0,
        unread: number < 3,
    };
    NoticesPage {
        frame: somebody().titled("Notices"),
        rows: (0..rows).map(row).collect(),
        unread_only: rows == 0,
        next: if rows == 0 { String::new() } else { "/notices?cursor=abc".to_owned() },
    }
}
