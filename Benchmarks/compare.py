"""Runs the clients beside each other, round by round, and writes a table of what the works cost each of them.

It prints the table. It writes RESULTS.md and ack.svg, too: beside this file when all works are measured, and into the
folder of --output.
"""

import argparse
import pathlib
import resource
import statistics
import sys
import tempfile
import time
from os import getloadavg

from comparison.plot import plot
from comparison.report import Figures, report
from comparison.running import HERE, Failure, Runner
from comparison.works import PEERS, WORKS, name_for


def read_options():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"of {', '.join(WORKS)}; by default all")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--scale", type=float, default=1, help="how much work, as a factor")
    parser.add_argument("--node", type=pathlib.Path, metavar="DIR", help="has node_modules/socket.io-client")
    parser.add_argument("--output", type=pathlib.Path, metavar="FOLDER", help="where to write RESULTS.md and ack.svg")
    options = parser.parse_args()
    if unknown := set(options.works) - set(WORKS):
        parser.error(f"no such work: {', '.join(unknown)}")
    if options.node:
        options.node = options.node.absolute()
        if not (options.node / "node_modules/socket.io-client").is_dir():
            parser.error(f"{options.node} has no node_modules/socket.io-client")
    if not options.works:
        options.works, options.output = WORKS, options.output or HERE
    return options


def measure_round(runner, works, number, results):
    """Each peer does each work once, in another order than in the last round."""
    peers = list(runner.commands)
    first = number % len(peers)
    peers = peers[first:] + peers[:first]
    for work in works:
        if work.startswith("idle"):
            continue
        print(f" {work}", end="", file=sys.stderr, flush=True)
        for peer in peers:
            name = name_for(peer, work)
            # A peer does only once what it does not distinguish.
            if name is None or (name != work and name in works):
                continue
            try:
                result = runner.measure(peer, work)
            except Failure as failure:
                result = failure
            results.setdefault((peer, name), []).append(result)
    if idle := [work for work in works if work.startswith("idle")]:
        print(" idle", end="", file=sys.stderr, flush=True)
        for key, result in runner.measure_idle(idle).items():
            results.setdefault(key, []).append(result)
    print(file=sys.stderr)


def round_trips(results):
    """By peer the quantiles, each the median of the rounds."""
    curves = {}
    for peer in PEERS:
        measured = [result for result in results.get((peer, "ack1"), []) if not isinstance(result, Failure)]
        if measured:
            quantiles = zip(*(result["quantiles_us"] for result in measured))
            curves[peer] = [statistics.median(values) for values in quantiles]
    return curves


def main():
    options = read_options()
    # Ten thousand connections need more than the usual number of descriptors, here and in the server.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    results, start, load = {}, time.monotonic(), getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as certificates:
        runner = Runner(options.node, certificates, options.scale)
        for number in range(1, options.rounds + 1):
            print(f"round {number} of {options.rounds}:", end="", file=sys.stderr)
            measure_round(runner, options.works, number, results)
    figures = Figures(results, runner.commands)
    text = report(figures, options, (load, getloadavg()[0]), time.monotonic() - start)
    print(text)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "RESULTS.md").write_text(text, encoding="utf-8")
        if curves := round_trips(results):
            (options.output / "ack.svg").write_text(plot(curves, PEERS), encoding="utf-8")


main()
