// What the parts of the firehose know of each other.

#pragma once

#include "buffer.h"

#include <openssl/ssl.h>
#include <stdbool.h>

enum opcode { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

enum {
    // How many events `reading` are written at once.
    BLOCK_EVENTS = 512,
    FRAME_LIMIT = 64 * 1024 * 1024,
};

// An Engine.IO session.
struct session {
    size_t id;
    // Where its packets go; NULL while they go over polling.
    struct connection *websocket;
    // The request that is held until there is something to answer, and what waits for the next one.
    struct connection *poll;
    struct buffer waiting;
    // The client tries a WebSocket: no request is held.
    bool is_probed;
    // What is still to be sent, in this order.
    long events_due, blobs_due;
    bool done_due;
    // What was received.
    unsigned long events, bytes;
};

struct connection {
    int fd;
    SSL *ssl;
    // That of a WebSocket, or of the request that is held.
    struct session *session;
    bool is_websocket, is_last_answer, is_over, awaits_room;
    struct buffer in, out;
};

// ---- firehose.c

// Sends what there is, as far as the socket takes it.
void flush(struct connection *connection);
// How much the socket took.
size_t send_some(struct connection *connection, const uint8_t *bytes, size_t count);

// ---- http.c

// Takes one request from `in`, if it is whole.
bool receive_request(struct connection *connection, struct buffer *in);
// Answers the request that is held, if there is one, and something to answer it with.
void answer_poll(struct session *session);

// ---- websocket.c

void append_header(struct buffer *buffer, enum opcode opcode, size_t count);
void append_frame(struct buffer *buffer, enum opcode opcode, const void *bytes, size_t count);
void append_text(struct buffer *buffer, const char *text);
// Takes one frame from `in`, if it is whole.
bool receive_frame(struct connection *connection, struct buffer *in);

// ---- session.c

void make_events(void);
struct session *open_session(struct connection *websocket);
struct session *find_session(size_t id);
void close_session(struct session *session);
// Engine.IO's `open`.
int write_handshake(char *text, size_t room, const struct session *session, bool can_upgrade);
// A packet of Engine.IO, which ends with a 0 byte; it comes over the connection, or over polling.
void receive_packet(struct session *session, struct connection *websocket, const char *packet);
// Sends a packet, over whichever transport.
void send_packet(struct session *session, const char *packet, size_t count);
void ping_sessions(void);
// Puts what is due into `out`, or into the socket; whether there was something.
bool send_due_events(struct connection *websocket);
void append_due_packets(struct session *session);

extern long ping_interval_ms;
