/* Events, acknowledgements and bytes, in both directions: exchange URL TRANSPORT. */
#include "check.h"

static counter connected = COUNTER_INITIALIZER;
static counter received = COUNTER_INITIALIZER;
static counter answered = COUNTER_INITIALIZER;
static counter ended = COUNTER_INITIALIZER;
static counter lines = COUNTER_INITIALIZER;
static sio_manager *manager;
static sio_socket *io;

/* What a test looks at after the callback. */
static sio_event *kept;

static void keep(const sio_event *event, void *user_data)
{
    CHECK(kept == NULL);
    kept = sio_event_retain(event);
    counter_add((counter *)user_data);
}

static void let_go(void)
{
    sio_event_release(kept);
    kept = NULL;
}

static void connecting(void)
{
    char id[64];
    CHECK_CODE(sio_socket_on(io, "connect", count_event, &connected, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_connect(io), SIO_OK);
    CHECK(counter_wait(&connected, 1));
    CHECK(sio_socket_connected(io) == 1 && sio_socket_active(io) == 1 && sio_socket_recovered(io) == 0);
    CHECK(sio_socket_id(io, id, sizeof id) > 0 && id[0] != 0);
}

static void acknowledgements(void)
{
    int before = counter_value(&answered);
    CHECK_CODE(sio_socket_emit_with_ack(io, "add", "[20,22]", 60000, keep, &answered), SIO_OK);
    CHECK(counter_wait(&answered, before + 1));
    CHECK_TEXT(sio_event_name(kept), "add");
    CHECK_TEXT(sio_event_json(kept, NULL), "[42]");
    CHECK(sio_event_error(kept) == NULL && sio_event_take_ack(kept) == NULL);
    CHECK(sio_event_socket(kept) == io && sio_event_manager(kept) == manager);
    let_go();

    CHECK_CODE(sio_socket_emit_with_ack(io, "silent", NULL, 50, keep, &answered), SIO_OK);
    CHECK(counter_wait(&answered, before + 2));
    CHECK_CODE(sio_error_code(sio_event_error(kept)), SIO_ERR_TIMED_OUT);
    CHECK_TEXT(sio_event_json(kept, NULL), "[]");
    let_go();
}

static void text(void)
{
    /* Order of members, numbers and escapes come back as they went. */
    const char *json = "[\"caf\\u00e9 \\n\",{\"b\":1,\"a\":[null,true,2.5,-7]},9007199254740993]";
    size_t length = 0;
    int before = counter_value(&received);
    sio_listener listener = 0;
    CHECK_CODE(sio_socket_once(io, "echo", keep, &received, count_free, &listener), SIO_OK);
    CHECK(listener != 0);
    CHECK_CODE(sio_socket_emit(io, "echo", json), SIO_OK);
    CHECK(counter_wait(&received, before + 2)); /* the event, and the destructor */
    CHECK_TEXT(sio_event_name(kept), "echo");
    CHECK_TEXT(sio_event_json(kept, &length), "[\"caf\xc3\xa9 \\n\",{\"b\":1,\"a\":[null,true,2.5,-7]},9007199254740993]");
    CHECK(length == strlen(sio_event_json(kept, NULL)));
    CHECK_TEXT(sio_event_reason(kept), "");
    let_go();
    CHECK_CODE(sio_socket_off(io, listener), SIO_ERR_INVALID_ARGUMENT); /* it is gone already */
}

static void free_bytes(void *bytes)
{
    free(bytes);
    counter_add(&ended);
}

static void bytes(size_t size)
{
    size_t length = 0, index;
    unsigned char *big = malloc(size);
    const unsigned char *back;
    int before = counter_value(&answered), sum_is_equal = 1;
    sio_message *message = sio_message_new("ack");
    for (index = 0; index < size; index++) big[index] = (unsigned char)(index * 7);
    CHECK_CODE(sio_message_set_json(message, "[{\"_placeholder\":true,\"num\":1},{\"first\":"
                                             "{\"_placeholder\":true,\"num\":0}}]", SIO_NUL_TERMINATED), SIO_OK);
    CHECK_CODE(sio_message_add_attachment(message, "\0\1\2", 3), SIO_OK);
    CHECK_CODE(sio_message_add_attachment_nocopy(message, big, size, free_bytes), SIO_OK);
    CHECK_CODE(sio_message_set_ack_timeout(message, 60000), SIO_OK);
    CHECK_CODE(sio_socket_send(io, message, keep, &answered), SIO_OK);
    CHECK(counter_wait(&answered, before + 1));
    CHECK(sio_event_error(kept) == NULL);
    /* The server numbers the attachments anew. */
    CHECK(sio_event_attachment_count(kept) == 2);
    CHECK_TEXT(sio_event_json(kept, NULL), "[{\"_placeholder\":true,\"num\":0},{\"first\":{\"_placeholder\":true,\"num\":1}}]");
    back = sio_event_attachment(kept, 0, &length);
    CHECK(length == size);
    for (index = 0; index < length; index++) sum_is_equal &= back[index] == (unsigned char)(index * 7);
    CHECK(sum_is_equal);
    back = sio_event_attachment(kept, 1, &length);
    CHECK(length == 3 && memcmp(back, "\0\1\2", 3) == 0);
    CHECK(sio_event_attachment(kept, 2, &length) == NULL && length == 0);
    let_go();
    CHECK(counter_wait(&ended, 1));

    /* Without JSON the attachments are the arguments. */
    message = sio_message_new("ack");
    CHECK_CODE(sio_message_add_attachment(message, "x", 1), SIO_OK);
    CHECK_CODE(sio_message_add_attachment(message, NULL, 0), SIO_OK);
    CHECK_CODE(sio_socket_send(io, message, keep, &answered), SIO_OK);
    CHECK(counter_wait(&answered, before + 2));
    CHECK(sio_event_attachment_count(kept) == 2);
    CHECK(sio_event_attachment(kept, 1, &length) != NULL && length == 0);
    let_go();
}

/* The server's questions. */

static void answer(const sio_event *event, void *user_data)
{
    sio_ack *ack = sio_event_take_ack(event);
    CHECK(ack != NULL);
    CHECK(sio_event_take_ack(event) == NULL);
    CHECK_CODE(sio_ack_send(ack, "{}"), SIO_ERR_INVALID_JSON); /* and it is still ours */
    CHECK_CODE(sio_ack_send(ack, "[\"yes\",42]"), SIO_OK);
    counter_add((counter *)user_data);
}

static void answer_with_bytes(const sio_event *event, void *user_data)
{
    sio_message *message = sio_message_new("");
    CHECK_CODE(sio_message_add_attachment(message, "abc", 3), SIO_OK);
    CHECK_CODE(sio_ack_send_message(sio_event_take_ack(event), message), SIO_OK);
    counter_add((counter *)user_data);
}

static void ask_and(sio_event_cb callback)
{
    sio_listener listener;
    int before = counter_value(&received);
    CHECK_CODE(sio_socket_on(io, "question", callback, &received, count_free, &listener), SIO_OK);
    CHECK_CODE(sio_socket_emit(io, "ask", "[\"ready?\"]"), SIO_OK);
    CHECK(counter_wait(&received, before + 1));
    CHECK_CODE(sio_socket_off(io, listener), SIO_OK);
    CHECK(counter_wait(&received, before + 2));
    CHECK_CODE(sio_socket_off(io, listener), SIO_ERR_INVALID_ARGUMENT);
}

static void keep_the_right(const sio_event *event, void *user_data)
{
    *(sio_ack **)user_data = sio_event_take_ack(event);
    counter_add(&received);
}

static void answers(void)
{
    sio_ack *later = NULL;
    sio_listener listener;
    int before;
    ask_and(answer);
    ask_and(answer_with_bytes);
    /* On another thread, after the callback. */
    before = counter_value(&received);
    CHECK_CODE(sio_socket_once(io, "question", keep_the_right, &later, NULL, &listener), SIO_OK);
    CHECK_CODE(sio_socket_emit(io, "ask", NULL), SIO_OK);
    CHECK(counter_wait(&received, before + 1));
    CHECK_CODE(sio_ack_send(later, NULL), SIO_OK);
    /* One that is never answered. */
    CHECK_CODE(sio_socket_once(io, "question", keep_the_right, &later, NULL, &listener), SIO_OK);
    CHECK_CODE(sio_socket_emit(io, "ask", NULL), SIO_OK);
    CHECK(counter_wait(&received, before + 2));
    sio_ack_free(later);
}

/* Ten thousand in the order of the wire, and every one seen by the listener for all. */

static long next_tick;
static counter ticks = COUNTER_INITIALIZER;
static counter all = COUNTER_INITIALIZER;

static void tick(const sio_event *event, void *user_data)
{
    (void)user_data;
    CHECK(strtol(sio_event_json(event, NULL) + 1, NULL, 10) == next_tick);
    CHECK(sio_event_attachment_count(event) == (next_tick % 10 == 9 ? 1u : 0u));
    next_tick++;
    counter_add(&ticks);
}

static void order(void)
{
    sio_metrics metrics;
    CHECK_CODE(sio_socket_on(io, NULL, count_event, &all, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_on(io, "tick", tick, NULL, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_emit(io, "burst", "[1000]"), SIO_OK);
    CHECK(counter_wait(&ticks, 1000));
    CHECK(counter_wait(&all, 1000));
    memset(&metrics, 0xff, sizeof metrics);
    CHECK_CODE(sio_manager_metrics(manager, &metrics, sizeof metrics), SIO_OK);
    CHECK(metrics.callbacks_run >= 2000 && metrics.acks_waiting == 0 && metrics.callbacks_waiting == 0);
    memset(&metrics, 0xff, sizeof metrics);
    CHECK_CODE(sio_manager_metrics(manager, &metrics, 8), SIO_OK);
    CHECK(metrics.messages_waiting == UINT64_MAX);
    CHECK_CODE(sio_manager_metrics(manager, NULL, 8), SIO_ERR_INVALID_ARGUMENT);
}

static void log_line(sio_log_level level, const char *message, size_t length, void *user_data)
{
    CHECK(level >= SIO_LOG_ERROR && level <= SIO_LOG_DEBUG);
    CHECK(strlen(message) == length);
    CHECK(strstr(message, "s3cret") == NULL);
    counter_add((counter *)user_data);
}

static void ending(void)
{
    counter gone = COUNTER_INITIALIZER, closed = COUNTER_INITIALIZER;
    size_t unsent = 99;
    CHECK_CODE(sio_socket_on(io, "disconnect", keep, &gone, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_manager_on(manager, "close", count_event, &closed, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_manager_shutdown(manager, 20000, &unsent), SIO_OK);
    CHECK(unsent == 0);
    CHECK(counter_wait(&gone, 1));
    CHECK_TEXT(sio_event_reason(kept), "io client disconnect");
    CHECK_TEXT(sio_event_json(kept, NULL), "[\"io client disconnect\"]");
    let_go();
    CHECK(counter_wait(&closed, 1));
    CHECK(sio_socket_connected(io) == 0);
    CHECK_CODE(sio_run(), SIO_OK); /* nothing keeps it */
    sio_manager_free(manager);
    CHECK_CODE(sio_socket_emit(io, "a", NULL), SIO_ERR_FREED);
    CHECK(counter_value(&lines) > 0);
    CHECK_CODE(sio_set_log(SIO_LOG_ERROR, NULL, NULL, NULL), SIO_OK);
}

int main(int count, char **arguments)
{
    char options[200];
    if (count != 3) return 64;
    CHECK_CODE(sio_set_log(SIO_LOG_DEBUG, log_line, &lines, count_free), SIO_OK);
    snprintf(options, sizeof options, "{\"transports\":[\"%s\"],\"query\":{\"token\":\"s3cret\"},\"limits\":{\"attachments\":20}}",
             arguments[2]);
    manager = make_manager(arguments[1], options, SIO_DISPATCH_THREAD);
    io = sio_manager_socket(manager, NULL);
    connecting();
    CHECK_TEXT(sio_manager_transport(manager), arguments[2]);
    acknowledgements();
    text();
    /* python-engineio on aiohttp takes the first part of a long body for the whole. */
    bytes(strcmp(arguments[2], "polling") == 0 ? 3000 : 300000);
    answers();
    order();
    ending();
    return check_end();
}
