"""The Socket.IO server of the tests, as a process that takes orders and tells what happens."""

import json
import pathlib
import queue
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).parent.parent.parent
# How long anything may take that another process does.
DEADLINE = 60


class Peer:
    """With certificates, it demands those of its clients, too."""

    def __init__(self, certificates=None):
        self.arguments = []
        if certificates:
            self.arguments = ['--cert', f'{certificates}/server.pem', '--key', f'{certificates}/server.key',
                              '--client-ca', f'{certificates}/ca.pem']
        self.port, self.scheme = 0, 'https' if certificates else 'http'
        self.start()

    def start(self):
        command = [sys.executable, '-u', str(ROOT / 'Tests/Support/peer/server.py'), '--port', str(self.port)]
        self.process = subprocess.Popen(command + self.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        first = self.process.stdout.readline()
        assert first.startswith('READY '), f'the server does not start: {first}'
        self.port = json.loads(first[6:])['port']
        # What a former process has logged is forgotten.
        self.logs = queue.Queue()
        threading.Thread(target=self.read, args=(self.process.stdout, self.logs), daemon=True).start()

    @staticmethod
    def read(lines, logs):
        for line in lines:
            logs.put(json.loads(line))

    @property
    def url(self):
        return f'{self.scheme}://127.0.0.1:{self.port}'

    def next(self, kind, **wanted):
        """The next log of that kind with these values."""
        while True:
            log = self.logs.get(timeout=DEADLINE)
            if log['log'] == kind and all(log.get(key) == value for key, value in wanted.items()):
                return log

    def order(self, **command):
        self.process.stdin.write(json.dumps(command) + '\n')
        self.process.stdin.flush()

    def ask(self, event, *args, namespace='/'):
        """Emits to all of a namespace, and waits for an answer."""
        self.order(do='emit', namespace=namespace, event=event, args=args, ack=True, sid=None)
        return self.next('answer', event=event)['args']

    def emit(self, event, *args, namespace='/'):
        self.order(do='emit', namespace=namespace, event=event, args=args, ack=False, sid=None)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
