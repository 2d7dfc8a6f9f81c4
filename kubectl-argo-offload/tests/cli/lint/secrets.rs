//! No format shows a secret.

use super::GOOD;
use crate::run::Folder;

/// Every way to run it; what each may show.
const RUNS: [&[&str]; 6] = [
    &["-o", "text", "--explain-sources"],
    &["-o", "json"],
    &["-o", "sarif"],
    &["-o", "github"],
    &["--diff"],
    &["--diff", "--unsafe-fixes"],
];

/// A persistence section with these lines below `mysql`.
fn mysql(lines: &str) -> String {
    format!("persistence:\n  nodeStatusOffload: true\n  mysql:\n    TableName: argo\n{lines}")
}

#[test]
fn passwords_are_never_shown() {
    let secret = "kind: Secret\nmetadata:\n  name: argo-mysql-config\n";
    for (file, word) in [
        // Mended: base64 of text with a line break.
        (
            format!("{secret}data:\n  username: YXJnbw==\n  password: czNjcjN0LXBhc3MK\n"),
            "czNjcjN0",
        ),
        (
            format!("{secret}stringData:\n  username: argo\n  password: |\n    s3cr3t-pass\n"),
            "s3cr3t",
        ),
        (format!("{secret}stringData:\n  username: argo\n  password: 1234567\n"), "1234567"),
        (format!("{secret}stringData: {{username: argo, password: ' s3cr3t-pass '}}\n"), "s3cr3t"),
        (format!("{secret}stringData:\n  username: argo\n  password: changeme\n"), "changeme"),
        // Beside what is mended or placed.
        (
            format!("{secret}stringData:\n  password: s3cr3t-pass\n  password: s3cr3t-word\n"),
            "s3cr3t",
        ),
        (
            r#"{"kind": "Secret", "metadata": {"name": "argo-mysql-config"}, "stringData": {"username": "<fill-in>", "password": "s3cr3t-pass"}}"#.into(),
            "s3cr3t",
        ),
        // No YAML.
        (format!("{secret}stringData:\n  username: argo\n  password: @s3cr3t-pass\n"), "s3cr3t"),
        (format!("{secret}stringData:\n  username: argo\n  password: *s3cr3t-pass\n"), "s3cr3t"),
        // In the configuration.
        (
            GOOD.replace(
                "    passwordSecret:\n      name: argo-mysql-config\n      key: password\n",
                "    password: s3cr3t-pass\n",
            ),
            "s3cr3t",
        ),
        (GOOD.replace("host: mysql.argo", "host: argo:s3cr3t-pass@tcp(<host>:3306)"), "s3cr3t"),
        // Its finding taken away by a comment.
        (
            mysql("    # argo-offload: ignore AO208 -- known\n    password: s3cr3t-pass\n    helper: 1\n"),
            "s3cr3t",
        ),
        // What go-yaml would quote.
        (mysql("    password: {{s3cr3t-pass}}\n"), "s3cr3t"),
        (mysql("    password: *s3cr3t-pass\n"), "s3cr3t"),
        (mysql("    password: !!int s3cr3t-pass\n"), "s3cr3t"),
        // Of several lines, twice, or under what should be a reference.
        (mysql("    password: >-\n      first\n      s3cr3t-pass\n    Helper: 1\n"), "s3cr3t"),
        (mysql("    password: s3cr3t-pass\n    password: s3cr3t-word\n"), "s3cr3t"),
        (mysql("    passwordSecret: s3cr3t-pass\n"), "s3cr3t"),
        (mysql("    userNameSecret: {name: a, key: b, value: s3cr3t-pass}\n"), "s3cr3t"),
        (mysql("    tableName: mysql://argo:s3cr3t-pass@db/t\n"), "s3cr3t"),
        // In the text of a ConfigMap that is no YAML.
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\ndata:\n  \
             persistence: |\n    mysql:\n      password: @s3cr3t-pass\n"
                .into(),
            "s3cr3t",
        ),
    ] {
        let folder = Folder::new();
        folder.write("secret.yaml", &file);
        folder.write("config.yaml", GOOD);
        let mut findings = 0;
        for arguments in RUNS {
            for files in [&["secret.yaml"][..], &["."]] {
                let ran = folder.run(&[&["lint"], files, arguments].concat());
                assert!(ran.code() < 2, "{}", ran.shown());
                findings += ran.out().matches("AO").count();
                assert!(!ran.shown().contains(word), "{arguments:?}\n{file}\n{}", ran.shown());
            }
        }
        assert!(findings > 0, "nothing was found in\n{file}");
    }
}

#[test]
fn secrets_are_mended_although_they_are_not_shown() {
    let folder = Folder::new();
    let secret = "kind: Secret\nmetadata:\n  name: argo-mysql-config\nstringData:\n  username: argo\n  password: |\n    s3cr3t-pass\n";
    folder.write("secret.yaml", secret);
    folder.write("config.yaml", GOOD);
    let diff = folder.run(&["lint", "--diff", "."]);
    assert_eq!(diff.code(), 1);
    super::snapshot("lint-diff-secret", &diff.shown());
    let ran = folder.run(&["lint", "--fix", "."]).good();
    assert!(!ran.shown().contains("s3cr3t"), "{}", ran.shown());
    let mended = std::fs::read_to_string(folder.path("secret.yaml")).expect("a file");
    assert_eq!(mended, secret.replace("password: |", "password: |-"));
}
