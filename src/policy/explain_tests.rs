//! Explanations agree with the engine, and questions are read from words.

use super::{
    decide::Policy,
    explain::{BadQuestion, ask},
    files::{Effect, Files},
    question::Question,
};
use crate::domain::{action::Action, relation::Relation, role::Subject};

async fn embedded() -> Policy {
    Policy::load(Files::embedded()).await.expect("the files of the program load")
}

/// Two readings of the same lines, ours and casbin's, over the whole grid.
#[tokio::test]
async fn the_lines_named_are_the_lines_that_decided() {
    let policy = embedded().await;
    let (mut asked, mut allowed) = (0_u32, 0_u32);
    for &subject in Subject::ALL {
        for &action in Action::ALL {
            for &relation in Relation::ALL {
                for question in Question::every(subject, action, relation) {
                    let explained = policy.explain(&question);
                    let with = |effect| explained.matched.iter().any(|matched| matched.effect == effect);
                    assert_eq!(explained.allowed, with(Effect::Allow) && !with(Effect::Deny), "{explained}");
                    asked += 1;
                    allowed += u32::from(explained.allowed);
                }
            }
        }
    }
    assert!(allowed > 0 && allowed < asked, "{allowed} of {asked}");
}

#[tokio::test]
async fn an_explanation_names_the_lines() {
    let policy = embedded().await;
    let words = |who, action, what| policy.explain(&ask(who, action, what).expect("a question")).to_string();
    let yes = words("triager", "read-referral", "receiving-team L3 shared opened");
    assert!(yes.starts_with("allowed: triager, read-referral, receiving-team, L3, shared, opened\n"), "{yes}");
    let number: usize = yes.split("line ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    let line = policy.files().policy.lines().nth(number - 1).unwrap().to_owned();
    assert_eq!(line, "p, triager, read-referral, receiving-team, any, shared, any, allow");
    let no = words("analyst", "read-referral", "granted/L1/share/opened");
    assert!(no.starts_with("refused") && no.contains("denies it") && no.contains("outweighs"), "{no}");
    let nothing = words("analyst", "open-hub", "open");
    assert!(nothing.starts_with("refused") && nothing.contains("no line speaks about it"), "{nothing}");
}

#[tokio::test]
async fn an_incomplete_question_is_explained_as_such() {
    let policy = embedded().await;
    let whole = ask("lead", "read-referral", "referrer L1 shared opened").expect("a question");
    let explained = policy.explain(&Question { sensitivity: None, ..whole });
    assert!(!explained.allowed && explained.matched.is_empty());
    assert!(explained.to_string().contains("incomplete"), "{explained}");
}

#[test]
fn questions_are_read_in_any_order() {
    let one = ask("lead", "read-referral", "referrer L1 shared opened").expect("a question");
    for same in ["opened, shared, L1, referrer", "L1/opened/referrer/shared", "  shared  L1 opened - referrer "] {
        assert_eq!(ask("lead", "read-referral", same), Ok(one), "{same}");
    }
    assert_eq!(ask("lead", "open-hub", "open").map(|question| question.relation), Ok(Relation::None));
    for &action in Action::ALL {
        for question in Question::every(Subject::Job, action, Relation::Own) {
            let cells = question.cells();
            assert_eq!(ask(cells[0], cells[1], &cells[2..].join(" ")), Ok(question));
        }
    }
}

#[test]
fn bad_questions_say_what_is_wrong() {
    for (who, action, what, error) in [
        ("boss", "sign-in", "own", BadQuestion::Subject),
        ("lead", "sing-in", "own", BadQuestion::Action),
        ("lead", "sign-in", "own mine", BadQuestion::Word(2)),
        ("lead", "sign-in", "own own-team", BadQuestion::Twice(2)),
        ("lead", "read-referral", "L1 L2 shared opened", BadQuestion::Twice(2)),
        ("lead", "read-referral", "L1 shared", BadQuestion::Misfit(Action::ReadReferral)),
        ("lead", "sign-in", "own open", BadQuestion::Misfit(Action::SignIn)),
    ] {
        assert_eq!(ask(who, action, what), Err(error.clone()), "{what}");
        assert!(!["boss", "sing-in", "mine"].iter().any(|typed| error.to_string().contains(typed)), "echoes: {error}");
    }
}
