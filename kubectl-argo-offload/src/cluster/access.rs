//! One thing that is done with the Kubernetes API, as role-based access control names it.

use std::fmt;

/// A verb on a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// `get`, `list`, `watch`, `create` …
    pub verb: &'static str,
    /// The API group, empty for the core.
    pub group: &'static str,
    /// The resource, `pods/portforward` with its subresource.
    pub resource: &'static str,
    /// The namespace; none for all of them.
    pub namespace: Option<String>,
    /// The object's name, if it is one.
    pub name: Option<String>,
}

impl Access {
    const fn new(verb: &'static str, group: &'static str, resource: &'static str) -> Self {
        Self { verb, group, resource, namespace: None, name: None }
    }

    pub(crate) const fn get(group: &'static str, resource: &'static str) -> Self {
        Self::new("get", group, resource)
    }

    pub(crate) const fn list(group: &'static str, resource: &'static str) -> Self {
        Self::new("list", group, resource)
    }

    pub(crate) const fn watch(group: &'static str, resource: &'static str) -> Self {
        Self::new("watch", group, resource)
    }

    pub(crate) const fn create(group: &'static str, resource: &'static str) -> Self {
        Self::new("create", group, resource)
    }

    pub(crate) const fn delete(group: &'static str, resource: &'static str) -> Self {
        Self::new("delete", group, resource)
    }

    pub(crate) const fn update(group: &'static str, resource: &'static str) -> Self {
        Self::new("update", group, resource)
    }

    pub(crate) const fn patch(group: &'static str, resource: &'static str) -> Self {
        Self::new("patch", group, resource)
    }

    /// Whether it changes something, so that admission rules and quotas have a say.
    pub(crate) fn is_change(&self) -> bool {
        matches!(self.verb, "create" | "update" | "patch" | "delete")
    }

    /// The same in one namespace.
    pub(crate) fn in_namespace(self, namespace: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..self }
    }

    /// The same with one object.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// `workflows.argoproj.io`, `secrets`
    pub(crate) fn kind_of_object(&self) -> String {
        if self.group.is_empty() {
            self.resource.into()
        } else {
            format!("{}.{}", self.resource, self.group)
        }
    }

    /// `secrets "x" in the namespace argo`
    pub(crate) fn object(&self) -> String {
        let mut text = self.kind_of_object();
        if let Some(name) = &self.name {
            text.push_str(&format!(" {name:?}"));
        }
        match &self.namespace {
            Some(namespace) => text.push_str(&format!(" in the namespace {namespace}")),
            None if self.name.is_none() && self.verb != "create" => {
                text.push_str(" in all namespaces");
            }
            None => {}
        }
        text
    }

    /// The command that makes a role with this right.
    pub(crate) fn grant(&self) -> String {
        let Self { verb, .. } = self;
        // kubectl writes RESOURCE.GROUP/SUBRESOURCE.
        let resource = match self.resource.split_once('/') {
            Some((resource, sub)) if !self.group.is_empty() => {
                format!("{resource}.{}/{sub}", self.group)
            }
            _ => self.kind_of_object(),
        };
        let name = self
            .name
            .as_ref()
            .filter(|_| matches!(*verb, "get" | "update" | "patch" | "delete"))
            .map_or_else(String::new, |name| format!(" --resource-name={name}"));
        match &self.namespace {
            Some(namespace) => format!(
                "kubectl create role argo-offload --verb={verb} --resource={resource}{name} -n {namespace}"
            ),
            None => format!(
                "kubectl create clusterrole argo-offload --verb={verb} --resource={resource}{name}"
            ),
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.verb, self.object())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_written_as_kubectl_writes_them() {
        let access = Access::create("", "pods/portforward").in_namespace("argo").named("mysql-0");
        assert_eq!(access.to_string(), "create pods/portforward \"mysql-0\" in the namespace argo");
        assert_eq!(
            access.grant(),
            "kubectl create role argo-offload --verb=create --resource=pods/portforward -n argo"
        );
        let access = Access::get("", "secrets").in_namespace("argo").named("db");
        assert!(
            access.grant().ends_with("--verb=get --resource=secrets --resource-name=db -n argo")
        );
        assert_eq!(
            Access::list("apps", "deployments").to_string(),
            "list deployments.apps in all namespaces"
        );
    }
}
