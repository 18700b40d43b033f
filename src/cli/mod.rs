//! The command line: arguments in, a use case called, words and an exit code out.
//! Never here: SQL, rules, keys; a command decides nothing that a page or the API would not decide the same way.
//! Named by `main` alone.

mod audit;
mod config;
mod console;
mod demo;
mod exit;
mod hub;
mod init;
mod inspection;
mod mail;
mod migrate;
mod pathway;
mod policy;
mod recovery;
mod runner;
mod serve;
mod terminal;

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
                  Example: referral-exchange demo"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// One variant per command, each with its arguments in the file of the same name.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run a made-up partnership to look around in
    Demo(demo::Arguments),
    /// Set up a hub: asks what it must know, and founds it
    Init(init::Arguments),
    /// Run the hub
    Serve(serve::Arguments),
    /// Explain or check the configuration
    Config(config::Arguments),
    /// Bring the database's schema up to date, with the owner's role
    Migrate(migrate::Arguments),
    /// Check pathway files
    Pathway(pathway::Arguments),
    /// Check and explain who may do what
    Policy(policy::Arguments),
    /// Take what comes back of the mail about notices
    Mail(mail::Arguments),
    /// Make and rehearse an agency's recovery key
    Recovery(recovery::Arguments),
    /// Verify the log and everything it vouches for
    Audit(audit::Arguments),
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
        Command::Demo(arguments) => demo::run(arguments, console),
        Command::Init(arguments) => init::run(&arguments, console),
        Command::Serve(arguments) => serve::run(&arguments, console),
        Command::Config(arguments) => config::run(arguments, console),
        Command::Migrate(arguments) => migrate::run(&arguments, console),
        Command::Pathway(arguments) => pathway::run(&arguments, console),
        Command::Policy(arguments) => policy::run(arguments, console),
        Command::Mail(arguments) => mail::run(&arguments, console),
        Command::Recovery(arguments) => recovery::run(arguments, console),
        Command::Audit(arguments) => audit::run(arguments, console),
    };
    match result {
        Ok(()) => Exit::Done,
        Err(failure) => {
            console.say(&failure.to_string());
            failure.exit
        }
    }
}
