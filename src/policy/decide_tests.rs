//! Loading, deciding and replacing policies.

use super::{
    decide::Policy,
    error::PolicyError,
    files::Files,
    in_force::PolicyInForce,
    permit::{Act, DenialReason, Object, RequestContext, ShownCompartment},
    question::{HubState, Question, State},
};
use crate::domain::{
    action::Action,
    actor::{Actor, Person, Place, Strength},
    compartment::CompartmentKind,
    ids::{AgencyId, CompartmentId, MembershipId, ReferralId, RequestId, TeamId, UserId},
    referral::ReferralState,
    relation::Relation,
    role::{Role, Subject},
    sensitivity::Sensitivity,
    time::Timestamp,
};

async fn embedded() -> Policy {
    Policy::load(Files::embedded()).await.expect("the files of the program load")
}

fn person(role: Role) -> Actor {
    let agency = AgencyId::from_bytes([1; 16]);
    let (id, team) = (MembershipId::from_bytes([2; 16]), TeamId::from_bytes([3; 16]));
    Actor::Person(Box::new(Person {
        user: UserId::from_bytes([4; 16]),
        version: 1,
        agency,
        session: None,
        strength: Strength::SecondFactor,
        place: Place { id, version: 1, team, agency, role, state: crate::domain::account::MembershipState::Active },
    }))
}

fn read(role: Role, relation: Relation, kinds: &[CompartmentKind]) -> Act {
    Act {
        actor: person(role),
        action: Action::ReadReferral,
        object: Object::Referral(ReferralId::from_bytes([5; 16]), Some(1)),
        relation,
        sensitivity: Some(Sensitivity::L3),
        state: State::Referral(ReferralState::Opened),
        compartments: kinds.iter().map(|&kind| ShownCompartment { id: CompartmentId::from_bytes([6; 16]), kind }).collect(),
        legal: None,
        request: RequestContext { id: RequestId::from_bytes([7; 16]), source: None, at: Timestamp::from_millis(0) },
    }
}

#[tokio::test]
async fn a_permit_names_its_act_and_policy() {
    let policy = embedded().await;
    let act = read(Role::Triager, Relation::ReceivingTeam, &[CompartmentKind::Shared, CompartmentKind::Casework]);
    let permit = policy.decide(act.clone()).expect("a triager reads both");
    assert_eq!((permit.act(), permit.policy()), (&act, policy.digest()));
    assert_eq!(policy.digest(), &Files::embedded().digest());
}

#[tokio::test]
async fn one_refused_compartment_refuses_the_act() {
    let policy = embedded().await;
    let act = read(Role::Triager, Relation::ReceivingTeam, &[CompartmentKind::Shared, CompartmentKind::Restricted]);
    let denial = policy.decide(act.clone()).expect_err("restricted is not theirs");
    assert_eq!((denial.act(), denial.policy(), denial.reason()), (&act, policy.digest(), DenialReason::Policy));
}

#[tokio::test]
async fn an_act_without_its_facts_is_refused_as_not_evaluated() {
    let policy = embedded().await;
    let whole = read(Role::Lead, Relation::Referrer, &[CompartmentKind::Shared]);
    let less = [
        Act { compartments: vec![], ..whole.clone() },
        Act { sensitivity: None, ..whole.clone() },
        Act { state: State::None, ..whole.clone() },
        Act { state: State::Hub(HubState::Open), ..whole.clone() },
    ];
    assert!(policy.decide(whole).is_ok());
    for act in less {
        assert_eq!(policy.decide(act).expect_err("incomplete").reason(), DenialReason::Evaluation);
    }
}

#[tokio::test]
async fn a_refusal_from_elsewhere_keeps_its_reason() {
    let policy = embedded().await;
    for &reason in DenialReason::ALL {
        let denial = policy.refuse(read(Role::Lead, Relation::None, &[CompartmentKind::Shared]), reason);
        assert_eq!((denial.reason(), denial.policy()), (reason, policy.digest()));
    }
}

#[tokio::test]
async fn a_deny_line_outweighs_wherever_it_stands() {
    let allow = "p, lead, read-referral, granted, L1, share, any, allow";
    let deny = "p, any, read-referral, granted, any, share, opened, deny";
    let cases =
        "lead, read-referral, granted, L1, share, received, allow, a\nlead, read-referral, granted, L1, share, opened, deny, b\n";
    for policy in [format!("{allow}\n{deny}\n"), format!("{deny}\n{allow}\n")] {
        let loaded = Policy::load(Files { policy, cases: cases.into(), ..Files::embedded() }).await;
        assert!(loaded.is_ok(), "{loaded:?}");
    }
}

#[tokio::test]
async fn a_policy_that_breaks_a_case_does_not_load() {
    let policy = Files::embedded().policy;
    let wider = format!("{policy}p, practitioner, list-queue, receiving-team, L1, shared, any, allow\n");
    let narrower = policy.replace("p, dpo, read-log, own-agency, -, -, -, allow\n", "");
    for (policy, says) in
        [(wider, "must be denied: a practitioner does not triage"), (narrower, "must be allowed: officers audit")]
    {
        match Policy::load(Files { policy, ..Files::embedded() }).await {
            Err(PolicyError::Cases(faults)) => {
                assert_eq!(faults.len(), 1, "{faults:?}");
                assert!(faults[0].mend.contains(says), "{}", faults[0]);
                assert!(
                    Files::embedded()
                        .cases
                        .lines()
                        .nth(faults[0].line - 1)
                        .is_some_and(|line| says.ends_with(&line[line.len() - 13..]))
                );
            }
            other => panic!("{says}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_memo_answers_as_the_engine_does() {
    let policy = embedded().await;
    for &subject in Subject::ALL {
        for question in Question::every(subject, Action::ReadReferral, Relation::ReferrersTeam) {
            let fresh = policy.allows(&question);
            assert_eq!(policy.allows(&question), fresh, "{question:?}");
            let is_open = matches!(question.compartment, Some(CompartmentKind::Shared | CompartmentKind::Withheld));
            let (role, level) = (subject <= Subject::Coordinator, question.sensitivity <= Some(Sensitivity::L2));
            assert_eq!(fresh, role && level && is_open, "{question:?}");
        }
    }
}

#[tokio::test]
async fn a_new_policy_replaces_the_old_as_a_whole() {
    let held = PolicyInForce::new(embedded().await);
    let before = held.current();
    let stricter = format!("{}p, lead, read-log, own-agency, -, -, -, deny\n", Files::embedded().policy);
    let after = Policy::load(Files { policy: stricter, ..Files::embedded() }).await.expect("loads");
    let digest = *after.digest();
    assert_eq!(held.replace(after).digest(), before.digest());
    assert_eq!(held.current().digest(), &digest);
    assert_ne!(before.digest(), &digest);
}

#[tokio::test]
async fn every_action_has_a_case_each_way_round() {
    let cases = Files::embedded().cases;
    for &action in Action::ALL {
        let about = |verdict: &str| {
            cases.lines().filter(|line| !line.starts_with('#')).any(|line| {
                let cells: Vec<_> = line.split(", ").collect();
                cells.get(1) == Some(&action.code()) && cells.get(6) == Some(&verdict)
            })
        };
        assert!(about("allow"), "{action} has no must-allow case");
        assert!(about("deny"), "{action} has no must-deny case");
    }
}
