// A Socket.IO server for the benchmarks: it costs so little that what is measured is the client.
//
//     firehose [--port PORT] [--tls DIR] [--ping-interval MS]
//
// It prints "READY <port>" and ends with standard input. Without PORT it takes any free one. With DIR it speaks TLS
// with server.crt and server.key of it, and demands a client certificate that ca.crt has signed. The interval of the
// pings is an hour if none is given.
//
// It speaks Engine.IO 4 and Socket.IO 5, over WebSocket, polling, and from this to that, in the namespace "/". What a
// client may emit:
//
//     send N               it sends N events `reading` of about 115 bytes, several hundred in a write, then `done`
//     send_binary N SIZE   over WebSocket: N events `blob`, each with one attachment of SIZE bytes, then `done`
//     echo VALUE           with an acknowledgement: answered with VALUE
//     count                with an acknowledgement: answered with [events, bytes], which is how much the session has
//                          received of events that are none of these, and of attachments
//
// A text message must be one frame.

#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RECEIVE_ROOM = 256 * 1024 };

static int epoll;
static SSL_CTX *tls;

// ---- Sending

// The socket reports room, and whether there is something to read.
static void await_room(struct connection *connection, bool awaits_room)
{
    if (connection->awaits_room == awaits_room)
        return;
    connection->awaits_room = awaits_room;
    struct epoll_event event = {.events = EPOLLIN | (awaits_room ? EPOLLOUT : 0), .data.ptr = connection};
    epoll_ctl(epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

static bool must_wait(SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

size_t send_some(struct connection *connection, const uint8_t *bytes, size_t count)
{
    if (connection->ssl) {
        int sent = SSL_write(connection->ssl, bytes, count);
        if (sent > 0)
            return sent;
        connection->is_over |= !must_wait(connection->ssl, sent);
        return 0;
    }
    ssize_t sent = send(connection->fd, bytes, count, MSG_NOSIGNAL);
    if (sent >= 0)
        return sent;
    connection->is_over |= errno != EAGAIN;
    return 0;
}

// The client closes, too: then the connection is over.
static void end_sending(struct connection *connection)
{
    if (connection->ssl)
        SSL_shutdown(connection->ssl);
    shutdown(connection->fd, SHUT_WR);
}

void flush(struct connection *connection)
{
    struct buffer *out = &connection->out;
    bool had_something = size(out) > 0;
    while (!connection->is_over) {
        while (size(out) > 0) {
            size_t sent = send_some(connection, out->bytes + out->start, size(out));
            out->start += sent;
            if (sent == 0)
                return await_room(connection, true);
        }
        if (!connection->is_websocket || !send_due_events(connection))
            break;
    }
    await_room(connection, false);
    if (had_something && connection->is_last_answer && !connection->is_websocket)
        end_sending(connection);
}

// ---- Receiving

// How many bytes came; 0 if none did.
static size_t receive_some(struct connection *connection, uint8_t *bytes, size_t room)
{
    if (connection->ssl) {
        int count = SSL_read(connection->ssl, bytes, room);
        if (count > 0)
            return count;
        connection->is_over |= !must_wait(connection->ssl, count);
        return 0;
    }
    ssize_t count = recv(connection->fd, bytes, room, 0);
    if (count > 0)
        return count;
    connection->is_over |= count == 0 || errno != EAGAIN;
    return 0;
}

static void receive(struct connection *connection)
{
    // All share the room; each keeps only what is left of a message.
    static struct buffer in;
    do {
        in.start = in.end = 0;
        append(&in, connection->in.bytes + connection->in.start, size(&connection->in));
        // One byte more for the end of a text.
        in.end += receive_some(connection, reserve(&in, RECEIVE_ROOM + 1), RECEIVE_ROOM);
        if (connection->is_over)
            return;
        while (!connection->is_over &&
               (connection->is_websocket ? receive_frame(connection, &in) : receive_request(connection, &in)))
            continue;
        connection->in.start = connection->in.end = 0;
        if (size(&in) > 0)
            append(&connection->in, in.bytes + in.start, size(&in));
        else if (connection->in.capacity > 0)
            discard(&connection->in);
    } while (connection->ssl && SSL_pending(connection->ssl) > 0);
}

// ---- Connections

static void accept_clients(int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int yes = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection)
            die("calloc");
        connection->fd = fd;
        if (tls) {
            connection->ssl = SSL_new(tls);
            SSL_set_fd(connection->ssl, fd);
            SSL_set_accept_state(connection->ssl);
        }
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
    if (errno != EAGAIN)
        die("accept");
}

static void release(struct connection *connection)
{
    struct session *session = connection->session;
    if (session && session->websocket == connection)
        close_session(session);
    else if (session && session->poll == connection)
        session->poll = NULL;
    SSL_free(connection->ssl);
    close(connection->fd);
    discard(&connection->in);
    discard(&connection->out);
    free(connection);
}

static int listen_on(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, length) || listen(fd, 1024) ||
        getsockname(fd, (struct sockaddr *)&address, &length))
        die("firehose");
    printf("READY %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void prepare_tls(const char *folder)
{
    if (chdir(folder))
        die(folder);
    tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    // Without it, a session of a client with a certificate cannot be resumed.
    SSL_CTX_set_session_id_context(tls, (const unsigned char *)"firehose", strlen("firehose"));
    if (SSL_CTX_use_certificate_file(tls, "server.crt", SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, "server.key", SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_locations(tls, "ca.crt", NULL) != 1) {
        fprintf(stderr, "firehose: no certificates in %s\n", folder);
        exit(1);
    }
}

static void watch(int *fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, *fd, &event))
        die("epoll_ctl");
}

static bool is_input_over(void)
{
    char bytes[256];
    return read(STDIN_FILENO, bytes, sizeof bytes) <= 0;
}

static long now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static uint16_t read_options(int count, char **arguments)
{
    uint16_t port = 0;
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(arguments[i], "--port") == 0)
            port = atoi(arguments[i + 1]);
        else if (strcmp(arguments[i], "--tls") == 0)
            prepare_tls(arguments[i + 1]);
        else if (strcmp(arguments[i], "--ping-interval") == 0)
            ping_interval_ms = atol(arguments[i + 1]);
    }
    return port;
}

int main(int count, char **arguments)
{
    // OpenSSL writes to sockets that the client may have closed.
    signal(SIGPIPE, SIG_IGN);
    make_events();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int input = STDIN_FILENO, listener = listen_on(read_options(count, arguments));
    watch(&listener);
    watch(&input);
    long next_ping = now_ms() + ping_interval_ms;
    for (;;) {
        long wait = next_ping - now_ms();
        struct epoll_event ready[64];
        int ready_count = epoll_wait(epoll, ready, 64, wait > 0 ? wait : 0);
        for (int i = 0; i < ready_count; i++) {
            if (ready[i].data.ptr == &listener) {
                accept_clients(listener);
            } else if (ready[i].data.ptr == &input) {
                if (is_input_over())
                    return 0;
            } else {
                struct connection *connection = ready[i].data.ptr;
                if (ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                    receive(connection);
                flush(connection);
                if (connection->is_over)
                    release(connection);
            }
        }
        if (now_ms() >= next_ping) {
            next_ping += ping_interval_ms;
            ping_sessions();
        }
    }
}
