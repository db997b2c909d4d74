/* What all five loops do: connect, ask, answer a question, and end. Every callback runs in the loop's own thread. */
#ifndef CONVERSATION_H
#define CONVERSATION_H

#include <pthread.h>
#include <socketio.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_t conversation_thread;
static int conversation_is_over = 0;

static inline void conversation_say(const char *what, const sio_event *event)
{
    const sio_error *error = sio_event_error(event);
    printf("%s %s%s\n", what, error ? sio_error_message(error) : sio_event_json(event, NULL),
           pthread_equal(pthread_self(), conversation_thread) ? "" : " on another thread");
    fflush(stdout);
}

static inline void conversation_answer(const sio_event *event, void *user_data)
{
    (void)user_data;
    conversation_say("question", event);
    if (sio_ack_send(sio_event_take_ack(event), "[\"yes\"]") != SIO_OK) abort();
    conversation_is_over = 1;
}

static inline void conversation_sum(const sio_event *event, void *user_data)
{
    (void)user_data;
    conversation_say("sum", event);
    sio_socket_emit(sio_event_socket(event), "ask", "[\"ready?\"]");
}

static inline void conversation_connected(const sio_event *event, void *user_data)
{
    conversation_say("connected", event);
    sio_socket_emit_with_ack(sio_event_socket(event), "add", "[20,22]", 5000, conversation_sum, user_data);
}

static inline void conversation_failed(const sio_event *event, void *user_data)
{
    (void)user_data;
    conversation_say("not connected:", event);
}

/* A manager whose callbacks run in sio_manager_dispatch(), on its way to the server. */
static inline sio_manager *conversation_begin(int count, char **arguments)
{
    sio_options *options = sio_options_new();
    sio_error *error = NULL;
    sio_manager *manager;
    sio_socket *socket;
    if (count != 2) {
        fprintf(stderr, "usage: %s URL\n", arguments[0]);
        exit(64);
    }
    conversation_thread = pthread_self();
    sio_options_set_dispatch(options, SIO_DISPATCH_MANUAL);
    manager = sio_manager_new(arguments[1], options, &error);
    sio_options_free(options);
    if (manager == NULL) {
        fprintf(stderr, "%s\n", sio_error_message(error));
        exit(1);
    }
    socket = sio_manager_socket(manager, "/");
    sio_socket_on(socket, "connect", conversation_connected, NULL, NULL, NULL);
    sio_socket_on(socket, "connect_error", conversation_failed, NULL, NULL, NULL);
    sio_socket_on(socket, "question", conversation_answer, NULL, NULL, NULL);
    sio_socket_connect(socket);
    return manager;
}

/* Runs what waits. Returns whether the conversation goes on. */
static inline int conversation_go_on(sio_manager *manager)
{
    sio_manager_dispatch(manager, 0);
    return !conversation_is_over;
}

static inline int conversation_end(sio_manager *manager)
{
    sio_code code = sio_manager_shutdown(manager, 5000, NULL);
    sio_manager_free(manager);
    printf("end: %s\n", sio_strerror(code));
    return code == SIO_OK ? 0 : 1;
}

#endif
