//! YAML as people and clusters write it, made from the fixtures.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use argo_offload_core::yaml;
use argo_offload_testkit::Version;
use argo_offload_testkit::fixtures::{ConfigStage, config_vectors};

/// One `List` of ConfigMaps that Argo accepts, with the Workflows of the samples between them, over and over.
pub(crate) fn list(max_bytes: usize) -> anyhow::Result<Vec<u8>> {
    let mut items: Vec<Vec<u8>> = config_vectors()
        .into_iter()
        .filter(|vector| vector.answers[&Version::V3_7_6].stage == ConfigStage::Ok)
        .map(|vector| vector.yaml)
        .filter(|text| fits_into_a_list(text))
        .collect();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/samples");
    for (at, name) in [(4, "plain-wf.json"), (30, "pods-wf.json")] {
        let path = samples.join(name);
        let json = fs::read(&path).with_context(|| path.display().to_string())?;
        items.insert(at, yaml::emit(&json).map_err(|error| anyhow!("{name}: {error:?}"))?);
    }
    let mut out = b"apiVersion: v1\nkind: List\nitems:\n".to_vec();
    let mut left_out = 0;
    for item in items.iter().cycle() {
        let before = out.len();
        for (index, line) in item.trim_ascii_end().split(|&byte| byte == b'\n').enumerate() {
            if !line.is_empty() {
                out.extend_from_slice(if index == 0 { b"- " } else { b"  " });
            }
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        left_out += 1;
        if out.len() <= max_bytes {
            left_out = 0;
        } else {
            out.truncate(before);
        }
        if left_out == items.len() {
            break;
        }
    }
    Ok(out)
}

/// Whether a manifest stays what it is when its lines are indented.
fn fits_into_a_list(text: &[u8]) -> bool {
    let printable = |&byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    text.starts_with(b"apiVersion:")
        && text.iter().all(printable)
        && !text.iter().any(|byte| matches!(byte, b'&' | b'*' | b'%'))
        && !text.split(|&byte| byte == b'\n').any(|line| line.starts_with(b"---"))
}

/// A ConfigMap whose key `config` has the sections of Argo's own example, as many links as fit.
pub(crate) fn config_map(max_bytes: usize) -> Vec<u8> {
    let mut out = CONFIG_MAP.as_bytes().to_vec();
    for number in 0.. {
        let link = format!(
            "      # Shown on the page of each workflow of team {number}.\n      \
             - name: \"Logs of team {number}\"\n        scope: workflow\n        \
             url: https://logs.example.com/team-{number}?from=${{status.startedAt}}&to=${{status.finishedAt}}\n"
        );
        if out.len() + link.len() > max_bytes {
            break;
        }
        out.extend_from_slice(link.as_bytes());
    }
    out
}

const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: workflow-controller-configmap
  namespace: argo
data:
  config: |
    # How many workflows run at the same time.
    parallelism: 50
    namespaceParallelism: 10
    resourceRateLimit: {limit: 40, burst: 4}
    nodeEvents:
      enabled: true
    executor:
      imagePullPolicy: IfNotPresent
      resources:
        requests:
          cpu: 100m
          memory: 64Mi
        limits:
          cpu: 500m
          memory: 512Mi
      env:
        - name: SOME_ENV_VAR
          value: \"1\"
    artifactRepository:
      archiveLogs: true
      s3:
        endpoint: s3.amazonaws.com
        bucket: my-bucket
        region: us-west-2
        insecure: false
        keyFormat: \"my-artifacts/{{workflow.creationTimestamp.Y}}/{{workflow.name}}/{{pod.name}}\"
        accessKeySecret: {name: my-s3-credentials, key: accessKey}
        secretKeySecret: {name: my-s3-credentials, key: secretKey}
    persistence:
      connectionPool:
        maxIdleConns: 100
        maxOpenConns: 0
        connMaxLifetime: 0s # 0 means connections don't have a max lifetime
      nodeStatusOffLoad: true
      archive: true
      archiveTTL: 180d
      clusterName: \"prod-1\"
      mysql:
        host: mysql.example.com
        port: 3306
        database: argo
        tableName: argo_workflows
        userNameSecret:
          name: argo-mysql-config
          key: username
        passwordSecret:
          name: argo-mysql-config
          key: password
        options:
          charset: utf8mb4
    workflowDefaults:
      metadata:
        annotations:
          argo: workflows
        labels:
          foo: bar
      spec:
        ttlStrategy:
          secondsAfterSuccess: 86400
        parallelism: 3
    retentionPolicy:
      completed: 10
      failed: 3
      errored: 3
    links:
";
