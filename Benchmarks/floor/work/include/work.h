// The works of `client` for clients that know no more of Socket.IO than the benchmarks need. What is left to such a
// client is a WebSocket: `work_receive` tells what to do with it.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message {
    const void *bytes;
    size_t count;
    bool is_binary;
};

enum step {
    // Nothing, or what `work_next` has to be sent.
    GO_ON,
    // Send Socket.IO's `connect`, or Engine.IO's `pong`, on this connection.
    SEND_CONNECT,
    SEND_PONG,
    // Make another connection, and keep this one or not.
    CONNECT_MORE,
    CONNECT_AGAIN,
    STOP,
};

extern const char *work_path;
extern uint16_t work_port;
// The folder with the certificates; NULL without TLS.
extern const char *work_certificates;

// Reads WORK PORT [SCALE] [CERTIFICATES]; ends the program if there is no such work.
void work_begin(int count, char **arguments);
// A connection begins to be made.
void work_connecting(void);
// A message has come; a text is followed by a byte that may be overwritten.
enum step work_receive(char *bytes, size_t count, bool is_binary);
// Whether there is a message to be sent now. It is valid until the next call.
bool work_next(struct message *message);
__attribute__((noreturn)) void work_fail(const char *why);
