//! `recovery make` and `recovery test`: the ceremony in which an agency's recovery key is made, and its rehearsal. Neither
//! knows a hub, and nothing is stored.

use clap::Subcommand;

use super::{Console, Exit, Failure, terminal::Terminal};
use crate::app::{RecoveryShare, SystemRandom, make_recovery_key, recovery_fingerprint, recovery_of};

/// Arguments of `recovery`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an agency's recovery key, split into shares that are each shown once, to one person
    #[command(after_help = "Do it on a machine of your own that is on no network. The shares go to the screen alone; standard \
                            output gets the recipient, which the agency is enrolled with.\n\
                            Example: referral-exchange recovery make --threshold 3 --shares 5")]
    Make {
        /// How many shares make the key again: 2 or more
        #[arg(long, value_name = "K")]
        threshold: u8,
        /// How many there are: 16 at most
        #[arg(long, value_name = "N")]
        shares: u8,
    },
    /// Say whether shares that are typed in make the key of a recipient; shows no secret
    #[command(after_help = "Example: referral-exchange recovery test --recipient age1…")]
    Test {
        /// The recipient, as it was printed when the key was made
        #[arg(long, value_name = "RECIPIENT")]
        recipient: String,
    },
}

pub(super) fn run(arguments: Arguments, console: &mut Console) -> Result<(), Failure> {
    let mut terminal = Terminal::standard();
    match arguments.command {
        Command::Make { threshold, shares } => make(threshold, shares, &mut terminal, console),
        Command::Test { recipient } => test(&recipient, &mut terminal, console),
    }
}

fn make(threshold: u8, shares: u8, terminal: &mut Terminal, console: &mut Console) -> Result<(), Failure> {
    let key =
        make_recovery_key(threshold, shares, &SystemRandom).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    console.say(&format!("The key is split into {shares} shares; any {threshold} of them make it again, fewer tell nothing."));
    console.say("Each share is shown once, to one person, who writes it down and keeps it apart from the others.");
    for share in &key.shares {
        let number = share.number();
        let stopped = || {
            let words =
                format!("The ceremony was stopped at share {number} of {shares}: destroy what was written down and begin anew.");
            Failure::new(Exit::Failed, words)
        };
        console.say(&format!("Share {number} of {shares}: let its keeper come to the screen alone, and press Enter."));
        terminal.line()?.ok_or_else(stopped)?;
        console.say(&share.written());
        console.say("Write it down, compare it group by group, and press Enter.");
        terminal.line()?.ok_or_else(stopped)?;
        console.clear();
    }
    console.say(&format!("Fingerprint of the recipient: {}", key.fingerprint));
    console.say("Rehearse before you rely on it: `referral-exchange recovery test`. The agency is enrolled with this recipient:");
    console.data(&key.recipient)?;
    Ok(())
}

fn test(recipient: &str, terminal: &mut Terminal, console: &mut Console) -> Result<(), Failure> {
    let fingerprint = recovery_fingerprint(recipient).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let mut given: Vec<RecoveryShare> = Vec::new();
    loop {
        let needed = given.first().map_or(2, |share| usize::from(share.threshold()));
        if given.len() >= needed {
            break;
        }
        console.say(&match given.first() {
            Some(_) => format!("Type another share; {} of {needed} are here.", given.len()),
            None => "Type a share, and press Enter.".to_owned(),
        });
        let ended = || Failure::new(Exit::Failed, format!("The shares ended early: {} of {needed} are here.", given.len()));
        let line = terminal.line()?.ok_or_else(ended)?;
        console.clear();
        let fits = |share: RecoveryShare| share.fits(&given).map(|()| share);
        match RecoveryShare::parse(&line).and_then(fits) {
            Ok(share) => given.push(share),
            Err(error) => console.say(&format!("That cannot be used: {error}.")),
        }
    }
    let made = recovery_of(&given).map_err(|error| Failure::new(Exit::Failed, format!("{error}.")))?;
    if made == recipient.trim() {
        console.data(&format!("The shares make the key of this recipient: {fingerprint}"))?;
        return Ok(());
    }
    Err(Failure::new(Exit::Failed, "The shares make a key, and it is not that of this recipient."))
}
