use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::pki::Pki;
use super::{PATIENCE, kubectl};
use crate::guard::{Guard, Watched};
use crate::process::{Process, free_port};
use crate::programs::Programs;

/// Where the programs listen, on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    etcd: u16,
    etcd_peer: u16,
    api: u16,
    controller_manager: u16,
    scheduler: u16,
    /// The node's kubelet, which the API server talks to.
    pub(crate) kubelet: u16,
    /// kwok, which the kubelet hands most requests to.
    pub(crate) kwok: u16,
}

impl Ports {
    /// Ports that nobody else has.
    pub(crate) fn free() -> Result<Self> {
        Ok(Self {
            etcd: free_port()?,
            etcd_peer: free_port()?,
            api: free_port()?,
            controller_manager: free_port()?,
            scheduler: free_port()?,
            kubelet: free_port()?,
            kwok: free_port()?,
        })
    }
}

/// A process of the control plane.
struct Member {
    process: Process,
    _watched: Watched,
}

impl Member {
    fn start(guard: &Guard, folder: &Path, name: &str, command: &mut Command) -> Result<Self> {
        let logs = folder.join("logs");
        std::fs::create_dir_all(&logs)?;
        // A group of its own: Ctrl-C at a terminal ends the tests, and these end with them in order.
        let process = Process::start(name, command.process_group(0), &logs.join(name))?;
        let watched = guard.watch(process.id())?;
        Ok(Self { process, _watched: watched })
    }
}

/// etcd, the API server, the controllers and kwok.
pub(crate) struct ControlPlane {
    ports: Ports,
    etcd: Member,
    api_server: Member,
    others: Vec<Member>,
}

impl ControlPlane {
    /// Starts etcd and the API server, without waiting for them.
    pub(crate) fn start(
        programs: &Programs,
        pki: &Pki,
        folder: &Path,
        ports: &Ports,
        guard: &Guard,
    ) -> Result<Self> {
        let (client, peer) = (ports.etcd, ports.etcd_peer);
        let mut command = Command::new(programs.path("etcd"));
        command
            .arg("--data-dir")
            .arg(folder.join("etcd"))
            // The data need not outlive this machine's next crash.
            .args(["--unsafe-no-fsync", "--log-level=warn", "--quota-backend-bytes=2147483648"])
            .arg(format!("--listen-client-urls=http://127.0.0.1:{client}"))
            .arg(format!("--advertise-client-urls=http://127.0.0.1:{client}"))
            .arg(format!("--listen-peer-urls=http://127.0.0.1:{peer}"))
            .arg(format!("--initial-advertise-peer-urls=http://127.0.0.1:{peer}"))
            .arg(format!("--initial-cluster=default=http://127.0.0.1:{peer}"));
        let etcd = Member::start(guard, folder, "etcd", &mut command)?;
        let api_server = api_server(programs, pki, folder, ports, guard)?;
        Ok(Self { ports: *ports, etcd, api_server, others: Vec::new() })
    }

    pub(crate) fn ports(&self) -> Ports {
        self.ports
    }

    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.api)
    }

    /// Waits until the API server is ready.
    pub(crate) fn wait(&mut self, programs: &Programs, admin: &Path) -> Result<()> {
        self.api_server.process.wait_until(PATIENCE, || {
            kubectl(programs, admin)
                .args(["get", "--raw", "/readyz"])
                .output()
                .is_ok_and(|output| output.status.success())
        })
    }

    /// Starts the controller manager and the scheduler.
    pub(crate) fn start_controllers(
        &mut self,
        programs: &Programs,
        pki: &Pki,
        admin: &Path,
        folder: &Path,
        guard: &Guard,
    ) -> Result<()> {
        let common = |name: &str, port: u16| {
            let mut command = Command::new(programs.path(name));
            command
                .arg(format!("--kubeconfig={}", admin.display()))
                .args(["--bind-address=127.0.0.1", "--leader-elect=false"])
                .arg(format!("--secure-port={port}"))
                .arg(format!("--cert-dir={}", pki.path(name).display()));
            command
        };
        let mut command = common("kube-controller-manager", self.ports.controller_manager);
        command
            .arg("--use-service-account-credentials=false")
            .arg(format!(
                "--service-account-private-key-file={}",
                pki.path("accounts.key").display()
            ))
            .arg(format!("--root-ca-file={}", pki.authority().display()));
        self.others.push(Member::start(guard, folder, "kube-controller-manager", &mut command)?);
        let mut command = common("kube-scheduler", self.ports.scheduler);
        self.others.push(Member::start(guard, folder, "kube-scheduler", &mut command)?);
        Ok(())
    }

    /// Starts kwok, behind the kubelet's port of the node.
    pub(crate) fn start_kwok(
        &mut self,
        programs: &Programs,
        pki: &Pki,
        admin: &Path,
        folder: &Path,
        database: u16,
        guard: &Guard,
    ) -> Result<()> {
        let text = include_str!("kwok.yaml")
            .replace("DATABASE_PORT", &database.to_string())
            .replace("FOLDER", &folder.display().to_string());
        let config = folder.join("kwok.yaml");
        std::fs::write(&config, text)?;
        let mut command = Command::new(programs.path("kwok"));
        command
            .arg(format!("--kubeconfig={}", admin.display()))
            .arg(format!("--config={}", config.display()))
            .args(["--manage-all-nodes=true", "--enable-crds=PortForward", "--node-ip=127.0.0.1"])
            .arg(format!("--node-port={}", self.ports.kubelet))
            .arg(format!("--server-address=127.0.0.1:{}", self.ports.kwok))
            .arg(format!("--tls-cert-file={}", pki.path("server.crt").display()))
            .arg(format!("--tls-private-key-file={}", pki.path("server.key").display()))
            .arg("--node-lease-duration-seconds=40");
        self.others.push(Member::start(guard, folder, "kwok", &mut command)?);
        Ok(())
    }

    /// Ends the API server at once, as a crash would, and starts it again without waiting for it.
    pub(crate) fn restart_api_server(
        &mut self,
        programs: &Programs,
        pki: &Pki,
        folder: &Path,
        guard: &Guard,
    ) -> Result<()> {
        self.api_server.process.kill();
        self.api_server = api_server(programs, pki, folder, &self.ports, guard)?;
        Ok(())
    }

    /// Ends all, at once: nothing of theirs is needed any more.
    pub(crate) fn stop(&mut self) {
        for member in &mut self.others {
            member.process.kill();
        }
        self.api_server.process.kill();
        self.etcd.process.kill();
    }
}

fn api_server(
    programs: &Programs,
    pki: &Pki,
    folder: &Path,
    ports: &Ports,
    guard: &Guard,
) -> Result<Member> {
    let file = |flag: &str, name: &str| format!("--{flag}={}", pki.path(name).display());
    let mut command = Command::new(programs.path("kube-apiserver"));
    command
        .arg(format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd))
        .arg(format!("--secure-port={}", ports.api))
        .args(["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"])
        // An address of the loopback is none for an endpoint.
        .args(["--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16"])
        .args(["--authorization-mode=RBAC", "--kubelet-preferred-address-types=InternalIP"])
        .arg("--service-account-issuer=https://kubernetes.default.svc")
        .arg(file("service-account-key-file", "accounts.pub"))
        .arg(file("service-account-signing-key-file", "accounts.key"))
        .arg(file("tls-cert-file", "server.crt"))
        .arg(file("tls-private-key-file", "server.key"))
        .arg(file("client-ca-file", "ca.crt"))
        .arg(file("token-auth-file", "tokens.csv"))
        .arg(file("kubelet-client-certificate", "kubelet-client.crt"))
        .arg(file("kubelet-client-key", "kubelet-client.key"))
        .arg(file("cert-dir", "apiserver"));
    Member::start(guard, folder, "kube-apiserver", &mut command)
}
