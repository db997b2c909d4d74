/* Callbacks in the program's own loop: dispatch URL. */
#include "check.h"
#include <poll.h>

static pthread_t here;
static counter connected = COUNTER_INITIALIZER;
static counter answered = COUNTER_INITIALIZER;
static counter freed = COUNTER_INITIALIZER;

static void on_this_thread(const sio_event *event, void *user_data)
{
    CHECK(pthread_equal(pthread_self(), here));
    count_event(event, user_data);
}

static void free_on_this_thread(void *user_data)
{
    CHECK(pthread_equal(pthread_self(), here));
    counter_add((counter *)user_data);
}

static int is_readable(int descriptor, int ms)
{
    struct pollfd request = {0, POLLIN, 0};
    request.fd = descriptor;
    return poll(&request, 1, ms) == 1;
}

static void dispatch_until(sio_manager *manager, counter *counter, int value)
{
    time_t end = time(NULL) + CHECK_SECONDS;
    while (counter_value(counter) < value && time(NULL) < end) {
        sio_code code = sio_manager_dispatch(manager, 1000);
        CHECK(code == SIO_OK || code == SIO_ERR_TIMED_OUT);
    }
    CHECK(counter_value(counter) >= value);
}

static void nested(const sio_event *event, void *user_data)
{
    CHECK_CODE(sio_manager_dispatch(sio_event_manager(event), 0), SIO_ERR_WRONG_STATE);
    counter_add((counter *)user_data);
}

static void *free_from_elsewhere(void *manager)
{
    sleep_ms(50);
    sio_manager_free((sio_manager *)manager);
    return NULL;
}

static void callbacks_run_in_dispatch_only(const char *url)
{
    sio_manager *manager = make_manager(url, NULL, SIO_DISPATCH_MANUAL);
    sio_socket *socket = sio_manager_socket(manager, NULL);
    int descriptor = sio_manager_fd(manager);
    sio_listener listener = 0;
    size_t unsent = 7;
    CHECK(descriptor >= 0 && !is_readable(descriptor, 0));
    CHECK_CODE(sio_manager_dispatch(manager, 0), SIO_ERR_TIMED_OUT);
    CHECK_CODE(sio_manager_dispatch(manager, 20), SIO_ERR_TIMED_OUT);
    CHECK_CODE(sio_socket_on(socket, "connect", on_this_thread, &connected, free_on_this_thread, &listener), SIO_OK);
    CHECK_CODE(sio_socket_once(socket, "connect", nested, &connected, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_connect(socket), SIO_OK);
    CHECK(is_readable(descriptor, CHECK_SECONDS * 1000));
    CHECK(counter_value(&connected) == 0);
    dispatch_until(manager, &connected, 2);
    CHECK_CODE(sio_manager_dispatch(manager, 0), SIO_ERR_TIMED_OUT);
    CHECK(!is_readable(descriptor, 0));

    CHECK_CODE(sio_socket_emit_with_ack(socket, "add", "[1,2]", 60000, on_this_thread, &answered), SIO_OK);
    CHECK(is_readable(descriptor, CHECK_SECONDS * 1000));
    CHECK(counter_value(&answered) == 0);
    /* A listener that is taken away is not called, and its destructor is, in dispatch. */
    CHECK_CODE(sio_socket_off(socket, listener), SIO_OK);
    CHECK(counter_value(&connected) == 2);
    dispatch_until(manager, &connected, 3);
    dispatch_until(manager, &answered, 1);

    /* What waits unseen when the manager is freed: an event is dropped, an answer and a destructor are not. */
    CHECK_CODE(sio_socket_on(socket, "echo", on_this_thread, &connected, free_on_this_thread, NULL), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(socket, "echo", NULL, 60000, on_this_thread, &answered), SIO_OK);
    CHECK(is_readable(descriptor, CHECK_SECONDS * 1000));
    CHECK_CODE(sio_manager_shutdown(manager, 20000, &unsent), SIO_OK);
    CHECK(unsent == 0);
    sio_manager_free(manager);
    CHECK(counter_value(&connected) == 4 && counter_value(&answered) == 2);
    CHECK_CODE(sio_manager_dispatch(manager, 0), SIO_ERR_FREED);
}

static void freeing_wakes_a_dispatch(const char *url)
{
    pthread_t thread;
    sio_manager *manager = make_manager(url, NULL, SIO_DISPATCH_MANUAL);
    CHECK(pthread_create(&thread, NULL, free_from_elsewhere, manager) == 0);
    CHECK_CODE(sio_manager_dispatch(manager, SIO_FOREVER), SIO_ERR_FREED);
    pthread_join(thread, NULL);
}

static void free_own(const sio_event *event, void *user_data)
{
    sio_manager_free(sio_event_manager(event));
    CHECK(counter_value(&freed) == 0); /* deferred: this callback still has its data */
    counter_add((counter *)user_data);
}

static void freeing_inside_a_callback(const char *url)
{
    counter called = COUNTER_INITIALIZER;
    time_t end = time(NULL) + CHECK_SECONDS;
    sio_code code = SIO_OK;
    sio_manager *manager = make_manager(url, NULL, SIO_DISPATCH_MANUAL);
    sio_socket *socket = sio_manager_socket(manager, NULL);
    CHECK_CODE(sio_socket_on(socket, "connect", free_own, &called, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_on(socket, "connect", count_event, &called, count_free, NULL), SIO_OK);
    CHECK_CODE(sio_socket_on(socket, "x", count_event, &freed, free_on_this_thread, NULL), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(socket, "silent", NULL, SIO_FOREVER, on_this_thread, &freed), SIO_OK);
    CHECK_CODE(sio_socket_connect(socket), SIO_OK);
    while (code != SIO_ERR_FREED && time(NULL) < end) code = sio_manager_dispatch(manager, 1000);
    CHECK_CODE(code, SIO_ERR_FREED);
    CHECK(counter_value(&called) == 2); /* the first callback, and the destructor of the second */
    CHECK(counter_value(&freed) == 2);
}

int main(int count, char **arguments)
{
    if (count != 2) return 64;
    here = pthread_self();
    callbacks_run_in_dispatch_only(arguments[1]);
    freeing_wakes_a_dispatch(arguments[1]);
    freeing_inside_a_callback(arguments[1]);
    return check_end();
}
