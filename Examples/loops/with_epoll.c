/* The library in a loop of epoll(7): with_epoll URL. */
#include "conversation.h"

#include <sys/epoll.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    sio_manager *manager = conversation_begin(count, arguments);
    int loop = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event wanted = {EPOLLIN, {manager}}, happened;
    epoll_ctl(loop, EPOLL_CTL_ADD, sio_manager_fd(manager), &wanted);
    while (epoll_wait(loop, &happened, 1, -1) < 1 || conversation_go_on(happened.data.ptr)) continue;
    close(loop);
    return conversation_end(manager);
}
