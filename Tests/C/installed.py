"""The installed tree, as others find it: its files, its size, pkg-config, CMake, a root without Swift, packages."""

import functools
import os
import pathlib
import re
import shutil

from peer import ROOT, Peer
from program import run

OUTSIDE = pathlib.Path(__file__).parent / 'outside'
MEGABYTE = 1_000_000


def exports(place):
    run(ROOT / 'scripts/check-exports', place.lib / 'libsocketio.so.0')


def needed(binary):
    return set(re.findall(r'NEEDED.*\[(.*)\]', run('readelf', '-d', binary)))


def binaries(place):
    library = place.lib / 'libsocketio.so.0'
    assert library.resolve().stat().st_size <= 10 * MEGABYTE, library.resolve().stat().st_size
    assert 'not stripped' not in run('file', '-L', library) if shutil.which('file') else True
    allowed = re.compile(r'lib(c|m|stdc\+\+|gcc_s|cap|websockets|curl|ssl|crypto|uv|simdjson|idn2)\.so\.\d+|ld-linux.*')
    for binary in (library, place.tree / 'usr/bin/sio'):
        strange = [name for name in needed(binary) if not allowed.fullmatch(name)]
        assert not strange, strange
        assert 'swift' not in run('ldd', binary).lower()
        assert 'RUNPATH' not in run('readelf', '-d', binary)
    dynamic = run('readelf', '-d', library)
    assert 'soname: [libsocketio.so.0]' in dynamic and 'NODELETE' in dynamic, dynamic


def manuals(place):
    for page in ('man3/socketio.3', 'man1/sio.1'):
        path = place.tree / 'usr/share/man' / page
        text = path.read_text()
        assert '@' not in re.sub(r'.BI @ file', '', text), page
        assert not run('groff', '-man', '-Tutf8', '-ww', '-z', path) if shutil.which('groff') else True
    # The example of the manual is a program.
    source = (place.tree / 'usr/share/man/man3/socketio.3').read_text().split('.SH EXAMPLES\n.nf\n')[1].split('.fi')[0]
    compile_text(place, 'manual', source)


def compile_text(place, name, source):
    path = place.work / f'{name}.c'
    path.write_text(source)
    for compiler in ('gcc', 'clang'):
        run(compiler, '-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror', f'-I{place.include}', path, '-o',
            place.work / name, f'-L{place.lib}', '-lsocketio', f'-Wl,-rpath,{place.lib}')


def readme(place):
    blocks = re.findall(r'```c\n(.*?)```', (ROOT / 'README.md').read_text(), re.DOTALL)
    assert len(blocks) == 1, len(blocks)
    assert len(blocks[0].splitlines()) <= 24
    compile_text(place, 'readme', blocks[0])
    with Peer() as peer:
        compile_text(place, 'readme-run', blocks[0].replace('http://localhost:3000', peer.url))
        output = run(place.work / 'readme-run')
        assert output == '[42]\n', output


def with_pkg_config(place):
    environment = {**os.environ, 'PKG_CONFIG_PATH': str(place.lib / 'pkgconfig'),
                   'PKG_CONFIG_SYSROOT_DIR': str(place.tree)}
    flags = run('pkg-config', '--cflags', '--libs', 'socketio', env=environment).split()
    # The header's folder is a standard one, which pkg-config leaves out, in another root.
    home = place.work / 'pkg-config'
    home.mkdir()
    run('gcc', '-std=c99', OUTSIDE / 'outside.c', '-o', home / 'outside', f'-I{place.include}', f'-L{place.lib}', *flags)
    run('g++', '-std=c++17', OUTSIDE / 'outside.cpp', '-o', home / 'outside-cpp', f'-I{place.include}',
        f'-L{place.lib}', *flags)
    run_without_swift(place, home / 'outside')
    run_without_swift(place, home / 'outside-cpp')


def with_cmake(place):
    home = place.work / 'cmake'
    shutil.copytree(OUTSIDE, home / 'source')
    run('cmake', '-S', home / 'source', '-B', home / 'build', f'-DCMAKE_PREFIX_PATH={place.tree}/usr')
    run('cmake', '--build', home / 'build')
    run_without_swift(place, home / 'build/outside')
    run_without_swift(place, home / 'build/outside-cpp')


def run_without_swift(place, binary):
    """Runs the program where there is nothing but it, the library, and the system's libraries that these need."""
    root = place.work / f'root-{binary.parent.name}-{binary.name}'
    libraries = {place.lib / 'libsocketio.so.0', *pathlib.Path('/usr/lib').glob('*/libwebsockets-evlib_uv.so')}
    for file in (binary, *list(libraries)):
        listed = run('ldd', file, env={**os.environ, 'LD_LIBRARY_PATH': str(place.lib)})
        assert 'not found' not in listed, listed
        libraries |= {pathlib.Path(path) for path in re.findall(r'(/\S+) \(0x', listed)}
    for library in libraries:
        # Ours has its place in the tree; the system's stay where they are.
        target = root / str(library).replace(str(place.tree), '').lstrip('/')
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    shutil.copy(binary, root / 'program')
    # libwebsockets needs it; a file will do for a while.
    (root / 'dev').mkdir()
    (root / 'dev/urandom').write_bytes(os.urandom(1 << 16))
    assert not [path for path in root.rglob('*') if 'swift' in path.name.lower()]
    with Peer() as peer:
        enter = ['chroot'] if os.geteuid() == 0 else ['unshare', '--map-root-user', 'chroot']
        output = run(*enter, root, '/program', peer.url, env={'LD_LIBRARY_PATH': '/usr/lib', 'PATH': os.environ['PATH']})
    assert output == '[42]\n', output


def sio_without_swift(place):
    environment = {'PATH': '/usr/bin:/bin'}
    with Peer(place.certificates) as peer:
        output = run(place.tree / 'usr/bin/sio', 'emit', peer.url, 'add', '20', '22', '--ack',
                     '--ca', place.certificates / 'ca.pem', '--cert', place.certificates / 'client.pem',
                     '--key', place.certificates / 'client.key', env=environment)
    assert output == '[42]\n', output


def packages(place):
    """Into a root of their own, with this system's list of packages: whether the dependencies are met is dpkg's say."""
    names = ['libsocketio0', 'libsocketio-dev', 'sio']
    files = {name: next(place.packages.glob(f'{name}_*.deb')) for name in names}
    for name in ('libsocketio0', 'sio'):
        depends = run('dpkg-deb', '--field', files[name], 'Depends')
        for package in ('libwebsockets-evlib-uv', 'libwebsockets', 'libcurl4', 'libssl3', 'libuv1', 'libsimdjson'):
            assert package in depends, depends
    root = place.work / 'debian'
    database = root / 'var/lib/dpkg'
    for folder in (database / 'info', database / 'updates', database / 'triggers'):
        folder.mkdir(parents=True)
    shutil.copy('/var/lib/dpkg/status', database)
    before = {path for path in root.rglob('*')}
    # The programs that dpkg wants to find are this system's; the files it handles are the root's.
    dpkg = ['dpkg', f'--root={root}', '--force-not-root', '--force-script-chrootless', f'--log={place.work}/dpkg.log']
    run(*dpkg, '--install', *files.values())
    for name in names:
        assert 'install ok installed' in run(*dpkg, '--status', name)
        assert not run(*dpkg, '--verify', name)
    assert (root / 'usr/bin/sio').exists() and (root / 'usr/include/socketio.h').exists()
    assert list(root.glob('usr/lib/*/libsocketio.so.0'))
    for page in ('man3/socketio.3.gz', 'man1/sio.1.gz'):
        assert (root / 'usr/share/man' / page).exists()
    run(*dpkg, '--purge', *reversed(names))
    left = [path for path in root.rglob('*') if path not in before and database not in path.parents]
    assert not left, left
    assert 'socketio' not in run(*dpkg, '--list')
    # And Debian has what they need.
    run('apt-get', 'install', '--simulate', '--no-install-recommends', *files.values())


def checks(place):
    yield 'exports', functools.partial(exports, place)
    yield 'binaries', functools.partial(binaries, place)
    yield 'manual pages', functools.partial(manuals, place)
    yield 'README', functools.partial(readme, place)
    yield 'outside, pkg-config, a root without Swift', functools.partial(with_pkg_config, place)
    yield 'outside, CMake, a root without Swift', functools.partial(with_cmake, place)
    yield 'sio without Swift', functools.partial(sio_without_swift, place)
    yield 'Debian packages', functools.partial(packages, place)
