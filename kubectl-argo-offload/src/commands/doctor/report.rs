//! What `doctor` found, as it is printed for scripts.

use serde::Serialize;

use super::check::{Check, Level, Outcome};
use crate::cluster::{ClusterError, Controller};
use crate::output::API_VERSION;

const KIND: &str = "DoctorReport";
const LIST_KIND: &str = "CheckList";

/// What the checks found.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "DoctorReport"))]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = KIND)))]
    kind: &'static str,
    /// The worst of all.
    #[serde(serialize_with = "written")]
    #[cfg_attr(test, schemars(with = "LevelWritten"))]
    status: Level,
    /// The controller, as `namespace/deployment/name`, or its ConfigMap where nothing else can be seen; `null` where
    /// there is none.
    controller: Option<String>,
    /// Its version, where its image says it.
    argo_version: Option<String>,
    pub(super) totals: Totals,
    /// In the order of their codes; a check that found several things has an item for each, the worst first.
    pub(super) items: Vec<Item>,
}

/// How many items there are of each status.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Totals {
    pub(super) ok: u64,
    pub(super) warning: u64,
    pub(super) error: u64,
    pub(super) skipped: u64,
}

/// One thing that a check found.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Item {
    #[cfg_attr(test, schemars(extend("enum" = codes())))]
    pub(super) code: &'static str,
    /// The check's name in words.
    pub(super) name: &'static str,
    #[serde(serialize_with = "written")]
    #[cfg_attr(test, schemars(with = "LevelWritten"))]
    pub(super) status: Level,
    /// What was found; for one that is skipped, why.
    message: String,
    /// The next thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// What doctor looks at.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "CheckList"))]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckList {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = LIST_KIND)))]
    kind: &'static str,
    items: Vec<CheckItem>,
}

/// A check.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct CheckItem {
    /// Stable: AD1xx is the cluster, AD2xx the configuration, AD3xx the database, AD4xx rows and workflows.
    #[cfg_attr(test, schemars(extend("enum" = codes())))]
    code: &'static str,
    /// The same in words.
    name: &'static str,
    summary: &'static str,
    /// Its page.
    pub(in crate::commands) url: String,
}

impl Report {
    pub(super) fn new(found: &Result<Controller, ClusterError>) -> Self {
        let controller = found.as_ref().ok();
        Self {
            api_version: API_VERSION,
            kind: KIND,
            status: Level::Skipped,
            controller: controller.map(Controller::place),
            argo_version: controller.and_then(|one| Some(one.version?.to_string())),
            totals: Totals::default(),
            items: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, check: &Check, outcomes: Vec<Outcome>) {
        let Check { code, name, .. } = *check;
        for Outcome { level: status, message, help } in outcomes {
            self.status = self.status.max(status);
            *match status {
                Level::Ok => &mut self.totals.ok,
                Level::Warning => &mut self.totals.warning,
                Level::Error => &mut self.totals.error,
                Level::Skipped => &mut self.totals.skipped,
            } += 1;
            self.items.push(Item { code, name, status, message, help });
        }
    }

    /// The worst of all.
    pub(super) fn worst(&self) -> Level {
        self.status
    }
}

impl CheckList {
    pub(super) fn of(checks: &[&'static Check]) -> Self {
        let items = checks.iter().map(|check| CheckItem::of(check)).collect();
        Self { api_version: API_VERSION, kind: LIST_KIND, items }
    }
}

impl CheckItem {
    pub(in crate::commands) fn of(check: &'static Check) -> Self {
        let Check { code, name, summary, .. } = *check;
        let url = format!("{}/blob/main/docs/checks/{code}.md", env!("CARGO_PKG_REPOSITORY"));
        Self { code, name, summary, url }
    }
}

fn written<S: serde::Serializer>(level: &Level, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(level.name())
}

/// How bad something is.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "it is only described")]
enum LevelWritten {
    /// Nothing is wrong.
    Ok,
    /// It works, and will hurt.
    Warning,
    /// Offloading does not work.
    Error,
    /// It was not looked at.
    Skipped,
}

#[cfg(test)]
fn codes() -> Vec<&'static str> {
    super::CHECKS.iter().map(|check| check.code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::schema::assert_fresh;

    #[test]
    fn the_schemas_are_fresh() {
        assert_fresh::<Report>("doctor-report");
        assert_fresh::<CheckList>("check-list");
    }
}
