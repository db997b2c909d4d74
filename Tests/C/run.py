"""Runs the C library's tests against an installed tree: run.py TREE PACKAGES [PART OF A NAME].

Prints a line for each check, and at the end "N passed, N failed". TREE is where scripts/install --prefix /usr has put
its files, PACKAGES where scripts/package-deb has.
"""

import concurrent.futures
import pathlib
import sys
import tempfile
import time
import traceback

import examples
import installed
import programs


class Place:
    """What every check needs to know."""

    def __init__(self, tree, packages, work):
        self.tree, self.packages, self.work = pathlib.Path(tree), pathlib.Path(packages), pathlib.Path(work)
        self.lib, self.include = self.tree / 'usr/lib', self.tree / 'usr/include'
        self.certificates = self.work / 'certificates'


def perform(name, check):
    start = time.monotonic()
    try:
        check()
        return f'ok      {name} ({time.monotonic() - start:.1f} s)', True
    except Exception:  # Whatever it was, the other checks go on.
        return f'FAILED  {name}:\n{traceback.format_exc()}', False


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit('usage: run.py TREE PACKAGES [PART OF A NAME]')
    wanted = sys.argv[3] if len(sys.argv) == 4 else ''
    with tempfile.TemporaryDirectory() as work:
        place = Place(sys.argv[1], sys.argv[2], work)
        programs.make_certificates(place)
        checks = [*programs.checks(place), *examples.checks(place), *installed.checks(place)]
        results = []
        # As many as a small machine has processors: they mostly wait for one another.
        with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
            futures = [pool.submit(perform, name, check) for name, check in checks if wanted in name]
            for future in concurrent.futures.as_completed(futures):
                line, is_good = future.result()
                print(line, flush=True)
                results.append(is_good)
    print(f'{results.count(True)} passed, {results.count(False)} failed')
    sys.exit(0 if all(results) and results else 1)


main()
