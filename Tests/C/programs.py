"""The C and C++ programs beside this file, built by both compilers, run plainly and under valgrind."""

import functools
import os
import pathlib
import shutil
import threading

from peer import ROOT, Peer
from program import run

HERE = pathlib.Path(__file__).parent
WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Werror', '-g', '-pthread']
COMPILERS = {'gcc': 'g++', 'clang': 'clang++'}
VALGRIND = ['valgrind', '--quiet', '--error-exitcode=9', '--leak-check=full', f'--suppressions={HERE}/valgrind.supp',
            # What Swift's runtime keeps, it keeps by pointers into the middle.
            '--show-leak-kinds=definite,indirect', '--errors-for-leak-kinds=definite,indirect']


def make_certificates(place):
    run(ROOT / 'scripts/make-certificates', place.certificates)


def compile_c(place, compiler, source, output, *flags, standard='c99'):
    run(compiler, f'-std={standard}', *WARNINGS, f'-I{place.include}', source, '-o', output, f'-L{place.lib}',
        '-lsocketio', f'-Wl,-rpath,{place.lib}', *flags)


def compile_cpp(place, compiler, source, output, standard):
    compile_c(place, COMPILERS[compiler], source, output, standard=standard)


def run_program(place, compiler, name, arguments, tool=(), environment=None):
    """Compiles the program and runs it against a server of its own."""
    binary = place.work / f'{name}-{compiler}-{"-".join(arguments).replace("/", "_")}-{len(tool)}'
    if (HERE / f'{name}.c').exists():
        # This one is to find the library by itself.
        libraries = ['-Wl,--no-as-needed', '-ldl'] if name == 'loading' else []
        compile_c(place, compiler, HERE / f'{name}.c', binary, *libraries)
    else:
        compile_cpp(place, compiler, HERE / f'{name}.cpp', binary, 'c++11' if name == 'header' else 'c++17')
    values = {'CERTIFICATES': str(place.certificates), 'LIBRARY': str(place.lib / 'libsocketio.so.0')}
    with Peer() as peer, Peer(place.certificates) as secure:
        values.update(URL=peer.url, TLS=secure.url)
        output = run(*tool, binary, *[values.get(value, value) for value in arguments], within=200,
                     env={**os.environ, **(environment or {})})
    assert name in ('header',) or ' 0 failed' in output, output


def stress(place, compiler, seconds):
    """The server comes and goes while eight threads do what they can."""
    binary = place.work / f'stress-{compiler}'
    compile_c(place, compiler, HERE / 'stress.c', binary)
    with Peer() as peer:
        is_over = threading.Event()

        def restart():
            while not is_over.wait(2):
                peer.restart()

        thread = threading.Thread(target=restart)
        thread.start()
        try:
            run(binary, peer.url, str(seconds))
        finally:
            is_over.set()
            thread.join()


def two_copies(place):
    copy = place.work / 'copy-of-libsocketio.so'
    shutil.copy(place.lib / 'libsocketio.so.0', copy)
    run_program(place, 'gcc', 'loading', ['URL', 'LIBRARY', str(copy)])


def under_valgrind(place, name, arguments):
    # With the names of functions, of which the suppressions are.
    symbols = place.work / 'symbols'
    run_program(place, 'gcc', name, arguments, VALGRIND, {'LD_LIBRARY_PATH': str(symbols)})


def checks(place):
    symbols = place.work / 'symbols'
    symbols.mkdir()
    run('strip', '--strip-debug', '-o', symbols / 'libsocketio.so.0', ROOT / '.build-c/release/libsocketio.so')
    every = [('options', []), ('exchange', ['URL', 'websocket']), ('exchange', ['URL', 'polling']),
             ('dispatch', ['URL']), ('endings', ['URL']), ('errors', ['URL', 'TLS', 'CERTIFICATES']),
             ('reloading', ['TLS', 'CERTIFICATES']), ('fork', ['URL']), ('loading', ['URL', 'LIBRARY']),
             ('header', []), ('wrapper', ['URL'])]
    for name, arguments in every:
        label = ' '.join([name, *[value for value in arguments if value.islower()]])
        for compiler in COMPILERS:
            yield f'{label}, {compiler}', functools.partial(run_program, place, compiler, name, arguments)
        # valgrind cannot follow a fork's exit with threads gone, nor does it see more in what is loaded.
        if name not in ('fork', 'loading', 'header'):
            yield f'{label}, valgrind', functools.partial(under_valgrind, place, name, arguments)
    for compiler in COMPILERS:
        yield f'stress, {compiler}', functools.partial(stress, place, compiler, 5)
    yield 'two copies in one process', functools.partial(two_copies, place)
