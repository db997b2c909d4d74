"""The examples that use the C library: the event loops, the daemon, and the other languages."""

import functools
import os
import signal
import shutil
import socket
import subprocess
import sys

from peer import ROOT, Peer
from program import Program, run
from programs import WARNINGS

EXAMPLES = ROOT / 'Examples'
LOOPS = {'poll': None, 'epoll': None, 'uv': 'libuv', 'glib': 'glib-2.0', 'sd_event': 'libsystemd'}


def compile_example(place, compiler, source, output, standard, package=None, *flags):
    flags = [*flags, f'-I{place.include}', f'-L{place.lib}', '-lsocketio', f'-Wl,-rpath,{place.lib}']
    if package:
        flags += run('pkg-config', '--cflags', '--libs', package).split()
    run(compiler, f'-std={standard}', *WARNINGS, source, '-o', output, *flags)


def loop(place, name, package):
    binary = place.work / f'with_{name}'
    source = EXAMPLES / f'loops/with_{name}.c'
    # The headers of GLib and libuv need more than ISO C.
    for compiler in ('clang', 'gcc'):
        compile_example(place, compiler, source, binary, 'c99', package, '-D_GNU_SOURCE')
    with Peer() as peer:
        output = run(binary, peer.url)
        assert output.splitlines() == ['connected []', 'sum [42]', 'question ["ready?"]', 'end: success'], output
        assert peer.next('answer')['args'] == ['yes']
        assert peer.next('disconnect')['reason'] == 'client disconnect'


def chat(place, command, environment=None):
    """What the same program shows in every language: mutual TLS, emit, ack, bytes, reconnect, a clean end."""
    with Peer(place.certificates) as peer, Program(*command, peer.url, place.certificates, env=environment) as program:
        program.expect('^connected')
        program.expect(r'^sum \[42\]')
        program.expect('^photo of 2 bytes')
        assert peer.ask('question', 'ready?', namespace='/chat') == ['yes']
        program.expect(r'^question \["ready\?"\]')
        peer.restart()
        program.expect('^gone: transport')
        program.expect('^connected')
        program.expect(r'^sum \[42\]')
        peer.emit('bye', namespace='/chat')
        program.expect('^unsent 0')
        program.end()
        assert peer.next('disconnect', namespace='/chat')['reason'] == 'client disconnect'


def chat_cpp(place, compiler):
    binary = place.work / f'chat-{compiler}'
    compile_example(place, compiler, EXAMPLES / 'cpp/chat.cpp', binary, 'c++17')
    chat(place, [binary])


def chat_python(place):
    chat(place, [sys.executable, EXAMPLES / 'python/chat.py'], {'LD_LIBRARY_PATH': str(place.lib)})


def chat_rust(place):
    binary = place.work / 'chat-rust'
    # Deny warnings, as everywhere.
    run('rustc', '--edition', '2021', '-D', 'warnings', '-L', place.lib, '-C', f'link-arg=-Wl,-rpath,{place.lib}',
        EXAMPLES / 'rust/chat.rs', '-o', binary)
    chat(place, [binary])


class Notifications:
    """What a service manager listens to."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(60)

    def expect(self, *lines):
        received = self.socket.recv(4096).decode().split('\n')
        for line in lines:
            assert any(part.startswith(line) for part in received), f'not {lines}: {received}'


def daemon(place):
    binary, home = place.work / 'telemetryd', place.work / 'daemon'
    credentials = home / 'credentials'
    credentials.mkdir(parents=True)
    compile_example(place, 'clang', EXAMPLES / 'daemon/telemetryd.c', binary, 'c99')
    compile_example(place, 'gcc', EXAMPLES / 'daemon/telemetryd.c', binary, 'c99')

    def install(name):
        shutil.copy(place.certificates / f'{name}.pem', credentials / 'client.pem')
        shutil.copy(place.certificates / f'{name}.key', credentials / 'client.key')

    install('client')
    shutil.copy(place.certificates / 'ca.pem', credentials)
    notifications = Notifications(home / 'notify')
    environment = {'CREDENTIALS_DIRECTORY': str(credentials), 'NOTIFY_SOCKET': str(home / 'notify')}
    with Peer(place.certificates) as peer, Program(binary, peer.url, env=environment) as program:
        notifications.expect('READY=1', 'STATUS=Connected')
        program.expect(r'the server has reading \[1\]')
        assert peer.ask('question', namespace='/telemetry') == [{'$binary': '/9j/4A=='}]

        # The same files, other files, files that do not fit.
        program.process.send_signal(signal.SIGHUP)
        notifications.expect('RELOADING=1', 'MONOTONIC_USEC=')
        notifications.expect('READY=1')
        program.expect('the certificates are the same')
        install('client-rsa')
        program.process.send_signal(signal.SIGHUP)
        notifications.expect('RELOADING=1')
        notifications.expect('READY=1')
        program.expect('the certificates were replaced')
        notifications.expect('STATUS=Disconnected')
        notifications.expect('READY=1', 'STATUS=Connected')
        shutil.copy(place.certificates / 'client.key', credentials)
        program.process.send_signal(signal.SIGHUP)
        notifications.expect('RELOADING=1')
        notifications.expect('READY=1')
        program.expect('the certificates stay as they were: .*key')

        peer.restart()
        notifications.expect('STATUS=Disconnected')
        notifications.expect('READY=1', 'STATUS=Connected')
        program.expect('the server has reading')

        program.process.send_signal(signal.SIGTERM)
        notifications.expect('STOPPING=1')
        program.expect('ended; not sent: 0')
        program.end()
        assert peer.next('disconnect', namespace='/telemetry')['reason'] == 'client disconnect'


def unit(place):
    """systemd takes the unit, with a program that is there."""
    text = (EXAMPLES / 'daemon/telemetryd.service').read_text()
    for line in ('Type=notify', 'LoadCredential=client.key:', 'ExecReload='):
        assert f'\n{line}' in text, line
    copy = place.work / 'telemetryd.service'
    copy.write_text(text.replace('/usr/bin/telemetryd', '/bin/true'))
    complaints = subprocess.run(['systemd-analyze', 'verify', str(copy)], text=True, stderr=subprocess.PIPE, check=True)
    assert 'telemetryd' not in complaints.stderr, complaints.stderr


def refused(place):
    """Without its credentials the daemon ends at once, and says why."""
    binary = place.work / 'telemetryd-refused'
    compile_example(place, 'gcc', EXAMPLES / 'daemon/telemetryd.c', binary, 'c99')
    with Program(binary, 'https://localhost:1', env={'CREDENTIALS_DIRECTORY': os.devnull}) as program:
        program.expect('<3>ca: /dev/null/ca.pem')
        program.end(status=1)


def checks(place):
    for name, package in LOOPS.items():
        yield f'loop with {name}', functools.partial(loop, place, name, package)
    for compiler in ('g++', 'clang++'):
        yield f'C++ example, {compiler}', functools.partial(chat_cpp, place, compiler)
    yield 'Python example', functools.partial(chat_python, place)
    yield 'Rust example', functools.partial(chat_rust, place)
    yield 'daemon', functools.partial(daemon, place)
    yield 'daemon without credentials', functools.partial(refused, place)
    if shutil.which('systemd-analyze'):
        yield 'systemd unit', functools.partial(unit, place)
