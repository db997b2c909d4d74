// Requests of HTTP: polling's GET and POST, and the handshake of WebSocket.

#define _GNU_SOURCE
#include "server.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer(struct connection *connection, const void *body, size_t count)
{
    char head[160];
    int head_length = snprintf(head, sizeof head,
                               "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nConnection: %s\r\n"
                               "Content-Length: %zu\r\n\r\n",
                               connection->is_last_answer ? "close" : "keep-alive", count);
    append(&connection->out, head, head_length);
    append(&connection->out, body, count);
    flush(connection);
}

void answer_poll(struct session *session)
{
    struct connection *poll = session->poll;
    if (!poll)
        return;
    append_due_packets(session);
    struct buffer *waiting = &session->waiting;
    if (size(waiting) == 0 && !session->is_probed)
        return;
    session->poll = NULL;
    poll->session = NULL;
    if (size(waiting) > 0)
        answer(poll, waiting->bytes + waiting->start, size(waiting));
    else
        answer(poll, "6", 1);
    waiting->start = waiting->end = 0;
}

static void receive_poll(struct connection *connection, struct session *session)
{
    if (!session) {
        char handshake[200];
        session = open_session(NULL);
        answer(connection, handshake, write_handshake(handshake, sizeof handshake, session, true));
        return;
    }
    session->poll = connection;
    connection->session = session;
    answer_poll(session);
}

// The packets are separated by 0x1e. Attachments are not counted.
static void receive_payload(struct connection *connection, struct session *session, char *body, size_t count)
{
    char *end = body + count, byte_after = *end;
    *end = 0;
    bool is_closing = false;
    for (char *packet = body; packet < end;) {
        char *next = memchr(packet, 0x1e, end - packet);
        if (next)
            *next = 0;
        is_closing |= strcmp(packet, "1") == 0;
        receive_packet(session, NULL, packet);
        packet = next ? next + 1 : end;
    }
    *end = byte_after;
    answer(connection, "ok", 2);
    // A WebSocket that is tried still knows the session.
    if (!is_closing || session->is_probed)
        return;
    session->is_probed = true;
    answer_poll(session);
    close_session(session);
}

static void upgrade(struct connection *connection, const char *key, struct session *session)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[128];
    int text_length = snprintf(text, sizeof text, "%.*s%s", (int)strcspn(key, "\r\n"), key, guid);
    if (text_length >= (int)sizeof text) {
        connection->is_over = true;
        return;
    }
    uint8_t digest[SHA_DIGEST_LENGTH];
    SHA1((uint8_t *)text, text_length, digest);
    uint8_t accept[32];
    EVP_EncodeBlock(accept, digest, sizeof digest);
    char head[256];
    int head_length = snprintf(head, sizeof head,
                               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: %s\r\n\r\n",
                               accept);
    append(&connection->out, head, head_length);
    connection->is_websocket = true;
    connection->session = session ? session : open_session(connection);
    if (!session) {
        char handshake[200];
        write_handshake(handshake, sizeof handshake, connection->session, false);
        append_text(&connection->out, handshake);
    }
}

// The value of a header, whose name is in lower case and ends with ": ".
static const char *header(const char *head, const char *name)
{
    const char *found = strcasestr(head, name);
    return found ? found + strlen(name) : NULL;
}

bool receive_request(struct connection *connection, struct buffer *in)
{
    // There is a byte more than was asked for.
    in->bytes[in->end] = 0;
    char *head = (char *)in->bytes + in->start, *end = strstr(head, "\r\n\r\n");
    if (!end)
        return false;
    *end = 0;
    const char *length_text = header(head, "\r\ncontent-length: ");
    size_t length = length_text ? strtoul(length_text, NULL, 10) : 0;
    char *body = end + 4;
    if (length > (size_t)(in->bytes + in->end - (uint8_t *)body)) {
        *end = '\r';
        return false;
    }
    in->start = (uint8_t *)body + length - in->bytes;

    const char *line_end = strchr(head, '\r'), *sid = strstr(head, "sid="), *key = header(head, "sec-websocket-key: ");
    const char *persistence = header(head, "\r\nconnection: ");
    connection->is_last_answer = persistence && strncasecmp(persistence, "close", 5) == 0;
    bool has_sid = sid && (!line_end || sid < line_end);
    struct session *session = has_sid ? find_session(strtoul(sid + strlen("sid="), NULL, 10)) : NULL;
    if (has_sid && !session)
        connection->is_over = true;
    else if (key)
        upgrade(connection, key, session);
    else if (strncmp(head, "GET ", 4) == 0)
        receive_poll(connection, session);
    else if (session)
        receive_payload(connection, session, body, length);
    else
        connection->is_over = true;
    return true;
}
