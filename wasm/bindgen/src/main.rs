//! Makes the JavaScript and the TypeScript types around a module that was built with wasm-bindgen.

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let input = arguments.next().context("usage: argo-offload-bindgen INPUT.wasm FOLDER NAME")?;
    let folder = arguments.next().context("no folder")?;
    let name = arguments.next().context("no name")?;
    let name = name.to_str().context("the name is not UTF-8")?;
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name(name)
        .generate(folder)
}
