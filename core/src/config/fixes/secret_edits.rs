//! Edits that mend a value of a Secret and show nothing of it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::config::finding::{Edit, Span};
use crate::config::sources::File;
use crate::config::sources::secret_text::without_line_break;
use crate::config::sources::secrets::SecretValue;
use crate::golang::base64_bytes;

/// Quotes around a number or boolean.
pub(crate) fn quoted(files: &[File<'_>], value: &SecretValue<'_>) -> Option<Vec<Edit>> {
    let text = raw(files, value)?;
    let plain = text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(byte));
    let quote = |at: usize| edit(value, at..at, "\"".into());
    plain.then(|| [quote(0), quote(text.len())].into())
}

/// Base64 without the blanks that broken lines have left in it.
pub(crate) fn joined(files: &[File<'_>], value: &SecretValue<'_>) -> Option<Vec<Edit>> {
    let text = raw(files, value)?;
    let joined: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    base64_bytes::decode(&joined)?;
    let (mut edits, mut at) = (Vec::new(), 0);
    for run in text.chunk_by(|a, b| a.is_ascii_whitespace() == b.is_ascii_whitespace()) {
        let end = at + run.len();
        if run.first().is_some_and(u8::is_ascii_whitespace) {
            edits.push(edit(value, at..end, String::new()));
        }
        at = end;
    }
    Some(edits)
}

/// Base64 without the line break, changed from the first character on that differs.
pub(crate) fn reencoded(files: &[File<'_>], value: &SecretValue<'_>) -> Option<Vec<Edit>> {
    let (text, written) = (raw(files, value)?, value.written()?);
    // As it is, or in quotes.
    let at = [0, 1].into_iter().find(|&at| {
        let end = text.len().checked_sub(at);
        end.and_then(|end| text.get(at..end)) == Some(written)
    })?;
    let bytes = value.bytes()?;
    let meant = base64_bytes::encode(clean(&bytes)?);
    let same = written.iter().zip(meant.as_bytes()).take_while(|(a, b)| a == b).count();
    let rest = core::str::from_utf8(meant.as_bytes().get(same..)?).ok()?;
    Some([edit(value, at + same..at + written.len(), rest.into())].into())
}

/// `|-` for `|`, or no `\n` before the closing quote.
pub(crate) fn stripped(files: &[File<'_>], value: &SecretValue<'_>) -> Option<Vec<Edit>> {
    let text = raw(files, value)?;
    let bytes = value.bytes()?;
    let meant = clean(&bytes)?;
    match text {
        [b'|' | b'>', header @ ..] => {
            let length =
                header.iter().take_while(|byte| matches!(byte, b'1'..=b'9' | b'+' | b'-')).count();
            let header = core::str::from_utf8(header.get(..length)?).ok()?;
            let indent: String = header.chars().filter(char::is_ascii_digit).collect();
            (!header.contains('-'))
                .then(|| [edit(value, 1..1 + length, format!("{indent}-"))].into())
        }
        [b'"', .., b'\\', b'n', b'"'] if bytes.len() == meant.len() + 1 => {
            let end = text.len() - 1;
            Some([edit(value, end - 2..end, String::new())].into())
        }
        _ => None,
    }
}

/// The value without the line break, if that is all that is wrong with it.
fn clean(bytes: &[u8]) -> Option<&[u8]> {
    let meant = without_line_break(bytes);
    (!meant.is_empty() && meant.trim_ascii().len() == meant.len()).then_some(meant)
}

/// What the file has there.
fn raw<'f>(files: &[File<'f>], value: &SecretValue<'_>) -> Option<&'f [u8]> {
    let span = value.span();
    files.get(span.file)?.text.get(span.range)
}

/// Replaces a part of it.
fn edit(value: &SecretValue<'_>, part: Range<usize>, text: String) -> Edit {
    let span = value.span();
    let start = span.range.start;
    Edit { span: Span { file: span.file, range: start + part.start..start + part.end }, text }
}

#[cfg(test)]
mod tests {
    use crate::config::{File, Options, apply_fixes, lint};

    /// A Secret with these lines, after the safe fixes.
    fn mended(lines: &str) -> String {
        let head = "kind: Secret\nmetadata:\n  name: argo-mysql-config\n";
        let text = format!("{head}{lines}");
        let file = File { name: "secret.yaml", text: text.as_bytes(), named: true };
        let report = lint(&[file], &Options::default());
        let fixed = apply_fixes(text.as_bytes(), 0, &report.findings, false);
        let fixed = String::from_utf8(fixed.text).expect("text stays text");
        fixed.strip_prefix(head).expect("the head stays").to_owned()
    }

    #[test]
    fn line_breaks_go_and_comments_stay() {
        for (lines, expected) in [
            ("data:\n  username: YXJnbwo= # echo\n", "data:\n  username: YXJnbw== # echo\n"),
            ("data:\n  username: YXJnb191c2VyCg==\n", "data:\n  username: YXJnb191c2Vy\n"),
            ("data:\n  username: \"YXJnbwoK\"\n", "data:\n  username: \"YXJnbw==\"\n"),
            ("data:\n  username: 'YXJnbwo='\n", "data:\n  username: 'YXJnbw=='\n"),
            (
                "stringData:\n  password: | # typed\n    pass\n",
                "stringData:\n  password: |- # typed\n    pass\n",
            ),
            (
                "stringData:\n  password: |+\n    pass\n\n",
                "stringData:\n  password: |-\n    pass\n\n",
            ),
            ("stringData:\n  password: >2\n    pass\n", "stringData:\n  password: >2-\n    pass\n"),
            ("stringData:\n  password: \"pass\\n\"\n", "stringData:\n  password: \"pass\"\n"),
        ] {
            let once = mended(lines);
            assert_eq!(once, expected);
            assert_eq!(mended(&once), once, "nothing is left to mend");
        }
    }

    #[test]
    fn numbers_get_quotes_and_broken_base64_is_joined() {
        assert_eq!(
            mended("stringData:\n  password: 0123\n"),
            "stringData:\n  password: \"0123\"\n"
        );
        assert_eq!(mended("data:\n  password: czNj\n    cjN0\n"), "data:\n  password: czNjcjN0\n");
    }

    #[test]
    fn what_is_not_certain_stays() {
        for lines in [
            "data:\n  password: plain text\n",
            "data:\n  password: IHBhc3MK\n",
            "data:\n  password: |\n    cGFzcwo=\n",
            "stringData:\n  password: |\n     pass\n    word \n",
            "stringData:\n  password: ' pass'\n",
            "stringData:\n  password: \"pass\\n\\n\"\n",
            "stringData:\n  password: czNjcjN0LXBhc3M=\n",
            "stringData:\n  username: &a |-\n    argo\n  password: *a\n",
        ] {
            assert_eq!(mended(lines), lines);
        }
    }
}
