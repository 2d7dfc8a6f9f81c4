use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use secrecy::SecretString;

use super::error::{Cause, DatabaseError};
use crate::output::printable;

/// The environment variable that holds the database's password.
pub const PASSWORD_VARIABLE: &str = "ARGO_OFFLOAD_DB_PASSWORD";

/// More is no password but the wrong file.
const MOST_BYTES: u64 = 64 << 10;

/// The password for `user`: from `file`, else from the environment, else asked for on the terminal.
///
/// One line break at a file's end is the editor's; everything else is taken as it is.
///
/// # Errors
/// When the file cannot be read, or there is neither variable nor terminal.
pub fn password(user: &str, file: Option<&Path>) -> Result<SecretString, DatabaseError> {
    let failed = |cause, help: &str| DatabaseError::new(printable(user), cause, help.to_owned());
    if let Some(path) = file {
        return from_file(path).map_err(|problem| {
            let what = format!("cannot read the password from {}: {problem}", path.display());
            failed(Cause::Password(what), "name a file that holds the password and nothing else")
        });
    }
    if let Some(value) = std::env::var_os(PASSWORD_VARIABLE) {
        return value.into_string().map(SecretString::from).map_err(|_| {
            let what = format!("{PASSWORD_VARIABLE} is not UTF-8");
            failed(Cause::Password(what), "put the password into a file: --db-password-file")
        });
    }
    ask(user).ok_or_else(|| {
        let what = "there is no password: no terminal to ask for it on".to_owned();
        failed(
            Cause::Password(what),
            "set ARGO_OFFLOAD_DB_PASSWORD, or name a file: --db-password-file",
        )
    })
}

fn from_file(path: &Path) -> Result<SecretString, String> {
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text))
        .map_err(|error| error.to_string())?;
    if text.len() as u64 > MOST_BYTES {
        return Err(format!("it is longer than {MOST_BYTES} bytes"));
    }
    let end = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).len());
    text.truncate(end.unwrap_or(text.len()));
    Ok(text.into())
}

/// Asks on the terminal, without showing what is typed.
#[cfg(unix)]
fn ask(user: &str) -> Option<SecretString> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    let terminal = std::fs::File::open("/dev/tty").ok()?;
    let shown = tcgetattr(&terminal).ok()?;
    let mut hidden = shown.clone();
    hidden.local_modes &= !(LocalModes::ECHO | LocalModes::ECHONL);
    let _ = write!(std::io::stderr(), "Password of {}: ", printable(user));
    tcsetattr(&terminal, OptionalActions::Flush, &hidden).ok()?;
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    let _ = tcsetattr(&terminal, OptionalActions::Flush, &shown);
    let _ = writeln!(std::io::stderr());
    read.ok()?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Some(line.into())
}

#[cfg(not(unix))]
fn ask(_: &str) -> Option<SecretString> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_file_gives_its_text_without_the_editors_line_break() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("password");
        for (text, expected) in
            [("a b", "a b"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("", "")]
        {
            std::fs::write(&path, text).expect("write");
            let read = password("argo", Some(&path)).expect("password");
            assert_eq!(read.expose_secret(), expected);
        }
        std::fs::write(&path, vec![b'a'; 70_000]).expect("write");
        let error = password("argo", Some(&path)).expect_err("too long").to_string();
        assert!(error.contains("longer than 65536 bytes"), "{error}");
    }
}
