// Frames of WebSocket.

#include "server.h"

#include <string.h>

enum { FRAME_HEADER_ROOM = 10 };

void append_header(struct buffer *buffer, enum opcode opcode, size_t count)
{
    uint8_t header[FRAME_HEADER_ROOM] = {0x80 | opcode};
    size_t length_bytes = count < 126 ? 0 : count < 65536 ? 2 : 8;
    header[1] = length_bytes == 0 ? count : length_bytes == 2 ? 126 : 127;
    for (size_t i = 0; i < length_bytes; i++)
        header[2 + i] = (uint64_t)count >> 8 * (length_bytes - 1 - i);
    append(buffer, header, 2 + length_bytes);
}

void append_frame(struct buffer *buffer, enum opcode opcode, const void *bytes, size_t count)
{
    append_header(buffer, opcode, count);
    append(buffer, bytes, count);
}

void append_text(struct buffer *buffer, const char *text) { append_frame(buffer, TEXT, text, strlen(text)); }

static void unmask(uint8_t *bytes, size_t count, const uint8_t *key)
{
    uint64_t wide_key;
    memcpy(&wide_key, key, 4);
    memcpy((uint8_t *)&wide_key + 4, key, 4);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        word ^= wide_key;
        memcpy(bytes + i, &word, 8);
    }
    for (; i < count; i++)
        bytes[i] ^= key[i & 3];
}

bool receive_frame(struct connection *connection, struct buffer *in)
{
    uint8_t *frame = in->bytes + in->start;
    size_t available = size(in);
    if (available < 2)
        return false;
    size_t length = frame[1] & 127, length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    // A client's frame is masked.
    size_t header = 2 + length_bytes + 4;
    if (available < header)
        return false;
    if (length_bytes > 0)
        length = 0;
    for (size_t i = 0; i < length_bytes; i++)
        length = length << 8 | frame[2 + i];
    if (length > FRAME_LIMIT)
        connection->is_over = true;
    if (length > FRAME_LIMIT || available < header + length)
        return false;

    uint8_t *payload = frame + header;
    unmask(payload, length, payload - 4);
    in->start += header + length;
    switch (frame[0] & 15) {
    case TEXT: {
        // The text ends where the next frame begins, or in the byte that is kept free behind the buffer.
        uint8_t next = payload[length];
        payload[length] = 0;
        receive_packet(connection->session, connection, (char *)payload);
        payload[length] = next;
        break;
    }
    case BINARY:
    case CONTINUATION:
        connection->session->bytes += length;
        break;
    case PING:
        append_frame(&connection->out, PONG, payload, length);
        break;
    case CLOSE:
        append_frame(&connection->out, CLOSE, payload, length);
        flush(connection);
        connection->is_over = true;
        break;
    }
    return true;
}
