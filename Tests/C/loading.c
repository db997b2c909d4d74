/* The library as something that is loaded: loading URL LIBRARY [COPY]. It is not linked. */
#include "check.h"
#include <dlfcn.h>

/* The functions that this program needs, of one copy of the library. */
typedef struct functions {
    void *library;
    sio_manager *(*manager_new)(const char *, const sio_options *, sio_error **);
    void (*manager_free)(sio_manager *);
    sio_code (*manager_shutdown)(sio_manager *, int64_t, size_t *);
    sio_socket *(*manager_socket)(sio_manager *, const char *);
    sio_code (*socket_connect)(sio_socket *);
    sio_code (*emit_with_ack)(sio_socket *, const char *, const char *, int64_t, sio_event_cb, void *);
    const char *(*strerror)(sio_code);
} functions;

static void *find(void *library, const char *name)
{
    void *function = dlsym(library, name);
    CHECK(function != NULL);
    return function;
}

/* ISO C knows no conversion from a pointer to a function; POSIX promises this one. */
#define FIND(f, member, name) (*(void **)&(f)->member = find((f)->library, name))

static functions load(const char *path)
{
    functions f;
    f.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (f.library == NULL) fprintf(stderr, "%s\n", dlerror());
    CHECK(f.library != NULL);
    FIND(&f, manager_new, "sio_manager_new");
    FIND(&f, manager_free, "sio_manager_free");
    FIND(&f, manager_shutdown, "sio_manager_shutdown");
    FIND(&f, manager_socket, "sio_manager_socket");
    FIND(&f, socket_connect, "sio_socket_connect");
    FIND(&f, emit_with_ack, "sio_socket_emit_with_ack");
    FIND(&f, strerror, "sio_strerror");
    return f;
}

static sio_manager *use(functions *f, const char *url, counter *answered)
{
    sio_manager *manager = f->manager_new(url, NULL, NULL);
    sio_socket *socket = f->manager_socket(manager, NULL);
    CHECK(manager != NULL);
    CHECK(f->socket_connect(socket) == SIO_OK);
    CHECK(f->emit_with_ack(socket, "add", "[1,2]", 60000, count_event, answered) == SIO_OK);
    return manager;
}

static void end(functions *f, sio_manager *manager)
{
    CHECK(f->manager_shutdown(manager, 20000, NULL) == SIO_OK);
    f->manager_free(manager);
    CHECK(dlclose(f->library) == 0);
}

static void load_use_close(const char *url, const char *path)
{
    counter answered = COUNTER_INITIALIZER;
    functions f = load(path);
    sio_manager *manager = use(&f, url, &answered);
    CHECK(counter_wait(&answered, 1));
    end(&f, manager);
    /* It stays loaded, as the header says: its threads and destructors have their code. */
    f.library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    CHECK(f.library != NULL);
    CHECK(dlclose(f.library) == 0);
    CHECK(strcmp(f.strerror(SIO_OK), "success") == 0);
}

static void two_copies(const char *url, const char *path, const char *copy)
{
    counter answered = COUNTER_INITIALIZER;
    functions one = load(path), two = load(copy);
    sio_manager *of_one = use(&one, url, &answered), *of_two = use(&two, url, &answered);
    CHECK(one.manager_new != two.manager_new);
    CHECK(counter_wait(&answered, 2));
    end(&one, of_one);
    CHECK(two.emit_with_ack(two.manager_socket(of_two, NULL), "add", "[1,2]", 60000, count_event, &answered) == SIO_OK);
    CHECK(counter_wait(&answered, 3));
    end(&two, of_two);
}

int main(int count, char **arguments)
{
    int round;
    if (count != 3 && count != 4) return 64;
    for (round = 0; round < 3; round++) load_use_close(arguments[1], arguments[2]);
    if (count == 4) two_copies(arguments[1], arguments[2], arguments[3]);
    printf("%d checks, %d failed\n", check_passed + check_failed, check_failed);
    return check_failed ? 1 : 0;
}
