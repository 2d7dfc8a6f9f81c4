//! The layouts in the fixtures are what Argo's real types give by reflection.

use std::path::Path;

use argo_offload_oracle::{Oracle, RELEASES};
use serde_json::{Value, json};

#[test]
fn the_layouts_are_those_of_the_real_types() {
    for release in RELEASES {
        let mut layout = Oracle::start(release).ask(json!({ "do": "layout" }));
        layout.as_object_mut().expect("an object").remove("ok");
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../fixtures/layouts/argo-{release}.json"));
        let text = std::fs::read_to_string(path).expect("fixture");
        let fixture: Value = serde_json::from_str(&text).expect("JSON");
        assert!(layout == fixture, "the layout of {release} is not that of its types");
    }
}
