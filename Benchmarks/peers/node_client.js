// The same work as `client`, done by Node's socket.io-client, which is looked for in the directory NODE_CLIENT.
//
//     node_client.js WORK PORT [SCALE] [CERTIFICATES]
//
// Prints the same line of JSON. Each kind of work is a process of its own. With KEEP_ALIVE in the environment, the
// requests of polling share connections, which is not the client's default.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const { createRequire } = require("node:module");
const readline = require("node:readline");
const { io } = createRequire(`${process.env.NODE_CLIENT}/`)("socket.io-client");

const blobSize = 65536;
const reading = {
    id: 100000, name: "sensor-00", temp: 21.53, ok: true, tags: ["a", "b"], text: "hello from the client here",
};
// How many events: enough for half a second or so.
const counts = {
    "receive": 100000, "receive-binary": 3000, "emit": 50000, "emit-binary": 2000, "ack1": 10000, "ack100": 30000,
    "polling-ack1": 1000, "polling-ack100": 10000,
};
const quantileCount = 200;

const [, , work, port, scale = "1", certificates] = process.argv;

class Stopwatch {
    constructor() {
        this.start = process.hrtime.bigint();
        this.cpu = process.cpuUsage();
    }

    result(count, latencies = []) {
        const seconds = Number(process.hrtime.bigint() - this.start) / 1e9;
        const { user, system } = process.cpuUsage(this.cpu);
        const result = { n: count, rate: count / seconds, cpu_us: (user + system) / count };
        if (latencies.length > 0) {
            latencies.sort((a, b) => a - b);
            const quantile = (fraction) =>
                latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * fraction))];
            result.p50_us = quantile(0.5);
            result.p99_us = quantile(0.99);
            result.quantiles_us = Array.from({ length: quantileCount + 1 }, (_, i) => quantile(i / quantileCount));
        }
        return result;
    }
}

const microseconds = () => Number(process.hrtime.bigint()) / 1e3;

const transports = () => {
    if (work.startsWith("polling")) return ["polling"];
    return work === "connect-tls" ? ["polling", "websocket"] : ["websocket"];
};

const options = { transports: transports(), reconnection: false, forceNew: true };
const usesTLS = certificates !== undefined && work.includes("tls");
if (usesTLS) {
    options.ca = fs.readFileSync(`${certificates}/ca.crt`);
    options.cert = fs.readFileSync(`${certificates}/client.crt`);
    options.key = fs.readFileSync(`${certificates}/client.key`);
}
if (process.env.KEEP_ALIVE) options.agent = new http.Agent({ keepAlive: true });

/** A connection of its own, on the last of the transports. */
const connect = async () => {
    const socket = io(`${usesTLS ? "https" : "http"}://127.0.0.1:${port}`, options);
    const isUpgraded =
        options.transports.length === 1
            ? undefined
            : new Promise((resolve) => socket.io.once("open", () => socket.io.engine.once("upgrade", resolve)));
    await new Promise((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("connect_error", reject);
    });
    await isUpgraded;
    return socket;
};

/** Receives what the server sends when asked for. */
const receiver = (socket, event, ...request) => {
    let received = 0;
    socket.on(event, () => received++);
    return async (count) => {
        received = 0;
        const done = new Promise((resolve) => socket.once("done", resolve));
        socket.emit(request[0], count, ...request.slice(1));
        await done;
        if (received !== count) throw new Error(`${received} of ${count} came`);
        return [];
    };
};

/** Emits events; after each burst it waits until the server has them. */
const emitter = (socket, value, burst) => async (count) => {
    const before = await socket.emitWithAck("count");
    let now = before;
    for (let start = 0; start < count; start += burst) {
        for (let i = start; i < Math.min(start + burst, count); i++) socket.emit("event", value);
        now = await socket.emitWithAck("count");
    }
    if (now[0] - before[0] !== count) throw new Error(`${now} of ${count} came`);
    return [];
};

/** Emits events that are acknowledged: so many at once, each of which waits for its answer before the next. */
const asker = (socket, inFlight) => async (count) => {
    const latencies = [];
    const ask = async () => {
        for (let i = 0; i < count / inFlight; i++) {
            const start = microseconds();
            const answer = await socket.emitWithAck("echo", reading);
            latencies.push(microseconds() - start);
            if (answer.id !== reading.id) throw new Error(`the answer is ${JSON.stringify(answer)}`);
        }
    };
    await Promise.all(Array.from({ length: inFlight }, ask));
    return latencies;
};

const loads = {
    "receive": (socket) => receiver(socket, "reading", "send"),
    "receive-binary": (socket) => receiver(socket, "blob", "send_binary", blobSize),
    "emit": (socket) => emitter(socket, reading, 1000),
    "emit-binary": (socket) => emitter(socket, Buffer.alloc(blobSize), 16),
    "ack1": (socket) => asker(socket, 1),
    "ack100": (socket) => asker(socket, 100),
    "polling-ack1": (socket) => asker(socket, 1),
    "polling-ack100": (socket) => asker(socket, 100),
};

const measureConnect = async (count = usesTLS ? 20 : 100) => {
    const first = microseconds();
    (await connect()).disconnect();
    const firstTime = microseconds() - first;
    const times = [];
    const stopwatch = new Stopwatch();
    for (let i = 0; i < count; i++) {
        const start = microseconds();
        const socket = await connect();
        times.push(microseconds() - start);
        socket.disconnect();
    }
    return { ...stopwatch.result(count, times), first_us: firstTime };
};

const input = work.startsWith("memory") || work === "idle" ? readline.createInterface(process.stdin) : undefined;

/** Returns when there is a line of input. */
const sayReady = async () => {
    const line = new Promise((resolve) => input.once("line", resolve));
    process.stdout.write("READY\n");
    await line;
};

/** Holds one connection; then, when there is a line of input, 200 more. */
const holdMany = async () => {
    const sockets = [await connect()];
    await sayReady();
    for (let i = 0; i < 200; i++) sockets.push(await connect());
    await sayReady();
    process.exit(0);
};

const runProcess = async () => {
    const socket = await connect();
    if ((await socket.emitWithAck("echo", "hello")) !== "hello") throw new Error("the answer is another one");
    socket.disconnect();
};

const measure = async () => {
    const count = Math.max(1000, Math.round(counts[work] * Number(scale)));
    const load = loads[work](await connect());
    // A tenth of the work to warm up, then all of it.
    await load(count / 10);
    const stopwatch = new Stopwatch();
    return stopwatch.result(count, await load(count));
};

const main = async () => {
    if (work === "process") return runProcess();
    if (work.startsWith("memory")) return holdMany();
    if (work === "idle") {
        await connect();
        return sayReady();
    }
    const result = work.startsWith("connect") ? await measureConnect() : await measure();
    process.stdout.write(`${JSON.stringify({ work, ...result })}\n`, () => process.exit(0));
};

main();
