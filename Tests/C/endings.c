/* The end of a manager, at every bad moment: nothing runs after it, and everything ends once. endings URL. */
#include "check.h"

static const char *url;
/* The options of the next client. */
static const char *client_options = "{}";

/* One manager whose callbacks look whether the end has come. */
typedef struct client {
    sio_manager *manager;
    sio_socket *socket;
    counter entered, left, answers, freed;
    int is_over; /* written after the end, with no callback that could read it */
} client;

static void client_free(void *data)
{
    client *client_ = data;
    CHECK(!client_->is_over);
    counter_add(&client_->freed);
}

static void client_answer(const sio_event *event, void *data)
{
    client *client_ = data;
    (void)event;
    CHECK(!client_->is_over);
    counter_add(&client_->answers);
}

static void client_event(const sio_event *event, void *data)
{
    client *client_ = data;
    (void)event;
    counter_add(&client_->entered);
    sleep_ms(30);
    CHECK(!client_->is_over);
    counter_add(&client_->left);
}

static client *client_new(sio_event_cb on_connect)
{
    static const counter zero = COUNTER_INITIALIZER;
    client *made = malloc(sizeof *made);
    made->entered = made->left = made->answers = made->freed = zero;
    made->is_over = 0;
    made->manager = make_manager(url, client_options, SIO_DISPATCH_THREAD);
    made->socket = sio_manager_socket(made->manager, NULL);
    CHECK_CODE(sio_socket_on(made->socket, "connect", on_connect, made, client_free, NULL), SIO_OK);
    CHECK_CODE(sio_socket_on(made->socket, NULL, client_event, made, client_free, NULL), SIO_OK);
    CHECK_CODE(sio_manager_on(made->manager, "close", client_event, made, client_free, NULL), SIO_OK);
    return made;
}

static void client_end(client *made, int answers)
{
    sio_manager_free(made->manager);
    made->is_over = 1;
    CHECK(counter_value(&made->entered) == counter_value(&made->left));
    CHECK(counter_value(&made->answers) == answers);
    CHECK(counter_value(&made->freed) == 3);
    free(made);
}

static void at_once(void) { client_end(client_new(client_event), 0); }

static void while_connecting(void)
{
    int delay;
    for (delay = 0; delay < 12; delay++) {
        client *made = client_new(client_event);
        CHECK_CODE(sio_socket_emit_with_ack(made->socket, "add", "[1,2]", SIO_FOREVER, client_answer, made), SIO_OK);
        CHECK_CODE(sio_socket_connect(made->socket), SIO_OK);
        sleep_ms(delay * 2);
        client_end(made, 1);
    }
}

static void during_a_callback(void)
{
    client *made = client_new(client_event);
    CHECK_CODE(sio_socket_connect(made->socket), SIO_OK);
    CHECK(counter_wait(&made->entered, 1));
    client_end(made, 0); /* the callback is asleep now, and is waited for */
}

static void with_answers_pending(void)
{
    int index;
    client *made = client_new(client_event);
    CHECK_CODE(sio_socket_connect(made->socket), SIO_OK);
    CHECK(counter_wait(&made->left, 1));
    for (index = 0; index < 50; index++)
        CHECK_CODE(sio_socket_emit_with_ack(made->socket, index % 2 ? "silent" : "add", "[1,2]", SIO_FOREVER,
                                            client_answer, made), SIO_OK);
    client_end(made, 50);
}

static void wants_cancelled(const sio_event *event, void *data)
{
    CHECK_CODE(sio_error_code(sio_event_error(event)), SIO_ERR_CANCELLED);
    CHECK_TEXT(sio_event_name(event), "silent");
    client_answer(event, data);
}

static void after_the_connection_was_lost(void)
{
    client *made;
    /* In the middle of an upgrade, the other transport would go on. */
    client_options = "{\"transports\":[\"websocket\"]}";
    made = client_new(client_event);
    client_options = "{}";
    CHECK_CODE(sio_socket_connect(made->socket), SIO_OK);
    CHECK(counter_wait(&made->left, 1));
    CHECK_CODE(sio_socket_emit_with_ack(made->socket, "silent", NULL, SIO_FOREVER, client_answer, made), SIO_OK);
    CHECK_CODE(sio_socket_emit(made->socket, "kill", NULL), SIO_OK);
    CHECK(counter_wait(&made->answers, 1)); /* disconnected */
    CHECK_CODE(sio_socket_disconnect(made->socket), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(made->socket, "silent", NULL, SIO_FOREVER, wants_cancelled, made), SIO_OK);
    client_end(made, 2);
}

/* Inside its own callback. */

static void free_here(const sio_event *event, void *data)
{
    client *made = data;
    sio_manager_free(sio_event_manager(event));
    CHECK(counter_value(&made->freed) == 0 && counter_value(&made->answers) == 0);
    CHECK_CODE(sio_socket_emit(made->socket, "add", NULL), SIO_ERR_FREED);
    CHECK_CODE(sio_socket_emit_with_ack(made->socket, "add", NULL, 1, client_answer, made), SIO_ERR_FREED);
    sleep_ms(30);
    CHECK(counter_value(&made->freed) == 0 && counter_value(&made->answers) == 0);
}

static void inside_its_own_callback(void)
{
    client *made = client_new(free_here);
    CHECK_CODE(sio_socket_emit_with_ack(made->socket, "silent", NULL, SIO_FOREVER, client_answer, made), SIO_OK);
    CHECK_CODE(sio_socket_connect(made->socket), SIO_OK);
    CHECK(counter_wait(&made->freed, 3));
    CHECK(counter_value(&made->answers) == 1);
    free(made);
}

/* Inside another manager's callback, and inside a callback of an acknowledgement. */

static void free_other(const sio_event *event, void *data)
{
    client *other = data;
    (void)event;
    sio_manager_free(other->manager);
    other->is_over = 1;
    CHECK(counter_value(&other->freed) == 3 && counter_value(&other->answers) == 1);
    counter_add(&other->left);
}

static void inside_anothers_callback(void)
{
    client *other = client_new(client_event);
    client *made = client_new(client_event);
    CHECK_CODE(sio_socket_emit_with_ack(other->socket, "silent", NULL, SIO_FOREVER, client_answer, other), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(made->socket, "add", "[1,2]", SIO_FOREVER, free_other, other), SIO_OK);
    CHECK_CODE(sio_socket_connect(made->socket), SIO_OK);
    CHECK(counter_wait(&other->left, 1));
    free(other);
    client_end(made, 0);
}

/* Calls that would wait, on the thread that they would wait for. */

static void calls_inside(const sio_event *event, void *data)
{
    client *made = data;
    size_t unsent = 77;
    sio_error *error = NULL;
    sio_manager *second = sio_manager_new(url, NULL, &error);
    CHECK(second != NULL);
    sio_manager_free(second);
    CHECK_CODE(sio_run(), SIO_ERR_WRONG_STATE);
    CHECK_CODE(sio_manager_shutdown(sio_event_manager(event), 1000, &unsent), SIO_OK);
    CHECK(unsent == 77);
    counter_add(&made->left);
}

static void everything_inside_a_callback(void)
{
    client *made = client_new(client_event);
    counter gone = COUNTER_INITIALIZER;
    CHECK_CODE(sio_socket_on(made->socket, "disconnect", count_event, &gone, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_connect(made->socket), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(made->socket, "add", "[1,2]", SIO_FOREVER, calls_inside, made), SIO_OK);
    CHECK(counter_wait(&gone, 1));
    sio_manager_free(made->manager);
    CHECK(counter_value(&made->freed) == 3);
    free(made);
}

/* A listener that removes itself has its data until it returns. */

typedef struct leaver {
    sio_listener listener;
    counter freed, called;
} leaver;

static void leaver_free(void *data) { counter_add(&((leaver *)data)->freed); }

static void leave(const sio_event *event, void *data)
{
    leaver *leaver_ = data;
    CHECK_CODE(sio_socket_off(sio_event_socket(event), leaver_->listener), SIO_OK);
    sleep_ms(20);
    CHECK(counter_value(&leaver_->freed) == 0);
    counter_add(&leaver_->called);
}

static void a_listener_that_leaves(void)
{
    leaver leaver_ = {0, COUNTER_INITIALIZER, COUNTER_INITIALIZER};
    counter answered = COUNTER_INITIALIZER;
    sio_manager *manager = make_manager(url, NULL, SIO_DISPATCH_THREAD);
    sio_socket *socket = sio_manager_socket(manager, NULL);
    CHECK_CODE(sio_socket_on(socket, "echo", leave, &leaver_, leaver_free, &leaver_.listener), SIO_OK);
    CHECK_CODE(sio_socket_connect(socket), SIO_OK);
    CHECK_CODE(sio_socket_emit(socket, "echo", NULL), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(socket, "echo", NULL, 60000, count_event, &answered), SIO_OK);
    CHECK(counter_wait(&answered, 1));
    CHECK(counter_wait(&leaver_.freed, 1));
    sio_manager_free(manager);
    CHECK(counter_value(&leaver_.called) == 1 && counter_value(&leaver_.freed) == 1);
}

/* The log's own end. */

static void slow_line(sio_log_level level, const char *message, size_t length, void *data)
{
    client *made = data;
    (void)level, (void)message, (void)length;
    CHECK(!made->is_over);
    counter_add(&made->entered);
    sleep_ms(20);
    CHECK(!made->is_over);
}

static void the_log_ends(void)
{
    client made = {NULL, NULL, COUNTER_INITIALIZER, COUNTER_INITIALIZER, COUNTER_INITIALIZER, COUNTER_INITIALIZER, 0};
    sio_manager *manager;
    CHECK_CODE(sio_set_log(SIO_LOG_DEBUG, slow_line, &made, client_free), SIO_OK);
    manager = make_manager(url, NULL, SIO_DISPATCH_THREAD);
    CHECK_CODE(sio_manager_open(manager), SIO_OK);
    CHECK(counter_wait(&made.entered, 1));
    CHECK_CODE(sio_set_log(SIO_LOG_DEBUG, NULL, NULL, NULL), SIO_OK);
    CHECK(counter_value(&made.freed) == 1);
    made.is_over = 1;
    sio_manager_free(manager);
}

int main(int count, char **arguments)
{
    if (count != 2) return 64;
    url = arguments[1];
    at_once();
    while_connecting();
    during_a_callback();
    with_answers_pending();
    after_the_connection_was_lost();
    inside_its_own_callback();
    inside_anothers_callback();
    everything_inside_a_callback();
    a_listener_that_leaves();
    the_log_ends();
    return check_end();
}
