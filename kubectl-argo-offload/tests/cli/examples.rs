//! Every example in the help works as it stands.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use serde_json::Value;

use crate::run::{BINARY, Folder, repository};

/// The commands under `Examples:`; a line that ends with `|` goes on.
fn examples(help: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in help.lines().skip_while(|line| *line != "Examples:").skip(1) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match found.last_mut() {
            Some(last) if goes_on => *last += &format!(" {line}"),
            _ => found.push(line.to_owned()),
        }
        goes_on = line.ends_with('|');
    }
    found
}

/// A folder in which `kubectl argo-offload` is this binary and kubectl gives the example workflow, a good
/// configuration and a log.
fn prepared() -> Folder {
    let folder = Folder::new();
    let large = repository("examples/large-workflow.json.gz");
    let kubectl = format!(
        "#!/bin/sh\n[ \"$1\" = argo-offload ] && shift && exec '{BINARY}' \"$@\"\n\
         [ \"$2\" = configmap ] && exec cat workflow-controller-configmap.yaml\n\
         [ \"$1\" = logs ] && exec echo 'upper: no more rows in this result set'\n\
         exec gunzip -c '{}'\n",
        std::path::absolute(&large).expect("path").display()
    );
    folder.write("kubectl", kubectl);
    std::fs::set_permissions(folder.path("kubectl"), PermissionsExt::from_mode(0o755))
        .expect("mode");
    for name in ["workflow-controller-configmap.yaml", "manifests/config.yaml"] {
        std::fs::create_dir_all(folder.path(name).parent().expect("a parent")).expect("folder");
        folder.write(name, crate::lint::GOOD);
    }
    folder.write("secret.yaml", "kind: Secret\nmetadata:\n  name: other\n");
    folder.write("values.yaml", "controller:\n  workflowNamespaces: [argo]\n");
    std::fs::create_dir(folder.path("workflows")).expect("folder");
    symlink(std::path::absolute(large).expect("path"), folder.path("workflows/large.json.gz"))
        .expect("link");
    folder
}

/// An API that has the example workflow and nothing else; gives its address. Real ones are met in the tests end to end.
fn api() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let address = format!("http://{}", listener.local_addr().expect("address"));
    let mut workflow = String::new();
    let file = std::fs::File::open(repository("examples/large-workflow.json.gz")).expect("file");
    flate2::read::GzDecoder::new(file).read_to_string(&mut workflow).expect("gzip");
    let mut workflow: Value = serde_json::from_str(&workflow).expect("JSON");
    workflow["metadata"]["name"] = "my-workflow".into();
    let workflow = workflow.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let path = request.split(' ').nth(1).unwrap_or_default();
            let (status, body) = if path.contains("watch=1") {
                (200, format!("{{\"type\":\"ADDED\",\"object\":{workflow}}}\n"))
            } else if path.ends_with("/workflows/my-workflow") {
                (200, workflow.clone())
            } else if path.contains("/workflows?") {
                (200, format!(r#"{{"kind":"WorkflowList","items":[{workflow}],"metadata":{{}}}}"#))
            } else {
                (404, r#"{"kind":"Status","code":404,"reason":"NotFound"}"#.to_owned())
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            );
            let _ = (&stream).write_all((head + &body).as_bytes());
        }
    });
    address
}

/// What asks for the controller, its configuration or its database.
const NEED_A_CONTROLLER: [&str; 7] = [
    "lint --live",
    "--store cluster",
    "offload rows --bytes",
    "offload ls -n",
    "offload rows\n",
    "offload enable",
    "offload disable",
];

#[test]
fn every_example_in_the_help_runs() {
    let folder = prepared();
    let cluster = format!("clusters: [{{name: x, cluster: {{server: '{}'}}}}]\n", api());
    let context = "contexts: [{name: x, context: {cluster: x}}]\ncurrent-context: x\n";
    folder.write("kubeconfig", cluster + context);
    let mut ran = 0;
    for command in [
        "size",
        "get",
        "split",
        "rows",
        "merge",
        "lint",
        "doctor",
        "enable",
        "disable",
        "explain",
        "schema",
        "completion",
    ] {
        let help = folder.run(&[command, "--help"]).good().out();
        for example in examples(&help) {
            let path =
                format!("{}:{}", folder.path(".").display(), std::env::var("PATH").expect("PATH"));
            let output = Command::new("bash")
                .args(["-c", &format!("set -o pipefail; {example}")])
                .env("PATH", path)
                .env("ARGO_OFFLOAD_DB_PASSWORD", "secret")
                .env("KUBECONFIG", "kubeconfig")
                .current_dir(folder.path("."))
                .output()
                .expect("bash");
            let errors = String::from_utf8_lossy(&output.stderr);
            if example.contains("mysql://") {
                // As far as an example's database goes: it is looked for, and not there.
                let looked_for = errors.contains("error: mysql://argo@db.example:3306/argo?");
                assert!(looked_for && output.status.code() == Some(2), "{example}\n{errors}");
            } else if NEED_A_CONTROLLER.iter().any(|part| format!("{example}\n").contains(part)) {
                // This API has no controller.
                let looked_for = errors.contains("has no deployments.apps");
                assert!(looked_for && output.status.code() == Some(2), "{example}\n{errors}");
            } else if example.contains("offload doctor") {
                // It says so, too, which is no reason to stop; without a controller there is no database to look at.
                let code = match &example {
                    _ if example.contains("--select AD3") => 2,
                    _ => i32::from(!example.contains("--fail-on never")),
                };
                assert_eq!(output.status.code(), Some(code), "{example}\n{errors}");
                assert!(!errors.contains("error: "), "{example}\n{errors}");
            } else {
                assert!(output.status.success(), "{example}\n{errors}");
            }
            ran += 1;
        }
    }
    assert_eq!(ran, 63);
}

#[test]
fn help_teaches() {
    let folder = Folder::new();
    for command in [
        "",
        "size",
        "get",
        "rows",
        "split",
        "merge",
        "lint",
        "doctor",
        "enable",
        "disable",
        "explain",
        "schema",
        "version",
        "completion",
    ] {
        let arguments: Vec<&str> =
            [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let help = folder.run(&arguments).good().out();
        assert!(help.contains("Usage: kubectl argo-offload"), "{help}");
    }
    assert!(folder.run(&["version"]).good().out().contains("https://"));
    let json = folder.run(&["version", "-o", "json"]).good().out();
    assert!(json.contains("argo-offload/v1alpha1"), "{json}");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(!folder.run(&["completion", shell]).good().out().is_empty());
    }
}
