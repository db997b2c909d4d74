"""The two web servers that python-socketio runs on here, and what it does not give access to: their connections."""

import asyncio
import collections
import ssl

import socketio
import uvicorn
from aiohttp import web

from values import log, parse_query, subject, tls


def server_tls(options):
    if not options.cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    versions = {'1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}
    if options.tls_min:
        context.minimum_version = versions[options.tls_min]
    if options.tls_max:
        context.maximum_version = versions[options.tls_max]
    if options.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(options.client_ca)
    # For the log: nothing else knows the name afterwards.
    context.sni_callback = lambda connection, name, _: setattr(connection, 'servername', name)
    return context


class Host:
    """Remembers which TCP connections, by the client's address, carried the requests of an Engine.IO session."""

    def __init__(self, server, options):
        self.server, self.options = server, options
        self.path = options.path.strip('/')
        self.addresses = collections.defaultdict(set)
        self.cut = set()

    def transport(self, address):
        # One of TLS that is closed raises an error when it is asked.
        alive = (transport for transport in self.transports() if not transport.is_closing())
        return next((transport for transport in alive if transport.get_extra_info('peername') == address), None)

    def handshake_transport(self, environ):
        return self.transport(self.handshake_address(environ))

    def abort(self, engine_sid, environ):
        # Between two requests of polling nothing is lost: the next one comes over a new connection, and is cut too.
        self.cut.add(engine_sid)
        addresses = self.addresses.pop(engine_sid, set()) | {self.handshake_address(environ)}
        for transport in filter(None, map(self.transport, addresses)):
            transport.abort()

    def saw(self, method, path, query, headers, address, subprotocol=None):
        query = parse_query(query)
        if 'sid' in query:
            self.addresses[query['sid']].add(address)
        if self.options.log_requests:
            transport = self.transport(address)
            log('request', method=method, path=path, query=query, headers=headers, client=list(address),
                subject=subject(transport), tls=tls(transport), subprotocol=subprotocol)
        if query.get('sid') in self.cut and (transport := self.transport(address)):
            transport.abort()


class AiohttpHost(Host):
    async_mode = 'aiohttp'

    async def start(self, listener, context):
        application = web.Application(middlewares=[self.middleware])
        self.server.attach(application, self.path)
        self.runner = web.AppRunner(application)
        await self.runner.setup()
        await web.SockSite(self.runner, listener, ssl_context=context).start()

    @web.middleware
    async def middleware(self, request, handler):
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.saw(request.method, request.path, request.query_string, headers, self.address(request))
        return await handler(request)

    def address(self, request):
        return request.get_extra_info('peername')

    def handshake_address(self, environ):
        return self.address(environ['aiohttp.request'])

    def transports(self):
        return [connection.transport for connection in self.runner.server.connections if connection.transport]


class AsgiHost(Host):
    async_mode = 'asgi'

    async def start(self, listener, context):
        self.application = socketio.ASGIApp(self.server, socketio_path=self.path)
        config = uvicorn.Config(
            self.middleware, interface='asgi3', lifespan='off', log_level='warning',
            ws_per_message_deflate=not self.options.no_compression)
        config.load()
        config.ssl = context
        self.uvicorn = uvicorn.Server(config)
        self.serving = asyncio.create_task(self.uvicorn.serve(sockets=[listener]))
        while not self.uvicorn.started:
            await asyncio.sleep(0.01)

    async def middleware(self, scope, receive, send):
        headers = {name.decode().lower(): value.decode() for name, value in scope['headers']}
        offered = scope.get('subprotocols') if self.options.choose_protocol else None
        subprotocol = offered[0] if offered else None

        async def send_chosen(message):
            # python-engineio chooses none.
            await send({**message, 'subprotocol': subprotocol} if message['type'] == 'websocket.accept' else message)

        method, query = scope.get('method', 'GET'), scope['query_string'].decode()
        self.saw(method, scope['path'], query, headers, scope['client'], subprotocol)
        await self.application(scope, receive, send_chosen)

    def handshake_address(self, environ):
        return environ['asgi.scope']['client']

    def transports(self):
        return [connection.transport for connection in self.uvicorn.server_state.connections if connection.transport]


HOSTS = {'aiohttp': AiohttpHost, 'asgi': AsgiHost}
