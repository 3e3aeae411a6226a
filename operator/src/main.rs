//! The operator: the binary is [`sluicegate::run`] with the process around it.

use std::process::ExitCode;

use sluicegate::terminal::{Io, Terminal};

fn main() -> ExitCode {
    let mut io = Io {
        stdin: &mut std::io::stdin(),
        stdout: &mut std::io::stdout(),
        stderr: &mut std::io::stderr(),
        terminal: Terminal::detect(),
        failed: false,
    };
    let code = sluicegate::run(std::env::args_os(), &mut io);
    ExitCode::from(if io.failed { sluicegate::FAILED } else { code })
}
