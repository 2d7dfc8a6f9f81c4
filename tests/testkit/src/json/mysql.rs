//! MySQL's spelling of a string inside its JSON text.

/// Appends `content` as MySQL's JSON type prints a string: `\"`, `\\`, `\b \f \n \r \t`, other controls as `\u00xx` in
/// lower case, everything else raw (`double_quote` in MySQL's sql-common/json_dom.cc).
pub(crate) fn write_mysql_string(out: &mut Vec<u8>, content: &[u8]) {
    out.push(b'"');
    for &byte in content {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
