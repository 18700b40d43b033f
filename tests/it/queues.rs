//! A team's queue: its views and their counts, what narrows them, and how the databases go about it.

use std::time::Duration;

use referral_exchange::{
    app::{Assignment, Caller, Closing, IdempotencyKey, ListQuery},
    domain::{
        closing::{CloseReason, NewFarewell},
        queue::{QueueFilter, QueueView},
        urgency::Urgency,
    },
    store::{Engine, queues::queue_sql},
};

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    raw::Raw,
};

/// The references of a view; many are due at the same moment, so they are put in an order of their own.
async fn shown(hub: &Hub, caller: &Caller, view: QueueView, filter: QueueFilter) -> Vec<String> {
    let (app, team) = (&hub.app, Some(hub.person("theo.invented").team_id));
    let query = ListQuery { view: Some(view), filter, team, ..ListQuery::default() };
    let page = app.queue(&app.request(None), caller, &query).await.unwrap();
    let mut references: Vec<String> = page.items.into_iter().map(|item| item.reference.to_string()).collect();
    references.sort();
    references
}

async fn views(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let mut sent = Vec::new();
    for number in 0..4 {
        hub.clock.advance(Duration::from_mins(1));
        sent.push(send(app, &tess, &format!("view-{number}"), |_| ()).await.reference.to_string());
    }
    let (theo, fay) = (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await);
    for (reference, username) in [(&sent[1], "theo.invented"), (&sent[2], "fay.fictional")] {
        let assignment = Assignment { to: username.to_owned(), note: String::new(), revision: None };
        let key = IdempotencyKey::parse(username).unwrap();
        app.assign(&app.request(None), &fay, &key, (reference, &assignment)).await.unwrap();
    }
    app.read_referral(&app.request(None), &theo, &sent[1]).await.unwrap();

    let all = QueueFilter::default;
    let own = |at: &[usize]| {
        let mut references: Vec<String> = at.iter().map(|at| sent[*at].clone()).collect();
        references.sort();
        references
    };
    for (caller, view, expected) in [
        (&theo, QueueView::Unassigned, own(&[0, 3])),
        (&theo, QueueView::Mine, own(&[1])),
        (&fay, QueueView::Mine, own(&[2])),
        (&theo, QueueView::Team, own(&[0, 1, 2, 3])),
        (&theo, QueueView::Away, Vec::new()),
        (&theo, QueueView::Waiting, Vec::new()),
        (&theo, QueueView::Copies, Vec::new()),
        (&theo, QueueView::Closed, Vec::new()),
    ] {
        assert_eq!(shown(&hub, caller, view, all()).await, expected, "{view}");
    }
    let counts = app.queue_counts(&theo, hub.person("theo.invented").team_id).await.unwrap();
    assert_eq!(QueueView::ALL.iter().map(|view| counts.of(*view)).collect::<Vec<_>>(), [2, 1, 4, 0, 0, 0, 0]);
    assert!(app.queue_counts(&tess, hub.person("theo.invented").team_id).await.is_err(), "not even a count for others");

    let team = async |filter| shown(&hub, &theo, QueueView::Team, filter).await;
    assert_eq!(team(QueueFilter { unread: true, ..all() }).await, own(&[0, 2, 3]));
    assert_eq!(team(QueueFilter { pathway: Some("prevent".to_owned()), ..all() }).await, own(&[]));
    assert_eq!(team(QueueFilter { pathway: Some("fire-protection".to_owned()), ..all() }).await.len(), 4);
    assert_eq!(team(QueueFilter { agency: Some(tess.agency()), ..all() }).await.len(), 4);
    assert_eq!(team(QueueFilter { agency: Some(fay.agency()), ..all() }).await.len(), 0);
    let by_urgency = Urgency::ALL.iter().map(|urgency| team(QueueFilter { urgency: Some(*urgency), ..all() }));
    let mut total = 0;
    for of_one in by_urgency {
        total += of_one.await.len();
    }
    assert_eq!(total, 4);
    assert_eq!(team(QueueFilter { overdue: true, ..all() }).await.len(), 0);
    hub.clock.advance(Duration::from_hours(24 * 365));
    let theo = hub.sign_in("theo.invented").await;
    assert_eq!(shown(&hub, &theo, QueueView::Team, QueueFilter { overdue: true, ..all() }).await, own(&[0, 1, 2, 3]));
    hub.finish().await;
}

/// A view's text with values in place of its parameters.
fn filled(sql: &str) -> String {
    let values = ["'team'", "-1", "''", "26", "'person'", "''", "''", "''", "''", "''", "9223372036854775807", "0", "5"];
    values.iter().enumerate().rev().fold(sql.to_owned(), |sql, (at, value)| sql.replace(&format!("${}", at + 1), value))
}

/// What is closed stands in the plain list by when it was due: the list goes on after it, and ends.
async fn closed_between(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let theo = hub.sign_in("theo.invented").await;
    let mut sent = Vec::new();
    for number in 0..4 {
        hub.clock.advance(Duration::from_mins(1));
        sent.push(send(app, &tess, &format!("closed-{number}"), |_| ()).await.reference.to_string());
    }
    for reference in [&sent[0], &sent[2]] {
        let view = app.read_referral(&app.request(None), &theo, reference).await.unwrap();
        let closing = Closing {
            reason: Some(CloseReason::Other),
            text: "Nothing to do here.".to_owned(),
            farewell: NewFarewell { untold: "They know.".to_owned(), ..NewFarewell::default() },
            revision: view.referral.revision,
            ..Closing::default()
        };
        let key = IdempotencyKey::parse(&format!("close-{reference}")).unwrap();
        app.close_referral(&app.request(None), &theo, &key, (reference, &closing)).await.unwrap();
    }
    let team = Some(hub.person("theo.invented").team_id);
    let (mut found, mut cursor) = (Vec::new(), None);
    for _ in 0..sent.len() {
        let query = ListQuery { team, limit: Some(1), cursor: cursor.take(), ..ListQuery::default() };
        let page = app.queue(&app.request(None), &theo, &query).await.unwrap();
        found.extend(page.items.into_iter().map(|item| item.reference.to_string()));
        cursor = page.next;
    }
    assert!(cursor.is_none(), "it ends");
    found.sort();
    sent.sort();
    assert_eq!(found, sent, "each once");
    hub.finish().await;
}

/// Every view goes through the referrals by an index in the order it shows them: a queue of years costs what a page costs.
async fn by_index(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let mut raw = Raw::owner(&hub).await;
    if engine == Engine::Postgres {
        // So small a table would be read whole; the question is whether it has to be.
        raw.run("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off").await;
    }
    for view in std::iter::once(None).chain(QueueView::ALL.iter().copied().map(Some)) {
        let sql = filled(queue_sql(view));
        let plan: Vec<String> = match engine {
            Engine::Sqlite => {
                let rows = raw.rows(&format!("EXPLAIN QUERY PLAN {sql}")).await;
                rows.into_iter().map(|row| row.last().unwrap().shown()).collect()
            }
            Engine::Postgres => raw.texts(&format!("EXPLAIN {sql}")).await,
        };
        let plan = plan.join("\n");
        assert!(!plan.contains("Seq Scan on referral ") && !plan.contains("SCAN r"), "{view:?}:\n{plan}");
        // What is here for information goes by the team's grants, and from each to its referral.
        let by_grants = view == Some(QueueView::Copies) && plan.contains("grant_made_by_");
        assert!(by_grants || plan.contains("INDEX referral_") || plan.contains(" using referral_"), "{view:?}:\n{plan}");
        let only_own = !matches!(view, None | Some(QueueView::Team | QueueView::Copies));
        assert!(!(only_own && plan.contains("TEMP B-TREE FOR ORDER BY")), "{view:?}:\n{plan}");
    }
    hub.finish().await;
}

crate::support::on_both! {
    each_view_shows_its_own_and_counts_them_and_filters_narrow_it => views,
    the_plain_list_shows_each_once_and_ends => closed_between,
    every_view_goes_by_an_index => by_index,
}
