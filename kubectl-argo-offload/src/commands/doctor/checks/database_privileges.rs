//! What the controller's user may do in the database.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::{Facts, not_answered};
use crate::output::shortened;
use crate::store::mysql::Grants;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD306",
    name: "database-privileges",
    summary: "The controller's user has the rights that Argo uses while it runs and when it migrates.",
    documentation: "\
## What it checks
`SHOW GRANTS` of the controller's user and its active roles, without trying anything. While it runs Argo selects, \
inserts, updates and deletes rows; `CREATE` is asked for at each start, since `create table if not exists` needs it \
even where the table is there. Migrations also alter and drop, make indexes, and make a foreign key (`REFERENCES`). \
With `skipMigration: true` only the first are needed.

## Why it matters
Without `DELETE` old rows stay for ever; without `CREATE` the next start fails; without the rights of migrations the \
next upgrade fails half-way, and `schema_history` may call it done.

## What to do
`GRANT ALL PRIVILEGES ON database.* TO user`, or the rights that the message names.
",
    run: |facts| Box::pin(check(facts)),
};

/// While it runs.
const RUNNING: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
/// At each start, where migrations are not skipped.
const STARTING: [&str; 1] = ["CREATE"];
/// When there is something to migrate.
///
/// Source: Argo Workflows v3.7.6, persist/sqldb/migrate.go; MySQL 8.4 manual, "CREATE TABLE … FOREIGN KEY".
const MIGRATING: [&str; 4] = ["ALTER", "DROP", "INDEX", "REFERENCES"];

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let persistence = facts.persistence().await?;
    let section = facts.configuration().await?.persistence().ok().flatten();
    let skips = section.is_some_and(|section| section.json["skipMigration"] == true);
    let mut inspector = facts.inspector().await?.lock().await;
    let grants = inspector.grants().await.map_err(|error| not_answered(&error))?;
    let done = inspector.migrated_to().await.ok().flatten();
    let place = (persistence.database(), persistence.table());
    let migrated = done.zip(facts.expected_migration()).is_some_and(|(done, last)| done >= last);
    Ok(vec![judge(&grants, place, skips, migrated)])
}

fn judge(grants: &Grants, (database, table): (&str, &str), skips: bool, migrated: bool) -> Outcome {
    let (database, table) = table.split_once('.').unwrap_or((database, table));
    let lacking = |rights: &[&'static str]| -> Vec<&'static str> {
        rights.iter().copied().filter(|right| !grants.allow(right, database, table)).collect()
    };
    let grant = |rights: &[&str]| {
        let database = shortened(&database.replace('`', "``"), 100);
        format!("GRANT {} ON `{database}`.* TO the controller's user", rights.join(", "))
    };
    let mut needed = lacking(&RUNNING);
    let mut later = Vec::new();
    if !skips {
        needed.extend(lacking(&STARTING));
        let migrating = lacking(&MIGRATING);
        if migrated { later = migrating } else { needed.extend(migrating) }
    }
    if !needed.is_empty() {
        needed.extend(&later);
        return Outcome::error(
            format_args!("the controller's user lacks {}", needed.join(", ")),
            grant(&needed),
        );
    }
    if !later.is_empty() {
        return Outcome::warning(
            format_args!(
                "the controller's user lacks {}, which migrations need: an upgrade of Argo can fail",
                later.join(", ")
            ),
            grant(&later),
        );
    }
    let skips = if skips { " (migrations are skipped)" } else { "" };
    Outcome::ok(format_args!("the controller's user has all rights that Argo uses{skips}"))
}

#[cfg(test)]
mod tests {
    use super::super::super::check::Level;
    use super::*;

    #[test]
    fn rights_of_migrations_matter_when_there_is_one() {
        let grants = Grants::parse(["GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON `argo`.* TO `a`@`%`"]);
        let judge = |grants: &Grants, skips, migrated| judge(grants, ("argo", "t"), skips, migrated);
        assert_eq!(judge(&grants, false, true).level, Level::Warning);
        assert_eq!(judge(&grants, true, false).level, Level::Ok);
        let error = judge(&grants, false, false);
        assert_eq!(error.level, Level::Error);
        assert!(error.message.ends_with("lacks ALTER, DROP, INDEX, REFERENCES"), "{error:?}");
        let all = Grants::parse(["GRANT ALL PRIVILEGES ON `argo`.* TO `a`@`%`"]);
        assert_eq!(judge(&all, false, false).level, Level::Ok);
        let none = judge(&Grants::parse(["GRANT USAGE ON *.* TO `a`@`%`"]), true, true);
        assert!(none.message.ends_with("lacks SELECT, INSERT, UPDATE, DELETE"), "{none:?}");
    }
}
