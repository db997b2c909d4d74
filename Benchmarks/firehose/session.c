// Sessions of Engine.IO, and what Socket.IO's events ask for.

#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVENT_ROOM = 200,
    // An event is shorter than 126 bytes: so is its frame's header.
    EVENT_HEADER = 2,
    // How much polling answers at once.
    PAYLOAD_ROOM = 100 * 1000,
    SEPARATOR = 0x1e,
};

long ping_interval_ms = 3600 * 1000;

// Frames that are ready to be sent: the events, with the end of each, and one `blob` with its attachment.
static struct buffer events, blob;
static size_t event_ends[BLOCK_EVENTS + 1];
static size_t blob_size;

// By their number; a number is not used again.
static struct session **sessions;
static size_t session_count;

void make_events(void)
{
    for (int i = 0; i < BLOCK_EVENTS; i++) {
        char text[EVENT_ROOM];
        snprintf(text, sizeof text,
                 "42[\"reading\",{\"id\":%d,\"name\":\"sensor-%02d\",\"temp\":%d.%02d,\"ok\":%s,\"tags\":[\"a\",\"b\"],"
                 "\"text\":\"hello from the firehose\"}]",
                 100000 + i, i % 100, 10 + i % 20, i * 7 % 100, i % 2 ? "true" : "false");
        append_text(&events, text);
        event_ends[i + 1] = events.end;
    }
}

static void make_blob(size_t size)
{
    if (blob.end > 0 && blob_size == size)
        return;
    blob.end = 0;
    blob_size = size;
    append_text(&blob, "451-[\"blob\",{\"_placeholder\":true,\"num\":0}]");
    append_header(&blob, BINARY, size);
    uint8_t *bytes = reserve(&blob, size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = i * 31;
    blob.end += size;
}

// ---- Sessions

struct session *open_session(struct connection *websocket)
{
    struct session *session = calloc(1, sizeof *session);
    sessions = realloc(sessions, (session_count + 1) * sizeof *sessions);
    if (!session || !sessions)
        die("open_session");
    session->id = session_count;
    session->websocket = websocket;
    sessions[session_count++] = session;
    return session;
}

struct session *find_session(size_t id) { return id < session_count ? sessions[id] : NULL; }

void close_session(struct session *session)
{
    sessions[session->id] = NULL;
    discard(&session->waiting);
    free(session);
}

int write_handshake(char *text, size_t room, const struct session *session, bool can_upgrade)
{
    return snprintf(text, room,
                    "0{\"sid\":\"%zu\",\"upgrades\":[%s],\"pingInterval\":%ld,\"pingTimeout\":20000,"
                    "\"maxPayload\":1000000}",
                    session->id, can_upgrade ? "\"websocket\"" : "", ping_interval_ms);
}

void ping_sessions(void)
{
    for (size_t i = 0; i < session_count; i++) {
        if (!sessions[i])
            continue;
        send_packet(sessions[i], "2", 1);
        if (sessions[i]->websocket)
            flush(sessions[i]->websocket);
    }
}

// ---- Sending

static void append_packet(struct buffer *waiting, const void *packet, size_t count)
{
    static const uint8_t separator = SEPARATOR;
    if (size(waiting) > 0)
        append(waiting, &separator, 1);
    append(waiting, packet, count);
}

void send_packet(struct session *session, const char *packet, size_t count)
{
    if (session->websocket)
        return append_frame(&session->websocket->out, TEXT, packet, count);
    append_packet(&session->waiting, packet, count);
    answer_poll(session);
}

void append_due_packets(struct session *session)
{
    for (; session->events_due > 0 && size(&session->waiting) < PAYLOAD_ROOM; session->events_due--) {
        size_t i = session->events_due % BLOCK_EVENTS, start = event_ends[i] + EVENT_HEADER;
        append_packet(&session->waiting, events.bytes + start, event_ends[i + 1] - start);
    }
    if (session->events_due > 0 || !session->done_due)
        return;
    session->done_due = false;
    append_packet(&session->waiting, "42[\"done\"]", strlen("42[\"done\"]"));
}

// The connection's buffer is empty, and takes what the socket does not.
static void send_or_keep(struct connection *websocket, const uint8_t *bytes, size_t count)
{
    size_t sent = send_some(websocket, bytes, count);
    if (sent < count)
        append(&websocket->out, bytes + sent, count - sent);
}

bool send_due_events(struct connection *websocket)
{
    struct session *session = websocket->session;
    if (session->events_due > 0) {
        long count = session->events_due < BLOCK_EVENTS ? session->events_due : BLOCK_EVENTS;
        session->events_due -= count;
        send_or_keep(websocket, events.bytes, event_ends[count]);
    } else if (session->blobs_due > 0) {
        session->blobs_due--;
        send_or_keep(websocket, blob.bytes, blob.end);
    } else if (session->done_due) {
        session->done_due = false;
        append_text(&websocket->out, "42[\"done\"]");
    } else {
        return false;
    }
    return true;
}

// ---- Receiving

static bool has_prefix(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

// Acknowledges with the arguments, which are the rest of a JSON array.
static void acknowledge(struct session *session, const char *id, size_t id_length, const char *rest)
{
    static struct buffer packet;
    packet.start = packet.end = 0;
    append(&packet, "43", 2);
    append(&packet, id, id_length);
    append(&packet, "[", 1);
    append(&packet, rest, strlen(rest));
    send_packet(session, (char *)packet.bytes, size(&packet));
}

static void receive_event(struct session *session, const char *packet)
{
    size_t id_length = strspn(packet, "0123456789");
    const char *arguments = packet + id_length;
    if (has_prefix(arguments, "[\"echo\",")) {
        acknowledge(session, packet, id_length, arguments + strlen("[\"echo\","));
    } else if (has_prefix(arguments, "[\"count\"")) {
        char counts[64];
        snprintf(counts, sizeof counts, "[%lu,%lu]]", session->events, session->bytes);
        acknowledge(session, packet, id_length, counts);
    } else if (has_prefix(arguments, "[\"send\",")) {
        session->events_due = atol(arguments + strlen("[\"send\","));
        session->done_due = true;
        answer_poll(session);
    } else if (has_prefix(arguments, "[\"send_binary\",")) {
        char *rest;
        session->blobs_due = strtol(arguments + strlen("[\"send_binary\","), &rest, 10);
        make_blob(*rest == ',' ? strtoul(rest + 1, NULL, 10) : 0);
        session->done_due = true;
    } else {
        session->events++;
    }
}

// What waits for a request goes over the WebSocket from now on.
static void move_to(struct connection *websocket)
{
    struct session *session = websocket->session;
    session->websocket = websocket;
    uint8_t *end = session->waiting.bytes + session->waiting.end;
    for (uint8_t *packet = session->waiting.bytes + session->waiting.start; packet < end;) {
        uint8_t *next = memchr(packet, SEPARATOR, end - packet);
        append_frame(&websocket->out, TEXT, packet, (next ? next : end) - packet);
        packet = next ? next + 1 : end;
    }
    discard(&session->waiting);
}

void receive_packet(struct session *session, struct connection *websocket, const char *packet)
{
    char answer[64];
    if (has_prefix(packet, "40")) {
        send_packet(session, answer, snprintf(answer, sizeof answer, "40{\"sid\":\"socket-%zu\"}", session->id));
    } else if (has_prefix(packet, "42")) {
        receive_event(session, packet + 2);
    } else if (has_prefix(packet, "45")) {
        session->events++;
    } else if (websocket && strcmp(packet, "2probe") == 0) {
        append_text(&websocket->out, "3probe");
        session->is_probed = true;
        answer_poll(session);
    } else if (websocket && strcmp(packet, "5") == 0) {
        move_to(websocket);
    } else if (websocket && strcmp(packet, "1") == 0) {
        websocket->is_over = true;
    }
}
