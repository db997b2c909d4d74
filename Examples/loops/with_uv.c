/* The library in libuv's loop: with_uv URL. */
#include "conversation.h"

#include <uv.h>

static void on_readable(uv_poll_t *handle, int status, int events)
{
    (void)status, (void)events;
    if (!conversation_go_on(handle->data)) uv_close((uv_handle_t *)handle, NULL);
}

int main(int count, char **arguments)
{
    sio_manager *manager = conversation_begin(count, arguments);
    uv_loop_t loop;
    uv_poll_t handle;
    uv_loop_init(&loop);
    uv_poll_init(&loop, &handle, sio_manager_fd(manager));
    handle.data = manager;
    uv_poll_start(&handle, UV_READABLE, on_readable);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return conversation_end(manager);
}
