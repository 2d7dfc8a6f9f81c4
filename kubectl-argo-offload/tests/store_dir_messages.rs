//! What the archive store says when it cannot do what was asked: the next step, and a real one.

mod seeded_rows;

use std::fs;
use std::io;

use kubectl_argo_offload::store::dir::DirStore;
use kubectl_argo_offload::store::{NodeRecord, NodeStore, StoreError};
use seeded_rows::row;

#[test]
fn path_that_is_or_leads_through_a_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("x"), file.join("x/y")] {
        for opened in [DirStore::open(&path), DirStore::open_for_writing(&path)] {
            let Err(error) = opened else { panic!("{} was opened", path.display()) };
            assert_eq!(
                error.to_string(),
                format!(
                    "cannot use {} as an archive: {} is not a directory",
                    path.display(),
                    file.display(),
                )
            );
            let other = directory.path().join("offloaded-nodes");
            assert_eq!(
                error.help(),
                format!("name a new directory: --store dir:{}", other.display())
            );
        }
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "x");
}

#[test]
fn each_refusal_of_the_operating_system_has_its_own_next_step() {
    for (kind, step) in [
        (io::ErrorKind::StorageFull, "free some space and run the command again"),
        (io::ErrorKind::QuotaExceeded, "your quota is used up"),
        (io::ErrorKind::ReadOnlyFilesystem, "mounted read-only: name an archive elsewhere"),
        (io::ErrorKind::PermissionDenied, "see with `ls -ld` whose it is"),
        (io::ErrorKind::InvalidFilename, "shorter path"),
        (io::ErrorKind::NotFound, "check the path"),
        (io::ErrorKind::Other, "check the disk"),
    ] {
        let error = StoreError::Io { action: "write", path: "x".into(), cause: kind.into() };
        let (text, help) = (error.to_string(), error.help());
        assert!(text.starts_with("cannot write x: ") && help.contains(step), "{text}; {help}");
        assert_eq!(help.contains("check the disk"), kind == io::ErrorKind::Other, "{help}");
    }
}

#[test]
fn rows_of_several_clusters_can_be_told_apart_as_the_message_says() {
    let directory = tempfile::tempdir().unwrap();
    let (all, blue) = (directory.path().join("all"), directory.path().join("blue"));
    let mut store = DirStore::open_for_writing(&all).unwrap();
    let mut record = row(31, 0, 100);
    for cluster in 0..30 {
        let cluster_name = format!("cluster-{cluster}");
        record = NodeRecord { cluster_name, nodes: format!("{{{cluster}}}").into(), ..record };
        store.put(&record).unwrap();
    }
    store.finish().unwrap();
    let error = store.get(&record.uid, &record.version).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("\"cluster-9\" and 20 more, and nothing is guessed"), "{text}");
    let text = error.help();
    assert!(!text.contains("--cluster-name"), "there is no such flag: {text}");
    let section = text.split('"').find(|part| part.ends_with(" rows")).unwrap();
    let page = include_str!("../../docs/archive-format.md");
    let recipe = page.split(&format!("### {section}\n")).nth(1).expect("the section it names");
    let script = recipe.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();

    // As the page says, with another name.
    if cfg!(unix) {
        let script = script.replace("\"blue\"", "\"cluster-29\"");
        let shell =
            std::process::Command::new("sh").args(["-ec", &script]).current_dir(&all).status();
        assert!(shell.unwrap().success(), "{script}");
        let store = DirStore::open(&blue).unwrap();
        assert_eq!(store.notices(), []);
        assert_eq!(store.get(&record.uid, &record.version).unwrap(), Some(record));
        assert_eq!(store.rows().unwrap().count(), 1);
    }
}
