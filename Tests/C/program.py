"""A program under test: its output by lines, its end in time."""

import os
import queue
import re
import subprocess
import threading

from peer import DEADLINE


def run(*command, within=120, **options):
    """Runs a command to its end, which must be a success; returns what it printed."""
    command = [str(part) for part in command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=within, **options)
    assert done.returncode == 0, f'{" ".join(command)}: status {done.returncode}\n{done.stdout[-3000:]}'
    return done.stdout


class Program:
    """One that goes on while the test does other things."""

    def __init__(self, *command, env=None):
        self.lines, self.seen = queue.Queue(), []
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env={**os.environ, **(env or {})})
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip('\n'))

    def expect(self, pattern):
        """Waits for a line in which the pattern is."""
        while True:
            try:
                line = self.lines.get(timeout=DEADLINE)
            except queue.Empty:
                raise AssertionError(f'no "{pattern}" among {self.seen}') from None
            self.seen.append(line)
            if re.search(pattern, line):
                return line

    def end(self, signal=None, status=0):
        if signal:
            self.process.send_signal(signal)
        assert self.process.wait(timeout=DEADLINE) == status, f'status {self.process.returncode}: {self.seen}'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
