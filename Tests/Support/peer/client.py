"""A Socket.IO client that says what it gets: it proves that the server is as the tests expect it to be.

It connects, calls each event in the JSON list of the last argument, and prints what came back, one JSON value a line.
"""

import argparse
import asyncio
import json
import os
import ssl

import aiohttp
import socketio

from values import from_json, to_json


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--transports', default='polling,websocket')
    parser.add_argument('--namespace', default='/')
    parser.add_argument('--auth', type=json.loads)
    parser.add_argument('--parser', default='default')
    parser.add_argument('--ca')
    parser.add_argument('--cert')
    parser.add_argument('--key')
    parser.add_argument('url')
    parser.add_argument('calls', type=json.loads)
    options = parser.parse_args()

    context = ssl.create_default_context(cafile=options.ca) if options.ca else False
    if options.cert:
        context.load_cert_chain(options.cert, options.key)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        client = socketio.AsyncClient(reconnection=False, http_session=session, serializer=options.parser)

        @client.on('connect_error', namespace=options.namespace)
        def refused(data):
            print(json.dumps(data), flush=True)

        @client.on('disconnect', namespace=options.namespace)
        def lost(reason):
            os._exit(1)

        @client.on('question', namespace=options.namespace)
        def answer(*args):
            return args[0] + '!'

        await client.connect(
            options.url, transports=options.transports.split(','), namespaces=[options.namespace], auth=options.auth)
        for event, *args in options.calls:
            reply = await client.call(event, tuple(from_json(args)), namespace=options.namespace)
            print(json.dumps(to_json(reply)), flush=True)
        # Not `disconnect()`: with long-polling it waits for the server's next ping.
        os._exit(0)


asyncio.run(main())
