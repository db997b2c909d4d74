// Encodes and decodes packets with Node's own parser, Debian's node-socket.io-parser.
//
// That is version 4.2.1. Unlike later ones it knows no limit of attachments, lets a server use reserved names for
// events, and does not look closely at the data of CONNECT and CONNECT_ERROR.
//
// Each line of standard input is a request, and is answered with a line of standard output, when all have come:
//   {"encode": {"type", "nsp", "id"?, "data"?}}  ->  [message]
//   {"decode": [message]}                        ->  [{"type", "nsp", "id"?, "data"?}], or {"error": text}
// A message is a text or bytes; bytes are {"base64": text}, there and in the data.

const { Encoder, Decoder } = require("socket.io-parser");

const toBytes = value =>
    value && typeof value === "object"
        ? typeof value.base64 === "string" ? Buffer.from(value.base64, "base64")
        : Array.isArray(value) ? value.map(toBytes)
        : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toBytes(member)]))
        : value;

const fromBytes = value =>
    Buffer.isBuffer(value) ? { base64: value.toString("base64") }
        : Array.isArray(value) ? value.map(fromBytes)
        : value && typeof value === "object"
            ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromBytes(member)]))
        : value;

function decode(messages) {
    const packets = [];
    const decoder = new Decoder();
    decoder.on("decoded", ({ type, nsp, id, data }) => packets.push({ type, nsp, id, data: fromBytes(data) }));
    for (const message of messages) decoder.add(toBytes(message));
    return packets;
}

function answer(request) {
    try {
        return request.encode ? fromBytes(new Encoder().encode(toBytes(request.encode))) : decode(request.decode);
    } catch (error) {
        return { error: error.message };
    }
}

// Not by readline: it takes U+2028 for the end of a line, too.
let input = "";
process.stdin.setEncoding("utf8").on("data", text => input += text).on("end", () => {
    const answers = input.trimEnd().split("\n").map(line => JSON.stringify(answer(JSON.parse(line))));
    process.stdout.write(answers.join("\n"));
});
