// The header for C++11: every type and constant has its form, and callbacks may be lambdas.
#include <socketio.h>

#include <type_traits>

static_assert(sizeof(sio_code) == 4 && sizeof(sio_dispatch) == 4 && sizeof(sio_log_level) == 4, "32 bits wide");
static_assert(SIO_OK == 0, "success is 0");
static_assert(std::is_standard_layout<sio_metrics>::value && sizeof(sio_metrics) % 8 == 0, "a struct of C's");

int main()
{
    int freed = 0;
    sio_message *message = sio_message_new("a");
    sio_message_add_attachment_nocopy(message, &freed, sizeof freed, [](void *data) { *static_cast<int *>(data) = 1; });
    sio_message_free(message);
    sio_manager *manager = sio_manager_new("http://127.0.0.1:1", nullptr, nullptr);
    sio_socket_on(sio_manager_socket(manager, nullptr), "a", [](const sio_event *, void *) {}, nullptr, nullptr, nullptr);
    sio_manager_free(manager);
    return freed == 1 && sio_version() == SIO_VERSION_NUMBER ? 0 : 1;
}
