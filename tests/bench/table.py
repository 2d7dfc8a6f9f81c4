"""The table of tests/bench/run, in Markdown, from its results.jsonl."""

import json
import sys
from statistics import median

COLUMNS = [
    "task", "nodes or bytes", "MB", "ours, MB/CPU s", "Go, MB/CPU s", "ratio", "wall ratio",
    "peak memory, ours / Go, MB", "ours / file", "output, ours / Go",
]  # fmt: skip


def main(path):
    tasks = {}
    with open(path) as lines:
        for line in lines:
            run = json.loads(line)
            task = tasks.setdefault((run["task"], run["nodes"]), {"ours": [], "go": []})
            task[run["whose"]].append(run["report"])
    print_row(COLUMNS)
    print("|---|" + "--:|" * (len(COLUMNS) - 1))
    for (task, nodes), runs in tasks.items():
        print_row(row(task, nodes, runs["ours"], runs["go"]))


def row(task, nodes, ours, go):
    size = ours[0]["bytes"]
    results = ours[0]["result"], go[0]["result"]
    # What these find or write is not what Argo's code does.
    differs = task == "compress" or task == "JSON to YAML" or task.startswith("lint")
    if not differs and results[0] != results[1]:
        sys.exit(f"{task}, {nodes}: ours says {results[0]}, Argo's code says {results[1]}")

    def ratio(of):
        """The median of pairs: a pair runs within a moment, so that noise falls on both."""
        return median(of(theirs) / of(mine) for mine, theirs in zip(ours, go, strict=True))

    peak = median(run["peakRssBytes"] for run in ours)
    peak_go = median(run["peakRssBytes"] for run in go)
    return [
        task,
        f"{nodes:,}",
        f"{size / 1e6:.1f}" if size > 1e6 else f"{size / 1e6:.3f}",
        f"{median(size / cpu(run) for run in ours) / 1e6:.0f}",
        f"{median(size / cpu(run) for run in go) / 1e6:.0f}",
        f"**{ratio(cpu):.1f}**",
        f"{ratio(wall):.1f}",
        f"{peak / 1e6:.0f} / {peak_go / 1e6:.0f}",
        f"{peak / size:.2f}",
        output(task, *results),
    ]


def output(task, ours, go):
    if task.startswith("lint"):
        return f"{ours} findings"
    return f"{ours / go:.3f}" if task in ("compress", "JSON to YAML") else "same"


def cpu(run):
    return run["cpuSeconds"] / run["n"]


def wall(run):
    return run["wallSeconds"] / run["n"]


def print_row(cells):
    print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main(sys.argv[1])
