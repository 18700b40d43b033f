//! Parses the arguments and hands over to `cli`; nothing else.

fn main() -> std::process::ExitCode {
    referral_exchange::cli::main()
}
