//! What is wanted, from a file.

use std::io::Read;

use crate::cli::{EnableArguments, WantedArguments};
use crate::failure::Failure;
use crate::output::shortened;

/// The most bytes of it.
const BYTES: u64 = 64 << 10;

/// What flags say, and where they are silent the file of `--from-file`.
///
/// # Errors
/// The file cannot be read, or has something else in it.
pub(super) fn given(arguments: &EnableArguments) -> Result<WantedArguments, Failure> {
    let flags = arguments.wanted.clone();
    let Some(path) = &arguments.from_file else { return Ok(flags) };
    let name = path.display();
    let cannot = |error: std::io::Error| {
        Failure::new(format_args!("cannot read {name}: {error}"))
            .help("--from-file names a file with lines such as dbHost: db")
    };
    let mut text = String::new();
    if path.as_os_str() == "-" {
        if arguments.password_stdin {
            return Err(Failure::new("stdin cannot hold both the values and the password")
                .help("put one of them into a file: --from-file FILE, --db-password-file FILE"));
        }
        std::io::stdin().take(BYTES + 1).read_to_string(&mut text).map_err(cannot)?;
    } else {
        let file = std::fs::File::open(path).map_err(cannot)?;
        file.take(BYTES + 1).read_to_string(&mut text).map_err(cannot)?;
    }
    if text.len() as u64 > BYTES {
        return Err(Failure::new(format_args!(
            "{name} is no file of values: it is over {BYTES} bytes"
        )));
    }
    Ok(flags.or(parse(&text).map_err(|error| {
        Failure::new(format_args!("{name}: {}", shortened(&error, 300))).help(
            "kubectl argo-offload schema enable-values describes it; the password does not stand in it: --password-stdin",
        )
    })?))
}

fn parse(text: &str) -> Result<WantedArguments, String> {
    // A file of comments alone says nothing.
    let values: Option<WantedArguments> =
        yaml_serde::from_str(text).map_err(|error| error.to_string())?;
    Ok(values.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::DatabaseTls;
    use crate::commands::schema::assert_fresh;

    #[test]
    fn a_flag_goes_before_the_file() {
        let text = "# ours\ndbHost: db\ndbPort: 3307\ndbTls: skip-verify\narchive: true\n";
        let file = parse(text).expect("values");
        let flags = WantedArguments { db_host: Some("other".into()), ..WantedArguments::default() };
        let given = flags.or(file);
        assert_eq!(given.db_host.as_deref(), Some("other"));
        assert_eq!((given.db_port, given.archive), (Some(3307), true));
        assert_eq!(given.db_tls, Some(DatabaseTls::SkipVerify));
        assert_eq!(parse("dbTls: true").expect("values").db_tls, Some(DatabaseTls::True));
        assert_eq!(parse("# nothing\n"), Ok(WantedArguments::default()));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (text, told) in [
            ("password: x", "unknown field `password`"),
            ("db-host: x", "unknown field `db-host`"),
            ("dbPort: x", "dbPort"),
            ("dbTls: maybe", "maybe"),
            ("- dbHost", "invalid type"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn the_schema_is_fresh() {
        assert_fresh::<WantedArguments>("enable-values");
    }
}
