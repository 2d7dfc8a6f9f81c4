"""Measures whole processes against real servers, and prints one table; see tests/bench/run.

    live.py mysql|cluster SERVERS PLUGIN GO

SERVERS is tests/bench/live, PLUGIN the plugin, GO tests/bench/go/store.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

PAIRS = 3
MEASURED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "measured.py")
COLUMNS = [
    "server", "task", "by", "wall, s", "CPU, s", "MB/s", "MB/CPU s", "peak memory, MB", "wall ratio", "CPU ratio",
]  # fmt: skip


@dataclass
class Run:
    """What one process used, from its start to its end."""

    wall: float
    cpu: float
    peak: int
    output: bytes


class Program:
    """A command line to be measured; `beside` names those that its ratios are to."""

    def __init__(self, name, command, env, beside=(), stdin=None, keep=False):
        self.name, self.command, self.env, self.beside, self.stdin = name, command, env, beside, stdin
        # What is long goes to /dev/null, as nobody reads it.
        self.keep = keep

    def run(self, keep=False):
        with (
            tempfile.TemporaryDirectory() as folder,
            tempfile.TemporaryFile() as output,
            open(self.stdin or os.devnull, "rb") as stdin,
        ):
            report = os.path.join(folder, "used.json")
            kept = self.keep or keep
            ended = subprocess.run(
                [sys.executable, "-I", "-S", MEASURED, report, *self.command],
                env=self.env, stdin=stdin, stdout=output if kept else subprocess.DEVNULL,
            )  # fmt: skip
            if ended.returncode != 0:
                sys.exit(f"live.py: {self.name} failed: {self.command}")
            output.seek(0)
            with open(report) as used:
                return Run(**json.load(used), output=output.read())


def compare(server, task, programs, size=None):
    """Runs the programs in turns and prints their lines; `size` is what each of them reads, in bytes."""
    print(f"{server}: {task}", file=sys.stderr)
    runs = {program.name: [] for program in programs}
    for program in programs:
        program.run()  # once unmeasured: servers and the page cache get warm
    for _ in range(PAIRS):
        for program in programs:
            runs[program.name].append(program.run())
    for program in programs:
        print_row(row(server, task, program, runs, size))


def row(server, task, program, runs, size):
    mine = runs[program.name]

    def ratio(of):
        """The median over pairs: a pair runs within moments, so that noise falls on both."""
        medians = []
        for name in program.beside:
            pairs = zip(mine, runs[name], strict=True)
            medians.append(f"**{median(of(theirs) / of(ours) for ours, theirs in pairs):.2f}**")
        return " / ".join(medians)

    def speed(of):
        return f"{median(size / of(run) for run in mine) / 1e6:.0f}" if size else ""

    return [
        server,
        task,
        program.name,
        f"{median(run.wall for run in mine):.2f}",
        f"{median(run.cpu for run in mine):.2f}",
        speed(lambda run: run.wall),
        speed(lambda run: run.cpu),
        f"{median(run.peak for run in mine) / 1e6:.0f}",
        ratio(lambda run: run.wall),
        ratio(lambda run: run.cpu),
    ]


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


@contextmanager
def serving(command):
    """Starts servers; they end when their stdin does. Gives the line of JSON that they print when they are ready."""
    print(f"starting: {' '.join(command[1:])}", file=sys.stderr)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as servers:
        try:
            line = servers.stdout.readline()
            if not line:
                sys.exit(f"live.py: {' '.join(command)} did not start")
            yield json.loads(line)
        finally:
            servers.stdin.close()


def mysql(servers, plugin, go):
    for kind in ["mysql-9.7", "mariadb"]:
        with serving([servers, "database", kind]) as database, tempfile.TemporaryDirectory() as folder:
            env = {
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "STORE_PORT": str(database["port"]),
                "STORE_DATABASE": database["database"],
                "STORE_USER": database["user"],
                "STORE_PASSWORD": database["password"],
                "ARGO_OFFLOAD_DB_PASSWORD": database["password"],
                "MYSQL_PWD": database["password"],
            }
            url = "mysql://{user}@127.0.0.1:{port}/{database}?tls=false&table=".format(**database)
            # What each program needs to start and to log in.
            compare(kind, "start and log in", [Program("Go", [go, "nothing"], env)])
            for table, rows, times in [("large_row", "1 row of 20 MB, 10 times", 10),
                                       ("many_rows", "200 rows of 1 MB", 1)]:  # fmt: skip
                read_rows(kind, table, rows, times, database, env, folder, servers, go)
            hydrate(kind, url + "large_row", database["workflow"], env, folder, plugin, go)
            compare(kind, "list of 200,000 rows", [
                Program("`rows`", [plugin, "rows", "--store", url + "list_rows"], env,
                        ["Go, `List`", "Go, `ListOldOffloads`"]),
                Program("Go, `List`", [go, "list", "list_rows"], env),
                Program("Go, `ListOldOffloads`", [go, "list-old", "list_rows"], env),
            ])  # fmt: skip


def read_rows(kind, table, rows, times, database, env, folder, servers, go):
    """All rows of a table, a statement for each, in the same words by all."""
    client = [
        "mariadb", "--no-defaults", "--skip-ssl", "--quick", "--raw", "-N", "-B", "--max-allowed-packet=1G",
        "--default-character-set=utf8mb4", "-h", "127.0.0.1", "-P", str(database["port"]), "-u", database["user"],
        database["database"],
    ]  # fmt: skip
    keys = subprocess.run(
        [*client, "-e", f"select uid, version from {table}"], env=env, stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    statements = os.path.join(folder, f"{table}.sql")
    with open(statements, "w") as file:
        for _ in range(times):
            for uid, version in (line.split() for line in keys.splitlines()):
                file.write(
                    f"select nodes from {table} where clustername = 'default' and uid = '{uid}' "
                    f"and version = '{version}';\n"
                )
    programs = [
        Program("ours, as they are", [servers, "read", "raw", table, str(times)], env, ["Go's driver", "C client"], keep=True),
        Program("Go's driver", [go, "driver", table, str(times)], env, keep=True),
        Program("C client", client, env, stdin=statements),
        Program("ours, verified", [servers, "read", "verified", table, str(times)], env, ["Argo's `Get`", "Go's driver"], keep=True),
        Program("Argo's `Get`", [go, "get", table, str(times)], env, keep=True),
    ]
    found = [json.loads(program.run().output.splitlines()[-1]) for program in programs if program.keep]
    if found[0] != found[1] or len({answer["rows"] for answer in found}) != 1:
        sys.exit(f"live.py: {table}: the programs read different rows: {found}")
    compare(kind, rows, programs, found[0]["bytes"])


def hydrate(kind, url, workflow, env, folder, plugin, go):
    table = url.rpartition("=")[2]
    programs = [
        Program("`get -o json`", [plugin, "get", "-f", workflow, "-o", "json", "--store", url], env, ["Go"]),
        Program("Go", [go, "hydrate", table, workflow], env),
    ]
    ours = os.path.join(folder, "ours.json")
    with open(ours, "wb") as file:
        file.write(programs[0].run(keep=True).output)
    # Go marshals in its own order what it has read of ours.
    marshalled = Program("Go", [go, "marshal", ours], env).run(keep=True).output
    if marshalled != programs[1].run(keep=True).output:
        sys.exit("live.py: get -o json and Argo's code give different workflows")
    compare(kind, "a workflow with a row of 20 MB", programs, os.path.getsize(ours))


def cluster(servers, plugin, _go):
    with serving([servers, "cluster"]) as made, tempfile.TemporaryDirectory() as home:
        programs = made["programs"]
        env = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": home, "KUBECONFIG": made["kubeconfig"]}
        list_all = Program(
            "`kubectl get wf -A -o json`", [f"{programs}/kubectl", "get", "wf", "-A", "-o", "json"], env
        )
        size = Program("`size -A`", [plugin, "size", "-A"], env, [list_all.name])
        items = json.loads(list_all.run(keep=True).output)["items"]
        lines = size.run(keep=True).output.decode().splitlines()
        lengths = sorted(len(json.dumps(item, separators=(",", ":"))) for item in items)
        print(
            f"{len(items)} workflows, {lengths[0]} to {lengths[-1]} bytes each, {sum(lengths) / 1e6:.0f} MB in all",
            file=sys.stderr,
        )
        if sum("workflow-" in line for line in lines) != len(items):
            sys.exit(f"live.py: size shows {len(lines)} lines for {len(items)} workflows")
        compare("kube-apiserver", f"{len(items):,} workflows", [size, list_all], sum(lengths))


def main(what, servers, plugin, go):
    print_row(COLUMNS)
    print("|---|---|---|" + "--:|" * (len(COLUMNS) - 3))
    {"mysql": mysql, "cluster": cluster}[what](servers, plugin, go)


if __name__ == "__main__":
    main(*sys.argv[1:])
