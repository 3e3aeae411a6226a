//! The command line, run within the test: what a person would see of it.

use sluicegate::terminal::{Io, Terminal};

/// The exit code of a command, what it prints, and what it complains of. It is given without the
/// name of the program, with what stands on its standard input.
pub(crate) fn run(args: &[&str], mut stdin: &[u8]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = {
        let (stdin, stdout, stderr) = (&mut stdin, &mut out, &mut err);
        let terminal = Terminal::plain(100);
        let mut io = Io { stdin, stdout, stderr, terminal, failed: false };
        sluicegate::run(["sluicegate"].iter().chain(args), &mut io)
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
    (code, text(out), text(err))
}
