"""The server under test: a chat with names. It prints its port, and runs until it is told to end."""
import asyncio

import socketio
from aiohttp import web

server = socketio.AsyncServer(async_mode='aiohttp', cors_allowed_origins='*')


@server.event
async def connect(sid, environ, auth):
    name = (auth or {}).get('name')
    if not name:
        raise socketio.exceptions.ConnectionRefusedError('a name is wanted', {'field': 'name'})
    await server.save_session(sid, {'name': name})
    await server.emit('joined', name, skip_sid=sid)


@server.event
async def say(sid, text):
    """Sends a text to the others; the answer is how many characters it has."""
    name = (await server.get_session(sid))['name']
    await server.emit('said', (name, text), skip_sid=sid)
    return len(text)


async def main():
    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, '127.0.0.1', 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
