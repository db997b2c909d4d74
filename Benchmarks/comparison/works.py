"""What is measured, who does it, and what the goals are."""

from dataclasses import dataclass

# By the order of the columns.
PEERS = {"ours": "this library", "node": "Node", "python": "Python", "lws": "libwebsockets", "own": "own framing"}
# Node whose requests share connections, which is not its client's default.
KEEP_ALIVE = "node-keepalive"
FLOORS = ("lws", "own")

# A work that a peer knows under another name: it has no such distinction.
SAME = {"receive-undecoded": "receive", "receive-whole": "receive", "receive-values": "receive"}
# What only this library does.
OURS = ("many", "process-static", "idle-async")

BLOB_SIZE = 65_536
MS_PER_100_MB = 1e8 / BLOB_SIZE / 1e3


@dataclass(frozen=True)
class Goal:
    """At most `limit`, or that many times what the `peer` needs."""

    limit: float
    peer: str | None = None
    text: str = ""


def at_most(limit):
    return Goal(limit, text=f"≤ {limit:g}")


def of_node(divisor):
    return Goal(1 / divisor, "node", f"≤ Node / {divisor:g}")


@dataclass(frozen=True)
class Row:
    """A line of the table: one figure of a work."""

    work: str
    title: str
    key: str
    goal: Goal | None = None
    factor: float = 1
    digits: int = 1
    # Which Node it is beside.
    node: str = "node"


ROWS = [
    Row("receive-undecoded", "receive, arguments not decoded; CPU µs", "cpu_us", of_node(6), digits=2),
    Row("receive", "receive, decoded to a struct with 4 fields; CPU µs", "cpu_us", of_node(3), digits=2),
    Row("receive-whole", "receive, decoded to a struct with all 6; CPU µs", "cpu_us", digits=2),
    Row("receive-values", "receive, decoded to a `JSONValue`; CPU µs", "cpu_us", digits=2),
    Row("emit", "emit, pipelined; CPU µs", "cpu_us", of_node(10), digits=2),
    Row("ack100", "ack, 100 in flight; CPU µs", "cpu_us", of_node(8), digits=2),
    Row("ack1", "ack, one at a time, on one core; p50 µs", "p50_us", Goal(1.25, "lws", "≤ 1.25 × lws")),
    Row("ack1", "the same; CPU µs", "cpu_us"),
    Row("receive-binary", "receive 64 KiB binary; CPU ms per 100 MB", "cpu_us", of_node(2.5), MS_PER_100_MB, 0),
    Row("emit-binary", "emit 64 KiB binary; CPU ms per 100 MB", "cpu_us", of_node(6), MS_PER_100_MB, 0),
    Row("polling-ack100", "polling: ack, 100 in flight; CPU µs", "cpu_us", at_most(15)),
    Row("polling-ack100", "the same, Node with keep-alive; CPU µs", "cpu_us", at_most(15), node=KEEP_ALIVE),
    Row("polling-ack1", "polling: ack, one at a time; CPU µs", "cpu_us", at_most(150), digits=0),
    Row("polling-ack1", "the same, Node with keep-alive; CPU µs", "cpu_us", at_most(150), digits=0, node=KEEP_ALIVE),
    Row("connect", "connect, ws; p50 ms", "p50_us", at_most(1.3), 1e-3, 2),
    Row("connect", "the same; CPU ms", "cpu_us", at_most(0.5), 1e-3, 2),
    Row("connect-tls", "connect, mutual TLS, polling then upgrade; p50 ms", "p50_us", at_most(14), 1e-3),
    Row("connect-tls", "the same; CPU ms", "cpu_us", at_most(7), 1e-3),
    Row("memory", "RSS with one connection, ws; MiB", "rss_kib", at_most(10), 1 / 1024),
    Row("memory", "of it written by the process; MiB", "written_kib", factor=1 / 1024),
    Row("memory", "RSS of each further connection, ws; KiB", "each_kib", at_most(12)),
    Row("memory-tls", "RSS with one connection, wss; MiB", "rss_kib", factor=1 / 1024),
    Row("memory-tls", "RSS of each further connection, wss; KiB", "each_kib", at_most(50)),
    Row("process", "whole process: start, connect, ack, exit; CPU ms", "cpu_us", at_most(10), 1e-3),
    Row("process", "the same; peak RSS, MiB", "peak_kib", at_most(12), 1 / 1024),
    Row("process-static", "whole process, Swift's runtime linked statically; CPU ms", "cpu_us", at_most(10), 1e-3),
    Row("process-static", "the same; peak RSS, MiB", "peak_kib", at_most(12), 1 / 1024),
    Row("many", "10,000 connections, 1 % active, receive; CPU, × one", "receive_ratio", at_most(1.5), digits=2),
    Row("many", "the same, ack; CPU, × one", "ack_ratio", at_most(1.5), digits=2),
    Row("idle", "idle connection, 5 pings in 10 s; wake-ups", "wakeups", at_most(5), digits=0),
    Row("idle", "the same; CPU ms", "cpu_ms", digits=2),
    Row("idle-async", "the same in a program with `async` functions; wake-ups", "wakeups", digits=0),
]
WORKS = list(dict.fromkeys(row.work for row in ROWS))

NO_FLOOR = ("polling-ack1", "polling-ack100", "connect-tls")


def name_for(peer, work):
    """The name that a peer has for a work; None if it has no such work."""
    if peer == "ours":
        return work
    work = SAME.get(work, work)
    if work in OURS:
        return None
    if peer == KEEP_ALIVE and not work.startswith("polling"):
        return None
    if peer in FLOORS and work in NO_FLOOR or peer == "own" and work == "memory-tls":
        return None
    return work
