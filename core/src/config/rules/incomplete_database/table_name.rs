//! Whether a table's name survives the migration, which writes it into SQL as it is.
//!
//! Every other statement quotes it, so a table made by hand (`skipMigration: true`) may have any name.
//!
//! Sources: Argo Workflows v3.7.6, persist/sqldb/migrate.go; upper/db v4.10.0, adapter/postgresql/template.go;
//! MySQL and PostgreSQL manuals, identifiers.

use alloc::format;
use alloc::string::String;

use super::RULE;
use crate::config::finding::Finding;
use crate::config::database::passwords::has_credentials;
use crate::config::database::server::{Engine, Server};
use crate::config::reading::view::View;

/// MySQL's limit for identifiers, less the `_i1` that the indexes add.
const LONGEST_MYSQL: usize = 64 - 3;

pub(super) fn check(persistence: &View<'_>, database: &Server<'_>) -> Option<Finding> {
    let name = database.text("tableName")?;
    let migrates = persistence.field("skipMigration").and_then(|skip| skip.boolean()) != Some(true);
    // What stands for a name yet to be filled in is another rule's.
    if !migrates || name.contains(['<', '>', '{', '}', '*']) {
        return None;
    }
    let view = database.section.field("tableName")?;
    let found = |message: String| Some(Finding::new(&RULE, view.span(), message));
    if !is_identifier(name, database.engine) {
        let shown = if has_credentials(name, true) { "`tableName`".into() } else { format!("`{name}`") };
        return found(format!(
            "{shown} needs quotes in SQL, which the migration does not write: it fails, and the \
             controller ends"
        ))
        .map(|finding| finding.help("use letters, digits and underscores"));
    }
    let length = name.chars().count();
    match database.engine {
        Engine::MySql if length > LONGEST_MYSQL => found(format!(
            "`tableName` has {length} characters: with `_i1` behind it, its index has too long a name \
             for MySQL"
        ))
        .map(|finding| finding.help(format!("use at most {LONGEST_MYSQL}"))),
        Engine::PostgreSql if name.contains(|letter: char| letter.is_ascii_uppercase()) => {
            let lower = name.to_ascii_lowercase();
            found(format!("`{name}` is created as `{lower}` and then looked up as `{name}`"))
                .map(|finding| finding.help(format!("write `{lower}`")))
        }
        _ => None,
    }
}

/// Whether a name is an identifier without quotes; reserved words are not looked for.
fn is_identifier(name: &str, engine: Engine) -> bool {
    let all = name.chars().all(|letter| {
        letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$') || !letter.is_ascii()
    });
    let starts = match engine {
        Engine::MySql => !name.chars().all(|letter| letter.is_ascii_digit()),
        Engine::PostgreSql => {
            !name.starts_with(|first: char| first.is_ascii_digit() || first == '$')
        }
    };
    all && starts
}
