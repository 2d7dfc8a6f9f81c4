//! `lint`

mod files;
mod fix;
mod output;
mod rules;
mod secrets;

use crate::run::{Folder, Ran, repository};

/// A persistence section without findings but the one that a line adds.
pub(crate) const GOOD: &str = "\
persistence:
  nodeStatusOffLoad: true
  mysql:
    host: mysql.argo
    port: 3306
    database: argo
    tableName: argo_workflows
    userNameSecret:
      name: argo-mysql-config
      key: username
    passwordSecret:
      name: argo-mysql-config
      key: password
  connectionPool:
    maxIdleConns: 10
    maxOpenConns: 50
    connMaxLifetime: 3m
";

/// The same with a key in another case, which is mended, beside a comment and a blank line.
pub(crate) fn fixable() -> String {
    GOOD.replace("  nodeStatusOffLoad: true\n", "  # on\n\n  nodeStatusOffload: true   # always\n")
}

/// What becomes of it.
pub(crate) fn fixed() -> String {
    fixable().replace("nodeStatusOffload", "nodeStatusOffLoad")
}

pub(crate) fn snapshot(name: &str, shown: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, shown);
    });
}

/// A folder with the seed's example.
pub(crate) fn example() -> Folder {
    let folder = Folder::new();
    for name in ["persistence.yaml", "secret.yaml"] {
        let text = std::fs::read(repository(&format!("examples/rds-mysql/{name}")));
        folder.write(name, text.expect("an example"));
    }
    folder
}

/// `severity code` of each finding, in order.
pub(crate) fn found(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    report(&folder.run(&[&["lint", "-o", "json"], arguments].concat()))["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
            format!("{} {}", text("severity"), text("code"))
        })
        .collect()
}

pub(crate) fn report(ran: &Ran) -> serde_json::Value {
    serde_json::from_slice(ran.stdout()).unwrap_or_else(|error| panic!("{error}: {}", ran.shown()))
}
