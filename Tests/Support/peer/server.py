"""The Socket.IO server that the tests talk to: python-socketio on aiohttp or on uvicorn.

It prints `READY {"port": …}` when it listens, then one JSON object for each thing that happens, and takes commands as
JSON objects, one a line, on standard input. It ends when its standard input does, so it never outlives its test.
Bytes are written as {"$binary": "<base64>"} in both directions.
"""

import argparse
import asyncio
import json
import os
import socket
import ssl
import sys
import threading

import socketio

from hosts import HOSTS, server_tls
from values import from_json, log, request_headers, request_query, subject


class Peer(socketio.AsyncNamespace):
    """What every namespace of the server does with its events."""

    def __init__(self, namespace, options, host):
        super().__init__(namespace)
        self.options, self.host = options, host

    async def trigger_event(self, event, *args):
        if event not in ('connect', 'disconnect') and not self.options.quiet:
            log('event', namespace=self.namespace, sid=args[0], event=event, args=list(args[1:]))
        return await super().trigger_event(event, *args)

    async def on_connect(self, sid, environ, auth=None):
        log('connect', namespace=self.namespace, sid=sid, auth=auth, headers=request_headers(environ),
            query=request_query(environ))

    async def on_disconnect(self, sid, reason):
        log('disconnect', namespace=self.namespace, sid=sid, reason=reason)

    # The events, by name.

    async def on_echo(self, sid, *args):
        """Sends the arguments back, as an event and as the acknowledgement."""
        await self.emit('echo', args, to=sid)
        return args

    on_binary = on_echo

    async def on_ack(self, sid, *args):
        return args

    async def on_add(self, sid, a, b):
        return a + b

    async def on_silent(self, sid, *args):
        """Never acknowledges."""
        return self.server.not_handled

    async def on_ask(self, sid, *args):
        """Asks the client a question; its answer is logged."""
        await self.ask(sid, 'question', args)

    async def on_burst(self, sid, count):
        for index in range(count):
            await self.emit('tick', (index, b'%d' % index) if index % 10 == 9 else (index,), to=sid)

    async def on_big(self, sid, size):
        await self.emit('big', 'x' * size, to=sid)

    async def on_bye(self, sid, *args):
        await self.disconnect(sid)

    async def on_kill(self, sid, *args):
        self.kill(sid)
        return self.server.not_handled

    async def on_headers(self, sid):
        """How the request of the Engine.IO handshake arrived."""
        environ = self.server.get_environ(sid, self.namespace)
        return {
            'headers': request_headers(environ),
            'query': request_query(environ),
            'transport': self.server.transport(sid, self.namespace),
            'subject': subject(self.host.handshake_transport(environ)),
        }

    async def on_join(self, sid, room):
        await self.enter_room(sid, room)
        return True

    async def on_leave(self, sid, room):
        await self.leave_room(sid, room)
        return True

    async def on_room(self, sid, room, event, *args):
        await self.emit(event, args, room=room)
        return True

    # What both events and commands need.

    async def ask(self, sid, event, args):
        def answered(*answer):
            log('answer', namespace=self.namespace, sid=sid, event=event, args=list(answer))

        await self.emit(event, tuple(args), to=sid, callback=answered)

    def kill(self, sid):
        """Cuts the TCP connections of `sid`: no Engine.IO packet, no WebSocket close frame."""
        environ = self.server.get_environ(sid, self.namespace)
        engine_sid = self.server.manager.eio_sid_from_sid(sid, self.namespace)
        self.host.abort(engine_sid, environ)


class Admin(Peer):
    """Demands the right `auth`."""

    async def on_connect(self, sid, environ, auth=None):
        await super().on_connect(sid, environ, auth)
        if not isinstance(auth, dict) or auth.get('token') != 'secret':
            raise socketio.exceptions.ConnectionRefusedError('not authorized', {'code': 401})


class SlowConnect(Peer):
    """Answers a connection late."""

    async def on_connect(self, sid, environ, auth=None):
        delay = auth.get('delay') if isinstance(auth, dict) else None
        await asyncio.sleep(0.5 if delay is None else delay)
        await super().on_connect(sid, environ, auth)


class Telemetry(Peer):
    """What the example `telemetry` reports to."""

    readings = 0

    async def on_reading(self, sid, reading):
        self.readings += 1
        return self.readings


class Commands:
    """What a test asks for on standard input."""

    def __init__(self, server, peers, tls):
        self.server, self.peers, self.tls = server, peers, tls

    async def run(self, command):
        peer = self.peers[command.get('namespace', '/')]
        await getattr(self, 'do_' + command['do'])(peer, **command)

    async def do_emit(self, peer, event, args=(), sid=None, ack=False, **_):
        args = tuple(from_json(list(args)))
        if ack:
            await peer.ask(sid, event, args)
        else:
            await peer.emit(event, args, to=sid)

    async def do_disconnect(self, peer, sid, **_):
        await peer.disconnect(sid)

    async def do_kill(self, peer, sid, **_):
        peer.kill(sid)

    async def do_close(self, peer, sid, **_):
        """Closes the Engine.IO session, and with it every namespace of the client."""
        await self.server.eio.disconnect(self.server.manager.eio_sid_from_sid(sid, peer.namespace))

    async def do_revoke(self, peer, crl, **_):
        """Refuses the client certificates of a revocation list from now on."""
        self.tls.load_verify_locations(crl)
        self.tls.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF

    async def do_stop(self, peer, **_):
        os._exit(0)

    def listen(self, loop):
        def read():
            for line in sys.stdin:
                asyncio.run_coroutine_threadsafe(self.report(self.run(json.loads(line))), loop)
            os._exit(0)

        threading.Thread(target=read, daemon=True).start()

    async def report(self, command):
        try:
            await command
        except Exception as error:  # A command that fails must fail its test, not the server.
            log('error', message=f'{type(error).__name__}: {error}')


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--server', choices=sorted(HOSTS), default='aiohttp')
    parser.add_argument('--host', default='127.0.0.1')
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--path', default='socket.io')
    parser.add_argument('--cert')
    parser.add_argument('--key')
    parser.add_argument('--client-ca', help='demand a client certificate of this CA')
    parser.add_argument('--tls-min', choices=['1.2', '1.3'])
    parser.add_argument('--tls-max', choices=['1.2', '1.3'])
    parser.add_argument('--ping-interval', type=float, default=25)
    parser.add_argument('--ping-timeout', type=float, default=20)
    parser.add_argument('--max-payload', type=int, default=1_000_000)
    parser.add_argument('--transports', default='polling,websocket')
    parser.add_argument('--no-upgrades', action='store_true')
    parser.add_argument('--no-compression', action='store_true')
    parser.add_argument('--cookie', help='the name of the session cookie')
    parser.add_argument('--choose-protocol', action='store_true', help='the first WebSocket sub-protocol; asgi only')
    parser.add_argument('--parser', choices=['default', 'msgpack'], default='default')
    parser.add_argument('--log-requests', action='store_true', help='log every HTTP request')
    parser.add_argument('--quiet', action='store_true', help='do not log events')
    return parser.parse_args()


async def main():
    options = parse_options()
    server = socketio.AsyncServer(
        async_mode=HOSTS[options.server].async_mode,
        serializer=options.parser,
        ping_interval=options.ping_interval,
        ping_timeout=options.ping_timeout,
        max_http_buffer_size=options.max_payload,
        transports=options.transports.split(','),
        allow_upgrades=not options.no_upgrades,
        http_compression=not options.no_compression,
        cookie=options.cookie,
        cors_allowed_origins='*',
    )
    family = socket.AF_INET6 if ':' in options.host else socket.AF_INET
    listener = socket.create_server((options.host, options.port), family=family, backlog=128)
    host = HOSTS[options.server](server, options)
    kinds = {'/': Peer, '/chat': Peer, '/admin': Admin, '/slow-connect': SlowConnect, '/telemetry': Telemetry}
    peers = {name: kind(name, options, host) for name, kind in kinds.items()}
    for peer in peers.values():
        server.register_namespace(peer)
    tls = server_tls(options)
    await host.start(listener, tls)
    Commands(server, peers, tls).listen(asyncio.get_running_loop())
    print('READY', json.dumps({'port': listener.getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == '__main__':
    asyncio.run(main())
