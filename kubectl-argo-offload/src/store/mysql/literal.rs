use std::fmt::Write;

/// A text as a literal of SQL, whatever is in it and whatever the server's `sql_mode` is.
///
/// A literal gives way to the column's collation, so that indexes are used also where the column is latin1.
pub(super) fn literal(text: &str) -> String {
    let mut sql = String::with_capacity(text.len() * 2 + 12);
    sql.push_str("_utf8mb4 x'");
    for byte in text.bytes() {
        let _ = write!(sql, "{byte:02x}");
    }
    sql.push('\'');
    sql
}

/// A name of a table, perhaps with its database before it.
pub(super) fn name(name: &str) -> String {
    let quoted: Vec<String> =
        name.split('.').map(|part| format!("`{}`", part.replace('`', "``"))).collect();
    quoted.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_literal_or_a_name() {
        assert_eq!(literal("a'\\é"), "_utf8mb4 x'61275cc3a9'");
        assert_eq!(literal(""), "_utf8mb4 x''");
        assert_eq!(name("argo`; drop"), "`argo``; drop`");
        assert_eq!(name("other.argo_workflows"), "`other`.`argo_workflows`");
    }
}
