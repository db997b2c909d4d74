"""Ends TLS in many ways before one plain server: Python's ssl module, with one listener for each way.

The argument is a JSON object: `upstream`, a port, and `setups`, an array of objects with `cert`, `key` and what of
`clientCA`, `crl`, `version` ("1.2" or "1.3") and `ciphers` applies. It prints `READY {"ports": [[IPv4, IPv6], …]}` when it
listens, and ends when its standard input does.
"""

import asyncio
import json
import os
import ssl
import sys
import threading

VERSIONS = {'1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}


def tls(setup):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(setup['cert'], setup['key'])
    if 'version' in setup:
        context.minimum_version = context.maximum_version = VERSIONS[setup['version']]
    if 'ciphers' in setup:
        context.set_ciphers(setup['ciphers'])
    if 'clientCA' in setup:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(setup['clientCA'])
    if 'crl' in setup:
        context.load_verify_locations(setup['crl'])
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
    return context


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


def forward_to(upstream):
    async def forward(reader, writer):
        server_reader, server_writer = await asyncio.open_connection('127.0.0.1', upstream)
        await asyncio.gather(copy(reader, server_writer), copy(server_reader, writer))

    return forward


async def main():
    arguments = json.loads(sys.argv[1])
    forward = forward_to(arguments['upstream'])
    # A client that is refused is no news.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    ports = []
    for setup in arguments['setups']:
        servers = [await asyncio.start_server(forward, host, 0, ssl=tls(setup)) for host in ('127.0.0.1', '::1')]
        ports.append([server.sockets[0].getsockname()[1] for server in servers])
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print('READY', json.dumps({'ports': ports}), flush=True)
    await asyncio.Event().wait()


if __name__ == '__main__':
    asyncio.run(main())
