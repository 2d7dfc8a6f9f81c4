//! The binary that kubectl runs for `kubectl argo-offload`.

fn main() -> std::process::ExitCode {
    kubectl_argo_offload::main()
}
