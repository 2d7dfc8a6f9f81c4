//! Every kind of database starts, keeps rows in Argo's table, offers TLS and ends.

use std::net::TcpStream;

use argo_offload_testbed::database::{Kind, Server, Shape, insert, statements};

const KEY: (&str, &str, &str, &str) = ("default", "argo", "uid-1", "fnv:1");

#[test]
fn every_kind_of_mysql_has_argos_table_in_every_shape() {
    for kind in Kind::MYSQL {
        let server = Server::start(kind).expect("start");
        let database = server.database("argo").expect("database");
        for shape in Shape::READABLE {
            let table = format!("nodes_{shape:?}");
            server.sql_in(&database.name, statements(&table, shape)).expect("table");
            server.sql_in(&database.name, insert(&table, KEY, br#"{"a":{}}"#)).expect("row");
            let count = format!("select count(*) from {table};");
            assert_eq!(
                server.sql_in(&database.name, count).expect("count"),
                "1\n",
                "{kind:?} {shape:?}"
            );
        }
        server.sql_in(&database.name, statements("old", Shape::Workflows)).expect("table");
        let port = server.port();
        drop(server);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "{kind:?} still listens");
    }
}

#[test]
fn postgresql_has_databases_with_users_of_their_own() {
    let server = Server::start(Kind::PostgreSql).expect("start");
    let database = server.database("argo").expect("database");
    let url = format!(
        "host=127.0.0.1 port={} user={} dbname=argo sslmode=require",
        database.port, database.user
    );
    let output = std::process::Command::new("psql")
        .args([
            "-X",
            "-A",
            "-t",
            "-c",
            "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
            &url,
        ])
        .env("PGPASSWORD", &database.password)
        .output()
        .expect("psql");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "t\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
