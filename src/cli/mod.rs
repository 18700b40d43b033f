//! The command line: arguments in, a use case called, words and an exit code out.
//! Never here: SQL, rules, keys; a command decides nothing that a page or the API would not decide the same way.
//! Named by `main` alone.

mod config;
mod console;
mod exit;

use clap::{Parser, Subcommand};

pub use console::Console;
pub use exit::{Exit, Failure};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "referral-exchange",
    version,
    about = "An encrypted, audited hub for referrals between agencies",
    after_help = "Exit codes: 0 done · 1 failed · 2 usage · 3 configuration · 4 refused by policy · 5 integrity check failed · 6 try again\n\
                  Example: referral-exchange config check --config exchange.toml"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// One variant per command, each with its arguments in the file of the same name.
#[derive(Debug, Subcommand)]
enum Command {
    /// Explain or check the configuration
    Config(config::Arguments),
}

/// Runs the process's command line.
pub fn main() -> std::process::ExitCode {
    crate::server::install_provider();
    match Arguments::try_parse() {
        Ok(arguments) => run(arguments, &mut Console::standard()).into(),
        // Help and version are answers, not mistakes: clap knows which goes where.
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            exit.into()
        }
    }
}

/// Runs one command on a given console: what [`main`] does, for tests.
pub fn run(arguments: Arguments, console: &mut Console) -> Exit {
    let result = match arguments.command {
        Command::Config(arguments) => config::run(arguments, console),
    };
    match result {
        Ok(()) => Exit::Done,
        Err(failure) => {
            console.say(&failure.to_string());
            failure.exit
        }
    }
}
