"""Compares the instructions that PROGRAM needs for a packet with the record: check.py [--record] PROGRAM.

Prints a line for each piece of work, and at the end "N passed, N failed". With --record writes the record instead.
Without one for this kind of processor it says so, and exits with status 77.
"""

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

RECORD = pathlib.Path(__file__).parent / 'record.json'
PROFILES = pathlib.Path('.build-c/callgrind')
# Growth beyond that is a failure; what shrinks by more is worth a new record.
TOLERANCE = 0.10
NOT_RUN = 77
# The libraries choose their code by the processor that valgrind shows them: it is the same for all that have AVX2.
# What else differs between two processes is fixed here.
ENVIRONMENT = {'SWIFT_DETERMINISTIC_HASHING': '1', 'LD_BIND_NOW': '1'}


def count(program):
    """The instructions for a packet, by the names of the work, as valgrind counts them."""
    if shutil.which('valgrind') is None:
        sys.exit('valgrind is missing: scripts/setup --test installs it')
    shutil.rmtree(PROFILES, ignore_errors=True)
    PROFILES.mkdir(parents=True)
    # One file is written at the end of each call of the function: what was counted inside.
    run = subprocess.run(
        ['valgrind', '--tool=callgrind', '--quiet', '--toggle-collect=count_instructions',
         '--dump-after=count_instructions', f'--callgrind-out-file={PROFILES}/out', program],
        env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f'{program} failed with status {run.returncode}:\n{run.stderr}')
    counts = {}
    for number, line in enumerate(run.stdout.splitlines(), 1):
        packets, name = line.split(' ', 1)
        part = PROFILES / f'out.{number}'
        if not part.exists():
            sys.exit('valgrind has not found the function "count_instructions"')
        text = part.read_text()
        part.unlink()
        # callgrind_annotate takes the costs of calls that had begun before for their callers' own.
        profile(name).write_text(re.sub(r'^calls=0 .*\n.*\n', '', text, flags=re.MULTILINE))
        instructions = int(re.search(r'^totals: (\d+)$', text, re.MULTILINE).group(1))
        if instructions <= int(packets):
            sys.exit(f'nothing was counted of "{name}"')
        counts[name] = round(instructions / int(packets))
    return counts


def profile(name):
    """Where callgrind_annotate finds what the work consists of."""
    return PROFILES / re.sub(r'\W+', '-', name)


def compare(name, recorded, now):
    """A line about a piece of work, and whether it is as it has to be."""
    if now is None:
        return f'FAILED  {name}: it is in the record, but was not run', False
    if recorded is None:
        return f'FAILED  {name}: {now} instructions, and it is not in the record', False
    change = now / recorded - 1
    line = f'{name:40} {recorded:>9} recorded {now:>9} now {change:>+8.1%}'
    if change > TOLERANCE:
        return f'FAILED  {line}: see callgrind_annotate {profile(name)}', False
    return f'ok      {line}' + ('  (better: renew the record)' if change < -TOLERANCE else ''), True


def compiler():
    version = subprocess.run(['swift', '--version'], check=True, capture_output=True, text=True).stdout
    return re.search(r'Swift version (\S+)', version).group(1)


def main():
    arguments = sys.argv[1:]
    renews = arguments[:1] == ['--record']
    program = arguments[-1]
    machine = platform.machine()
    records = json.loads(RECORD.read_text())
    if not renews and machine not in records:
        print(f'There is no record for {machine}: scripts/check-instructions --record makes one')
        sys.exit(NOT_RUN)

    counts = count(program)
    if renews:
        records[machine] = {'swift': compiler(), 'instructions': counts}
        RECORD.write_text(json.dumps(records, indent=2, sort_keys=False) + '\n')
        print(f'wrote {len(counts)} counts for {machine} to {RECORD}')
        return
    recorded = records[machine]['instructions']
    results = [compare(name, recorded.get(name), counts.get(name)) for name in {**recorded, **counts}]
    for line, _ in results:
        print(line)
    good = [is_good for _, is_good in results]
    if not all(good):
        print('scripts/check-instructions --record writes a new record, where the growth is worth it.')
        if records[machine]['swift'] != compiler():
            print(f"The record is of Swift {records[machine]['swift']}, this is {compiler()}.")
    print(f'{good.count(True)} passed, {good.count(False)} failed')
    sys.exit(0 if all(good) and good else 1)


main()
