/* socketio.h: a Socket.IO client (Socket.IO 5 over Engine.IO 4) for C99 and C++11.
 *
 * THREADS    Every function may be called from any thread, at any time, also inside a callback.
 * CALLBACKS  They run one at a time for each manager, in the order of the wire, with no lock held: on the library's
 *            I/O thread, where a callback must not block, or, with SIO_DISPATCH_MANUAL, inside sio_manager_dispatch().
 * THE END    After sio_manager_free() has returned, no callback of that manager runs and none will. Inside a callback
 *            it cannot wait for the callback that it is in: see there. Handles of managers and sockets are never used
 *            twice: a call with one that is gone does nothing and returns SIO_ERR_FREED.
 * ONCE       Every callback of an acknowledgement is called exactly once: with the answer, or with the error that ended
 *            the wait. Every destructor is called exactly once, when the callback it belongs to will not run again;
 *            also where the call it was given to fails.
 * MEMORY     What is passed in is copied, unless the name says _nocopy. What a callback is given is valid until it
 *            returns; sio_event_retain() keeps it. What sio_<object>_new() returns is the caller's to free, and freeing
 *            NULL does nothing. On SIO_OK, what is sent belongs to the library; on anything else it is still yours.
 * TEXT       UTF-8. Where a length goes with it, SIO_NUL_TERMINATED means: up to the NUL. Events carry JSON text, an
 *            array of the arguments, in which {"_placeholder":true,"num":N} stands for the attachment N.
 * ERRORS     SIO_OK is 0. No message holds a passphrase, auth data, a cookie or the value of a query parameter.
 * FORK       In the child of a process that has made a manager, calls return SIO_ERR_FORKED; freeing is safe, and
 *            neither sends anything nor calls anything back.
 * PROCESS    Signals, their handlers, the environment, stdout and stderr are not touched. OpenSSL is started so that it
 *            frees nothing when the process exits (OPENSSL_INIT_NO_ATEXIT), unless it was started before: for all that
 *            use it in the process. Where an engine or a provider has to be told of the end, call OPENSSL_cleanup()
 *            yourself, after sio_manager_free() and after everybody else.
 * UNLOADING  The library stays loaded for the life of the process: dlclose() returns, and does not unmap it.
 * ABI        Within libsocketio.so.0 of one minor version, functions and enumerators are added, never changed.
 */
#ifndef SOCKETIO_H
#define SOCKETIO_H

#include <stddef.h>
#include <stdint.h>

#define SIO_VERSION_MAJOR 0
#define SIO_VERSION_MINOR 1
#define SIO_VERSION_PATCH 0
#define SIO_VERSION_NUMBER (SIO_VERSION_MAJOR * 1000000 + SIO_VERSION_MINOR * 1000 + SIO_VERSION_PATCH)

#if defined(__GNUC__)
#define SIO_API __attribute__((visibility("default")))
#else
#define SIO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Types ------------------------------------------------------------------------------------------------------ */

typedef struct sio_options sio_options; /* how to connect */
typedef struct sio_manager sio_manager; /* one connection to a server */
typedef struct sio_socket sio_socket;   /* one namespace of a manager; the manager's */
typedef struct sio_message sio_message; /* an event to send, or an answer */
typedef struct sio_event sio_event;     /* something that has happened */
typedef struct sio_ack sio_ack;         /* the right to answer the server, once */
typedef struct sio_error sio_error;     /* what went wrong, where and why */
typedef struct sio_identity sio_identity; /* a server that wants to be trusted */

typedef uint64_t sio_listener; /* 0 is none */

#define SIO_NUL_TERMINATED ((size_t)-1)
#define SIO_FOREVER (-1)

typedef enum sio_code {
    SIO_OK = 0,
    SIO_ERR_INVALID_ARGUMENT = 2,  /* an option or an argument has a value that cannot be used; NULL among them */
    SIO_ERR_WRONG_STATE = 3,       /* not in this place, or not with this kind of manager */
    SIO_ERR_FREED = 4,             /* the manager is freed */
    SIO_ERR_FORKED = 5,            /* this process is a fork of the one that made the manager */
    SIO_ERR_INVALID_URL = 10,
    SIO_ERR_INVALID_JSON = 11,     /* a text is not JSON of the form that is asked for */
    SIO_ERR_RESERVED_EVENT = 12,   /* "connect", "disconnect" and others cannot be emitted */
    SIO_ERR_LIMIT = 13,            /* too much waits to be sent */
    SIO_ERR_NOT_CONNECTED = 20,
    SIO_ERR_DISCONNECTED = 21,     /* the connection ended before the operation did */
    SIO_ERR_CONNECT_FAILED = 22,   /* the server could not be reached, or refused */
    SIO_ERR_CONNECT_REJECTED = 23, /* the server refused the namespace: see sio_error_data() */
    SIO_ERR_TIMED_OUT = 24,
    SIO_ERR_CANCELLED = 25,        /* the manager was freed before the answer came */
    SIO_ERR_TLS = 40,
    SIO_ERR_CERTIFICATE = 41,      /* a certificate was not accepted: see sio_error_certificate_text() */
    SIO_ERR_PROTOCOL = 50,         /* the server broke the protocol */
    SIO_ERR_CODING = 51,           /* a value could not be encoded or decoded */
    SIO_ERR_SYSTEM = 99,           /* a library underneath failed */
    SIO_CODE_MAX_ = 0x7fffffff     /* keeps the type 32 bits wide */
} sio_code;

typedef enum sio_dispatch {
    SIO_DISPATCH_THREAD = 0, /* callbacks run on the library's I/O thread */
    SIO_DISPATCH_MANUAL = 1, /* callbacks run inside sio_manager_dispatch() */
    SIO_DISPATCH_MAX_ = 0x7fffffff
} sio_dispatch;

typedef enum sio_log_level {
    SIO_LOG_ERROR = 1,
    SIO_LOG_WARNING = 2,
    SIO_LOG_INFO = 3,
    SIO_LOG_DEBUG = 4,
    SIO_LOG_MAX_ = 0x7fffffff
} sio_log_level;

/* What is given grows by functions on the event, not by arguments. */
typedef void (*sio_event_cb)(const sio_event *event, void *user_data);
/* The message is NUL-terminated. */
typedef void (*sio_log_cb)(sio_log_level level, const char *message, size_t length, void *user_data);
typedef void (*sio_free_cb)(void *pointer);
/* 0 accepts the server, anything else refuses it. */
typedef int (*sio_identity_cb)(const sio_identity *identity, void *user_data);

/* ---- Library ---------------------------------------------------------------------------------------------------- */

/* Of the library, to be compared with SIO_VERSION_NUMBER, the header's. */
SIO_API uint32_t sio_version(void);
/* A text for any number; never NULL, never to be freed. */
SIO_API const char *sio_strerror(sio_code code);
/* The log of all managers, those that are made already too. Without a callback, as in the beginning, there is none. It
 * may be called on any thread and by several at once; the other rules of callbacks hold. When this function returns,
 * the former callback is not called any more, unless it is what called. `destroy` may be NULL. */
SIO_API sio_code sio_set_log(sio_log_level level, sio_log_cb callback, void *user_data, sio_free_cb destroy);
/* Returns when no connection that counts is left: all are closed for good, or have the option auto_unref. No thread of
 * the library keeps a process running. SIO_ERR_WRONG_STATE on the library's own thread. */
SIO_API sio_code sio_run(void);

/* ---- Options ---------------------------------------------------------------------------------------------------- */

/* The names and defaults are those of Socket.IO's "Client options" page, times are in milliseconds. A setter checks its
 * value: SIO_ERR_INVALID_ARGUMENT leaves the option as it was. Certificates and keys are read for sio_manager_new(). */

SIO_API sio_options *sio_options_new(void);
SIO_API void sio_options_free(sio_options *options);

/* Any options, as one JSON object under Node's names: {"reconnectionDelayMax":30000,"auth":{"token":"abc"}}. Those that
 * are set already and not named stay. `error` may be NULL; else it is given what is wrong, to be freed, or NULL. */
SIO_API sio_code sio_options_set_json(sio_options *options, const char *json, size_t length, sio_error **error);
SIO_API sio_code sio_options_set_dispatch(sio_options *options, sio_dispatch dispatch);

/* The request. */
SIO_API sio_code sio_options_set_transports(sio_options *options, const char *list); /* "polling,websocket" */
SIO_API sio_code sio_options_set_upgrade(sio_options *options, int on);
SIO_API sio_code sio_options_set_remember_upgrade(sio_options *options, int on);
SIO_API sio_code sio_options_set_try_all_transports(sio_options *options, int on);
SIO_API sio_code sio_options_set_path(sio_options *options, const char *path); /* "/socket.io/" */
SIO_API sio_code sio_options_set_add_trailing_slash(sio_options *options, int on);
SIO_API sio_code sio_options_add_query(sio_options *options, const char *name, const char *value);
SIO_API sio_code sio_options_add_extra_header(sio_options *options, const char *name, const char *value);
SIO_API sio_code sio_options_set_with_credentials(sio_options *options, int on);
SIO_API sio_code sio_options_set_force_base64(sio_options *options, int on);
SIO_API sio_code sio_options_set_timestamp_requests(sio_options *options, int on);
SIO_API sio_code sio_options_set_timestamp_param(sio_options *options, const char *name);
SIO_API sio_code sio_options_set_request_timeout(sio_options *options, int64_t ms);     /* SIO_FOREVER */
SIO_API sio_code sio_options_set_protocols(sio_options *options, const char *list);     /* "one,two" */
SIO_API sio_code sio_options_set_per_message_deflate(sio_options *options, int on);
SIO_API sio_code sio_options_set_parser(sio_options *options, const char *name);        /* "default" or "msgpack" */
SIO_API sio_code sio_options_set_transport_options(sio_options *options, const char *json);
SIO_API sio_code sio_options_set_agent(sio_options *options, const char *json);         /* {"keepAlive":false} */
SIO_API sio_code sio_options_set_local_address(sio_options *options, const char *address);
SIO_API sio_code sio_options_set_family(sio_options *options, int family);              /* 4 or 6 */
SIO_API sio_code sio_options_set_limits(sio_options *options, const char *json);        /* {"waitingBytes":65536} */

/* The connection and its end. */
SIO_API sio_code sio_options_set_timeout(sio_options *options, int64_t ms);             /* 20000, or SIO_FOREVER */
/* What was sent before the end has the first one to go out, the goodbye after it the second. */
SIO_API sio_code sio_options_set_close_timeout(sio_options *options, int64_t ms);       /* 10000 */
SIO_API sio_code sio_options_set_goodbye_timeout(sio_options *options, int64_t ms);     /* 1000 */
SIO_API sio_code sio_options_set_reconnection(sio_options *options, int on);
SIO_API sio_code sio_options_set_reconnection_attempts(sio_options *options, int64_t attempts); /* SIO_FOREVER */
SIO_API sio_code sio_options_set_reconnection_delay(sio_options *options, int64_t ms);  /* 1000 */
SIO_API sio_code sio_options_set_reconnection_delay_max(sio_options *options, int64_t ms); /* 5000 */
SIO_API sio_code sio_options_set_randomization_factor(sio_options *options, double factor); /* 0.5 */
SIO_API sio_code sio_options_set_auto_unref(sio_options *options, int on);
SIO_API sio_code sio_options_set_close_on_beforeunload(sio_options *options, int on);

/* The namespaces. */
SIO_API sio_code sio_options_set_auth(sio_options *options, const char *json);          /* {"token":"abc"} */
SIO_API sio_code sio_options_set_retries(sio_options *options, int64_t retries);
SIO_API sio_code sio_options_set_ack_timeout(sio_options *options, int64_t ms);         /* SIO_FOREVER */

/* TLS. PEM or DER is told from the content; a file is given by its path. `ca` replaces the system's authorities; it may
 * be several in one PEM text. `cert` is a certificate with the chain to its authority; `pfx`, PKCS #12, is instead of
 * `cert` and `key`. */
SIO_API sio_code sio_options_set_ca(sio_options *options, const void *data, size_t length);
SIO_API sio_code sio_options_set_ca_file(sio_options *options, const char *path);
SIO_API sio_code sio_options_set_cert(sio_options *options, const void *data, size_t length);
SIO_API sio_code sio_options_set_cert_file(sio_options *options, const char *path);
SIO_API sio_code sio_options_set_key(sio_options *options, const void *data, size_t length);
SIO_API sio_code sio_options_set_key_file(sio_options *options, const char *path);
SIO_API sio_code sio_options_set_pfx(sio_options *options, const void *data, size_t length);
SIO_API sio_code sio_options_set_pfx_file(sio_options *options, const char *path);
SIO_API sio_code sio_options_set_passphrase(sio_options *options, const char *passphrase);
SIO_API sio_code sio_options_set_crl(sio_options *options, const void *data, size_t length);
SIO_API sio_code sio_options_set_crl_file(sio_options *options, const char *path);
SIO_API sio_code sio_options_set_servername(sio_options *options, const char *name);
SIO_API sio_code sio_options_set_min_version(sio_options *options, const char *version); /* "TLSv1.2" */
SIO_API sio_code sio_options_set_max_version(sio_options *options, const char *version); /* "TLSv1.3" */
SIO_API sio_code sio_options_set_ciphers(sio_options *options, const char *list);
SIO_API sio_code sio_options_set_ecdh_curve(sio_options *options, const char *list);
SIO_API sio_code sio_options_set_sigalgs(sio_options *options, const char *list);
SIO_API sio_code sio_options_set_pinned_public_keys(sio_options *options, const char *list); /* "sha256//..." */
SIO_API sio_code sio_options_set_watch_files(sio_options *options, int on);
SIO_API sio_code sio_options_set_certificate_expiry_warning(sio_options *options, int64_t ms); /* 30 days */
SIO_API sio_code sio_options_set_reject_unauthorized(sio_options *options, int on); /* 0 is for tests only */
/* A check in place of the one that the server's certificate is for the host; the chain was verified before. It runs on
 * the library's own thread, with SIO_DISPATCH_MANUAL too, beside the manager's other callbacks, and must not block.
 * `destroy` is called when neither these options nor a manager made of them have the check any more. */
SIO_API sio_code sio_options_set_check_server_identity(sio_options *options, sio_identity_cb check, void *user_data,
                                                       sio_free_cb destroy);

/* ---- Manager ---------------------------------------------------------------------------------------------------- */

/* Connects nothing yet. `options` may be NULL, and is still yours. NULL on failure; `error`, where it is not NULL, is
 * given the reason then, to be freed with sio_error_free(), and NULL otherwise. */
SIO_API sio_manager *sio_manager_new(const char *url, const sio_options *options, sio_error **error);

/* Ends everything: says goodbye on every namespace, which goes on in the background, calls back with SIO_ERR_CANCELLED
 * what still waits for an acknowledgement, and runs the destructors, these two on the thread that calls. It first waits
 * for the manager's callback that runs on another thread, if there is one.
 *
 * Inside a callback it does not wait. In one of this manager's own, what remains to be called is called when that
 * callback returns, on its thread; in another manager's, at once, or likewise where this manager's callback is running
 * on a further thread. Nothing else is called in any case. */
SIO_API void sio_manager_free(sio_manager *manager);

/* "open", "close", "error", "ping", "drain", "upgrade", "reconnect_attempt", "reconnect", "reconnect_error" and
 * "reconnect_failed". `destroy` and `listener` may be NULL. sio_manager_once() is for the next event only. */
SIO_API sio_code sio_manager_on(sio_manager *manager, const char *event, sio_event_cb callback, void *user_data,
                                sio_free_cb destroy, sio_listener *listener);
SIO_API sio_code sio_manager_once(sio_manager *manager, const char *event, sio_event_cb callback, void *user_data,
                                  sio_free_cb destroy, sio_listener *listener);
/* No call begins after it returned; the destructor is called when none is under way. */
SIO_API sio_code sio_manager_off(sio_manager *manager, sio_listener listener);

/* The namespace's socket, the same one every time, until the manager is freed. NULL stands for "/". NULL if there is no
 * such manager, or if the name is not UTF-8. */
SIO_API sio_socket *sio_manager_socket(sio_manager *manager, const char *name_space);

/* Opens the connection before any namespace wants it. */
SIO_API sio_code sio_manager_open(sio_manager *manager);
/* Disconnects every namespace, after what was emitted before, and closes the connection. It does not wait. */
SIO_API sio_code sio_manager_close(sio_manager *manager);
/* Sends what waits, disconnects every namespace, closes the connection, and returns when the server was told, at the
 * latest after `ms`. `unsent`, where it is not NULL, is given the number of events and messages that were not sent. On
 * the library's own thread it only begins, and leaves `unsent` alone. */
SIO_API sio_code sio_manager_shutdown(sio_manager *manager, int64_t ms, size_t *unsent);
/* "polling", "websocket", or "" while there is no connection. */
SIO_API const char *sio_manager_transport(sio_manager *manager);

/* Changes the options: those of the reconnection at once, those of the connection for the next one, those of namespaces
 * for sockets that are made later. The way of dispatch stays. On an error all is as before. */
SIO_API sio_code sio_manager_set_options(sio_manager *manager, const sio_options *options, sio_error **error);

/* Reads the files of certificates again, and takes over `options`, where it is not NULL, as sio_manager_set_options().
 * All is checked first: on an error all is as before. The next connection uses what is new; one that is there stays,
 * or, with `reconnect`, is closed in order and made again. `changed`, where it is not NULL, is given 1 if anything is
 * new, else 0. */
SIO_API sio_code sio_manager_reload_tls(sio_manager *manager, const sio_options *options, int reconnect, int *changed,
                                        sio_error **error);

/* SIO_DISPATCH_MANUAL: a descriptor that is readable while callbacks wait, for poll() and its kin. It is the library's,
 * and is closed by sio_manager_free(). -1 with SIO_DISPATCH_THREAD. */
SIO_API int sio_manager_fd(sio_manager *manager);
/* Runs the callbacks that wait. If there are none it waits for one, at most `ms`, or SIO_FOREVER; SIO_ERR_TIMED_OUT if
 * none came. SIO_ERR_WRONG_STATE while another call runs the callbacks of this manager, and with
 * SIO_DISPATCH_THREAD. */
SIO_API sio_code sio_manager_dispatch(sio_manager *manager, int64_t ms);

typedef struct sio_metrics {
    uint64_t bytes_waiting;     /* emitted, and not taken by the system yet; over polling, by the server */
    uint64_t messages_waiting;  /* the same in messages: an event is one, and one more for each attachment */
    uint64_t acks_waiting;      /* callbacks of acknowledgements that are still to be called */
    uint64_t callbacks_waiting; /* for sio_manager_dispatch() */
    uint64_t callbacks_run;     /* since the manager was made */
} sio_metrics;

/* `size` is sizeof(sio_metrics): the struct grows at its end, and what the library does not know is 0. */
SIO_API sio_code sio_manager_metrics(sio_manager *manager, sio_metrics *metrics, size_t size);

/* ---- Socket ----------------------------------------------------------------------------------------------------- */

/* NUL-terminated, into `buffer`, of which `size` bytes are used at most. Returns the length, as snprintf() counts; 0 if
 * the manager is freed, and for the id also while the namespace is not connected. */
SIO_API size_t sio_socket_namespace(sio_socket *socket, char *buffer, size_t size);
SIO_API size_t sio_socket_id(sio_socket *socket, char *buffer, size_t size);

SIO_API sio_manager *sio_socket_manager(sio_socket *socket);
SIO_API int sio_socket_connected(sio_socket *socket);
/* Whether it is connected, or will be by itself. */
SIO_API int sio_socket_active(sio_socket *socket);
/* Whether the server has taken up the session from before, and sent what was missed. */
SIO_API int sio_socket_recovered(sio_socket *socket);

/* What the server is shown at the next connection, a JSON object; NULL for nothing. */
SIO_API sio_code sio_socket_set_auth(sio_socket *socket, const char *json, size_t length);
SIO_API sio_code sio_socket_connect(sio_socket *socket);
/* After what was emitted before. */
SIO_API sio_code sio_socket_disconnect(sio_socket *socket);

/* Any event of the server's by its name, or NULL for every one; or "connect", "disconnect" or "connect_error". The last
 * two arguments may be NULL. sio_socket_once() is for the next event only. */
SIO_API sio_code sio_socket_on(sio_socket *socket, const char *event, sio_event_cb callback, void *user_data,
                               sio_free_cb destroy, sio_listener *listener);
SIO_API sio_code sio_socket_once(sio_socket *socket, const char *event, sio_event_cb callback, void *user_data,
                                 sio_free_cb destroy, sio_listener *listener);
/* No call begins after it returned; the destructor is called when none is under way. */
SIO_API sio_code sio_socket_off(sio_socket *socket, sio_listener listener);

/* Emits an event; it is kept until the namespace is connected. `json` is an array of arguments, or NULL for none. */
SIO_API sio_code sio_socket_emit(sio_socket *socket, const char *event, const char *json);
/* The same, and asks for an acknowledgement: the callback is given an event whose JSON is the answer, or whose error
 * says why there is none. It is awaited for `ms`, or, with SIO_FOREVER, as the option ack_timeout says. It ends with an
 * error, too, where the namespace was disconnected, refused or given up, and will not be connected by itself. It is
 * called only if this function returns SIO_OK. */
SIO_API sio_code sio_socket_emit_with_ack(sio_socket *socket, const char *event, const char *json, int64_t ms,
                                          sio_event_cb on_ack, void *user_data);
/* Emits a message, which is the library's on SIO_OK. `on_ack` may be NULL; it is as above. */
SIO_API sio_code sio_socket_send(sio_socket *socket, sio_message *message, sio_event_cb on_ack, void *user_data);

/* ---- Message ---------------------------------------------------------------------------------------------------- */

/* NULL if the name is NULL or not UTF-8. For an answer the name is not used. One thread at a time may use a message. */
SIO_API sio_message *sio_message_new(const char *event);
SIO_API void sio_message_free(sio_message *message);
/* The arguments, a JSON array with a placeholder for each attachment. Without it, the attachments are the arguments. */
SIO_API sio_code sio_message_set_json(sio_message *message, const char *json, size_t length);
SIO_API sio_code sio_message_add_attachment(sio_message *message, const void *data, size_t length);
/* `destroy` is given `data` when it is needed no longer, also where this call fails. It is no callback of a manager's:
 * it runs on any thread, also after sio_manager_free() while what was emitted before is still on its way. */
SIO_API sio_code sio_message_add_attachment_nocopy(sio_message *message, void *data, size_t length,
                                                   sio_free_cb destroy);
SIO_API sio_code sio_message_set_ack_timeout(sio_message *message, int64_t ms); /* or SIO_FOREVER */
/* Dropped where it cannot be sent at once. */
SIO_API sio_code sio_message_set_volatile(sio_message *message, int on);
SIO_API sio_code sio_message_set_compress(sio_message *message, int on);

/* ---- Event ------------------------------------------------------------------------------------------------------ */

/* Pointers of an event live as long as the event. Lengths may be NULL. */

SIO_API sio_manager *sio_event_manager(const sio_event *event);
/* NULL for an event of the manager's. */
SIO_API sio_socket *sio_event_socket(const sio_event *event);
/* Of an acknowledgement: the name of the event that asked for it. */
SIO_API const char *sio_event_name(const sio_event *event);
/* The arguments, a JSON array without the name; NUL-terminated. Of "disconnect" and "close" ["transport close"], of
 * "upgrade" ["websocket"], of "reconnect" and "reconnect_attempt" [1]; of others that are not the server's []. */
SIO_API const char *sio_event_json(const sio_event *event, size_t *length);
/* Of "disconnect" and "close": Node's reason. Otherwise "". */
SIO_API const char *sio_event_reason(const sio_event *event);
SIO_API size_t sio_event_attachment_count(const sio_event *event);
/* NULL if there is none at `index`. */
SIO_API const void *sio_event_attachment(const sio_event *event, size_t index, size_t *length);
/* What went wrong; NULL if nothing did. It lives as long as the event. */
SIO_API const sio_error *sio_event_error(const sio_event *event);
/* Keeps the event. Each call is paired with one of sio_event_release(). */
SIO_API sio_event *sio_event_retain(const sio_event *event);
SIO_API void sio_event_release(sio_event *event);

/* The right to answer, where the server wants an answer; the caller's from here. NULL if it does not, or if the right
 * is taken. */
SIO_API sio_ack *sio_event_take_ack(const sio_event *event);
/* Answers with a JSON array, or with NULL for no values. On SIO_OK the right is used up, and freed. */
SIO_API sio_code sio_ack_send(sio_ack *ack, const char *json);
/* The same with attachments. On SIO_OK both are the library's. */
SIO_API sio_code sio_ack_send_message(sio_ack *ack, sio_message *message);
/* Does not answer. */
SIO_API void sio_ack_free(sio_ack *ack);

/* ---- Error ------------------------------------------------------------------------------------------------------ */

/* Texts are never NULL, and "" where they do not apply; they live as long as the error. Of NULL, an error is SIO_OK. */

/* For errors that the caller owns; not for that of an event. */
SIO_API void sio_error_free(sio_error *error);
SIO_API sio_code sio_error_code(const sio_error *error);
/* One line for people. */
SIO_API const char *sio_error_message(const sio_error *error);
/* "options", "dns", "tcp", "proxy", "tls", "http", "websocket", "engine" or "namespace". */
SIO_API const char *sio_error_phase(const sio_error *error);
/* "polling" or "websocket". */
SIO_API const char *sio_error_transport(const sio_error *error);
/* The system's error number, or 0. */
SIO_API int sio_error_errno(const sio_error *error);
/* An HTTP answer that was not the expected one: its status, or 0, and the first bytes of its body. */
SIO_API int sio_error_http_status(const sio_error *error);
SIO_API const char *sio_error_http_body(const sio_error *error);
/* Why a certificate was not accepted: OpenSSL's X509_V_ERR_ number, or 0; its text; the certificate's place in the
 * chain, 0 for the server's own, or -1; its subject and its issuer; and from when to when it is valid, in seconds since
 * 1970, or 0. */
SIO_API int sio_error_certificate_code(const sio_error *error);
SIO_API const char *sio_error_certificate_text(const sio_error *error);
SIO_API int sio_error_certificate_depth(const sio_error *error);
SIO_API const char *sio_error_certificate_subject(const sio_error *error);
SIO_API const char *sio_error_certificate_issuer(const sio_error *error);
SIO_API int64_t sio_error_certificate_not_before(const sio_error *error);
SIO_API int64_t sio_error_certificate_not_after(const sio_error *error);
/* The TLS alert that the server sent. */
SIO_API const char *sio_error_tls_alert(const sio_error *error);
/* Whether the server asked for a client certificate: 1 or 0, or -1 if it is not known. */
SIO_API int sio_error_client_certificate_requested(const sio_error *error);
/* The close frame of the server's: its code, or 0, and its reason. */
SIO_API int sio_error_close_code(const sio_error *error);
SIO_API const char *sio_error_close_reason(const sio_error *error);
/* What the server sent along when it refused the namespace, as JSON text. */
SIO_API const char *sio_error_data(const sio_error *error);

/* ---- Identity --------------------------------------------------------------------------------------------------- */

/* Valid during the check. Texts are never NULL, and "" where there is no certificate at `index`. */

/* What the certificate should be for, and whether it is. */
SIO_API const char *sio_identity_host(const sio_identity *identity);
SIO_API int sio_identity_is_for_host(const sio_identity *identity);
/* The verified chain: 0 is the server's own certificate, the last one a trusted one. */
SIO_API size_t sio_identity_chain_length(const sio_identity *identity);
SIO_API const char *sio_identity_subject(const sio_identity *identity, size_t index);
SIO_API const char *sio_identity_issuer(const sio_identity *identity, size_t index);
SIO_API const char *sio_identity_subject_alt_name(const sio_identity *identity, size_t index);
SIO_API const char *sio_identity_public_key_pin(const sio_identity *identity, size_t index); /* "sha256//..." */
/* The certificate itself; NULL if there is none. */
SIO_API const void *sio_identity_der(const sio_identity *identity, size_t index, size_t *length);

#ifdef __cplusplus
}
#endif
#endif /* SOCKETIO_H */
