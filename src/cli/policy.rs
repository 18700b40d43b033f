//! `policy check`, `policy explain` and `policy matrix`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Console, Exit, Failure, runner};
use crate::{
    app::{self, Policy},
    domain::{compartment::CompartmentKind, referral::ReferralState, relation::Relation, sensitivity::Sensitivity},
};

/// Arguments of `policy`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lint the policy files and run their must-allow and must-deny cases
    #[command(after_help = "Example: referral-exchange policy check --policies policies")]
    Check(Source),
    /// Say whether the policy allows something, and which lines decide it; ends with 4 when it does not
    #[command(after_help = what())]
    Explain {
        /// A role, `job`, `set-up` or `nobody`
        #[arg(value_name = "WHO")]
        who: String,
        /// An action
        #[arg(value_name = "ACTION")]
        action: String,
        /// What it is about, in words of the four lists below
        #[arg(value_name = "WHAT")]
        what: Vec<String>,
        #[command(flatten)]
        source: Source,
    },
    /// Print everything the policy allows
    #[command(after_help = "Example: referral-exchange policy matrix > matrix.txt")]
    Matrix(Source),
}

/// Which policy.
#[derive(Debug, clap::Args)]
struct Source {
    /// A folder with model.conf, policy.csv and cases.csv; the built-in policy unless given
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

impl Source {
    /// The policy, or its faults as data.
    fn load(&self, console: &mut Console) -> Result<Policy, Failure> {
        let files = app::policy_files(self.policies.as_deref())?;
        match runner::block_on(async { Ok(Policy::load(files).await) })? {
            Ok(policy) => Ok(policy),
            Err(faults) => {
                console.data(&faults.to_string())?;
                Err(Failure::new(Exit::Failed, "The policy cannot be used."))
            }
        }
    }
}

/// Every word that WHAT may hold.
fn what() -> String {
    let list = |name: &str, words: Vec<&str>| format!("  {name}: {}\n", words.join(" "));
    let codes = [
        list("relation", Relation::ALL.iter().map(|word| word.code()).collect()),
        list("sensitivity", Sensitivity::ALL.iter().map(|word| word.code()).collect()),
        list("compartment", CompartmentKind::ALL.iter().map(|word| word.code()).collect()),
        list("state", ReferralState::ALL.iter().map(|word| word.code()).collect()),
    ];
    format!(
        "WHAT is one word of each list that applies, in any order:\n{}\
         Example: referral-exchange policy explain triager read-referral receiving-team L1 shared received",
        codes.concat()
    )
}

pub(super) fn run(arguments: Arguments, console: &mut Console) -> Result<(), Failure> {
    match arguments.command {
        Command::Check(source) => {
            let policy = source.load(console)?;
            console.say(&format!("The policy can be used; its digest is {}.", hex::encode(policy.digest())));
            Ok(())
        }
        Command::Matrix(source) => {
            let policy = source.load(console)?;
            Ok(console.data(policy.matrix().trim_end())?)
        }
        Command::Explain { who, action, what, source } => {
            let question = app::policy_question(&who, &action, &what.join(" "));
            let question = question.map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
            let explanation = source.load(console)?.explain(&question);
            console.data(explanation.to_string().trim_end())?;
            if explanation.allowed { Ok(()) } else { Err(Failure::new(Exit::Refused, "The policy refuses this.")) }
        }
    }
}
