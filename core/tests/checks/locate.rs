use argo_offload_core::json;

/// Line and column are those a person counts, and the path stays short.
///
/// Input: the offset in two bytes, the lower first; then the text.
pub fn locate(data: &[u8]) {
    let Some(([low, high], text)) = data.split_first_chunk() else { return };
    let offset = usize::from(u16::from_le_bytes([*low, *high]));
    let place = json::locate(text, offset);
    let before = &text[..offset.min(text.len())];
    let lines: Vec<&[u8]> = before.split(|&byte| byte == b'\n').collect();
    assert_eq!(place.line, lines.len());
    if let Ok(line) = std::str::from_utf8(lines[lines.len() - 1]) {
        assert_eq!(place.column, line.chars().count() + 1);
    }
    assert!((1..=lines[lines.len() - 1].len() + 1).contains(&place.column));
    assert!(place.path.starts_with('$'), "{}", place.path);
    // 24 steps of at most 80 characters, each perhaps an escape such as \u{10ffff}.
    assert!(place.path.chars().count() < 24 * (80 * 10 + 8), "{}", place.path);
    assert_eq!(json::locate(text, text.len()), json::locate(text, usize::MAX));
}
