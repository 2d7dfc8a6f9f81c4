//! What `lint` takes.

use std::io::{Read, Write};

use super::{GOOD, fixable, found, report, snapshot};
use crate::run::Folder;

#[test]
fn folders_are_searched_without_hidden_ones_and_links() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    for name in
        ["deep/er/a.yaml", "deep/b.yml", "c.json", "d.txt", ".hidden/e.yaml", "target/f.yaml"]
    {
        std::fs::create_dir_all(folder.path(name).parent().expect("a parent")).expect("a folder");
        folder.write(name, fixable());
    }
    symlink(folder.path("deep"), folder.path("link")).expect("a link");
    symlink(folder.path("."), folder.path("deep/loop")).expect("a link");
    symlink(folder.path("d.txt"), folder.path("g.yaml")).expect("a link");
    let files = |arguments: &[&str]| -> Vec<String> {
        let report = report(&folder.run(&[&["lint", "-o", "json"], arguments].concat()));
        let sources = report["sources"].as_array().expect("sources");
        sources.iter().map(|source| source["file"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(files(&["."]), ["./c.json", "./deep/b.yml", "./deep/er/a.yaml"]);
    assert_eq!(
        files(&[".", "c.json", "-f", "./c.json"]),
        ["./c.json", "./deep/b.yml", "./deep/er/a.yaml"]
    );
    assert_eq!(
        files(&["link", "g.yaml", ".hidden"]),
        ["g.yaml", "link/b.yml", "link/er/a.yaml", ".hidden/e.yaml"]
    );
    let ran = folder.run(&["lint", "deep/er", "."]);
    assert_eq!(ran.out().matches("AO107").count(), 3, "{}", ran.out());
}

#[test]
fn files_larger_than_any_configuration_are_refused_unread() {
    let folder = Folder::new();
    folder.write("large.yaml", vec![b' '; (32 << 20) + 1]);
    folder.write("good.yaml", GOOD);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(&mut std::io::repeat(b'a').take(1 << 28), &mut gzip).expect("gzip");
    folder.write("bomb.yaml.gz", gzip.finish().expect("gzip"));
    for file in ["large.yaml", "bomb.yaml.gz"] {
        let ran = folder.run(&["lint", file]);
        assert_eq!((ran.code(), ran.out()), (2, String::new()));
        assert_eq!(ran.err(), format!("error: {file} is longer than 32.0MiB, the most for this\n"));
    }
    let ran = folder.run(&["lint", "."]);
    assert_eq!(ran.code(), 2, "not all could be judged");
    assert!(ran.err().contains("./large.yaml is longer"), "{}", ran.err());
    assert!(ran.err().contains("in 1 document"), "{}", ran.err());
}

#[test]
fn nothing_to_lint_is_an_error_that_helps() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("none")).expect("a folder");
    let mut all = String::new();
    for (arguments, stdin) in [
        (&["lint"][..], ""),
        (&["lint", "none"], ""),
        (&["lint", "no-such.yaml"], ""),
        (&["lint", "-"], " \n"),
        (&["lint", "--unsafe-fixes", "none"], ""),
        (&["lint", "--diff", "-o", "json", "none"], ""),
    ] {
        let ran = folder.run_with(arguments, stdin.as_bytes());
        assert_eq!(ran.code(), 2, "{arguments:?}");
        all += &format!("$ {}\n{}\n", arguments.join(" "), ran.err());
    }
    snapshot("lint-nothing", &all);
}

#[test]
fn files_that_are_nothing_of_the_controllers_are_left_alone() {
    let folder = Folder::new();
    folder.write("empty.yaml", "");
    folder.write("other.yaml", "kind: Service\n---\n- 1\n--- # end\n");
    snapshot("lint-other", &folder.run(&["lint", "."]).good().shown());
    std::fs::create_dir(folder.path("charts")).expect("a folder");
    folder.write("charts/template.yaml", "a: {{ .Values.a }\n");
    folder.write("charts/binary.json", b"\x00\x01\xff\xfe\x80");
    assert_eq!(found(&folder, &["charts"]), [""; 0]);
    assert_eq!(found(&folder, &["charts/binary.json"]), ["error AO101"], "this one was named");
    let ran = folder.run(&["lint", "charts/template.yaml"]);
    assert!(ran.err().starts_with("1 error in 1 document"), "{}", ran.err());
}

#[test]
fn one_unreadable_file_of_a_folder_does_not_hide_the_others() {
    let folder = Folder::new();
    folder.write("a.yaml", b"\xff\xfea\0:\0");
    folder.write("b.yaml", fixable());
    let ran = folder.run(&["lint", "."]);
    assert_eq!(ran.code(), 2);
    assert!(
        ran.err().contains("a.yaml is UTF-16") && ran.out().contains("AO107"),
        "{}",
        ran.shown()
    );
}

#[test]
fn places_are_those_of_the_stored_file() {
    let folder = Folder::new();
    let (text, at) = (fixable(), fixable().find("nodeStatusOffload").expect("the key"));
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zip.write_all(text.as_bytes()).expect("memory");
    folder.write("plain.yaml", &text);
    folder.write("zipped.yaml.gz", zip.finish().expect("memory"));
    folder.write("mark.yaml", ["\u{feff}", &text].concat());
    folder.write("crlf.yaml", text.replace('\n', "\r\n"));
    for (name, start) in
        [("plain.yaml", at), ("zipped.yaml.gz", at), ("mark.yaml", at + 3), ("crlf.yaml", at + 3)]
    {
        let report = report(&folder.run(&["lint", "-o", "json", name]));
        let finding = &report["findings"][0];
        assert_eq!((&finding["code"], &finding["line"]), (&"AO107".into(), &4.into()), "{name}");
        assert_eq!((&finding["column"], &finding["endColumn"]), (&3.into(), &20.into()), "{name}");
        assert_eq!(
            (&finding["start"], &finding["end"]),
            (&start.into(), &(start + 17).into()),
            "{name}"
        );
    }
    folder
        .write("first.yaml", ["\u{feff}", &GOOD.replace("persistence:", "persistences:")].concat());
    let out =
        folder.run_with(&["lint", "-"], &std::fs::read(folder.path("first.yaml")).expect("it"));
    assert!(!out.out().contains('\u{feff}'), "{}", out.out());
}
