use super::*;

#[test]
fn a_small_text_is_read() {
    let document = read(b"a: 1\n").expect("valid");
    assert_eq!(document.entries(document.root().expect("a root")).len(), 1);
}
