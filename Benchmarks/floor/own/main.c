// What the system alone costs: the works of `client` over a socket, with framing of its own and nothing else.
//
//     floor-own WORK PORT [SCALE]
//
// It waits with epoll before it reads, as every client that has an event loop does.

#define _GNU_SOURCE
#include "work.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 256 * 1024, ENOUGH = 64 * 1024, HEADER_ROOM = 14, TEXT = 1, BINARY = 2 };

static uint8_t in[ROOM + 1], out[ENOUGH + ROOM];
static size_t in_start, in_end, out_end;
static int epoll;

static uint32_t next_mask(void)
{
    static uint64_t state = 88172645463325252;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void append_frame(uint8_t opcode, const void *bytes, size_t count)
{
    uint8_t *frame = out + out_end;
    size_t length_bytes = count < 126 ? 0 : count < 65536 ? 2 : 8;
    *frame++ = 0x80 | opcode;
    *frame++ = 0x80 | (length_bytes == 0 ? count : length_bytes == 2 ? 126 : 127);
    for (size_t i = 0; i < length_bytes; i++)
        *frame++ = (uint64_t)count >> 8 * (length_bytes - 1 - i);
    uint32_t mask = next_mask();
    memcpy(frame, &mask, 4);
    frame += 4;
    uint64_t wide_mask = (uint64_t)mask << 32 | mask, word;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        memcpy(&word, (const uint8_t *)bytes + i, 8);
        word ^= wide_mask;
        memcpy(frame + i, &word, 8);
    }
    for (; i < count; i++)
        frame[i] = ((const uint8_t *)bytes)[i] ^ (uint8_t)(mask >> 8 * (i & 3));
    out_end = frame + count - out;
}

static void send_out(int fd)
{
    for (size_t sent = 0; sent < out_end;) {
        ssize_t count = send(fd, out + sent, out_end - sent, MSG_NOSIGNAL);
        if (count < 0)
            work_fail("the connection is lost");
        sent += count;
    }
    out_end = 0;
}

static void send_messages(int fd)
{
    struct message message;
    while (work_next(&message)) {
        append_frame(message.is_binary ? BINARY : TEXT, message.bytes, message.count);
        if (out_end > ENOUGH)
            send_out(fd);
    }
    send_out(fd);
}

static int begin_connecting(void)
{
    work_connecting();
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(work_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr *)&address, sizeof address))
        work_fail("no connection");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    in_start = in_end = 0;
    out_end = snprintf((char *)out, sizeof out,
                       "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                       work_path, work_port);
    send_out(fd);
    return fd;
}

static void receive_some(int fd)
{
    if (in_start > 0) {
        memmove(in, in + in_start, in_end - in_start);
        in_end -= in_start;
        in_start = 0;
    }
    struct epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) != 1)
        work_fail("epoll_wait");
    ssize_t count = recv(fd, in + in_end, ROOM - in_end, 0);
    if (count <= 0)
        work_fail("the connection is lost");
    in_end += count;
}

static void receive_handshake(int fd)
{
    uint8_t *end;
    do
        receive_some(fd);
    while (!(end = memmem(in, in_end, "\r\n\r\n", 4)));
    in_start = end + 4 - in;
}

// Takes a frame, if there is a whole one.
static bool receive_frame(enum step *step)
{
    uint8_t *frame = in + in_start;
    size_t available = in_end - in_start, header = 2;
    if (available < header)
        return false;
    size_t length = frame[1], length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    header += length_bytes;
    if (available < header)
        return false;
    if (length_bytes > 0)
        length = 0;
    for (size_t i = 0; i < length_bytes; i++)
        length = length << 8 | frame[2 + i];
    if (available < header + length)
        return false;
    in_start += header + length;
    *step = work_receive((char *)frame + header, length, (frame[0] & 15) == BINARY);
    return true;
}

int main(int count, char **arguments)
{
    work_begin(count, arguments);
    if (work_certificates)
        work_fail("it has no TLS");
    epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int fd = begin_connecting();;) {
        receive_handshake(fd);
        enum step step = GO_ON;
        while (step != CONNECT_MORE && step != CONNECT_AGAIN) {
            while (step <= SEND_PONG && receive_frame(&step)) {
                if (step == SEND_CONNECT)
                    append_frame(TEXT, "40", 2);
                else if (step == SEND_PONG)
                    append_frame(TEXT, "3", 1);
            }
            if (step == STOP)
                return 0;
            if (step <= SEND_PONG) {
                send_messages(fd);
                receive_some(fd);
            }
        }
        if (step == CONNECT_AGAIN)
            close(fd);
        fd = begin_connecting();
    }
}
