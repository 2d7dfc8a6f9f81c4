use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

type Data = BTreeMap<String, String>;

fn flat(persistence: &str) -> Data {
    [
        ("persistence".to_owned(), persistence.to_owned()),
        ("parallelism".to_owned(), "10".to_owned()),
    ]
    .into()
}

fn whole(config: &str) -> Data {
    [("config".to_owned(), config.to_owned())].into()
}

fn setting<'a>(path: &'a [&'a str], value: Scalar<'a>) -> Setting<'a> {
    Setting { path, value }
}

/// The persistence section that Argo reads.
fn section(data: &Data) -> Value {
    let verdict = judge(&manifest::of(data), ArgoVersion::NEWEST);
    assert_eq!(verdict.stage, Stage::Ok, "{:?}: {data:?}", verdict.error);
    serde_json::from_slice(&verdict.persistence[0]).expect("JSON")
}

/// Changes, and checks the law.
fn changed(data: &Data, settings: &[Setting<'_>]) -> Result<Option<String>, ChangeError> {
    let before = section(data);
    let Some(Changed { key, text }) = change_persistence(data, settings, ArgoVersion::NEWEST)?
    else {
        return Ok(None);
    };
    let mut after = data.clone();
    let old = after.insert(key.clone(), text.clone()).unwrap_or_default();
    // The settings, and all others as they were.
    let mut wanted = if before.is_null() { json!({}) } else { before };
    for setting in settings {
        let (last, above) = setting.path.split_last().expect("a path");
        let mut at = &mut wanted;
        for name in above {
            let members = at.as_object_mut().expect("an object");
            let member = members.entry(*name).or_insert(Value::Null);
            if member.is_null() {
                *member = Value::Object(Map::new());
            }
            at = member;
        }
        at[*last] = match setting.value {
            Scalar::Text(text) => text.into(),
            Scalar::Bool(value) => value.into(),
            Scalar::Int(value) => value.into(),
        };
    }
    let is = section(&after);
    for (name, value) in wanted.as_object().expect("an object") {
        contains(&is[name], value, name);
    }
    // Lines go or come only where a setting is.
    let kept: Vec<&str> = text.lines().collect();
    let lost = old.lines().filter(|line| !kept.contains(line)).count();
    assert!(lost <= settings.len(), "{lost} lines of\n{old}\nare gone in\n{text}");
    let again = change_persistence(&after, settings, ArgoVersion::NEWEST);
    assert_eq!(again, Ok(None), "a second time changes nothing: {text}");
    Ok(Some(text))
}

/// Argo fills in what is not said: what was said must be there.
#[track_caller]
fn contains(is: &Value, wanted: &Value, place: &str) {
    match wanted {
        Value::Object(members) => {
            for (name, value) in members {
                contains(&is[name], value, &format!("{place}.{name}"));
            }
        }
        // Argo leaves out what is false or empty.
        empty if is.is_null() && [json!(false), json!(""), json!(0)].contains(empty) => {}
        value => assert_eq!(is, value, "{place}"),
    }
}

const ON: Setting<'static> = Setting { path: &["nodeStatusOffLoad"], value: Scalar::Bool(true) };
const HOST: Setting<'static> = Setting { path: &["mysql", "host"], value: Scalar::Text("db.new") };

#[test]
fn comments_order_and_spelling_stay() {
    let before = "# keep\nconnectionPool:   # and this\n    maxIdleConns: 100\nnodestatusoffload: no # off\n\
                  mysql:\n    host: 'db.old'  # here\n    database: argo-workflow\n    tableName: wf\n# end\n";
    let text = changed(&flat(before), &[ON, HOST]).expect("changed").expect("news");
    let after = before.replace("offload: no", "offload: true").replace("'db.old'", "db.new");
    assert_eq!(text, after);
}

#[test]
fn new_keys_come_behind_those_of_their_mapping() {
    for (before, settings, after) in [
        ("", &[ON, HOST][..], "nodeStatusOffLoad: true\nmysql:\n  host: db.new\n"),
        ("# nothing yet\n", &[ON], "# nothing yet\nnodeStatusOffLoad: true\n"),
        ("\narchive: true", &[ON], "\narchive: true\nnodeStatusOffLoad: true\n"),
        ("archive: true\r\n", &[ON], "archive: true\r\nnodeStatusOffLoad: true\r\n"),
        (
            "mysql: # soon\narchive: false\n",
            &[HOST],
            "mysql: # soon\n  host: db.new\narchive: false\n",
        ),
        (
            "mysql:\n   port: 3306\n\n# about archive\narchive: false\n",
            &[HOST],
            "mysql:\n   port: 3306\n   host: db.new\n\n# about archive\narchive: false\n",
        ),
        ("nodeStatusOffLoad:\n", &[ON], "nodeStatusOffLoad: true\n"),
        (
            "{archive: true, mysql: {port: 1}}",
            &[ON, HOST],
            "{archive: true, mysql: {port: 1, host: db.new}, nodeStatusOffLoad: true}",
        ),
        ("mysql: {}\n", &[HOST], "mysql: {host: db.new}\n"),
        ("{}", &[HOST], "{mysql: {host: db.new}}"),
    ] {
        let text = changed(&flat(before), settings).expect(before).expect(before);
        assert_eq!(text, after, "{before:?}");
    }
}

#[test]
fn a_whole_configuration_keeps_its_other_sections() {
    let before = "parallelism: 10\n# the database\npersistence:\n  archive: true\nnodeEvents:\n  enabled: false\n";
    let text = changed(&whole(before), &[ON]).expect("changed").expect("news");
    assert_eq!(text, before.replace("true\n", "true\n  nodeStatusOffLoad: true\n"));
    let text = changed(&whole("parallelism: 10\n"), &[ON, HOST]).expect("changed").expect("news");
    assert_eq!(
        text,
        "parallelism: 10\npersistence:\n  nodeStatusOffLoad: true\n  mysql:\n    host: db.new\n"
    );
}

#[test]
fn a_config_map_without_data_gets_the_section() {
    let changed = change_persistence(&Data::new(), &[ON], ArgoVersion::NEWEST);
    let wanted = Changed { key: "persistence".into(), text: "nodeStatusOffLoad: true\n".into() };
    assert_eq!(changed, Ok(Some(wanted)));
}

#[test]
fn what_is_so_already_is_left() {
    for before in
        ["nodeStatusOffLoad: yes\n", "{nodestatusoffload: on}", "nodeStatusOffLoad: true # x\n"]
    {
        assert_eq!(changed(&flat(before), &[ON]), Ok(None), "{before}");
    }
}

#[test]
fn values_that_yaml_takes_for_others_stand_in_quotes() {
    for text in [
        "no", "1.10", "0x10", "a: b", "a #b", "'", "", " ", "*x", "~", "1_000", "[a]", "\u{fc}",
        "{x}",
    ] {
        for before in ["mysql:\n  host: a\n", "mysql: {host: a}\n", "archive: false\n", "{}"] {
            let host = setting(&["mysql", "host"], Scalar::Text(text));
            changed(&flat(before), &[host])
                .unwrap_or_else(|error| panic!("{text:?} {before}: {error}"));
        }
    }
    let broken = setting(&["mysql", "host"], Scalar::Text("a\nb"));
    assert_eq!(
        changed(&flat("archive: true\n"), &[broken]),
        Err(ChangeError::Value("mysql.host".into()))
    );
}

#[test]
fn what_is_not_certain_is_refused() {
    let shared = || Err(ChangeError::Shared("mysql.host".into()));
    for (before, settings, error) in [
        ("mysql:\n  host: &h db\n  database: *h\n", &[HOST][..], shared()),
        ("clusterName: &h db\nmysql:\n  host: *h\n", &[HOST], shared()),
        ("mysql: &m {host: db}\n", &[HOST], Err(ChangeError::Shared("mysql".into()))),
        ("mysql:\n  host: |-\n    db\n", &[HOST], Err(ChangeError::Shape("mysql.host".into()))),
        ("mysql:\n  host: \"a\\\n    b\"\n", &[HOST], Err(ChangeError::Shape("mysql.host".into()))),
        (
            "nodeStatusOffload: no\nnodeStatusOffLoad: no\n",
            &[ON],
            Err(ChangeError::Repeated("nodeStatusOffLoad".into())),
        ),
    ] {
        let got = change_persistence(&flat(before), settings, ArgoVersion::NEWEST);
        assert_eq!(got, error, "{before}");
    }
    let refused = change_persistence(&flat("mysql:\n  hots: x\n"), &[ON], ArgoVersion::NEWEST);
    assert!(matches!(refused, Err(ChangeError::Refused(words)) if words.contains("hots")));
    let port = setting(&["mysql", "port"], Scalar::Text("3306"));
    let then = change_persistence(&flat("archive: false\n"), &[port], ArgoVersion::NEWEST);
    assert!(matches!(then, Err(ChangeError::RefusedThen(_))), "{then:?}");
}

/// Persistence sections of many shapes, all of which Argo accepts.
fn sections() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("archive: true".to_owned()),
        Just("archiveTTL: 30d # days".to_owned()),
        Just("clusterName: \"a b\"".to_owned()),
        Just("nodeStatusOffLoad: false".to_owned()),
        Just("nodestatusoffload: off   # for now".to_owned()),
        Just("connectionPool: {maxIdleConns: 100, connMaxLifetime: 0s}".to_owned()),
        Just("connectionPool:\n  # few\n  maxOpenConns: 5".to_owned()),
        Just("archiveLabelSelector:\n  matchLabels:\n    a: b".to_owned()),
        Just("# a comment".to_owned()),
        Just(String::new()),
    ];
    let mysql = prop_oneof![
        Just(String::new()),
        Just("mysql:".to_owned()),
        Just("mysql: {host: db, port: 3306}".to_owned()),
        Just("mysql: {\n    host: db, # the old\n    port: 3306,\n  }".to_owned()),
        Just("mysql:\n    host: \"db\"   # old\n    port: 0x1538\n\n    # table\n    tableName: wf".to_owned()),
        Just("mysql:\n  Host: 'db'\n  userNameSecret: {name: s, key: u}\n  passwordSecret:\n    name: s\n    key: p".to_owned()),
        Just("mysql:\n  options:\n    tls: \"true\"".to_owned()),
    ];
    (proptest::collection::vec(leaf, 0..5), mysql, any::<bool>(), any::<bool>()).prop_map(
        |(mut leaves, mysql, first, ends)| {
            leaves.insert(if first { 0 } else { leaves.len() }, mysql);
            let text = leaves.join("\n");
            if ends { text + "\n" } else { text }
        },
    )
}

proptest! {
    #[test]
    fn the_settings_hold_and_all_else_is_as_before(
        section in sections(),
        host in "[a-z0-9.-]{1,20}|[ -~]{1,12}",
        port in 1..65536_i64,
        on in any::<bool>(),
        in_config in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let indented: String =
            section.lines().map(|line| format!("  {line}\n")).collect();
        let data = match in_config {
            true => whole(&format!("# all\nparallelism: 3\npersistence:\n{indented}navColor: red\n")),
            false => flat(&section),
        };
        let data: Data = match crlf {
            true => data.into_iter().map(|(key, text)| (key, text.replace('\n', "\r\n"))).collect(),
            false => data,
        };
        let before = judge(&manifest::of(&data), ArgoVersion::NEWEST);
        if before.stage != Stage::Ok {
            let refused = change_persistence(&data, &[ON], ArgoVersion::NEWEST);
            prop_assert!(matches!(refused, Err(ChangeError::Refused(_) | ChangeError::Chance)));
            return Ok(());
        }
        let settings = [
            setting(&["nodeStatusOffLoad"], Scalar::Bool(on)),
            setting(&["mysql", "host"], Scalar::Text(&host)),
            setting(&["mysql", "port"], Scalar::Int(port)),
            setting(&["mysql", "passwordSecret", "name"], Scalar::Text("argo-mysql-config")),
            setting(&["mysql", "options", "tls"], Scalar::Text("true")),
        ];
        match changed(&data, &settings) {
            Ok(_) => {}
            Err(ChangeError::Repeated(_)) => prop_assert!(section.contains("nodestatus")),
            Err(error) => prop_assert!(false, "{error}: {data:?}"),
        }
    }
}
