//! The order of the log under load, from two nodes at once, and the proofs that anybody can check.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use referral_exchange::{
    app::App,
    audit::{Checkpoint, LogProof, TreeHash, VerifierKey, consistency, hash},
    domain::{action::Action, legal::LogUse},
    policy::DenialReason,
    store::Engine,
};

use crate::support::{
    hub::{ENGINES, Hub},
    raw::{Cell, Raw},
};

const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(4);

/// Refusals of nobody, one event each since each has a source of its own.
async fn refuse(app: &App, from: u32, number: u32) {
    for at in from..from + number {
        let mut request = app.request(None);
        request.source = Some(std::net::Ipv4Addr::from_bits(0x0a00_0000 + at).into());
        app.refuse_nobody(&request, "load", Action::ReadReferral, DenialReason::NotSignedIn).await.unwrap();
    }
}

/// Roots of every size, computed from the leaves as they stand.
async fn leaves(raw: &mut Raw) -> Vec<TreeHash> {
    let rows = raw.rows("SELECT idx, leaf FROM log_sequence ORDER BY idx").await;
    let leaf = |(at, row): (usize, Vec<Cell>)| {
        assert_eq!(row[0], Cell::Int(i64::try_from(at).unwrap()), "places are contiguous from zero");
        TreeHash::from_slice(&row[1].bytes()).unwrap()
    };
    rows.into_iter().enumerate().map(leaf).collect()
}

/// The root by its definition (RFC 6962, 2.1), independent of how the product computes it.
fn root(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => hash::empty(),
        [leaf] => *leaf,
        more => {
            let (left, right) = more.split_at(more.len().next_power_of_two() / 2);
            hash::node(&root(left), &root(right))
        }
    }
}

async fn checkpoints(hub: &Hub, raw: &mut Raw) -> Vec<Checkpoint> {
    let key = VerifierKey::parse(&hub.app.verifier_key()).unwrap();
    let notes = raw.texts("SELECT note FROM log_checkpoint ORDER BY size").await;
    notes.iter().map(|note| Checkpoint::open(note.as_bytes(), &key).unwrap()).collect()
}

async fn consistency_of_all(hub: &Hub, raw: &mut Raw) {
    let leaves = leaves(raw).await;
    let signed = checkpoints(hub, raw).await;
    assert!(signed.len() > 2, "{}", signed.len());
    for checkpoint in &signed {
        assert_eq!(checkpoint.root(), &root(&leaves[..usize::try_from(checkpoint.size()).unwrap()]));
    }
    for (at, earlier) in signed.iter().enumerate() {
        for later in &signed[at..] {
            let plan = consistency::plan(earlier.size(), later.size()).unwrap();
            let mut known = referral_exchange::audit::Known::new();
            for span in plan.needs() {
                let (first, end) = (i64::try_from(span.first).unwrap(), i64::try_from(span.end).unwrap());
                let store = hub.app.store();
                let rows = match span.level {
                    0 => store.leaves(first, end).await.unwrap(),
                    level => store.groups(level.into(), first, end).await.unwrap(),
                };
                let rows = rows.into_iter().map(|(at, hash)| (at.unsigned_abs(), TreeHash::from_slice(&hash).unwrap()));
                known.fill(&span, rows).unwrap();
            }
            let proof = plan.hashes(&known).unwrap();
            later.follows(earlier, &proof).unwrap();
            if earlier.size() < later.size() {
                assert!(earlier.follows(later, &proof).is_err(), "time runs one way");
            }
        }
    }
}

async fn groups_and_receipts(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let mut raw = Raw::owner(&hub).await;
    for round in 0..6 {
        // So many of nobody's refusals become events within a minute, and no more.
        hub.clock.advance(Duration::from_mins(1));
        refuse(&hub.app, round * 100, 100).await;
        let done = hub.app.sequence().await.unwrap();
        assert!(done.held && done.placed >= 100 && done.refused == 0, "{done:?}");
    }
    let leaves = leaves(&mut raw).await;
    assert!(leaves.len() > 600);
    let groups = raw.rows("SELECT level, idx, hash FROM log_group ORDER BY level, idx").await;
    let expected: Vec<Vec<Cell>> = leaves
        .chunks_exact(256)
        .zip(0..)
        .map(|(group, at)| vec![Cell::Int(8), Cell::Int(at), Cell::Bytes(root(group).as_bytes().to_vec())])
        .collect();
    assert_eq!(groups, expected);
    consistency_of_all(&hub, &mut raw).await;

    // Receipts, checked with nothing but the published key and the event's own bytes.
    let officer = hub.sign_in("dora.madeup").await;
    let key = VerifierKey::parse(&hub.app.verifier_key()).unwrap();
    let agency = officer.agency();
    let own = raw
        .rows(&format!(
            "SELECT s.idx FROM log_sequence s JOIN log_event e ON e.id = s.event WHERE e.agency = '{agency}' ORDER BY 1"
        ))
        .await;
    for row in [own.first(), own.get(own.len() / 2), own.last()].into_iter().flatten() {
        let Cell::Int(place) = row[0] else { panic!("a place") };
        let receipt = hub.app.receipt(&hub.app.request(None), &officer, place).await.unwrap();
        let event = hub.app.read_log_event(&hub.app.request(None), &officer, place, LogUse::Integrity).await.unwrap();
        let proof = LogProof::parse(receipt.as_bytes()).unwrap();
        assert_eq!(proof.index(), place.unsigned_abs());
        let checkpoint = proof.verify(&event.leaf_data, &key).unwrap();
        assert!(checkpoint.size() > place.unsigned_abs());
        assert!(proof.verify(b"another event", &key).is_err());
    }
    hub.finish().await;
}

/// Two nodes write and sequence at once, the lease going from one to the other in the midst of the other's work; then they take
/// turns, so that there are checkpoints of both to hold against each other however the machine shared its time out.
async fn two_nodes(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let other = hub.another_node().await;
    let mut raw = Raw::owner(&hub).await;
    let nodes = [Arc::clone(&hub.app), Arc::clone(&other)];
    let writers: Vec<_> = nodes
        .iter()
        .cloned()
        .zip([0_u32, 10_000])
        .map(|(node, from)| tokio::spawn(async move { refuse(&node, from, 150).await }))
        .collect();
    let busy = Arc::new(AtomicBool::new(true));
    let sequencers: Vec<_> = nodes
        .iter()
        .cloned()
        .map(|node| {
            let (clock, busy) = (Arc::clone(&hub.clock), Arc::clone(&busy));
            tokio::spawn(async move {
                let mut rounds = 0;
                while busy.load(Ordering::SeqCst) {
                    node.sequence().await.unwrap();
                    rounds += 1;
                    // Now and then for longer than a lease lasts, in the midst of the other's work: whoever asks next takes over.
                    if rounds % 7 == 0 {
                        clock.advance(LONGER_THAN_A_LEASE);
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    busy.store(false, Ordering::SeqCst);
    for sequencer in sequencers {
        sequencer.await.unwrap();
    }
    for (node, from) in nodes.iter().zip([20_000, 30_000]).cycle().take(4) {
        let written = raw.count("SELECT COUNT(*) FROM log_event").await;
        refuse(node, from + u32::try_from(written).unwrap(), 10).await;
        hub.clock.advance(LONGER_THAN_A_LEASE);
        let done = node.sequence().await.unwrap();
        assert!(done.held && done.placed >= 10 && done.refused == 0, "the lease had run out: {done:?}");
    }
    hub.clock.advance(LONGER_THAN_A_LEASE);
    let report = hub.verify().await;
    assert_eq!(report.findings, []);
    let order = leaves(&mut raw).await;
    assert!(order.len() >= 340);
    assert_eq!(raw.count("SELECT COUNT(DISTINCT event) FROM log_sequence").await, i64::try_from(order.len()).unwrap());
    assert_eq!(raw.count("SELECT COUNT(*) FROM pending_event").await, 0);
    assert!(raw.count("SELECT token FROM lease WHERE name = 'sequencer'").await > 4, "each turn had a fencing token of its own");
    consistency_of_all(&hub, &mut raw).await;
    other.close().await.unwrap();
    hub.finish().await;
}

/// A node dies with the lease in its hand: the next has the tail placed.
async fn a_dead_node(engine: Engine) {
    let hub = Hub::founded(engine).await;
    assert!(hub.app.sequence().await.unwrap().held);
    refuse(&hub.app, 0, 5).await;
    let other = hub.another_node().await;
    assert!(!other.sequence().await.unwrap().held, "while the lease runs it is the other's");
    if engine == Engine::Postgres {
        hub.clock.advance(LONGER_THAN_A_LEASE);
    }
    // On SQLite the clock stands still: no lease runs out, the new process takes over what the dead one left.
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let node = Arc::clone(&other);
    let worker = tokio::spawn(async move { node.keep_sequencing(stopped).await });
    let placed = async {
        while hub.app.store().count_pending().await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), placed).await.expect("the tail gets its place");
    stop.send(true).unwrap();
    worker.await.unwrap();
    // Were the first not dead after all, its token is past.
    let late = hub.app.store().begin_sequencing("sequencer", 1).await.unwrap();
    assert!(late.is_none(), "fenced");
    hub.clock.advance(LONGER_THAN_A_LEASE);
    other.close().await.unwrap();
    hub.finish().await;
}

crate::support::on_both! {
    a_node_that_died_holds_the_log_up_for_no_longer_than_its_lease => a_dead_node,
    groups_roots_consistency_and_receipts_hold => groups_and_receipts,
    two_nodes_sequence_at_once_without_gap_or_repeat => two_nodes,
}
