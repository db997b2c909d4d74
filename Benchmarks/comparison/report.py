"""Writes the figures as Markdown."""

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys

from .running import HERE, Failure, field
from .works import FLOORS, PEERS, ROWS, name_for

NOTES = HERE / "NOTES.md"


class Figures:
    """What was measured, by peer and work: of each round the figures, or a Failure."""

    def __init__(self, results, peers):
        self.results, self.peers = results, peers

    def rounds(self, peer, row):
        peer = row.node if peer == "node" else peer
        return self.results.get((peer, name_for(peer, row.work)), [])

    def values(self, peer, row):
        results = self.rounds(peer, row)
        return [result[row.key] * row.factor for result in results if not isinstance(result, Failure)]

    def median(self, peer, row):
        values = self.values(peer, row)
        return statistics.median(values) if values else None

    def has_failed(self, peer, row):
        return bool(self.rounds(peer, row)) and not self.values(peer, row)

    def cell(self, peer, row):
        if self.has_failed(peer, row):
            return "failed"
        median = self.median(peer, row)
        return "–" if median is None else f"{median:,.{row.digits}f}"

    def range(self, peer, row):
        values = self.values(peer, row)
        return f"{min(values):,.{row.digits}f}–{max(values):,.{row.digits}f}" if values else "–"

    def verdict(self, row):
        """The goal, and whether it is reached."""
        if not row.goal:
            return "", ""
        ours = self.median("ours", row)
        limit, text = row.goal.limit, row.goal.text
        if row.goal.peer:
            peer = self.median(row.goal.peer, row)
            if peer is None:
                name = PEERS[row.goal.peer]
                return text, f"{name} failed" if self.has_failed(row.goal.peer, row) else f"{name} is not here"
            limit *= peer
            text += f" = {limit:,.{max(row.digits, 1)}f}"
        if ours is None:
            return text, "failed"
        return text, "reached" if ours <= limit else "**not reached**"

    def ratio(self, row):
        """To the peer of the goal, else to Node, else to Python: the more, the better for us, but for a floor."""
        ours = self.median("ours", row)
        for peer in (row.goal.peer if row.goal else None, "node", "python"):
            other = self.median(peer, row) if peer else None
            if other and ours:
                return (
                    f"ours / {PEERS[peer]}: {ours / other:.2g}" if peer in FLOORS else
                    f"{PEERS[peer]} / ours: {other / ours:.2g}")
        return ""

    def failures(self):
        for (peer, work), results in self.results.items():
            reasons = [str(result) for result in results if isinstance(result, Failure)]
            for reason in dict.fromkeys(reasons):
                yield f"{PEERS.get(peer, peer)}, {work}: {reasons.count(reason)} of {len(results)} failed: {reason}"


def table(lines):
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines)


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def versions(node):
    """What took part, as a list of Markdown."""
    from importlib.metadata import version

    revision = output_of("git", "rev-parse", "--short", "HEAD")
    if output_of("git", "status", "--porcelain", "--untracked-files=no", ":/Sources", ":/CShims"):
        revision += " with changes"
    yield f"this library {revision}"
    yield "Swift " + output_of("swift", "--version").partition("Swift version ")[2].partition(" ")[0]
    for name in "libwebsockets", "libcurl", "openssl", "libuv":
        yield f"{name} " + output_of("pkg-config", "--modversion", name).rstrip("-")
    yield f"Python {platform.python_version()} with python-socketio {version('python-socketio')}"
    if node:
        manifest = json.loads((node / "node_modules/socket.io-client/package.json").read_text(encoding="utf-8"))
        yield f"Node {output_of('node', '--version').lstrip('v')} with socket.io-client {manifest['version']}"


def report(figures, options, loads, duration):
    """The whole file."""
    rows = [row for row in ROWS if row.work in options.works]
    peers = [peer for peer in PEERS if peer in figures.peers]
    main = [["work", *(PEERS[peer] for peer in peers), "goal", "", "ratio"]]
    ranges = [["work", *(PEERS[peer] for peer in peers)]]
    for row in rows:
        cells = [figures.cell(peer, row) for peer in peers]
        main.append([row.title, *cells, *figures.verdict(row), figures.ratio(row)])
        ranges.append([row.title, *(figures.range(peer, row) for peer in peers)])
    # Where something lies on this machine is of no use to a reader.
    words = zip(["", *sys.argv[1:]], sys.argv[1:])
    arguments = ["DIR" if before in ("--node", "--output") else word for before, word in words]
    cpu = field("/proc/cpuinfo", "model name", ":")
    lines = [
        "# What an event costs",
        "",
        f"Made by `{' '.join(['Benchmarks/run', *arguments])}` in {duration / 60:.1f} minutes. "
        "[README](README.md) tells what is measured and how to read it.",
        "",
        f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"- {len(os.sched_getaffinity(0))} processors ({cpu}), {field('/etc/os-release', 'PRETTY_NAME', '=')}, "
        f"Linux {platform.release()}",
        f"- the system's load before and after: {loads[0]:.1f}, {loads[1]:.1f}",
        *(f"- {text}" for text in versions(options.node)),
        f"- medians of {options.rounds}, the peers in turn; {options.scale:g} × the events",
        "",
        table(main),
        "",
    ]
    many = [result for result in figures.results.get(("ours", "many"), []) if not isinstance(result, Failure)]
    if many:
        lines += [f"Many connections: {many[-1]['connections']:,}, of which {many[-1]['active']} were active.", ""]
    failures = list(figures.failures())
    if failures:
        lines += ["What failed:", "", *(f"- {failure}" for failure in failures), ""]
    lines += ["## From the least to the greatest", "", table(ranges), ""]
    # What a person has found out about these figures.
    lines += [NOTES.read_text().rstrip(), ""]
    if "ack1" in options.works:
        lines += [
            "## The round trip of an acknowledgement", "",
            "One at a time, client and server on one core: how many were back after which time.", "",
            "![Cumulative distribution of the round trip](ack.svg)", "",
        ]
    return "\n".join(lines)
