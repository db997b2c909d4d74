// The same Socket.IO server as server.py, on Node: options, events, commands and logs are described there.
//
// The folder in SOCKETIO_TEST_NODE_PATH has a `node_modules` with `socket.io` and, for --parser msgpack,
// `socket.io-msgpack-parser`. What a log calls a reason has Python's name here, too.

const fs = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const path = require("node:path");
const { createRequire } = require("node:module");
const { parseArgs } = require("node:util");

const load = createRequire(path.resolve(process.env.SOCKETIO_TEST_NODE_PATH, "server.js"));
const { Server } = load("socket.io");

const { values: options } = parseArgs({
    options: {
        server: { type: "string" }, // Node has one.
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string", default: "0" },
        path: { type: "string", default: "socket.io" },
        cert: { type: "string" },
        key: { type: "string" },
        "client-ca": { type: "string" },
        "tls-min": { type: "string", default: "1.2" },
        "tls-max": { type: "string", default: "1.3" },
        "ping-interval": { type: "string", default: "25" },
        "ping-timeout": { type: "string", default: "20" },
        "max-payload": { type: "string", default: "1000000" },
        transports: { type: "string", default: "polling,websocket" },
        "no-upgrades": { type: "boolean" },
        "no-compression": { type: "boolean" },
        cookie: { type: "string" },
        "choose-protocol": { type: "boolean" }, // Node always does.
        parser: { type: "string", default: "default" },
        "log-requests": { type: "boolean" },
        quiet: { type: "boolean" },
        recovery: { type: "boolean" }, // Of sessions: python-socketio has none.
    },
});

// MARK: Values and logs

const toJSON = value =>
    Buffer.isBuffer(value) ? { $binary: value.toString("base64") }
        : Array.isArray(value) ? value.map(toJSON)
        : value && typeof value === "object" ? mapMembers(value, toJSON)
        : value;

const fromJSON = value =>
    Array.isArray(value) ? value.map(fromJSON)
        : value && typeof value === "object"
            ? "$binary" in value ? Buffer.from(value.$binary, "base64") : mapMembers(value, fromJSON)
        : value;

const mapMembers = (object, change) =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

const log = (what, fields) => process.stdout.write(JSON.stringify({ log: what, ...toJSON(fields) }) + "\n");

const url = request => new URL(request.url, "http://peer");
const query = request => Object.fromEntries(url(request).searchParams);
/** The common name in the client's certificate, or null. */
const subject = connection => connection.getPeerCertificate?.()?.subject?.CN ?? null;

/** What the TLS handshake came to, or null. */
const tlsOf = connection => connection.encrypted ? {
    version: connection.getProtocol(), cipher: connection.getCipher().name,
    servername: connection.servername || null, isResumed: connection.isSessionReused(),
} : null;
/** The sub-protocol that a WebSocket gets: the first that was offered. */
const subprotocol = ({ headers }) => headers["sec-websocket-protocol"]?.split(",")[0].trim() ?? null;

// MARK: The connections

/** The TCP connections that carried the requests of an Engine.IO session, by its id. */
const connections = new Map();
const cut = new Set();

function saw(request) {
    const { sid } = query(request);
    if (connections.has(sid)) connections.get(sid).add(request.socket);
    if (options["log-requests"]) {
        const { remoteAddress, remotePort } = request.socket;
        log("request", {
            method: request.method, path: url(request).pathname, query: query(request), headers: request.headers,
            client: [remoteAddress, remotePort], subject: subject(request.socket), tls: tlsOf(request.socket),
            subprotocol: subprotocol(request),
        });
    }
    // Between two requests of polling nothing is lost: the next one is cut, too.
    if (cut.has(sid)) request.socket.destroy();
}

/** Cuts the TCP connections of a client: no Engine.IO packet, no WebSocket close frame. */
function kill(socket) {
    cut.add(socket.conn.id);
    for (const connection of connections.get(socket.conn.id)) connection.destroy();
}

// MARK: The events, by name

// Each returns the arguments of the acknowledgement; nothing for none at all.
const none = [];

function ask(socket, event, args) {
    socket.emit(event, ...args, (...answer) =>
        log("answer", { namespace: socket.nsp.name, sid: socket.id, event, args: answer }));
    return none;
}

function echo(socket, ...args) {
    socket.emit("echo", ...args);
    return args;
}

let readings = 0;

const events = {
    echo,
    binary: echo,
    ack: (socket, ...args) => args,
    add: (socket, a, b) => [a + b],
    silent() {},
    ask: (socket, ...args) => ask(socket, "question", args),
    burst(socket, count) {
        for (let index = 0; index < count; index++) {
            socket.emit("tick", index, ...(index % 10 === 9 ? [Buffer.from(`${index}`)] : []));
        }
        return none;
    },
    big(socket, size) {
        socket.emit("big", "x".repeat(size));
        return none;
    },
    bye(socket) {
        socket.disconnect();
        return none;
    },
    kill(socket) {
        kill(socket);
    },
    headers: ({ conn, request }) => [{
        headers: request.headers, query: query(request), transport: conn.transport.name,
        subject: subject(request.socket),
    }],
    join(socket, room) {
        socket.join(room);
        return [true];
    },
    leave(socket, room) {
        socket.leave(room);
        return [true];
    },
    room(socket, room, event, ...args) {
        socket.nsp.to(room).emit(event, ...args);
        return [true];
    },
    reading: () => [++readings],
};

function handle(socket, event, args) {
    const acknowledge = typeof args.at(-1) === "function" ? args.pop() : () => {};
    if (!options.quiet) log("event", { namespace: socket.nsp.name, sid: socket.id, event, args });
    const answer = Object.hasOwn(events, event) ? events[event](socket, ...args) : none;
    if (answer) acknowledge(...answer);
}

// MARK: The server

const tls = options.cert && {
    cert: fs.readFileSync(options.cert),
    key: fs.readFileSync(options.key),
    minVersion: `TLSv${options["tls-min"]}`,
    maxVersion: `TLSv${options["tls-max"]}`,
    ...options["client-ca"] && { ca: fs.readFileSync(options["client-ca"]), requestCert: true },
};

const notFound = (request, response) => response.writeHead(404).end();
const server = tls ? https.createServer(tls, notFound) : http.createServer(notFound);
// Node's five seconds are less than a slow test leaves between two requests.
server.keepAliveTimeout = 75_000;

const io = new Server(server, {
    path: `/${options.path.replace(/^\/|\/$/g, "")}`,
    addTrailingSlash: false,
    serveClient: false,
    transports: options.transports.split(","),
    allowUpgrades: !options["no-upgrades"],
    pingInterval: options["ping-interval"] * 1000,
    pingTimeout: options["ping-timeout"] * 1000,
    maxHttpBufferSize: Number(options["max-payload"]),
    httpCompression: options["no-compression"] ? false : { threshold: 1024 },
    perMessageDeflate: !options["no-compression"],
    cookie: options.cookie && { name: options.cookie },
    connectionStateRecovery: options.recovery && {},
    parser: options.parser === "msgpack" ? load("socket.io-msgpack-parser") : undefined,
});
io.engine.on("connection", ({ id, request }) => connections.set(id, new Set([request.socket])));
// Who listens for an upgrade has to answer it: without WebSocket it is a request like others.
for (const event of ["request", "upgrade"]) if (server.listenerCount(event)) server.prependListener(event, saw);

// MARK: The namespaces

const reasons = {
    "client namespace disconnect": "client disconnect",
    "server namespace disconnect": "server disconnect",
    "forced close": "server disconnect",
};

// Of polling, a client's packet alone is a "transport close": a lost connection is a "transport error".
const reasonName = (reason, { transport }) =>
    transport.name === "polling" && reason === "transport close" ? "client disconnect" : reasons[reason] ?? reason;

function open(namespace) {
    namespace.use((socket, next) => {
        const { id, request, handshake: { auth } } = socket;
        log("connect", { namespace: namespace.name, sid: id, auth, headers: request.headers, query: query(request) });
        next();
    });
    namespace.on("connection", socket => {
        socket.onAny((event, ...args) => handle(socket, event, args));
        socket.on("disconnect", reason => log("disconnect", {
            namespace: namespace.name, sid: socket.id, reason: reasonName(reason, socket.conn),
        }));
    });
}

io.of("/slow-connect").use(({ handshake: { auth } }, next) => setTimeout(next, (auth.delay ?? 0.5) * 1000));
for (const name of ["/", "/chat", "/admin", "/slow-connect", "/telemetry"]) open(io.of(name));
io.of("/admin").use(({ handshake: { auth } }, next) =>
    next(auth.token === "secret" ? undefined : Object.assign(new Error("not authorized"), { data: { code: 401 } })));

// MARK: What a test asks for on standard input

function find({ sid, namespace }) {
    const socket = io.of(namespace).sockets.get(sid);
    if (!socket) throw new Error(`${namespace} has no client ${sid}`);
    return socket;
}

const commands = {
    emit({ event, args, ack, sid, namespace }) {
        const values = fromJSON(args);
        if (!ack) {
            // To a room, for a client that is away gets it if its session is recovered.
            (sid ? io.of(namespace).to(sid) : io.of(namespace)).emit(event, ...values);
        } else {
            const sockets = sid ? [find({ sid, namespace })] : io.of(namespace).sockets.values();
            for (const socket of sockets) ask(socket, event, values);
        }
    },
    disconnect: command => find(command).disconnect(),
    kill: command => kill(find(command)),
    /** Closes the Engine.IO session, and with it every namespace of the client. */
    close: command => find(command).conn.close(),
    /** Refuses the client certificates of a revocation list from now on. */
    revoke: ({ crl }) => server.setSecureContext({ ...tls, crl: fs.readFileSync(crl) }),
    stop: () => process.exit(),
};

function run(line) {
    try {
        const command = JSON.parse(line);
        commands[command.do]({ namespace: "/", ...command });
    } catch (error) {
        log("error", { message: `${error.name}: ${error.message}` });
    }
}

server.listen(Number(options.port), options.host, () => {
    // Not by readline: it takes U+2028 for the end of a line, too.
    let rest = "";
    process.stdin.setEncoding("utf8").on("end", () => process.exit()).on("data", text => {
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        lines.forEach(run);
    });
    process.stdout.write(`READY ${JSON.stringify({ port: server.address().port })}\n`);
});
