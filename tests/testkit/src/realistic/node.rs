//! The nodes of a realistic workflow.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::rng::Rng;

/// Pods below one fan-out.
const FAN_OUT: usize = 100;

/// Which nodes there are and how they hang together: a root DAG, task groups, pods.
pub(super) struct Shape {
    ids: Vec<String>,
    names: Vec<String>,
    workflow: &'static str,
}

impl Shape {
    /// `count` nodes: the root, then groups each followed by its pods.
    pub(super) fn plan(workflow: &'static str, count: usize) -> Self {
        let mut shape = Self { ids: Vec::new(), names: Vec::new(), workflow };
        let mut taken = BTreeSet::new();
        for index in 0..count {
            let name = match role(index) {
                Role::Root => workflow.to_owned(),
                Role::Group(group) => format!("{workflow}.process-{group}"),
                Role::Pod(group, pod) => {
                    format!("{workflow}.process-{group}({pod}:part-{:05})", group * FAN_OUT + pod)
                }
            };
            // As `wf.NodeID`: the workflow's name and the FNV-1a hash of the node's.
            let mut hash = fnv1a(name.as_bytes());
            while !taken.insert(hash) {
                hash = hash.wrapping_add(1);
            }
            shape.ids.push(if index == 0 { name.clone() } else { format!("{workflow}-{hash}") });
            shape.names.push(name);
        }
        shape
    }

    /// The numbers of the nodes, sorted by id.
    pub(super) fn in_key_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.ids.len()).collect();
        order.sort_by_key(|&index| &self.ids[index]);
        order
    }

    /// The numbers of a node's children.
    fn children(&self, index: usize) -> Vec<usize> {
        let exists = |child: &usize| *child < self.ids.len();
        match role(index) {
            Role::Root => (1..self.ids.len()).step_by(FAN_OUT + 1).collect(),
            Role::Group(_) => (index + 1..=index + FAN_OUT).filter(exists).collect(),
            Role::Pod(..) => Vec::new(),
        }
    }
}

enum Role {
    Root,
    Group(usize),
    Pod(usize, usize),
}

fn role(index: usize) -> Role {
    match index.checked_sub(1) {
        None => Role::Root,
        Some(rest) if rest % (FAN_OUT + 1) == 0 => Role::Group(rest / (FAN_OUT + 1)),
        Some(rest) => Role::Pod(rest / (FAN_OUT + 1), rest % (FAN_OUT + 1) - 1),
    }
}

/// Appends `"id":{…}` for the node number `index`.
pub(super) fn write_node(
    out: &mut String,
    rng: &mut Rng,
    shape: &Shape,
    index: usize,
    average_bytes: usize,
) {
    let start = out.len();
    let (id, name, workflow) = (&shape.ids[index], &shape.names[index], shape.workflow);
    let display_name =
        name.strip_prefix(workflow).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
    let role = role(index);
    let (kind, template) = match role {
        Role::Root => ("DAG", "main"),
        Role::Group(_) => ("TaskGroup", "process"),
        Role::Pod(..) => ("Pod", "process"),
    };
    let failed = matches!(role, Role::Pod(..)) && rng.chance(4);
    let phase = if failed { "Failed" } else { "Succeeded" };
    let _ = write!(
        out,
        r#""{id}":{{"id":"{id}","name":"{name}","displayName":"{display_name}","type":"{kind}","#
    );
    match role {
        Role::Group(_) => {}
        _ => drop(write!(out, r#""templateName":"{template}","#)),
    }
    let _ = write!(out, r#""templateScope":"local/{workflow}","phase":"{phase}","#);
    if index > 0 {
        let _ = write!(out, r#""boundaryID":"{workflow}","#);
    }
    if failed {
        let _ = write!(
            out,
            r#""message":"Error (exit code {}): failed to read \u003cpart\u003e \u0026 retry","#,
            rng.between(1, 143)
        );
    }
    let (begun, lasted) = (rng.below(4_000), rng.between(1, 900));
    let _ = write!(
        out,
        r#""startedAt":"{}","finishedAt":"{}","progress":"1/1","#,
        clock(begun),
        clock(begun + lasted)
    );
    let _ = write!(
        out,
        r#""resourcesDuration":{{"cpu":{lasted},"memory":{}}}"#,
        lasted * 20 + rng.below(20)
    );
    if matches!(role, Role::Pod(..)) {
        write_work(out, rng, index, failed, start, average_bytes);
    }
    let children = shape.children(index);
    write_ids(out, shape, "children", &children);
    // The outbound nodes of a fan-out are its pods.
    if matches!(role, Role::Group(_)) {
        write_ids(out, shape, "outboundNodes", &children);
    }
    if matches!(role, Role::Pod(..)) {
        let _ = write!(
            out,
            r#","hostNodeName":"ip-10-0-{}-{}.ec2.internal""#,
            rng.below(4),
            rng.below(200)
        );
    }
    out.push('}');
}

/// Appends inputs and outputs, grown to what the node's share of the bytes asks for.
fn write_work(
    out: &mut String,
    rng: &mut Rng,
    index: usize,
    failed: bool,
    start: usize,
    average_bytes: usize,
) {
    let number = rng.below(100_000);
    let _ = write!(
        out,
        r#","inputs":{{"parameters":[{{"name":"file","value":"s3://warehouse/in/2025-03-01/part-{number:05}.parquet"}}"#
    );
    // Half to one and a half times the average; outputs and the host's name take about 400 bytes.
    let target = average_bytes / 2 + rng.below(average_bytes + 1);
    let mut parameter = 0;
    while out.len() - start + 400 < target {
        let room = target - (out.len() - start + 400);
        let _ = write!(out, r#",{{"name":"settings-{parameter}","value":""#);
        write_setting(out, rng, room.min(600));
        out.push_str("\"}");
        parameter += 1;
    }
    let _ = write!(
        out,
        r#"]}},"outputs":{{"parameters":[{{"name":"rows","value":"{}","valueFrom":{{"path":"/tmp/rows"}}}}],"#,
        rng.below(1_000_000)
    );
    let (high, low) = (rng.bits(), rng.bits() as u32);
    let _ = write!(
        out,
        r#""artifacts":[{{"name":"result","path":"/tmp/result.json","s3":{{"key":"etl/{high:016x}{low:08x}/result.tgz"}}}},"#
    );
    let _ = write!(
        out,
        r#"{{"name":"main-logs","s3":{{"key":"etl/pod-{index}/main.log"}}}}],"exitCode":"{}"}}"#,
        u8::from(failed)
    );
}

/// Appends the content of a string: rows of JSON within a parameter, with now and then a random token.
fn write_setting(out: &mut String, rng: &mut Rng, bytes: usize) {
    let end = out.len() + bytes;
    while out.len() < end {
        let (rows, shard, token) = (rng.below(1_000_000), rng.below(64), rng.bits());
        let _ = match rng.below(4) {
            0 => write!(out, r#"{{\"rows\":{rows},\"expr\":\"a\u003cb \u0026\u0026 c\u003ed\"}},"#),
            1 => write!(out, r#"{{\"checksum\":\"{token:016x}\",\"shard\":{shard}}},"#),
            2 => write!(out, r"--shard={shard} --mode=append --input=/data/part-{rows:06}.csv\n"),
            _ => write!(out, r#"level=info msg=\"ok\" worker={shard} elapsed={} "#, shard * 17),
        };
    }
}

fn write_ids(out: &mut String, shape: &Shape, field: &str, ids: &[usize]) {
    if ids.is_empty() {
        return;
    }
    let _ = write!(out, r#","{field}":["#);
    for (index, id) in ids.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(out, "{comma}\"{}\"", shape.ids[*id]);
    }
    out.push(']');
}

/// The time of day `seconds` after eight.
fn clock(seconds: usize) -> String {
    format!("2025-03-01T{:02}:{:02}:{:02}Z", 8 + seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
