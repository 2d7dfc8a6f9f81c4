//! `lint --live`: what the controller has in the cluster.

use anyhow::Result;

use crate::ran::Ran;
use crate::space::Space;
use crate::tests;
use crate::world::World;

tests!(
    a_working_installation_is_clean_and_its_owner_is_named,
    what_hurts_is_found_with_its_place,
    a_secret_that_is_not_there_is_an_error,
    the_secret_of_a_postgresql_is_looked_for_too,
    without_a_right_to_the_secrets_the_rest_is_looked_at,
);

fn lint(space: &Space<'_>, user: &str, arguments: &[&str]) -> Result<Ran> {
    let mut command = space.world.command("kubectl", &space.world.cluster.kubeconfig(user));
    command.args(["argo-offload", "lint", "--live", "-n", &space.argo.namespace]).args(arguments);
    Ran::run(&mut command, b"")
}

fn a_working_installation_is_clean_and_its_owner_is_named(world: &World) -> Result<()> {
    let space = world.space("linted")?;
    let ran = lint(&space, "admin", &["--explain-sources"])?.ok()?;
    assert!(ran.err().contains("judged by Argo 3.7"), "{}", ran.err());
    for source in [
        "configmap/workflow-controller-configmap",
        "secret/",
        "deployment/workflow-controller",
        "deployment/argo-server",
    ] {
        assert!(ran.out().contains(source), "no {source} in {}", ran.out());
    }
    assert!(
        !(ran.out() + &ran.err()).contains(&space.argo.database.password),
        "the password is shown"
    );
    assert!(ran.err().contains("is kept by nobody else"), "{}", ran.err());
    let owner = "meta.helm.sh/release-name=flows";
    space.kubectl(&["annotate", "configmap", "workflow-controller-configmap", owner])?.ok()?;
    let ran = lint(&space, "admin", &[])?.ok()?;
    assert!(ran.err().contains("is kept by Helm (flows)"), "{}", ran.err());
    let refused = lint(&space, "admin", &["-f", "x.yaml"])?;
    assert_eq!(refused.code(), 2);
    Ok(())
}

fn what_hurts_is_found_with_its_place(world: &World) -> Result<()> {
    let space = world.space("hurting")?;
    let get =
        ["get", "configmap", "workflow-controller-configmap", "-o", "jsonpath={.data.persistence}"];
    let section = space.kubectl(&get)?.ok()?.out();
    let section =
        section.replace("nodeStatusOffLoad", "nodeStatusOffload") + "\nnodeStatusOffloads: true\n";
    let patch = serde_json::json!({"data": {"persistence": section}}).to_string();
    // The controller that runs reads it anew and ends.
    space.kubectl(&["delete", "deployment", "workflow-controller"])?.ok()?;
    space
        .kubectl(&[
            "patch",
            "configmap",
            "workflow-controller-configmap",
            "--type=merge",
            "-p",
            &patch,
        ])?
        .ok()?;
    let ran = lint(&space, "admin", &["--argo-version", "3.7"])?;
    assert_eq!(ran.code(), 1, "{}{}", ran.out(), ran.err());
    assert!(ran.out().contains("configmap/workflow-controller-configmap:"), "{}", ran.out());
    assert!(ran.out().contains("unknown field \"nodeStatusOffloads\""), "{}", ran.out());
    Ok(())
}

fn a_secret_that_is_not_there_is_an_error(world: &World) -> Result<()> {
    let space = world.space("unsecret")?;
    space.kubectl(&["delete", "secret", "argo-mysql-config"])?.ok()?;
    let ran = lint(&space, "admin", &[])?;
    assert_eq!(ran.code(), 1, "{}{}", ran.out(), ran.err());
    assert!(
        ran.out().contains("AO206") && ran.out().contains("there is no Secret `argo-mysql-config`"),
        "{}",
        ran.out()
    );
    Ok(())
}

fn the_secret_of_a_postgresql_is_looked_for_too(world: &World) -> Result<()> {
    let space = world.space("unmysql")?;
    let map = "workflow-controller-configmap";
    let get = ["get", "configmap", map, "-o", "jsonpath={.data.persistence}"];
    let section = space.kubectl(&get)?.ok()?.out();
    assert!(section.contains("mysql:"), "{section}");
    let section = section.replace("mysql:", "postgresql:");
    let patch = serde_json::json!({"data": {"persistence": section}}).to_string();
    space.kubectl(&["delete", "deployment", "workflow-controller"])?.ok()?;
    space.kubectl(&["patch", "configmap", map, "--type=merge", "-p", &patch])?.ok()?;
    let ran = lint(&space, "admin", &[])?;
    assert!(!ran.out().contains("AO206"), "{}", ran.out());
    space.kubectl(&["delete", "secret", "argo-mysql-config"])?.ok()?;
    let ran = lint(&space, "admin", &[])?;
    assert!(ran.out().contains("AO206"), "{}{}", ran.out(), ran.err());
    Ok(())
}

fn without_a_right_to_the_secrets_the_rest_is_looked_at(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let namespace = space.argo.namespace.as_str();
    let role = [
        "create",
        "role",
        "linter",
        "--verb=get,list",
        "--resource=configmaps,pods,deployments.apps",
    ];
    space.kubectl(&role)?.ok()?;
    space.kubectl(&["create", "rolebinding", "linter", "--role=linter", "--user=linter"])?.ok()?;
    let kubeconfig = world.cluster.certificate_user("linter", &[])?;
    let mut command = world.command("kubectl", &kubeconfig);
    let ran =
        Ran::run(command.args(["argo-offload", "lint", "--live", "-n", namespace]), b"")?.ok()?;
    assert!(
        ran.err().contains("note: not looked at: \"linter\" may not get secrets"),
        "{}",
        ran.err()
    );
    assert!(!ran.out().contains("AO206"), "{}", ran.out());
    let forbidden = lint(&space, "nobody", &[])?;
    assert_eq!(forbidden.code(), 2);
    assert!(forbidden.err().contains("may not get configmaps"), "{}", forbidden.err());
    Ok(())
}
