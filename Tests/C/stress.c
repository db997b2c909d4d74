/* Eight threads that make, use and free managers, their own and one another's: stress URL SECONDS. The server is
 * restarted meanwhile. */
#include "check.h"

enum { THREADS = 8, SLOTS = 4 };

static const char *url;
static time_t end;
static counter started = COUNTER_INITIALIZER, ended = COUNTER_INITIALIZER;
static counter made = COUNTER_INITIALIZER, freed = COUNTER_INITIALIZER, good = COUNTER_INITIALIZER;

/* Handles of managers that any thread may have freed. */
static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static sio_manager *slots[SLOTS];

static sio_manager *exchange_slot(int slot, sio_manager *manager)
{
    sio_manager *before;
    pthread_mutex_lock(&slots_lock);
    before = slots[slot];
    slots[slot] = manager;
    pthread_mutex_unlock(&slots_lock);
    return before;
}

static sio_manager *look_into_slot(int slot)
{
    sio_manager *manager;
    pthread_mutex_lock(&slots_lock);
    manager = slots[slot];
    pthread_mutex_unlock(&slots_lock);
    return manager;
}

static void acked(const sio_event *event, void *user_data)
{
    if (sio_event_error(event) == NULL) counter_add(&good);
    counter_add((counter *)user_data);
}

/* Calls back into the library, now and then to free the manager it is called for. */
static void on_event(const sio_event *event, void *user_data)
{
    unsigned *seed = user_data;
    sio_event *copy = sio_event_retain(event);
    sio_socket_emit(sio_event_socket(event), "note", "[1]");
    if (*seed % 1024 == 0) sio_manager_free(sio_event_manager(event));
    *seed = *seed * 1103515245u + 12345u;
    sio_event_release(copy);
}

static void destroy(void *user_data)
{
    free(user_data);
    counter_add(&freed);
}

static sio_manager *new_manager(unsigned seed)
{
    sio_manager *manager = make_manager(
        url, seed % 2 ? "{\"reconnectionDelay\":20,\"transports\":[\"websocket\"]}" : "{\"reconnectionDelay\":20}",
        SIO_DISPATCH_THREAD);
    sio_socket *socket = sio_manager_socket(manager, NULL);
    const char *events[] = {"connect", "disconnect", NULL};
    int index;
    for (index = 0; index < 3; index++) {
        unsigned *data = malloc(sizeof *data);
        *data = seed + (unsigned)index;
        counter_add(&made);
        sio_socket_on(socket, events[index], on_event, data, destroy, NULL);
    }
    sio_socket_connect(socket);
    return manager;
}

static void emit(sio_socket *socket, unsigned seed)
{
    if (seed % 3 == 0) {
        /* Its callback is called once if and only if this returns SIO_OK; counted before, as it may be called first. */
        counter_add(&started);
        if (sio_socket_emit_with_ack(socket, "add", "[1,2]", 5000, acked, &ended) != SIO_OK) counter_add(&ended);
    } else if (seed % 3 == 1) {
        sio_message *message = sio_message_new("echo");
        char *bytes = malloc(100);
        memset(bytes, 1, 100);
        counter_add(&made);
        sio_message_add_attachment_nocopy(message, bytes, 100, destroy);
        if (sio_socket_send(socket, message, NULL, NULL) != SIO_OK) sio_message_free(message);
    } else
        sio_socket_emit(socket, "echo", "[\"text\"]");
}

static void *work(void *argument)
{
    unsigned seed = 977u * (unsigned)(size_t)argument + 1u, round;
    while (time(NULL) < end) {
        int slot = (int)(seed >> 16) % SLOTS;
        sio_socket *socket = sio_manager_socket(look_into_slot(slot), NULL);
        sio_listener listener = 0;
        for (round = 0; round < 3; round++) emit(socket, seed + round);
        if (sio_socket_on(socket, "tick", count_event, &good, NULL, &listener) == SIO_OK)
            sio_socket_off(socket, listener);
        /* Seldom enough for connections to be of use in between. */
        switch (seed >> 8 & 255) {
        case 0: sio_socket_disconnect(socket); break;
        case 1: sio_socket_connect(socket); break;
        case 2: sio_manager_free(look_into_slot(slot)); break; /* while others use it */
        case 3:
        case 6:
        case 7: sio_manager_free(exchange_slot(slot, new_manager(seed))); break;
        case 4: sio_manager_close(look_into_slot(slot)); break;
        case 5: sio_manager_shutdown(look_into_slot(slot), 20, NULL); break;
        default: sleep_ms(10); /* Python has to keep up, or nothing is answered in time */
        }
        seed = seed * 1103515245u + 12345u;
    }
    return NULL;
}

int main(int count, char **arguments)
{
    pthread_t threads[THREADS];
    size_t index;
    if (count != 3) return 64;
    url = arguments[1];
    end = time(NULL) + strtol(arguments[2], NULL, 10);
    for (index = 0; index < SLOTS; index++) exchange_slot((int)index, new_manager((unsigned)index));
    for (index = 0; index < THREADS; index++) CHECK(pthread_create(&threads[index], NULL, work, (void *)index) == 0);
    for (index = 0; index < THREADS; index++) pthread_join(threads[index], NULL);
    for (index = 0; index < SLOTS; index++) sio_manager_free(exchange_slot((int)index, NULL));
    /* A callback may be in the middle of freeing its own manager; and bytes may still be on their way. */
    CHECK(counter_wait(&ended, counter_value(&started)));
    CHECK(counter_wait(&freed, counter_value(&made)));
    sleep_ms(300);
    CHECK(counter_value(&ended) == counter_value(&started));
    CHECK(counter_value(&freed) == counter_value(&made));
    CHECK(counter_value(&good) > 0);
    printf("%d acknowledgements, %d of them answered; %d destructors\n", counter_value(&ended), counter_value(&good),
           counter_value(&freed));
    return check_end();
}
