/* A daemon that reports temperatures over mutual TLS: telemetryd URL.
 *
 * Its certificates are credentials of systemd's: ca.pem, client.pem and client.key in $CREDENTIALS_DIRECTORY. SIGHUP
 * reads them again, SIGTERM ends it in order. It tells systemd when it is ready; see telemetryd.service. All of it runs
 * in one thread, in one loop of poll(2). */
#define _GNU_SOURCE
#include <socketio.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TIMER, SIGNALS, MANAGER, DESCRIPTORS };

static int is_over = 0;

/* A line for the journal, with its priority. */
static void say(int priority, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fprintf(stderr, "<%d>", priority);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
}

/* Tells the service manager, if there is one. */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t length;
    int connection;
    if (path == NULL || strlen(path) >= sizeof address.sun_path) return;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path, strlen(path));
    if (path[0] == '@') address.sun_path[0] = 0; /* an abstract name */
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    connection = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sendto(connection, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, length) < 0)
        say(4, "cannot notify: %s", strerror(errno));
    close(connection);
}

/* What happens on the connection. */

static void on_connect(const sio_event *event, void *user_data)
{
    (void)event, (void)user_data;
    say(6, "connected");
    notify("READY=1\nSTATUS=Connected");
}

static void on_disconnect(const sio_event *event, void *user_data)
{
    (void)user_data;
    say(4, "disconnected: %s", sio_event_reason(event));
    if (!is_over) notify("STATUS=Disconnected");
}

static void on_connect_error(const sio_event *event, void *user_data)
{
    const sio_error *error = sio_event_error(event);
    (void)user_data;
    say(4, "not connected: %s (%s)", sio_error_message(error), sio_error_phase(error));
}

/* The server asks for a photo, and is answered with bytes. */
static void on_question(const sio_event *event, void *user_data)
{
    sio_ack *ack = sio_event_take_ack(event);
    sio_message *photo = sio_message_new("");
    (void)user_data;
    sio_message_add_attachment(photo, "\xff\xd8\xff\xe0", 4);
    if (sio_ack_send_message(ack, photo) != SIO_OK) {
        sio_message_free(photo);
        sio_ack_free(ack);
    }
}

static void on_stored(const sio_event *event, void *user_data)
{
    const sio_error *error = sio_event_error(event);
    (void)user_data;
    if (error) say(4, "a reading is lost: %s", sio_error_message(error));
    else say(6, "the server has reading %s", sio_event_json(event, NULL));
}

static void report(sio_socket *telemetry)
{
    char json[80];
    snprintf(json, sizeof json, "[{\"sensor\":\"roof\",\"celsius\":%d}]", (int)(time(NULL) % 40));
    if (sio_socket_connected(telemetry)) sio_socket_emit_with_ack(telemetry, "reading", json, 5000, on_stored, NULL);
}

/* The beginning. */

static sio_code set_credential(sio_options *options, sio_code (*set)(sio_options *, const char *), const char *name)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory ? directory : ".", name);
    return set(options, path);
}

static sio_manager *make_manager(const char *url)
{
    sio_options *options = sio_options_new();
    sio_error *error = NULL;
    sio_manager *manager;
    set_credential(options, sio_options_set_ca_file, "ca.pem");
    set_credential(options, sio_options_set_cert_file, "client.pem");
    set_credential(options, sio_options_set_key_file, "client.key");
    sio_options_set_reconnection_delay(options, 200);
    sio_options_set_dispatch(options, SIO_DISPATCH_MANUAL);
    manager = sio_manager_new(url, options, &error);
    if (manager == NULL) say(3, "%s", sio_error_message(error));
    sio_error_free(error);
    sio_options_free(options);
    return manager;
}

static int open_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

static int open_timer(void)
{
    struct itimerspec second = {{1, 0}, {1, 0}};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    timerfd_settime(timer, 0, &second, NULL);
    return timer;
}

/* What the administrator wants. */

static void reload(sio_manager *manager)
{
    struct timespec now;
    char state[80];
    int changed = 0;
    sio_error *error = NULL;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    notify(state);
    /* With `reconnect`, what is new is in use at once. */
    if (sio_manager_reload_tls(manager, NULL, 1, &changed, &error) == SIO_OK)
        say(6, changed ? "the certificates were replaced" : "the certificates are the same");
    else say(3, "the certificates stay as they were: %s", sio_error_message(error));
    sio_error_free(error);
    notify("READY=1");
}

static void handle_signal(int descriptor, sio_manager *manager)
{
    struct signalfd_siginfo signal;
    if (read(descriptor, &signal, sizeof signal) != sizeof signal) return;
    if (signal.ssi_signo == SIGHUP) reload(manager);
    else is_over = 1;
}

int main(int count, char **arguments)
{
    struct pollfd descriptors[DESCRIPTORS] = {{0, POLLIN, 0}, {0, POLLIN, 0}, {0, POLLIN, 0}};
    sio_manager *manager;
    sio_socket *telemetry;
    size_t unsent = 0;
    if (count != 2) {
        fprintf(stderr, "usage: telemetryd URL\n");
        return 64;
    }
    /* First of all, so that no signal ends it in its first moments. */
    descriptors[SIGNALS].fd = open_signals();
    descriptors[TIMER].fd = open_timer();
    manager = make_manager(arguments[1]);
    if (manager == NULL) return 1;
    descriptors[MANAGER].fd = sio_manager_fd(manager);

    telemetry = sio_manager_socket(manager, "/telemetry");
    sio_socket_on(telemetry, "connect", on_connect, NULL, NULL, NULL);
    sio_socket_on(telemetry, "disconnect", on_disconnect, NULL, NULL, NULL);
    sio_socket_on(telemetry, "connect_error", on_connect_error, NULL, NULL, NULL);
    sio_socket_on(telemetry, "question", on_question, NULL, NULL, NULL);
    sio_socket_connect(telemetry);

    while (!is_over) {
        uint64_t ticks;
        if (poll(descriptors, DESCRIPTORS, -1) < 0) continue;
        if (descriptors[MANAGER].revents) sio_manager_dispatch(manager, 0);
        if (descriptors[TIMER].revents && read(descriptors[TIMER].fd, &ticks, sizeof ticks) > 0) report(telemetry);
        if (descriptors[SIGNALS].revents) handle_signal(descriptors[SIGNALS].fd, manager);
    }

    notify("STOPPING=1");
    sio_manager_shutdown(manager, 5000, &unsent);
    sio_manager_dispatch(manager, 0); /* what came until then */
    sio_manager_free(manager);
    close(descriptors[TIMER].fd);
    close(descriptors[SIGNALS].fd);
    say(6, "ended; not sent: %zu", unsent);
    return 0;
}
