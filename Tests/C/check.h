/* What the C tests share: checks that are counted, and waiting for what other threads do. */
#ifndef CHECK_H
#define CHECK_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <pthread.h>
#include <socketio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long anything may take. A test that waits this long has failed. */
#define CHECK_SECONDS 60

static pthread_mutex_t check_lock = PTHREAD_MUTEX_INITIALIZER;
static int check_passed = 0, check_failed = 0;

#define CHECK(condition) check_that((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_TEXT(text, expected) check_text(text, expected, #text, __FILE__, __LINE__)
#define CHECK_CODE(call, expected) check_code(call, expected, #call, __FILE__, __LINE__)

static inline void check_that(int is_true, const char *what, const char *file, int line)
{
    pthread_mutex_lock(&check_lock);
    if (is_true) check_passed++;
    else {
        check_failed++;
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    }
    pthread_mutex_unlock(&check_lock);
}

static inline void check_text(const char *text, const char *expected, const char *what, const char *file, int line)
{
    int is_equal = text != NULL && strcmp(text, expected) == 0;
    if (!is_equal) fprintf(stderr, "is \"%s\", not \"%s\": ", text ? text : "NULL", expected);
    check_that(is_equal, what, file, line);
}

static inline void check_code(sio_code code, sio_code expected, const char *what, const char *file, int line)
{
    if (code != expected) fprintf(stderr, "is %d, %s, not %d: ", (int)code, sio_strerror(code), (int)expected);
    check_that(code == expected, what, file, line);
}

/* The status of the program: 0 if there were checks and all passed. */
static inline int check_end(void)
{
    printf("%d checks, %d failed\n", check_passed + check_failed, check_failed);
    return check_passed > 0 && check_failed == 0 ? 0 : 1;
}

/* A number that one thread counts up and another waits for. */
typedef struct counter {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int value;
} counter;

#define COUNTER_INITIALIZER { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }

static inline void counter_add(counter *counter)
{
    pthread_mutex_lock(&counter->lock);
    counter->value++;
    pthread_cond_broadcast(&counter->changed);
    pthread_mutex_unlock(&counter->lock);
}

static inline int counter_value(counter *counter)
{
    int value;
    pthread_mutex_lock(&counter->lock);
    value = counter->value;
    pthread_mutex_unlock(&counter->lock);
    return value;
}

/* Waits until it has counted to `value`; whether it did. */
static inline int counter_wait(counter *counter, int value)
{
    struct timespec end;
    int status = 0, reached;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += CHECK_SECONDS;
    pthread_mutex_lock(&counter->lock);
    while (counter->value < value && status == 0)
        status = pthread_cond_timedwait(&counter->changed, &counter->lock, &end);
    reached = counter->value >= value;
    pthread_mutex_unlock(&counter->lock);
    return reached;
}

/* A callback and a destructor that count. */
static inline void count_event(const sio_event *event, void *user_data)
{
    (void)event;
    counter_add((counter *)user_data);
}

static inline void count_free(void *user_data) { counter_add((counter *)user_data); }

static inline void sleep_ms(long ms)
{
    struct timespec time;
    time.tv_sec = ms / 1000;
    time.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&time, NULL);
}

/* A manager with these options as JSON text, or NULL; it must succeed. */
static inline sio_manager *make_manager(const char *url, const char *json, sio_dispatch dispatch)
{
    sio_options *options = sio_options_new();
    sio_error *error = NULL;
    sio_manager *manager;
    if (json) CHECK_CODE(sio_options_set_json(options, json, SIO_NUL_TERMINATED, NULL), SIO_OK);
    CHECK_CODE(sio_options_set_dispatch(options, dispatch), SIO_OK);
    manager = sio_manager_new(url, options, &error);
    CHECK_TEXT(sio_error_message(error), "");
    sio_error_free(error);
    sio_options_free(options);
    return manager;
}

#endif
