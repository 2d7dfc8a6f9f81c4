//! Rows made from a seed, the same in every process.

use kubectl_argo_offload::store::NodeRecord;

/// SplitMix64: small, seedable, and good enough to choose sizes and moments.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// A row whose nodes are about `bytes` long and compress like node maps do.
pub(crate) fn row(seed: u64, index: u64, bytes: usize) -> NodeRecord {
    let mut random = Random(seed ^ index.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let mut nodes = String::from("{");
    while nodes.len() < bytes {
        let id = random.next();
        let phase = ["Succeeded", "Failed", "Running"][usize::try_from(random.below(3)).unwrap()];
        nodes += &format!(
            r#""fan-{index}-{id}":{{"id":"fan-{index}-{id}","type":"Pod","phase":"{phase}"}},"#
        );
    }
    nodes.pop();
    nodes += "}";
    NodeRecord {
        cluster_name: "default".to_owned(),
        namespace: format!("team-{}", index % 3),
        name: format!("fan-{index}"),
        uid: format!("{seed:08x}-0000-4000-8000-{index:012x}"),
        version: format!("fnv:{}", random.below(1 << 32)),
        nodes: nodes.into_bytes(),
    }
}
