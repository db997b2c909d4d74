/* The library in systemd's event loop: with_sd_event URL. */
#include "conversation.h"

#include <sys/epoll.h>
#include <systemd/sd-event.h>

static int on_readable(sd_event_source *source, int descriptor, uint32_t events, void *manager)
{
    (void)descriptor, (void)events;
    return conversation_go_on(manager) ? 0 : sd_event_exit(sd_event_source_get_event(source), 0);
}

int main(int count, char **arguments)
{
    sio_manager *manager = conversation_begin(count, arguments);
    sd_event *loop = NULL;
    sd_event_source *source = NULL;
    if (sd_event_new(&loop) < 0) return 1;
    if (sd_event_add_io(loop, &source, sio_manager_fd(manager), EPOLLIN, on_readable, manager) < 0) return 1;
    sd_event_loop(loop);
    sd_event_source_unref(source);
    sd_event_unref(loop);
    return conversation_end(manager);
}
