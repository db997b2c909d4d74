#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BLOB_SIZE = 65536, CONNECTIONS = 200, FURTHER_CONNECTIONS = 200, QUANTILES = 200, ID_COUNT = 1024 };

#define READING                                                                                                        \
    "{\"id\":100000,\"name\":\"sensor-00\",\"temp\":21.53,\"ok\":true,\"tags\":[\"a\",\"b\"],"                         \
    "\"text\":\"hello from the client here\"}"

struct work {
    const char *name;
    enum kind { RECEIVE, RECEIVE_BINARY, EMIT, EMIT_BINARY, ACK, CONNECT, MEMORY, IDLE } kind;
    // How many events, and how many of them are emitted before an answer is awaited.
    long count, burst;
};

static const struct work works[] = {
    {"receive", RECEIVE, 1000000, 0},        {"receive-binary", RECEIVE_BINARY, 5000, 0},
    {"emit", EMIT, 300000, 1000},            {"emit-binary", EMIT_BINARY, 5000, 16},
    {"ack1", ACK, 20000, 1},                 {"ack100", ACK, 100000, 100},
    {"process", ACK, 1, 1},                  {"connect", CONNECT, CONNECTIONS, 0},
    {"memory", MEMORY, 0, 0},                {"memory-tls", MEMORY, 0, 0},
    {"idle", IDLE, 0, 0},
};

const char *work_path = "/socket.io/?EIO=4&transport=websocket";
uint16_t work_port;
const char *work_certificates;

static struct work work;
// After a tenth of the work has been done to warm up.
static bool is_measured;
static long target, sent, received, connections;
static size_t received_bytes;
// The one message that asks for something, if there is one.
static char question[200];
static bool awaits_answer, is_blob_next;

static double start, start_cpu, times[ID_COUNT], *latencies, connect_start;
static long latency_count;

void work_fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(1);
}

// ---- Time

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void start_measuring(void)
{
    is_measured = true;
    start = now_us();
    start_cpu = cpu_us();
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double quantile(long numerator, long denominator)
{
    long i = latency_count * numerator / denominator;
    return latencies[i < latency_count ? i : latency_count - 1];
}

static void report(long count)
{
    // One event is the work `process`, which is measured from outside.
    if (count == 1)
        return;
    double duration = now_us() - start, cpu = cpu_us() - start_cpu;
    printf("{\"work\":\"%s\",\"n\":%ld,\"rate\":%.1f,\"cpu_us\":%.4f", work.name, count, count / duration * 1e6,
           cpu / count);
    if (latency_count > 0) {
        qsort(latencies, latency_count, sizeof *latencies, compare);
        printf(",\"p50_us\":%.2f,\"p99_us\":%.2f,\"quantiles_us\":[", quantile(1, 2), quantile(99, 100));
        for (int i = 0; i <= QUANTILES; i++)
            printf("%s%.2f", i ? "," : "", quantile(i, QUANTILES));
        printf("]");
    }
    printf("}\n");
}

// ---- Beginning

void work_begin(int count, char **arguments)
{
    for (size_t i = 0; count > 2 && i < sizeof works / sizeof *works; i++) {
        if (strcmp(works[i].name, arguments[1]) == 0)
            work = works[i];
    }
    if (!work.name)
        work_fail("there is no such work");
    work_port = atoi(arguments[2]);
    if (count > 4 && strstr(work.name, "tls"))
        work_certificates = arguments[4];
    if (work.kind < CONNECT && work.count > 1) {
        work.count *= count > 3 ? atof(arguments[3]) : 1;
        work.count = work.count > 1000 ? work.count : 1000;
    }
    latencies = calloc(work.count + 1, sizeof *latencies);
    if (!latencies)
        work_fail("there is no memory");
}

void work_connecting(void) { connect_start = now_us(); }

static enum step begin_round(long count)
{
    target = count;
    sent = received = received_bytes = 0;
    if (work.kind == RECEIVE)
        snprintf(question, sizeof question, "42[\"send\",%ld]", count);
    else if (work.kind == RECEIVE_BINARY)
        snprintf(question, sizeof question, "42[\"send_binary\",%ld,%d]", count, BLOB_SIZE);
    return GO_ON;
}

static enum step end_round(void)
{
    if (is_measured) {
        report(work.count);
        return STOP;
    }
    start_measuring();
    return begin_round(work.count);
}

static void say_ready(void)
{
    printf("READY\n");
    fflush(stdout);
}

// Waits for a line, or for the end, of standard input.
static void await_line(void)
{
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
        continue;
}

static enum step handle_connected(void)
{
    connections++;
    switch (work.kind) {
    case CONNECT:
        // The first connection is to warm up.
        if (connections == 1)
            start_measuring();
        else
            latencies[latency_count++] = now_us() - connect_start;
        if (connections <= work.count)
            return CONNECT_AGAIN;
        report(work.count);
        return STOP;
    case MEMORY:
        if (connections > 1 && connections <= FURTHER_CONNECTIONS)
            return CONNECT_MORE;
        say_ready();
        await_line();
        return connections == 1 ? CONNECT_MORE : STOP;
    case IDLE:
        say_ready();
        return GO_ON;
    default:
        if (work.count > 1)
            return begin_round(work.count / 10);
        start_measuring();
        return begin_round(1);
    }
}

// ---- Messages

static bool has_prefix(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

static enum step handle_acknowledgement(const char *packet)
{
    char *rest;
    long id = strtol(packet, &rest, 10);
    if (work.kind == ACK) {
        if (is_measured)
            latencies[latency_count++] = now_us() - times[id % ID_COUNT];
        return ++received == target ? end_round() : GO_ON;
    }
    // How many of the events have come.
    static long counted;
    awaits_answer = false;
    if (sent < target)
        return GO_ON;
    // The answer is an array of the events and the bytes.
    long count = atol(rest + 2);
    if (count - counted != target)
        work_fail("events were lost");
    counted = count;
    return end_round();
}

static enum step handle_event(const char *packet)
{
    if (has_prefix(packet, "[\"reading\""))
        received++;
    else if (has_prefix(packet, "[\"done\""))
        return received == target ? end_round() : (work_fail("events were lost"), STOP);
    return GO_ON;
}

enum step work_receive(char *bytes, size_t count, bool is_binary)
{
    if (is_binary) {
        received_bytes += count;
        received = received_bytes / BLOB_SIZE;
        return GO_ON;
    }
    char after = bytes[count];
    bytes[count] = 0;
    enum step step = GO_ON;
    if (has_prefix(bytes, "0"))
        step = SEND_CONNECT;
    else if (has_prefix(bytes, "2"))
        step = SEND_PONG;
    else if (has_prefix(bytes, "40"))
        step = handle_connected();
    else if (has_prefix(bytes, "42"))
        step = handle_event(bytes + 2);
    else if (has_prefix(bytes, "43"))
        step = handle_acknowledgement(bytes + 2);
    bytes[count] = after;
    return step;
}

static bool set_text(struct message *message, const char *text)
{
    *message = (struct message){text, strlen(text), false};
    return true;
}

static bool next_emitted(struct message *message)
{
    static const char blob[BLOB_SIZE];
    if (is_blob_next) {
        is_blob_next = false;
        *message = (struct message){blob, sizeof blob, true};
        return true;
    }
    if (awaits_answer || sent == target)
        return false;
    sent++;
    if (sent % work.burst == 0 || sent == target) {
        awaits_answer = true;
        strcpy(question, "420[\"count\"]");
    }
    is_blob_next = work.kind == EMIT_BINARY;
    return set_text(message, is_blob_next ? "451-[\"event\",{\"_placeholder\":true,\"num\":0}]"
                                          : "42[\"event\"," READING "]");
}

static bool next_asked(struct message *message)
{
    static char text[200];
    if (sent == target || sent - received == work.burst)
        return false;
    times[sent % ID_COUNT] = now_us();
    snprintf(text, sizeof text, "42%ld[\"echo\"," READING "]", sent++);
    return set_text(message, text);
}

bool work_next(struct message *message)
{
    static char asked[sizeof question];
    if (question[0] && !is_blob_next) {
        strcpy(asked, question);
        question[0] = 0;
        return set_text(message, asked);
    }
    switch (work.kind) {
    case EMIT:
    case EMIT_BINARY:
        return next_emitted(message);
    case ACK:
        return next_asked(message);
    default:
        return false;
    }
}
