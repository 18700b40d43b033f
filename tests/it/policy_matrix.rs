//! The grid stands in `policies/matrix.txt`, and a hub does not start on a policy that is not whole.

use std::{fs, path::Path};

use referral_exchange::policy::{Files, Policy, PolicyError};

#[tokio::test]
async fn the_grid_equals_the_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/matrix.txt");
    let matrix = Policy::load(Files::embedded()).await.expect("the policy of the program loads").matrix();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &matrix).expect("matrix.txt can be written");
    }
    let file = fs::read_to_string(&path).expect("policies/matrix.txt is there");
    for (at, (is, stands)) in matrix.lines().zip(file.lines()).enumerate() {
        assert_eq!(is, stands, "policies/matrix.txt line {}: read the change, then run with UPDATE_GENERATED=1", at + 1);
    }
    assert_eq!(matrix, file, "policies/matrix.txt differs at its end: read the change, then run with UPDATE_GENERATED=1");
}

/// Which refusal is expected.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Faults,
    Cases,
}

#[tokio::test]
async fn a_policy_that_is_not_whole_is_refused() {
    let good = Files::embedded();
    let policy = |from: &str, to: &str| {
        assert!(good.policy.contains(from), "the table is out of date: {from}");
        Files { policy: good.policy.replacen(from, to, 1), ..good.clone() }
    };
    let more = |line: &str| Files { policy: format!("{}{line}\n", good.policy), ..good.clone() };
    let read_log = "p, dpo, read-log, own-agency, -, -, -, allow";
    let table = [
        ("no policy", Files { policy: String::new(), ..good.clone() }, Refusal::Faults),
        ("only comments", Files { policy: "# nothing\n".into(), ..good.clone() }, Refusal::Faults),
        ("no model", Files { model: String::new(), ..good.clone() }, Refusal::Faults),
        ("no cases", Files { cases: String::new(), ..good.clone() }, Refusal::Faults),
        ("a short line", policy(read_log, "p, dpo, read-log, own-agency, -, -, allow"), Refusal::Faults),
        ("a long line", policy(read_log, "p, dpo, read-log, own-agency, -, -, -, -, allow"), Refusal::Faults),
        ("a blank cell", policy(read_log, "p, dpo, read-log, , -, -, -, allow"), Refusal::Faults),
        ("a mistyped effect", policy(read_log, "p, dpo, read-log, own-agency, -, -, -, alow"), Refusal::Faults),
        ("a mistyped role", policy(read_log, "p, dpos, read-log, own-agency, -, -, -, allow"), Refusal::Faults),
        ("a mistyped action", policy(read_log, "p, dpo, readlog, own-agency, -, -, -, allow"), Refusal::Faults),
        ("a mistyped relation", policy(read_log, "p, dpo, read-log, ownagency, -, -, -, allow"), Refusal::Faults),
        ("a cell that does not apply", policy(read_log, "p, dpo, read-log, own-agency, any, -, -, allow"), Refusal::Faults),
        ("another directive", more("g, dpo, lead"), Refusal::Faults),
        ("the same line twice", more(read_log), Refusal::Faults),
        ("content for an operator", more("p, hub-operator, read-referral, granted, L1, share, any, allow"), Refusal::Faults),
        (
            "allow outweighs deny",
            Files { model: good.model.replace(" && !some(where (p.eft == deny))", ""), ..good.clone() },
            Refusal::Faults,
        ),
        ("an officer without a log", policy(read_log, "# removed"), Refusal::Cases),
        ("every lead's own account denied", more("p, lead, sign-in, any, -, -, -, deny"), Refusal::Cases),
        ("set-up after opening", more("p, set-up, open-hub, none, -, -, open, allow"), Refusal::Cases),
        ("a log for administrators", more("p, agency-administrator, read-log, own-agency, -, -, -, allow"), Refusal::Cases),
        ("content for an officer", more("p, dpo, read-referral, granted, any, share, any, allow"), Refusal::Cases),
        ("L3 for the whole team", more("p, lead, read-referral, referrers-team, any, shared, any, allow"), Refusal::Cases),
    ];
    for (name, files, expected) in table {
        let refusal = match Policy::load(files).await {
            Err(PolicyError::Faults(faults)) => {
                assert!(!faults.is_empty(), "{name}");
                Refusal::Faults
            }
            Err(PolicyError::Cases(faults)) => {
                assert!(!faults.is_empty(), "{name}");
                Refusal::Cases
            }
            other => panic!("{name} was not refused: {other:?}"),
        };
        assert_eq!(refusal, expected, "{name}");
    }
}
