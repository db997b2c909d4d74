/* The library in GLib's main loop: with_glib URL. */
#include "conversation.h"

#include <glib-unix.h>

static GMainLoop *loop;

static gboolean on_readable(gint descriptor, GIOCondition condition, gpointer manager)
{
    (void)descriptor, (void)condition;
    if (conversation_go_on(manager)) return G_SOURCE_CONTINUE;
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

int main(int count, char **arguments)
{
    sio_manager *manager = conversation_begin(count, arguments);
    loop = g_main_loop_new(NULL, FALSE);
    g_unix_fd_add(sio_manager_fd(manager), G_IO_IN, on_readable, manager);
    g_main_loop_run(loop);
    g_main_loop_unref(loop);
    return conversation_end(manager);
}
