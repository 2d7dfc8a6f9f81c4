use std::time::Duration;

use anyhow::{Context, Result};
use http::{Method, Request};
use kube::Client;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use serde_json::Value;

use super::Setup;

/// The API server as an administrator sees it, in JSON.
#[derive(Clone)]
pub(super) struct Api {
    client: Client,
}

/// Kinds of bodies that change objects.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// A new object or a sub-resource.
    Create,
    /// Lists of Kubernetes' own kinds are merged by their keys.
    StrategicMerge,
    /// Server-side apply.
    Apply,
    /// Deletion.
    Delete,
}

impl Api {
    pub(super) async fn new(setup: &Setup) -> Result<Self> {
        let kubeconfig = Kubeconfig::read_from(&setup.kubeconfig)?;
        let config =
            Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        Ok(Self { client: Client::try_from(config)? })
    }

    /// An object or a list; `None` when there is none.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Value>> {
        let request = Request::get(path).body(Vec::new())?;
        match self.client.request(request).await {
            Ok(value) => Ok(Some(value)),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
            Err(error) => Err(error).with_context(|| format!("GET {path}")),
        }
    }

    /// Changes an object. What is gone or has been changed meanwhile is `None`; anything else is tried again for some
    /// seconds, as the API server may be starting.
    pub(super) async fn change(
        &self,
        change: Change,
        path: &str,
        body: &Value,
    ) -> Result<Option<Value>> {
        let (method, kind) = match change {
            Change::Create => (Method::POST, "application/json"),
            Change::StrategicMerge => (Method::PATCH, "application/strategic-merge-patch+json"),
            Change::Apply => (Method::PATCH, "application/apply-patch+yaml"),
            Change::Delete => (Method::DELETE, "application/json"),
        };
        let mut pause = Duration::from_millis(100);
        loop {
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header("content-type", kind)
                .body(serde_json::to_vec(body)?)?;
            match self.client.request(request).await {
                Ok(value) => return Ok(Some(value)),
                Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => {
                    return Ok(None);
                }
                Err(error) if refused(&error) || pause > Duration::from_secs(8) => {
                    return Err(error).with_context(|| format!("{method} {path}"));
                }
                Err(_) => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
    }

    /// The client, for what is neither.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }
}

/// Whether trying again is of no use.
fn refused(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code < 500 && status.code != 429)
}
