// What libwebsockets alone costs: the works of `client` over it, by the book.
//
//     floor-lws WORK PORT [SCALE] [CERTIFICATES]

#include "work.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

enum {
    READ_ROOM = 64 * 1024,
    WRITE_ROOM = 64 * 1024,
    // So many writes in a callback; then others have their turn.
    WRITES = 256,
};

// What a connection holds of a message that came in parts, and the step that it is asked for.
struct state {
    char *text;
    size_t count, capacity;
    enum step answer;
};

static struct lws_context *context;
static bool is_over;

static void begin_connecting(void)
{
    struct lws_client_connect_info info = {
        .context = context, .address = "127.0.0.1", .host = "127.0.0.1", .port = work_port, .path = work_path,
        .local_protocol_name = "socketio"};
    if (work_certificates)
        info.ssl_connection = LCCSCF_USE_SSL | LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
    work_connecting();
    if (!lws_client_connect_via_info(&info))
        work_fail("no connection");
}

static int write_message(struct lws *connection, const void *bytes, size_t count, bool is_binary)
{
    static uint8_t room[LWS_PRE + WRITE_ROOM];
    memcpy(room + LWS_PRE, bytes, count);
    return lws_write(connection, room + LWS_PRE, count, is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0 ? -1 : 0;
}

static int write_messages(struct lws *connection, struct state *state)
{
    enum step answer = state->answer;
    state->answer = GO_ON;
    if (answer == SEND_CONNECT)
        return write_message(connection, "40", 2, false);
    if (answer == SEND_PONG)
        return write_message(connection, "3", 1, false);
    struct message message;
    for (int i = 0; i < WRITES; i++) {
        if (lws_send_pipe_choked(connection))
            break;
        if (!work_next(&message))
            return 0;
        if (write_message(connection, message.bytes, message.count, message.is_binary))
            return -1;
    }
    lws_callback_on_writable(connection);
    return 0;
}

static int take_step(struct lws *connection, struct state *state, enum step step)
{
    switch (step) {
    case SEND_CONNECT:
    case SEND_PONG:
        state->answer = step;
        break;
    case CONNECT_MORE:
        begin_connecting();
        return 0;
    case CONNECT_AGAIN:
        return -1;
    case STOP:
        is_over = true;
        return 0;
    case GO_ON:
        break;
    }
    lws_callback_on_writable(connection);
    return 0;
}

static int receive(struct lws *connection, struct state *state, void *bytes, size_t count)
{
    if (lws_frame_is_binary(connection))
        return work_receive(bytes, count, true), 0;
    if (state->count + count + 1 > state->capacity) {
        state->capacity = (state->count + count + 1) * 2;
        state->text = realloc(state->text, state->capacity);
        if (!state->text)
            work_fail("there is no memory");
    }
    memcpy(state->text + state->count, bytes, count);
    state->count += count;
    if (!lws_is_final_fragment(connection) || lws_remaining_packet_payload(connection))
        return 0;
    size_t length = state->count;
    state->count = 0;
    enum step step = work_receive(state->text, length, false);
    return take_step(connection, state, step);
}

static int handle(struct lws *connection, enum lws_callback_reasons reason, void *state, void *bytes, size_t count)
{
    switch (reason) {
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        work_fail(bytes ? bytes : "no connection");
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return receive(connection, state, bytes, count);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return write_messages(connection, state);
    case LWS_CALLBACK_CLIENT_CLOSED:
        free(((struct state *)state)->text);
        begin_connecting();
        return 0;
    default:
        return 0;
    }
}

int main(int count, char **arguments)
{
    work_begin(count, arguments);
    static const struct lws_protocols protocols[] = {
        {.name = "socketio", .callback = handle, .per_session_data_size = sizeof(struct state)}, {.name = NULL}};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN, .protocols = protocols, .pt_serv_buf_size = READ_ROOM};
    char ca[4096], certificate[4096], key[4096];
    if (work_certificates) {
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        snprintf(ca, sizeof ca, "%s/ca.crt", work_certificates);
        snprintf(certificate, sizeof certificate, "%s/client.crt", work_certificates);
        snprintf(key, sizeof key, "%s/client.key", work_certificates);
        info.client_ssl_ca_filepath = ca;
        info.client_ssl_cert_filepath = certificate;
        info.client_ssl_private_key_filepath = key;
    }
    lws_set_log_level(LLL_ERR, NULL);
    context = lws_create_context(&info);
    if (!context)
        work_fail("no context");
    begin_connecting();
    while (!is_over && lws_service(context, 0) >= 0)
        continue;
}
