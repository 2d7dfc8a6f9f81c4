//! Values as a controller writes them.

use crate::rng::Rng;

/// A string for `field` of the struct `owner`; never empty.
pub(super) fn string(rng: &mut Rng, owner: &str, field: &str) -> String {
    let number = rng.below(100_000);
    match (owner, field) {
        ("wf.NodeStatus", "id" | "boundaryID" | "children" | "outboundNodes") => node_id(rng),
        ("wf.NodeStatus", "name") => format!("etl-7xk2p[{}].{}({number})", rng.below(9), word(rng)),
        ("wf.NodeStatus", "displayName") => format!("{}({number}:part-{number})", word(rng)),
        ("wf.NodeStatus", "message") => format!(
            "Error (exit code {}): pod <{}> & \"{}\" failed",
            rng.below(256),
            word(rng),
            word(rng)
        ),
        ("wf.NodeStatus", "templateScope") => "local/etl-7xk2p".to_owned(),
        ("wf.NodeStatus", "hostNodeName") => {
            format!("ip-10-0-{}-{}.ec2.internal", rng.below(256), rng.below(256))
        }
        ("wf.NodeStatus", "podIP") => format!("10.0.{}.{}", rng.below(256), rng.below(256)),
        ("wf.NodeStatus", "restartingPodUID") | (_, "uid") => uid(rng),
        ("wf.WorkflowStatus", "offloadNodeStatusVersion") => format!("fnv:{}", rng.bits() as u32),
        ("wf.Workflow", "kind") => "Workflow".to_owned(),
        ("wf.Workflow", "apiVersion") => "argoproj.io/v1alpha1".to_owned(),
        (_, "exitCode") => rng.pick(&["0", "1", "137", "143"]).to_string(),
        (_, "key") => format!("{}/{}/part-{number:05}.parquet", word(rng), word(rng)),
        (_, "url") => format!("https://example.com/{}?a=1&b={number}", word(rng)),
        (_, "image") => {
            format!("registry.example.com/{}:{}.{}", word(rng), rng.below(9), rng.below(99))
        }
        (_, "value" | "result") => match rng.below(4) {
            0 => format!("s3://bucket/in/part-{number:05}.parquet"),
            1 => format!("{{\"rows\":{number},\"expr\":\"a<b && c>d\"}}"),
            2 => number.to_string(),
            _ => format!("{} {}\n{}", word(rng), word(rng), word(rng)),
        },
        _ if rng.chance(20) => format!("{{{{inputs.parameters.{}}}}}", word(rng)),
        _ => format!("{}-{number}", word(rng)),
    }
}

/// One of the constants of an enumeration; `None` when the type has none here.
pub(super) fn constant(rng: &mut Rng, type_name: &str) -> Option<&'static str> {
    let constants: &[&str] = match type_name {
        "wf.NodePhase" => {
            &["Pending", "Running", "Succeeded", "Skipped", "Failed", "Error", "Omitted"]
        }
        "wf.NodeType" => &[
            "Pod",
            "Container",
            "Steps",
            "StepGroup",
            "DAG",
            "TaskGroup",
            "Retry",
            "Skipped",
            "Suspend",
            "HTTP",
            "Plugin",
        ],
        "wf.WorkflowPhase" => &["Pending", "Running", "Succeeded", "Failed", "Error"],
        "wf.Progress" => &["0/1", "1/1", "17/22"],
        "wf.ConditionType" => &["Completed", "PodRunning", "SpecWarning"],
        "core.ConditionStatus" | "meta.ConditionStatus" => &["True", "False", "Unknown"],
        "core.PullPolicy" => &["Always", "IfNotPresent", "Never"],
        "core.Protocol" => &["TCP", "UDP"],
        "core.ResourceName" => &["cpu", "memory"],
        "wf.RetryPolicy" => &["Always", "OnFailure", "OnError", "OnTransientError"],
        "meta.ManagedFieldsOperationType" => &["Update", "Apply"],
        _ => return None,
    };
    Some(constants[rng.below(constants.len())])
}

/// Fields that nearly every object has.
pub(super) fn is_favoured(owner: &str, field: &str) -> bool {
    match owner {
        "wf.Workflow" => true,
        "wf.WorkflowSpec" => matches!(field, "templates" | "entrypoint"),
        "wf.WorkflowStatus" => matches!(field, "nodes" | "phase" | "startedAt"),
        "meta.ObjectMeta" => {
            matches!(field, "name" | "namespace" | "uid" | "creationTimestamp" | "managedFields")
        }
        "wf.Template" => field == "name",
        "wf.Parameter" => matches!(field, "name" | "value"),
        "wf.NodeStatus" => matches!(
            field,
            "id" | "name" | "displayName" | "type" | "phase" | "startedAt" | "inputs" | "outputs"
        ),
        _ => false,
    }
}

/// Fields that a status has instead of its nodes.
pub(super) fn is_never_with_nodes(owner: &str, field: &str) -> bool {
    owner == "wf.WorkflowStatus" && matches!(field, "compressedNodes" | "offloadNodeStatusVersion")
}

/// The id of a node: the workflow's name and a hash.
pub(super) fn node_id(rng: &mut Rng) -> String {
    format!("etl-7xk2p-{}", rng.bits() as u32)
}

/// The key of a label, an annotation or another map.
pub(super) fn key(rng: &mut Rng) -> String {
    match rng.below(3) {
        0 => format!("workflows.argoproj.io/{}", word(rng)),
        1 => format!("{}-{}", word(rng), rng.below(100)),
        _ => word(rng).to_owned(),
    }
}

/// A word of the field.
pub(super) fn word(rng: &mut Rng) -> &'static str {
    WORDS[rng.below(WORDS.len())]
}

const WORDS: [&str; 20] = [
    "main",
    "fetch",
    "transform",
    "load",
    "train",
    "report",
    "notify",
    "cleanup",
    "shard",
    "merge",
    "validate",
    "publish",
    "input",
    "output",
    "model",
    "bucket",
    "retry",
    "sidecar",
    "wait",
    "init",
];

fn uid(rng: &mut Rng) -> String {
    let (high, low) = (rng.bits(), rng.bits());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
