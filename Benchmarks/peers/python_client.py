"""The same work as `client`, done by python-socketio's asynchronous client.

    python_client.py WORK PORT [SCALE] [CERTIFICATES]

Prints the same line of JSON. Each kind of work is a process of its own.
"""

import asyncio
import json
import os
import resource
import ssl
import sys
import time

import aiohttp
import engineio.payload
import socketio

# A longer payload of polling would end the connection; by default it may have 16 packets.
engineio.payload.Payload.max_decode_packets = 100_000

BLOB_SIZE = 65_536
READING = {
    "id": 100_000, "name": "sensor-00", "temp": 21.53, "ok": True, "tags": ["a", "b"],
    "text": "hello from the client here",
}

# How many events: enough for half a second or so.
COUNTS = {
    "receive": 15_000, "receive-binary": 2_000, "emit": 15_000, "emit-binary": 2_000, "ack1": 2_000, "ack100": 5_000,
    "polling-ack1": 1_000, "polling-ack100": 3_000,
}
QUANTILES = 200


class Stopwatch:
    """The time and the CPU time, of all threads and in the kernel too, since it was made."""

    def __init__(self):
        self.start, self.usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)

    def result(self, count, latencies=()):
        seconds, usage = time.perf_counter() - self.start, resource.getrusage(resource.RUSAGE_SELF)
        user, system = usage.ru_utime - self.usage.ru_utime, usage.ru_stime - self.usage.ru_stime
        result = {"n": count, "rate": count / seconds, "cpu_us": (user + system) * 1e6 / count}
        if latencies:
            times = sorted(latencies)

            def quantile(fraction):
                return times[min(len(times) - 1, int(len(times) * fraction))] * 1e6

            result["p50_us"], result["p99_us"] = quantile(0.5), quantile(0.99)
            result["quantiles_us"] = [quantile(i / QUANTILES) for i in range(QUANTILES + 1)]
        return result


class Server:
    """The firehose, and how it is to be spoken to."""

    def __init__(self, work, port, certificates):
        self.transports = ["websocket"]
        if work.startswith("polling"):
            self.transports = ["polling"]
        elif work == "connect-tls":
            self.transports = ["polling", "websocket"]
        self.context = None
        if certificates and "tls" in work:
            self.context = ssl.create_default_context(cafile=f"{certificates}/ca.crt")
            self.context.load_cert_chain(f"{certificates}/client.crt", f"{certificates}/client.key")
        self.url = f"{'https' if self.context else 'http'}://127.0.0.1:{port}"

    async def connect(self):
        """A client with a connection of its own, on the last of the transports."""
        session = None
        if self.context:
            session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self.context))
        client = socketio.AsyncClient(reconnection=False, http_session=session)
        await client.connect(self.url, transports=self.transports, wait=True)
        assert client.transport() == self.transports[-1], client.transport()
        return client

    async def disconnect(self, client):
        await client.disconnect()
        if self.context:
            await client.eio.http.close()


def receiver(client, request, event):
    """Receives what the server sends when asked for."""
    received, done = 0, asyncio.Event()

    @client.on(event)
    def on_event(_value):
        nonlocal received
        received += 1

    @client.on("done")
    def on_done():
        done.set()

    async def load(count):
        nonlocal received
        received = 0
        done.clear()
        await client.emit(*request(count))
        await done.wait()
        # Each event has a task of its own, so that some may be behind the last one.
        while received < count:
            await asyncio.sleep(0)
        return []

    return load


def emitter(client, value, burst):
    """Emits events; after each burst it waits until the server has them."""

    async def load(count):
        before = await client.call("count")
        counts = before
        for start in range(0, count, burst):
            for _ in range(start, min(start + burst, count)):
                await client.emit("event", value)
            counts = await client.call("count")
        assert counts[0] - before[0] == count, counts
        return []

    return load


def asker(client, in_flight):
    """Emits events that are acknowledged: so many tasks at once, each of which waits for its answer before the next."""

    async def ask(count):
        latencies = []
        for _ in range(count):
            start = time.perf_counter()
            answer = await client.call("echo", READING)
            latencies.append(time.perf_counter() - start)
            assert answer == READING, answer
        return latencies

    async def load(count):
        parts = await asyncio.gather(*[ask(count // in_flight) for _ in range(in_flight)])
        return [latency for part in parts for latency in part]

    return load


def load_of(work, client):
    match work:
        case "receive":
            return receiver(client, lambda count: ("send", count), "reading")
        case "receive-binary":
            return receiver(client, lambda count: ("send_binary", (count, BLOB_SIZE)), "blob")
        case "emit":
            return emitter(client, READING, 1000)
        case "emit-binary":
            return emitter(client, bytes(BLOB_SIZE), 16)
        case "ack1" | "polling-ack1":
            return asker(client, 1)
        case "ack100" | "polling-ack100":
            return asker(client, 100)


async def connect(server):
    count = 20 if server.context else 100
    first = time.perf_counter()
    await server.disconnect(await server.connect())
    first = time.perf_counter() - first

    times, stopwatch = [], Stopwatch()
    for _ in range(count):
        start = time.perf_counter()
        client = await server.connect()
        times.append(time.perf_counter() - start)
        await server.disconnect(client)
    return stopwatch.result(count, times) | {"first_us": first * 1e6}


async def say_ready():
    """Returns when there is a line of input."""
    print("READY", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def hold_many(server):
    """Holds one connection; then, when there is a line of input, 200 more."""
    clients = [await server.connect()]
    await say_ready()
    for _ in range(200):
        clients.append(await server.connect())
    await say_ready()


async def run_process(server):
    client = await server.connect()
    assert await client.call("echo", "hello") == "hello"
    await client.disconnect()


async def measure(work, server, scale):
    client, count = await server.connect(), max(1000, int(COUNTS[work] * scale))
    load = load_of(work, client)
    # A tenth of the work to warm up, then all of it.
    await load(count // 10)
    stopwatch = Stopwatch()
    return stopwatch.result(count, await load(count))


async def main(work, port, scale="1", certificates=None):
    server = Server(work, port, certificates)
    match work:
        case "process":
            return await run_process(server)
        case "memory" | "memory-tls":
            await hold_many(server)
        case "idle":
            _client = await server.connect()
            await say_ready()
        case "connect" | "connect-tls":
            print(json.dumps({"work": work} | await connect(server)), flush=True)
        case _:
            print(json.dumps({"work": work} | await measure(work, server, float(scale))), flush=True)
    # Without closing what is open, of which there would be warnings.
    os._exit(0)


asyncio.run(main(*sys.argv[1:]))
