//! How passwords show themselves where they do not belong.

use alloc::string::String;

/// Whether a key says that its value is a password.
pub(crate) fn is_password_key(key: &str) -> bool {
    let bare: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    bare == "pass"
        || bare == "dbpass"
        || ["password", "passwd", "pwd", "passphrase"].into_iter().any(|end| bare.ends_with(end))
}

/// Whether a value under this key may be a secret, be it a password, a token, or what should be a reference.
pub(crate) fn is_secret_key(key: &str) -> bool {
    let bare: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    is_password_key(key)
        || [
            "secret",
            "token",
            "accesskey",
            "secretkey",
            "privatekey",
            "apikey",
            "dsn",
            "credentials",
        ]
        .into_iter()
        .any(|end| bare.ends_with(end))
}

/// Whether a text holds a user name and a password: `mysql://user:password@host`, `password=…`, and, where
/// it stands for an address, `user:password@host`.
pub(crate) fn has_credentials(text: &str, is_address: bool) -> bool {
    let lower = text.to_ascii_lowercase();
    let assigned = ["password=", "passwd=", "pwd="].into_iter().any(|name| {
        lower.split_once(name).is_some_and(|(_, value)| {
            value.starts_with(|first: char| !first.is_whitespace() && !"&;".contains(first))
        })
    });
    if assigned {
        return true;
    }
    let authority = match text.split_once("://") {
        Some((_, rest)) => rest,
        None if is_address => text,
        None => return false,
    };
    let Some((user, host)) = authority.rsplit_once('@') else { return false };
    // An image with its digest.
    if host.starts_with("sha256:") {
        return false;
    }
    user.split_once(':').is_some_and(|(name, password)| {
        !password.is_empty() && !name.contains(|one: char| one.is_whitespace() || one == '/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_passwords() {
        for key in ["password", "PASSWORD", "db_password", "passwd", "pwd", "pass", "sslPassphrase"]
        {
            assert!(is_password_key(key), "{key}");
        }
        for key in ["passwordSecret", "allowNativePasswords", "passport", "bypass", "passfile", ""]
        {
            assert!(!is_password_key(key), "{key}");
        }
    }

    #[test]
    fn addresses_with_credentials() {
        for text in [
            "u:p@h",
            "u:p@h:3306",
            ":p@h",
            "mysql://u:p@h",
            "u:p@tcp(h:3306)/db",
            "postgres://u:a@b@h/db",
            "argo?password=p",
            "host=h password=p",
        ] {
            assert!(has_credentials(text, true), "{text}");
        }
        for text in [
            "h",
            "h:3306",
            "u@h",
            "u:@h",
            "[::1]:3306",
            "https://h/a:b@c",
            "argo?password=",
            "",
            "@",
            "a/b:c@d",
            "argocli:v3@sha256:0a",
        ] {
            assert!(!has_credentials(text, true), "{text}");
        }
        assert!(!has_credentials("u:p@h", false), "anything may look so that is no address");
    }
}
