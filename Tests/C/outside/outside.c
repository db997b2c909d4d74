/* A program of somebody's who has installed the library: prints the sum of 20 and 22, as the server has it. */
#include <socketio.h>

#include <stdio.h>

static void print(const sio_event *event, void *is_answered)
{
    puts(sio_event_error(event) ? sio_error_message(sio_event_error(event)) : sio_event_json(event, NULL));
    *(int *)is_answered = 1;
}

int main(int count, char **arguments)
{
    int is_answered = 0;
    sio_options *options = sio_options_new();
    sio_manager *manager;
    sio_socket *socket;
    if (count != 2 || sio_version() != SIO_VERSION_NUMBER) return 64;
    sio_options_set_dispatch(options, SIO_DISPATCH_MANUAL);
    manager = sio_manager_new(arguments[1], options, NULL);
    sio_options_free(options);
    socket = sio_manager_socket(manager, "/");
    sio_socket_emit_with_ack(socket, "add", "[20,22]", 20000, print, &is_answered);
    if (sio_socket_connect(socket) != SIO_OK) return 1;
    while (!is_answered && sio_manager_dispatch(manager, 20000) == SIO_OK) continue;
    sio_manager_shutdown(manager, 20000, NULL);
    sio_manager_free(manager);
    return 0;
}
