//! The `tabi` command.

fn main() -> std::process::ExitCode {
    tabi::cli::main()
}
