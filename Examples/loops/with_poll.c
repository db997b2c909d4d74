/* The library in a loop of poll(2): with_poll URL. */
#include "conversation.h"

#include <poll.h>

int main(int count, char **arguments)
{
    sio_manager *manager = conversation_begin(count, arguments);
    struct pollfd descriptors[1] = {{0, POLLIN, 0}}; /* and those of the program */
    descriptors[0].fd = sio_manager_fd(manager);
    do poll(descriptors, 1, -1);
    while (conversation_go_on(manager));
    return conversation_end(manager);
}
