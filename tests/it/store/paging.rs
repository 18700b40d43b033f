//! Lists by keyset: every row once, in order, however many share a moment, and only to those who hold a grant.

use std::collections::BTreeSet;

use referral_exchange::{
    demo::DemoPerson,
    domain::{
        compartment::CompartmentKind,
        desk::Desk,
        enquiry::FormKind,
        grant::GrantReason,
        ids::{CompartmentId, GrantId, KeyId, ReferralId},
        key::{HolderKind, OwnerKind},
        news::Unseen,
        queue::{QueueFilter, QueueView},
        reference::Reference,
        referral::Stage,
        sensitivity::Sensitivity,
        time::Timestamp,
    },
    store::{
        Engine,
        grants::Grant,
        keys::PublishedKey,
        queues::QueuePart,
        referrals::{Cursor, Referral},
    },
};

use crate::support::{
    acts::keep,
    hub::{ENGINES, Hub},
};

/// Referrals of one person to one team, many at the same moment; every seventh without a grant.
async fn crowded(hub: &Hub) -> Vec<(Referral, bool)> {
    let app = &hub.app;
    let store = app.store();
    let (sender, receiver) = (hub.person("tess.example"), hub.person("theo.invented"));
    let account = store.account(sender.user).await.unwrap().unwrap();
    let team = store.team(receiver.team_id).await.unwrap().unwrap();
    let pathway = app.pathway("fire-protection").unwrap();
    let mut tx = store.begin().await.unwrap();
    let mut made = Vec::new();
    for number in 0..40_i64 {
        let id = ReferralId::random(app.random());
        let referral = Referral {
            id,
            reference: Reference::random(app.random()),
            pathway: "fire-protection".into(),
            pathway_version: pathway.version.clone(),
            answered_on: None,
            sensitivity: Sensitivity::L1,
            stage: Stage::Received,
            revision: 1,
            referrer: sender.user,
            referrer_team: sender.team_id,
            referrer_agency: account.agency,
            receiving_team: team.id,
            receiving_agency: team.agency,
            urgency: "routine".into(),
            // Five moments for forty rows, some of them at the very ends of what a cursor can say.
            submitted_at: Timestamp::from_millis([0, 5, 5, 5, 9][usize::try_from(number % 5).unwrap()]),
            due_at: [Some(0), Some(7), Some(7), None, Some(8)][usize::try_from(number % 5).unwrap()].map(Timestamp::from_millis),
            desk: Desk::default(),
            kind: FormKind::Referral,
            answered_at: None,
            unseen: Unseen::default(),
        };
        tx.insert_referral(&referral).await.unwrap();
        let compartment = CompartmentId::random(app.random());
        tx.insert_compartment(compartment, id, CompartmentKind::Shared).await.unwrap();
        let key = PublishedKey {
            id: KeyId::random(app.random()),
            owner_kind: OwnerKind::Compartment,
            owner: compartment.to_string(),
            epoch: 1,
            suite: 1,
            recipient: app.recipient_without_secret(),
            published_at: app.now(),
            event: tx.event(),
        };
        tx.publish_key(&key).await.unwrap();
        let granted = number % 7 != 0;
        if granted {
            let bytes = vec![1, 2, 3];
            let grant = Grant {
                id: GrantId::random(app.random()),
                referral: id,
                compartment,
                epoch: 1,
                key: key.id,
                to_kind: HolderKind::Team,
                to: team.id.to_string(),
                to_key: key.id,
                to_epoch: 1,
                suite: 1,
                sha256: sha256(&bytes),
                reason: GrantReason::Party,
                held: false,
                event: tx.event(),
                bytes,
            };
            tx.insert_grant(&grant, app.now()).await.unwrap();
        }
        made.push((referral, granted));
    }
    keep(app, tx).await;
    made
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

const EVERYTHING: &QueueFilter =
    &QueueFilter { pathway: None, urgency: None, agency: None, state: None, overdue: false, unread: false, retracted: false };

fn part(person: &DemoPerson, view: Option<QueueView>, after: Option<Cursor>, limit: i64) -> QueuePart<'static> {
    let now = Timestamp::from_millis(0);
    QueuePart { team: person.team_id, user: person.user, view, filter: EVERYTHING, now, after, limit }
}

async fn pages(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let made = crowded(&hub).await;
    let store = hub.app.store();
    let (sender, receiver) = (hub.person("tess.example"), hub.person("theo.invented"));
    let mut newest_first: Vec<(i64, String)> =
        made.iter().map(|(one, _)| (one.submitted_at.millis(), one.id.to_string())).collect();
    newest_first.sort_by(|one, other| other.cmp(one));
    let mut soonest_first: Vec<(i64, String)> =
        made.iter().filter(|(_, granted)| *granted).map(|(one, _)| (one.queue_cursor(None).at, one.id.to_string())).collect();
    soonest_first.sort();

    for limit in [1, 2, 3, 7, 39, 40, 41, 100] {
        let (mut sent, mut after) = (Vec::new(), None);
        loop {
            let page = store.sent_by(sender.user, after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= usize::try_from(limit).unwrap());
            after = Some(Cursor { at: last.submitted_at.millis(), id: last.id });
            sent.extend(page.iter().map(|one| (one.submitted_at.millis(), one.id.to_string())));
        }
        assert_eq!(sent, newest_first, "limit {limit}");
        for view in [None, Some(QueueView::Team), Some(QueueView::Unassigned)] {
            let (mut queue, mut after) = (Vec::new(), None);
            loop {
                let page = store.queue_of(&part(receiver, view, after, limit)).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(last.queue_cursor(view));
                queue.extend(page.iter().map(|one| (one.queue_cursor(view).at, one.id.to_string())));
            }
            assert_eq!(queue, soonest_first, "limit {limit}, {view:?}");
        }
    }
    for view in [QueueView::Mine, QueueView::Waiting, QueueView::Closed] {
        assert!(store.queue_of(&part(receiver, Some(view), None, 9)).await.unwrap().is_empty(), "{view}");
    }
    assert!(store.queue_of(&part(sender, None, None, 9)).await.unwrap().is_empty(), "another team's queue");
    assert!(store.sent_by(receiver.user, None, 9).await.unwrap().is_empty(), "another person's list");

    let holders = [receiver.team_id.to_string(), receiver.user.to_string()];
    for (referral, granted) in &made {
        let seen = store.referral_seen_by(referral.reference, &holders).await.unwrap();
        assert_eq!(seen.is_some(), *granted);
        for nobody in [&[][..], &[sender.team_id.to_string()][..], &[String::new()][..]] {
            assert!(store.referral_seen_by(referral.reference, nobody).await.unwrap().is_none());
        }
    }
    // Moving on is done once, from the revision that was seen.
    let (referral, _) = &made[0];
    let opened = Stage::Opened { by: receiver.user, at: hub.app.now() };
    for (revision, moves) in [(2, false), (1, true), (1, false), (2, true)] {
        let mut tx = store.begin().await.unwrap();
        let changed = Referral { revision, stage: opened, ..referral.clone() };
        assert_eq!(tx.change_referral(&changed).await.unwrap(), moves, "{revision}");
        keep(&hub.app, tx).await;
    }
    // A reference is drawn once.
    let mut tx = store.begin().await.unwrap();
    let twin = Referral { id: ReferralId::random(hub.app.random()), ..referral.clone() };
    assert!(tx.insert_referral(&twin).await.unwrap_err().is_duplicate_in("reference"));
    drop(tx);
    let ids: Vec<String> = made.iter().take(3).map(|(one, _)| one.id.to_string()).collect();
    let named: BTreeSet<String> = store.references(&ids).await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(named, ids.into_iter().collect());
    hub.finish().await;
}

crate::support::on_both! {
    pages_have_no_gap_and_no_repeat_and_only_holders_see => pages,
}
