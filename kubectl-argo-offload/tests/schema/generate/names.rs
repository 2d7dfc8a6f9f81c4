//! Keys in any spelling that Go takes for the same.

/// A pattern for `names` in whatever case, as Go's `encoding/json` matches keys: also with U+017F for s
/// and U+212A for k.
///
/// JSON Schema has no flag for this, hence `[hH][oO][sS]…`. What such a key holds is not looked at: that
/// costs one pattern a struct instead of one a key, and refuses nothing that Argo accepts.
pub(crate) fn any_case<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let spelled: Vec<String> = names.into_iter().map(any_case_of).collect();
    format!("^(?:{})$", spelled.join("|"))
}

fn any_case_of(name: &str) -> String {
    let mut pattern = String::new();
    for letter in name.chars() {
        assert!(letter.is_ascii_alphanumeric() || letter == '_', "{name} needs escaping");
        if letter.is_ascii_alphabetic() {
            let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
            let third = match lower {
                'k' => "\u{212a}",
                's' => "\u{17f}",
                _ => "",
            };
            pattern += &format!("[{lower}{upper}{third}]");
        } else {
            pattern.push(letter);
        }
    }
    pattern
}
