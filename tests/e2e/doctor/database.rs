//! Sick databases and ways to them, each told by exactly its checks.

use anyhow::Result;
use argo_offload_testbed::database::{Kind, Start};
use serde_json::json;

use super::{always, doctor, expect, reconfigure, restart_into_a_crash_loop, says};
use crate::reach::{free_port, silent_port};
use crate::settings::Settings;
use crate::space::TABLE;
use crate::tests;
use crate::world::World;

tests!(
    a_wrong_password_is_told_with_what_the_logs_say,
    a_line_break_in_the_secret_is_told,
    a_secret_that_is_gone_is_told,
    a_database_that_is_gone_is_told,
    a_database_that_refuses_or_is_silent_is_told,
    a_certificate_of_an_unknown_authority_is_told,
    a_right_that_is_missing_in_the_database_is_told,
    a_table_that_is_half_migrated_is_told,
    a_server_that_is_read_only_and_small_is_told,
    two_databases_are_told,
);

fn a_wrong_password_is_told_with_what_the_logs_say(world: &World) -> Result<()> {
    let space = world.space("doc-password")?;
    let patch = json!({"stringData": {"password": "wrong"}}).to_string();
    space.kubectl(&["patch", "secret", "argo-mysql-config", "-p", &patch])?.ok()?;
    let before = doctor(world, &space.argo.namespace, &[])?;
    // Nothing has ended yet, as both are still connected.
    expect(&before, &["AD302 error"]);
    restart_into_a_crash_loop(&space)?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD103 error", "AD104 error", "AD106 error", "AD302 error"]);
    says(&report, "AD104", &["CrashLoopBackOff", "access-denied", "kubectl logs"]);
    says(&report, "AD302", &["Error 1045", "check user name and password"]);
    Ok(())
}

fn a_line_break_in_the_secret_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-newline")?;
    let password = format!("{}\n", space.argo.database.password);
    let patch = json!({"stringData": {"password": password}}).to_string();
    space.kubectl(&["patch", "secret", "argo-mysql-config", "-p", &patch])?.ok()?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD201 error", "AD302 error"]);
    says(&report, "AD201", &["AO207", "line break"]);
    says(&report, "AD302", &["begins or ends with a blank or a line break"]);
    Ok(())
}

fn a_secret_that_is_gone_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-secret")?;
    space.kubectl(&["delete", "secret", "argo-mysql-config"])?.ok()?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD201 error", "AD301 error"]);
    says(&report, "AD301", &["argo-mysql-config"]);
    says(&report, "AD302", &["it needs database-credentials (AD301)"]);
    Ok(())
}

fn a_database_that_is_gone_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-gone")?;
    world.cluster.database().sql(format!("DROP DATABASE `{}`", space.argo.database.name))?;
    restart_into_a_crash_loop(&space)?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD103 error", "AD104 error", "AD106 error", "AD302 error"]);
    says(&report, "AD104", &["Unknown database"]);
    says(&report, "AD302", &["Error 1049", "check the database's name"]);
    Ok(())
}

fn a_database_that_refuses_or_is_silent_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-unreachable")?;
    let closed = free_port()?;
    reconfigure(&space, |section| section["mysql"]["port"] = closed.into())?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD108 warning", "AD302 error"]);
    says(&report, "AD302", &["connection refused", "tried from here"]);
    let (_listener, silent) = silent_port()?;
    reconfigure(&space, |section| section["mysql"]["port"] = silent.into())?;
    let report = doctor(world, &space.argo.namespace, &["--via", "direct"])?;
    expect(&report, &["AD108 warning", "AD302 error"]);
    says(&report, "AD302", &["no answer to the connection within 10 s"]);
    Ok(())
}

fn a_certificate_of_an_unknown_authority_is_told(world: &World) -> Result<()> {
    let server = world.cluster.database();
    let space = world.space("doc-tls")?;
    let settings = Settings::of(&space, "doc-tls", |said| {
        said.persistence["mysql"]["options"] = json!({"tls": "true"});
    })?;
    let report = doctor(world, &settings.namespace, &["--select", "AD3"])?;
    expect(&report, &["AD302 error"]);
    says(&report, "AD302", &["TLS"]);
    if matches!(server.kind(), Kind::MySql57 | Kind::MySql80) {
        // Their TLS is too old to be spoken with at all, whoever signed the certificate.
        return Ok(());
    }
    says(&report, "AD302", &["TLS: ", "--db-ca"]);
    let authority = server.certificates().authority.display().to_string();
    let report = doctor(world, &settings.namespace, &["--select", "AD3", "--db-ca", &authority])?;
    expect(&report, &[]);
    says(&report, "AD303", &["encrypted by TLSv1", "valid until"]);
    Ok(())
}

fn a_right_that_is_missing_in_the_database_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-rights")?;
    let (user, name) = (&space.argo.database.user, &space.argo.database.name);
    let server = world.cluster.database();
    let host = server.sql(format!("SELECT host FROM mysql.user WHERE user = '{user}' LIMIT 1"))?;
    let host = host.trim();
    let pattern = name.replace('_', "\\_");
    let granted = server.sql(format!("SHOW GRANTS FOR '{user}'@'{host}'"))?;
    let object = if granted.contains(&pattern) { pattern } else { name.clone() };
    server.sql(format!("REVOKE ALL PRIVILEGES ON `{object}`.* FROM '{user}'@'{host}'"))?;
    server.sql(format!(
        "GRANT SELECT, INSERT, UPDATE, CREATE, ALTER, DROP, INDEX ON `{object}`.* TO '{user}'@'{host}'"
    ))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD306 error"], &*always(world)].concat());
    says(&report, "AD306", &["lacks DELETE, REFERENCES", "GRANT DELETE, REFERENCES ON"]);
    server.sql(format!("GRANT DELETE ON `{object}`.* TO '{user}'@'{host}'"))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD306 warning"], &*always(world)].concat());
    says(&report, "AD306", &["lacks REFERENCES, which migrations need"]);
    Ok(())
}

fn a_table_that_is_half_migrated_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-half")?;
    space.sql(&format!("DROP INDEX {TABLE}_i1 ON {TABLE}"))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD307 error"], &*always(world)].concat());
    says(&report, "AD307", &["no index over clustername,namespace,updatedat"]);
    space
        .sql(&format!("CREATE INDEX {TABLE}_i1 ON {TABLE} (clustername, namespace, updatedat)"))?;
    space.sql("UPDATE schema_history SET schema_version = 60")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD307 warning"], &*always(world)].concat());
    says(&report, "AD307", &["6 migrations of Argo 3.7.6", "60 rather than 66"]);
    space.sql("UPDATE schema_history SET schema_version = 68")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    says(&report, "AD307", &["a newer Argo than 3.7.6"]);
    space.sql(&format!("RENAME TABLE {TABLE} TO elsewhere"))?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD3"])?;
    expect(&report, &[&["AD307 error"], &*always(world)].concat());
    says(&report, "AD307", &["there is no table argo_workflows", "was tableName changed?"]);
    Ok(())
}

fn a_server_that_is_read_only_and_small_is_told(world: &World) -> Result<()> {
    let server = Start::default().argument("--max-allowed-packet=1M").start(Kind::MySql97)?;
    let mut space = world.standard()?.space(world);
    space.argo.database = server.database("doctor")?;
    let settings = Settings::of(&space, "doc-server", |_| {})?;
    server.sql("SET GLOBAL read_only = ON; SET GLOBAL sql_require_primary_key = ON")?;
    let report = doctor(world, &settings.namespace, &["--select", "AD3"])?;
    // Argo has made no table there yet.
    expect(&report, &["AD305 error", "AD307 error", "AD308 error", "AD309 warning"]);
    says(&report, "AD305", &["read-only (read_only)"]);
    says(&report, "AD308", &["Error 3750"]);
    says(&report, "AD309", &["max_allowed_packet is 1.0MiB"]);
    Ok(())
}

fn two_databases_are_told(world: &World) -> Result<()> {
    let space = world.space("doc-two")?;
    let settings = Settings::of(&space, "doc-two", |said| {
        said.persistence["postgresql"] = said.persistence["mysql"].clone();
    })?;
    let report = doctor(world, &settings.namespace, &["--select", "AD2,AD3"])?;
    expect(&report, &["AD201 warning"]);
    says(&report, "AD201", &["AO204"]);
    says(&report, "AD302", &["PostgreSQL"]);
    Ok(())
}
