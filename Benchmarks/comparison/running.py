"""Runs a peer at a work, against a server of its own."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

from .works import KEEP_ALIVE, name_for

HERE = pathlib.Path(__file__).parent.parent
BUILD = HERE / ".build" / "release"
STATIC_BUILD = HERE / ".build-static" / "release"
# What this library does in a program that does nothing else.
OWN_PROGRAMS = {"process": BUILD / "once", "process-static": STATIC_BUILD / "once", "idle": BUILD / "idle"}
TIMEOUT = 180
FURTHER_CONNECTIONS = 200
PING_INTERVAL, IDLE_PINGS = 2, 5
# One core for the server and the client.
PINNED = ["taskset", "--cpu-list", str(max(os.sched_getaffinity(0)))]


class Failure(Exception):
    """Why there is no figure."""


class Runner:
    """The commands of the peers that are here, and the certificates."""

    def __init__(self, node, certificates, scale):
        self.certificates, self.scale = certificates, scale
        # A failed client shall say why in one line.
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
        self.commands = {"ours": [BUILD / "client"]}
        self.environments = {}
        if node:
            for name, keep_alive in ("node", ""), (KEEP_ALIVE, "1"):
                self.commands[name] = ["node", HERE / "peers" / "node_client.js"]
                self.environments[name] = environment | {"NODE_CLIENT": str(node), "KEEP_ALIVE": keep_alive}
        self.commands["python"] = [sys.executable, HERE / "peers" / "python_client.py"]
        self.commands["lws"] = [BUILD / "floor-lws"]
        self.commands["own"] = [BUILD / "floor-own"]
        for name in self.commands:
            self.environments.setdefault(name, environment)
        make_certificates(certificates)

    def measure(self, peer, work):
        """The figures of a peer at a work."""
        # A server of its own: what one client leaves behind must not cost the next one.
        pinned = PINNED if work == "ack1" else []
        with firehose(*(["--tls", self.certificates] if "tls" in work else []), prefix=pinned) as port:
            if work.startswith("memory"):
                return self._measure_memory(peer, work, port)
            if work.startswith("process"):
                return self._measure_process(peer, work, port)
            result = json.loads(self._run(pinned + self._command(peer, work, port), peer))
            if work == "many":
                result["receive_ratio"] = result["receive_us"] / result["receive_one_us"]
                result["ack_ratio"] = result["ack_us"] / result["ack_one_us"]
            return result

    def measure_idle(self, works):
        """The figures by peer and work, or why there are none; at once, for none disturbs another."""
        results, processes, before = {}, {}, {}
        with firehose("--ping-interval", str(PING_INTERVAL * 1000)) as port, contextlib.ExitStack() as stack:
            started = time.monotonic()
            for work in works:
                for peer in self.commands:
                    if name_for(peer, work):
                        processes[peer, work] = stack.enter_context(self._held(peer, work, port))
            for key, process in list(processes.items()):
                try:
                    await_ready(process)
                except Failure as failure:
                    results[key] = failure
                    del processes[key]
            # Begin between two pings.
            passed = time.monotonic() - started
            time.sleep(PING_INTERVAL * 1.5 - passed % PING_INTERVAL)
            for key, process in processes.items():
                before[key] = activity(process.pid)
            time.sleep(PING_INTERVAL * IDLE_PINGS)
            for key, process in processes.items():
                # A thread may have ended meanwhile, or begun.
                changes = [
                    [now - then for now, then in zip(after, before[key].get(thread, (0, 0)))]
                    for thread, after in activity(process.pid).items()
                ]
                wakeups, cpu = map(sum, zip(*changes))
                results[key] = {"wakeups": wakeups, "cpu_ms": cpu / 1e6}
        return results

    def _command(self, peer, work, port):
        if peer == "ours" and work in OWN_PROGRAMS:
            return [OWN_PROGRAMS[work], port]
        return [*self.commands[peer], name_for(peer, work), port, str(self.scale), str(self.certificates)]

    def _run(self, command, peer):
        try:
            ended = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False,
                env=self.environments[peer])
        except subprocess.TimeoutExpired:
            raise Failure(f"it took more than {TIMEOUT} s") from None
        if ended.returncode != 0 or not ended.stdout:
            raise Failure(reason(ended.returncode, ended.stderr))
        return ended.stdout

    def _measure_process(self, peer, work, port):
        return json.loads(self._run([BUILD / "launch", *self._command(peer, work, port)], peer))

    @contextlib.contextmanager
    def _held(self, peer, work, port):
        """A process that holds connections; it is ended with the block."""
        process = subprocess.Popen(
            self._command(peer, work, port), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=self.environments[peer])
        with process:
            watchdog = threading.Timer(TIMEOUT, process.kill)
            watchdog.start()
            try:
                yield process
            finally:
                watchdog.cancel()
                process.kill()

    def _measure_memory(self, peer, work, port):
        with self._held(peer, work, port) as process:
            await_ready(process)
            first = memory(process.pid)
            process.stdin.write("\n")
            process.stdin.flush()
            await_ready(process)
            last = memory(process.pid)
        each = (last["Rss"] - first["Rss"]) / FURTHER_CONNECTIONS
        return {"rss_kib": first["Rss"], "written_kib": first["Private_Dirty"], "each_kib": each}


def reason(code, errors):
    """The line that tells most of why a process ended."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    # Swift's line, then Node's and Python's.
    telling = [line for line in lines if "Fatal error:" in line] or [line for line in lines if "rror:" in line] or lines
    by = signal.Signals(-code).name if code < 0 else f"status {code}"
    return f"{telling[-1] if telling else 'it said nothing'} ({by})"


def await_ready(process):
    """The process prints READY; or it ends."""
    if process.stdout.readline() != "READY\n":
        errors = process.stderr.read()
        raise Failure(reason(process.wait(), errors))


@contextlib.contextmanager
def firehose(*options, prefix=()):
    """The port of a server that ends with this block."""
    command = [*prefix, BUILD / "firehose", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline().split()
        try:
            if len(line) != 2:
                raise Failure("there is no server")
            yield line[1]
        finally:
            server.stdin.close()


def memory(pid):
    """What the kernel tells of a process's memory, in KiB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        fields = (line.split() for line in file.readlines()[1:])
        return {name.rstrip(":"): int(value) for name, value, *_ in fields}


def activity(pid):
    """By thread: how often it has gone to sleep, and its CPU time in ns."""
    threads = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        switches = field(task / "status", "voluntary_ctxt_switches", ":")
        threads[task.name] = int(switches), int((task / "schedstat").read_text().split()[0])
    return threads


def field(path, name, separator):
    """The value of a line `name separator value`."""
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(separator)
        if key.strip() == name:
            return value.strip().strip('"')
    return None


def make_certificates(folder):
    """An authority, and what it has signed for the server and the client: RSA with 2048 bits, as most have."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new_key = ["req", "-newkey", "rsa:2048", "-nodes"]
    openssl(*new_key, "-x509", "-days", "2", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
    (pathlib.Path(folder) / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name in "server", "client":
        openssl(*new_key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", f"{name}.crt")
