//! Users and their rights are what tests of permissions rely on.

use anyhow::Result;

use crate::ran::Ran;
use crate::tests;
use crate::world::World;

tests!(static_users_have_their_rights_and_no_more, users_can_be_made_with_certificates_and_tokens);

fn static_users_have_their_rights_and_no_more(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let may = |user: &str, verb: &str, what: &str| -> Result<String> {
        let mut command = world.command("kubectl", &world.cluster.kubeconfig(user));
        command.args(["auth", "can-i", verb, what, "-n", &space.argo.namespace]);
        Ok(Ran::run(&mut command, b"")?.out().trim().to_owned())
    };
    assert_eq!(may("admin", "get", "secrets")?, "yes");
    assert_eq!(may("reader", "list", "workflows.argoproj.io")?, "yes");
    assert_eq!(may("reader", "get", "secrets")?, "no");
    assert_eq!(may("nobody", "get", "workflows.argoproj.io")?, "no");
    Ok(())
}

fn users_can_be_made_with_certificates_and_tokens(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let namespace = space.argo.namespace.as_str();
    let with_certificate = world.cluster.certificate_user("erika", &["readers"])?;
    let mut command = world.command("kubectl", &with_certificate);
    Ran::run(command.args(["get", "workflows", "-n", namespace]), b"")?.ok()?;
    let with_token = world.cluster.account_user(namespace, "visitor")?;
    let ran = Ran::run(world.command("kubectl", &with_token).args(["get", "workflows"]), b"")?;
    assert_ne!(ran.code(), 0);
    let user = format!("system:serviceaccount:{namespace}:visitor");
    assert!(ran.err().contains(&user) && ran.err().contains("forbidden"), "{}", ran.err());
    Ok(())
}
