//! Values left as a manual shows them.

/// What a text that stands for another one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    /// To be filled in: `<host>`, `rm-****`, `xxxx`.
    Blank,
    /// The same in words: `CHANGEME`, `your-password`.
    Word,
    /// To be filled in by a tool: `${HOST}`, `{{ .Values.host }}`.
    Template,
}

/// Whether a name (a host, a database, a table, a Secret and its key) is or contains a placeholder.
pub(crate) fn in_name(name: &str) -> Option<Placeholder> {
    if TEMPLATES.iter().any(|(open, close)| between(name, open, close).is_some())
        || name.starts_with("<path:")
        || is_variable(name)
    {
        return Some(Placeholder::Template);
    }
    let in_parentheses = name.starts_with('(') && name.ends_with(')');
    if between(name, "<", ">").is_some()
        || in_parentheses
        || name.contains("**")
        || name.contains("...")
        || name.contains('…')
        || crosses(name)
    {
        return Some(Placeholder::Blank);
    }
    name.split('.').any(is_word).then_some(Placeholder::Word)
}

/// Whether the whole of a user name or password is a placeholder: any part of one can be meant.
pub(crate) fn as_secret(value: &str) -> Option<Placeholder> {
    let value = value.trim();
    let whole = |open: &str, close: &str| {
        let inside = value.strip_prefix(open)?.strip_suffix(close)?;
        (!inside.trim().is_empty() && !inside.contains(close)).then_some(inside)
    };
    if TEMPLATES.iter().any(|(open, close)| whole(open, close).is_some())
        || value.starts_with("<path:") && value.ends_with('>')
    {
        return Some(Placeholder::Template);
    }
    let telling = |character: char| character.is_alphanumeric() || " _-.:/".contains(character);
    if whole("<", ">").is_some_and(|inside| inside.chars().all(telling))
        || is_run_of(value, "*")
        || is_run_of(value, "xX")
    {
        return Some(Placeholder::Blank);
    }
    is_word(value).then_some(Placeholder::Word)
}

/// Whether a host is one that is reserved for examples and never resolves to a database.
///
/// Source: RFC 2606 and RFC 6761.
pub(crate) fn is_example_host(host: &str) -> bool {
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let below = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    ["example.com", "example.net", "example.org", "example", "invalid"].into_iter().any(below)
}

/// What encloses a variable in the usual tools: shells, Kubernetes, Helm, pipelines.
const TEMPLATES: [(&str, &str); 4] = [("${", "}"), ("$(", ")"), ("{{", "}}"), ("#{", "}")];

/// What stands between `open` and the next `close`, unless that is nothing.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let (inside, _) = text.split_once(open)?.1.split_once(close)?;
    (!inside.trim().is_empty()).then_some(inside)
}

/// `$HOST` or `__HOST__`.
fn is_variable(name: &str) -> bool {
    let upper = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name
                .chars()
                .all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
    };
    name.strip_prefix('$').is_some_and(upper)
        || name.strip_prefix("__").and_then(|name| name.strip_suffix("__")).is_some_and(upper)
}

/// `xxx` as a part of its own, or `xxxx` anywhere.
fn crosses(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("xxxx")
        || lower.split(|one: char| !one.is_alphanumeric()).any(|part| is_run_of(part, "x"))
}

/// Three or more of these characters and nothing else.
fn is_run_of(text: &str, characters: &str) -> bool {
    text.chars().count() >= 3 && text.chars().all(|one| characters.contains(one))
}

/// Words that ask for a value: `CHANGEME`, `replace-with-host`, `your_password`.
fn is_word(text: &str) -> bool {
    // Small letters may be a name: there are databases of to-do lists.
    if matches!(text, "TODO" | "FIXME" | "TBD") {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let bare: alloc::string::String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    ["changeme", "replaceme", "replacewith", "insertyour", "enteryour", "putyour"]
        .into_iter()
        .any(|start| bare.starts_with(start))
        || bare == "placeholder"
        || lower.starts_with("your-")
        || lower.starts_with("your_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_manuals_are_placeholders() {
        for (name, expected) in [
            ("rm-****.mysql.cn-beijing.rds.aliyuncs.com", Placeholder::Blank),
            ("rm-xxx.mysql.rds.aliyuncs.com", Placeholder::Blank),
            ("rm-bp1xxxxxxx.mysql.rds.aliyuncs.com", Placeholder::Blank),
            ("<host>", Placeholder::Blank),
            ("db-<id>.internal", Placeholder::Blank),
            ("(mydbhost)", Placeholder::Blank),
            ("rm-….mysql", Placeholder::Blank),
            ("CHANGEME", Placeholder::Word),
            ("change-me.rds.amazonaws.com", Placeholder::Word),
            ("mysql.your-domain.com", Placeholder::Word),
            ("YOUR_HOST", Placeholder::Word),
            ("TODO", Placeholder::Word),
            ("${DB_HOST}", Placeholder::Template),
            ("$(DB_HOST)", Placeholder::Template),
            ("db-{{ .Values.env }}", Placeholder::Template),
            ("$DB_HOST", Placeholder::Template),
            ("__DB_HOST__", Placeholder::Template),
            ("<path:secret/data/db#host>", Placeholder::Template),
        ] {
            assert_eq!(in_name(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn ordinary_names_are_none() {
        for name in [
            "",
            "mysql",
            "postgres",
            "argo-workflow",
            "argo_workflows",
            "10.0.0.1",
            "[::1]",
            "::1",
            "my-db.argo.svc.cluster.local",
            "rm-bp1a2xx3.mysql.rds.aliyuncs.com",
            "todo",
            "yourcompany.com",
            "db-your.internal",
            "max-xl",
            "maxx",
            "a..b",
            "a*b",
            "example.com",
            "argo$prod",
            "<>",
            "${}",
            "exchange-metrics",
        ] {
            assert_eq!(in_name(name), None, "{name}");
        }
    }

    #[test]
    fn a_secret_is_one_only_as_a_whole() {
        for (value, expected) in [
            ("<database-username>", Placeholder::Blank),
            ("<your password>", Placeholder::Blank),
            ("****", Placeholder::Blank),
            ("xxxxxx", Placeholder::Blank),
            ("changeme", Placeholder::Word),
            ("your-password", Placeholder::Word),
            ("${DB_PASSWORD}", Placeholder::Template),
            ("{{ .Values.password | b64enc }}", Placeholder::Template),
            ("<path:secret/data/db#password>", Placeholder::Template),
        ] {
            assert_eq!(as_secret(value), Some(expected), "{value}");
        }
        for value in ["", "a<b>c", "p**d", "xx", "abcxxxx", "a${b}c", "<&%!>", "$ecret", "${a}${b}"]
        {
            assert_eq!(as_secret(value), None, "{value}");
        }
    }

    #[test]
    fn hosts_of_examples() {
        for host in
            ["example.com", "db.example.org", "DB.Example.Net.:3306", "db.example", "x.invalid"]
        {
            assert!(is_example_host(host), "{host}");
        }
        for host in ["myexample.com", "example.company", "example-db", "example.com.cn", ""] {
            assert!(!is_example_host(host), "{host}");
        }
    }
}
