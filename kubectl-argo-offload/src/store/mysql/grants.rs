//! Rights, as `SHOW GRANTS` tells them.

/// The rights of a user and of the roles that are active.
///
/// Source: MySQL 8.4 manual, "SHOW GRANTS Statement", "GRANT Statement"; MariaDB manual, "SHOW GRANTS".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    given: Vec<Grant>,
    /// Partial revokes, which take from global rights only.
    taken: Vec<Grant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Grant {
    rights: Vec<String>,
    /// A pattern; `None` for all.
    database: Option<String>,
    table: Option<String>,
}

impl Grants {
    /// Reads the lines of `SHOW GRANTS`; what is no grant on tables is passed over.
    #[must_use]
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut grants = Self::default();
        for line in lines {
            if let Some(grant) = line.strip_prefix("GRANT ").and_then(Grant::parse) {
                grants.given.push(grant);
            } else if let Some(grant) = line.strip_prefix("REVOKE ").and_then(Grant::parse) {
                grants.taken.push(grant);
            }
        }
        grants
    }

    /// Whether the user has a right, such as `SELECT`, on a table.
    #[must_use]
    pub fn allow(&self, right: &str, database: &str, table: &str) -> bool {
        let taken = self.taken.iter().any(|grant| grant.covers(right, database, table));
        self.given.iter().any(|grant| {
            grant.covers(right, database, table) && (grant.database.is_some() || !taken)
        })
    }
}

impl Grant {
    /// ``SELECT, INSERT ON `db`.* TO …``
    fn parse(text: &str) -> Option<Self> {
        let (rights, rest) = split_at_word(text, " ON ")?;
        let mut rights: Vec<String> = split_at_commas(rights);
        // A right on some columns is none on the table.
        rights.retain(|right| !right.contains('('));
        let object = rest.strip_prefix("TABLE ").unwrap_or(rest);
        let (database, rest) = name(object)?;
        let (table, _) = name(rest.strip_prefix('.')?)?;
        let some = |name: Name| match name {
            Name::All => None,
            Name::Is(name) => Some(name),
        };
        Some(Self { rights, database: some(database), table: some(table) })
    }

    fn covers(&self, right: &str, database: &str, table: &str) -> bool {
        let has = |one: &String| {
            one.eq_ignore_ascii_case(right)
                || one.eq_ignore_ascii_case("ALL PRIVILEGES")
                || one.eq_ignore_ascii_case("ALL")
        };
        let of_database = match (&self.database, &self.table) {
            (None, _) => true,
            // Only where the whole database is meant, its name is a pattern.
            (Some(pattern), None) => matches(pattern.as_bytes(), database.as_bytes()),
            (Some(name), Some(_)) => name == database,
        };
        let of_table = self.table.as_ref().is_none_or(|name| name == table);
        of_database && of_table && self.rights.iter().any(has)
    }
}

enum Name {
    All,
    Is(String),
}

/// `*` or a name in backticks (in double quotes with `ANSI_QUOTES`), and what follows.
fn name(text: &str) -> Option<(Name, &str)> {
    if let Some(rest) = text.strip_prefix('*') {
        return Some((Name::All, rest));
    }
    let quote = text.chars().next().filter(|quote| matches!(quote, '`' | '"'))?;
    let mut name = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != quote {
            name.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == quote) {
            name.push(quote);
            characters.next();
        } else {
            return Some((Name::Is(name), text.get(at + 1..)?));
        }
    }
    None
}

/// Splits at the first `word` that stands in no name and in no brackets.
fn split_at_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let (mut quote, mut depth) = (None, 0u32);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '`' | '"' | '\'') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && text.get(at..)?.starts_with(word) => {
                return Some((text.get(..at)?, text.get(at + word.len()..)?));
            }
            _ => {}
        }
    }
    None
}

fn split_at_commas(text: &str) -> Vec<String> {
    let mut rest = text;
    let mut all = Vec::new();
    while let Some((one, behind)) = split_at_word(rest, ",") {
        all.push(one.trim().to_owned());
        rest = behind;
    }
    all.push(rest.trim().to_owned());
    all
}

/// SQL's `LIKE` with a backslash as the escape; takes time in proportion to both lengths, whatever the pattern is.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut rest, mut left) = (pattern, text);
    // Behind the last `%`, and the text that it has not eaten yet.
    let mut again: Option<(&[u8], &[u8])> = None;
    loop {
        let step = match (rest, left) {
            ([b'%', behind @ ..], _) => {
                again = Some((behind, left));
                Some((behind, left))
            }
            ([], []) => return true,
            ([b'\\', literal, behind @ ..], [first, text @ ..]) if literal == first => {
                Some((behind, text))
            }
            ([b'_', behind @ ..], [_, text @ ..]) => Some((behind, text)),
            ([literal, behind @ ..], [first, text @ ..])
                if *literal != b'\\' && literal == first =>
            {
                Some((behind, text))
            }
            _ => None,
        };
        (rest, left) = match (step, again) {
            (Some(step), _) => step,
            (None, Some((behind, [_, text @ ..]))) => {
                again = Some((behind, text));
                (behind, text)
            }
            (None, _) => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read_as_the_servers_print_them() {
        let grants = Grants::parse([
            "GRANT USAGE ON *.* TO `argo`@`%` IDENTIFIED BY PASSWORD '*0 ON `x`.*'",
            "GRANT SELECT, INSERT, LOCK TABLES ON `argo\\_one`.* TO `argo`@`%`",
            "GRANT SELECT (`a`, `b`), DELETE ON `other`.`t``x` TO `argo`@`%` WITH GRANT OPTION",
            "GRANT ALL PRIVILEGES ON `w%`.* TO `argo`@`%`",
            "GRANT EXECUTE ON PROCEDURE `argo_one`.`p` TO `argo`@`%`",
            "GRANT `role`@`%` TO `argo`@`%`",
        ]);
        let allow = |right: &str, database: &str, table: &str| grants.allow(right, database, table);
        assert!(allow("SELECT", "argo_one", "t") && allow("insert", "argo_one", "t"));
        assert!(!allow("SELECT", "argoXone", "t") && !allow("DELETE", "argo_one", "t"));
        assert!(allow("DELETE", "other", "t`x") && !allow("SELECT", "other", "t`x"));
        assert!(allow("REFERENCES", "work", "t") && !allow("SELECT", "x", "t"));
        assert!(!allow("EXECUTE", "argo_one", "p"));
    }

    #[test]
    fn what_is_revoked_is_taken_from_global_rights_alone() {
        let grants = Grants::parse([
            "GRANT SELECT, INSERT ON *.* TO `argo`@`%`",
            "GRANT INSERT ON `a`.* TO `argo`@`%`",
            "REVOKE SELECT, INSERT ON `a`.* FROM `argo`@`%`",
        ]);
        assert!(grants.allow("SELECT", "b", "t") && !grants.allow("SELECT", "a", "t"));
        assert!(grants.allow("INSERT", "a", "t"));
    }

    #[test]
    fn patterns_are_those_of_like() {
        let matches = |pattern: &str, text: &str| matches(pattern.as_bytes(), text.as_bytes());
        assert!(matches("a%c%", "abcbcd") && matches("%", "") && matches("a_c", "abc"));
        assert!(matches(r"a\_%", "a_b") && !matches(r"a\_", "ab") && !matches("a", "ab"));
        assert!(!matches("a%b", "abc") && matches(r"\%", "%") && !matches(r"\%", "x"));
        // It comes to an end.
        assert!(!matches(&"%a".repeat(2000), &"a".repeat(1999)));
    }

    #[test]
    fn no_line_makes_it_stumble() {
        for line in
            ["GRANT", "GRANT  ON ", "GRANT SELECT ON `", "GRANT SELECT ON `a`", "GRANT ( ON *.*"]
        {
            assert_eq!(Grants::parse([line]).given.len(), 0, "{line}");
        }
    }
}
