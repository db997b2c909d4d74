/* A fork of a process that uses the library: fork URL. */
#include "check.h"
#include <sys/wait.h>

static counter answered = COUNTER_INITIALIZER;
static counter freed = COUNTER_INITIALIZER;

/* What the child does; its status is the number of what is not so. */
static int child(sio_manager *manager, sio_socket *socket, sio_ack *ack)
{
    sio_metrics metrics;
    sio_error *error = NULL;
    sio_options *options = sio_options_new();
    sio_message *message = sio_message_new("a");
    char text[8];
    int before = counter_value(&freed);
    CHECK_CODE(sio_socket_emit(socket, "add", "[1,2]"), SIO_ERR_FORKED);
    CHECK_CODE(sio_socket_emit_with_ack(socket, "add", "[1,2]", 1000, count_event, &answered), SIO_ERR_FORKED);
    CHECK_CODE(sio_socket_send(socket, message, NULL, NULL), SIO_ERR_FORKED);
    CHECK_CODE(sio_socket_connect(socket), SIO_ERR_FORKED);
    CHECK_CODE(sio_socket_on(socket, "a", count_event, &freed, count_free, NULL), SIO_ERR_FORKED);
    CHECK(counter_value(&freed) == before + 1);
    CHECK_CODE(sio_manager_open(manager), SIO_ERR_FORKED);
    CHECK_CODE(sio_manager_shutdown(manager, 1000, NULL), SIO_ERR_FORKED);
    CHECK_CODE(sio_manager_dispatch(manager, 1000), SIO_ERR_FORKED);
    CHECK_CODE(sio_manager_metrics(manager, &metrics, sizeof metrics), SIO_ERR_FORKED);
    CHECK_CODE(sio_set_log(SIO_LOG_DEBUG, NULL, NULL, NULL), SIO_ERR_FORKED);
    CHECK_CODE(sio_run(), SIO_ERR_FORKED);
    CHECK(sio_manager_new("http://127.0.0.1:1", options, &error) == NULL);
    CHECK_CODE(sio_error_code(error), SIO_ERR_FORKED);
    CHECK_TEXT(sio_manager_transport(manager), "");
    CHECK(sio_manager_fd(manager) == -1 && sio_manager_socket(manager, NULL) == NULL);
    CHECK(sio_socket_id(socket, text, sizeof text) == 0 && sio_socket_connected(socket) == 0);
    CHECK_CODE(sio_ack_send(ack, NULL), SIO_ERR_FORKED);
    sio_ack_free(ack);
    sio_error_free(error);
    sio_message_free(message);
    sio_options_free(options);
    sio_manager_free(manager);
    CHECK(counter_value(&freed) == before + 1 && counter_value(&answered) == 0);
    return check_failed;
}

static void take(const sio_event *event, void *user_data)
{
    *(sio_ack **)user_data = sio_event_take_ack(event);
    counter_add(&answered);
}

static void use_in_a_fork(const char *url)
{
    sio_manager *manager = make_manager(url, NULL, SIO_DISPATCH_THREAD);
    sio_socket *socket = sio_manager_socket(manager, NULL);
    sio_ack *ack = NULL;
    pid_t process;
    int status = -1;
    CHECK_CODE(sio_socket_on(socket, "question", take, &ack, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_on(socket, "other", count_event, &freed, count_free, NULL), SIO_OK);
    CHECK_CODE(sio_socket_connect(socket), SIO_OK);
    CHECK_CODE(sio_socket_emit(socket, "ask", NULL), SIO_OK);
    CHECK(counter_wait(&answered, 1));
    answered.value = 0;
    fflush(NULL);
    process = fork();
    /* By exit, so that what runs at the end of a process runs here, too. */
    if (process == 0) exit(child(manager, socket, ack));
    CHECK(waitpid(process, &status, 0) == process);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    /* The parent's connection has not noticed. */
    CHECK_CODE(sio_ack_send(ack, NULL), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(socket, "add", "[1,2]", 60000, count_event, &answered), SIO_OK);
    CHECK(counter_wait(&answered, 1));
    CHECK_CODE(sio_manager_shutdown(manager, 20000, NULL), SIO_OK);
    sio_manager_free(manager);
    CHECK(counter_value(&freed) == 1);
}

/* Before the first manager, nothing is bound to a process. */
static void fork_first(const char *url)
{
    pid_t process;
    int status = -1;
    sio_options *options = sio_options_new();
    fflush(NULL);
    process = fork();
    if (process == 0) {
        sio_manager *manager = sio_manager_new(url, options, NULL);
        CHECK_CODE(sio_socket_connect(sio_manager_socket(manager, NULL)), SIO_OK);
        CHECK_CODE(sio_socket_emit_with_ack(sio_manager_socket(manager, NULL), "add", "[1,2]", 60000, count_event,
                                            &answered), SIO_OK);
        CHECK(counter_wait(&answered, 1));
        sio_manager_free(manager);
        sio_options_free(options);
        exit(check_failed);
    }
    CHECK(waitpid(process, &status, 0) == process);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    sio_options_free(options);
}

int main(int count, char **arguments)
{
    if (count != 2) return 64;
    fork_first(arguments[1]);
    use_in_a_fork(arguments[1]);
    return check_end();
}
