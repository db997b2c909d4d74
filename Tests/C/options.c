/* What needs no server: options, messages, and what is refused. */
#include "check.h"

static sio_code set_json(sio_options *options, const char *json, const char *message)
{
    sio_error *error = NULL;
    sio_code code = sio_options_set_json(options, json, SIO_NUL_TERMINATED, &error);
    if (message) CHECK(strstr(sio_error_message(error), message) != NULL);
    CHECK(sio_error_code(error) == code);
    sio_error_free(error);
    return code;
}

static void setters(void)
{
    sio_options *options = sio_options_new();
    CHECK_CODE(sio_options_set_transports(options, "polling,websocket"), SIO_OK);
    CHECK_CODE(sio_options_set_transports(options, "pigeon"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_upgrade(options, 1), SIO_OK);
    CHECK_CODE(sio_options_set_remember_upgrade(options, 1), SIO_OK);
    CHECK_CODE(sio_options_set_try_all_transports(options, 0), SIO_OK);
    CHECK_CODE(sio_options_set_path(options, "/io/"), SIO_OK);
    CHECK_CODE(sio_options_set_path(options, NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_path(options, "\xff"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_add_trailing_slash(options, 1), SIO_OK);
    CHECK_CODE(sio_options_add_query(options, "a", "1"), SIO_OK);
    CHECK_CODE(sio_options_add_query(options, "b", NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_add_extra_header(options, "X-A", "1"), SIO_OK);
    CHECK_CODE(sio_options_set_with_credentials(options, 1), SIO_OK);
    CHECK_CODE(sio_options_set_force_base64(options, 0), SIO_OK);
    CHECK_CODE(sio_options_set_timestamp_requests(options, 1), SIO_OK);
    CHECK_CODE(sio_options_set_timestamp_param(options, "t"), SIO_OK);
    CHECK_CODE(sio_options_set_request_timeout(options, SIO_FOREVER), SIO_OK);
    CHECK_CODE(sio_options_set_request_timeout(options, 60000), SIO_OK);
    CHECK_CODE(sio_options_set_protocols(options, "one,two"), SIO_OK);
    CHECK_CODE(sio_options_set_per_message_deflate(options, 0), SIO_OK);
    CHECK_CODE(sio_options_set_parser(options, "msgpack"), SIO_OK);
    CHECK_CODE(sio_options_set_parser(options, "morse"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_transport_options(options, "{\"polling\":{\"path\":\"/p/\"}}"), SIO_OK);
    CHECK_CODE(sio_options_set_agent(options, "{\"keepAlive\":false}"), SIO_OK);
    CHECK_CODE(sio_options_set_agent(options, "{\"keepAlive\":"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_local_address(options, "127.0.0.1"), SIO_OK);
    CHECK_CODE(sio_options_set_family(options, 4), SIO_OK);
    CHECK_CODE(sio_options_set_family(options, 5), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_limits(options, "{\"waitingBytes\":65536}"), SIO_OK);
    CHECK_CODE(sio_options_set_timeout(options, 20000), SIO_OK);
    CHECK_CODE(sio_options_set_timeout(options, SIO_FOREVER), SIO_OK);
    CHECK_CODE(sio_options_set_close_timeout(options, 5000), SIO_OK);
    CHECK_CODE(sio_options_set_goodbye_timeout(options, 500), SIO_OK);
    CHECK_CODE(sio_options_set_reconnection(options, 1), SIO_OK);
    CHECK_CODE(sio_options_set_reconnection_attempts(options, 5), SIO_OK);
    CHECK_CODE(sio_options_set_reconnection_attempts(options, SIO_FOREVER), SIO_OK);
    CHECK_CODE(sio_options_set_reconnection_delay(options, 10), SIO_OK);
    CHECK_CODE(sio_options_set_reconnection_delay_max(options, 100), SIO_OK);
    CHECK_CODE(sio_options_set_randomization_factor(options, 0.25), SIO_OK);
    CHECK_CODE(sio_options_set_randomization_factor(options, strtod("nan", NULL)), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_auto_unref(options, 0), SIO_OK);
    CHECK_CODE(sio_options_set_close_on_beforeunload(options, 1), SIO_OK);
    CHECK_CODE(sio_options_set_auth(options, "{\"token\":\"a\"}"), SIO_OK);
    CHECK_CODE(sio_options_set_auth(options, "[1]"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_retries(options, 3), SIO_OK);
    CHECK_CODE(sio_options_set_ack_timeout(options, 100), SIO_OK);
    CHECK_CODE(sio_options_set_ciphers(options, "ECDHE+AESGCM"), SIO_OK);
    CHECK_CODE(sio_options_set_reject_unauthorized(options, 1), SIO_OK);
    CHECK_CODE(sio_options_set_dispatch(options, (sio_dispatch)7), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_path(NULL, "/io/"), SIO_ERR_INVALID_ARGUMENT);
    /* All of them together are the options of a manager. */
    CHECK_CODE(sio_options_set_json(options, "{}", 2, NULL), SIO_OK);
    {
        sio_manager *manager = sio_manager_new("http://127.0.0.1:1", options, NULL);
        CHECK(manager != NULL);
        CHECK_CODE(sio_manager_set_options(manager, options, NULL), SIO_OK);
        CHECK_CODE(sio_manager_set_options(manager, NULL, NULL), SIO_ERR_INVALID_ARGUMENT);
        sio_manager_free(manager);
    }
    sio_options_free(options);
}

static void json(void)
{
    sio_options *options = sio_options_new();
    CHECK_CODE(set_json(options, "{\"reconnectionDelay\":5,\"auth\":{\"token\":\"secret\"}}", NULL), SIO_OK);
    CHECK_CODE(set_json(options, "{\"reconnectionDelay\":\"soon\"}", "reconnectionDelay"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(set_json(options, "{\"colour\":1}", "colour"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(set_json(options, "[]", "not a JSON object"), SIO_ERR_INVALID_JSON);
    CHECK_CODE(set_json(options, "{", "not a JSON object"), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_options_set_json(options, NULL, 0, NULL), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_options_set_json(options, "{\"path\":\"/a/\"}garbage", 14, NULL), SIO_OK);
    sio_options_free(options);
    sio_options_free(NULL);
}

/* No manager, but an error that says why. */
static void refused(const char *url, const sio_options *options, sio_code code, const char *message)
{
    sio_error *error = NULL;
    CHECK(sio_manager_new(url, options, &error) == NULL);
    CHECK_CODE(sio_error_code(error), code);
    if (strstr(sio_error_message(error), message) == NULL) fprintf(stderr, "%s\n", sio_error_message(error));
    CHECK(strstr(sio_error_message(error), message) != NULL);
    sio_error_free(error);
}

static void managers(void)
{
    sio_options *options = sio_options_new();
    sio_manager *manager;
    refused(NULL, NULL, SIO_ERR_INVALID_ARGUMENT, "URL");
    refused("gopher://a", NULL, SIO_ERR_INVALID_URL, "gopher");
    CHECK(sio_manager_new("no url", NULL, NULL) == NULL);
    CHECK_CODE(sio_options_set_ca_file(options, "no-such-file.pem"), SIO_OK);
    refused("https://localhost", options, SIO_ERR_TLS, "no-such-file.pem");
    CHECK_CODE(sio_options_set_ca(options, "garbage", 7), SIO_OK);
    refused("https://localhost", options, SIO_ERR_TLS, "ca");
    CHECK_CODE(sio_options_set_ca(options, NULL, 0), SIO_ERR_INVALID_ARGUMENT);
    sio_options_free(options);

    manager = sio_manager_new("http://127.0.0.1:1", NULL, NULL);
    CHECK(manager != NULL);
    CHECK(sio_manager_fd(manager) == -1);
    CHECK_CODE(sio_manager_dispatch(manager, 0), SIO_ERR_WRONG_STATE);
    CHECK_CODE(sio_manager_on(manager, "no such event", count_event, NULL, NULL, NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_manager_on(manager, "open", NULL, NULL, NULL, NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_manager_off(manager, 99), SIO_ERR_INVALID_ARGUMENT);
    CHECK_TEXT(sio_manager_transport(manager), "");
    CHECK(sio_manager_socket(manager, "/a") == sio_manager_socket(manager, "a"));
    CHECK(sio_manager_socket(manager, "/a") != sio_manager_socket(manager, NULL));
    CHECK(sio_manager_socket(manager, "/\xff") == NULL);
    CHECK(sio_socket_manager(sio_manager_socket(manager, "/a")) == manager);
    sio_manager_free(manager);
    sio_manager_free(manager); /* the handle is none any more */
    sio_manager_free(NULL);
    CHECK(sio_manager_socket(manager, NULL) == NULL);
    CHECK_CODE(sio_manager_open(manager), SIO_ERR_FREED);
    CHECK_CODE(sio_manager_open(NULL), SIO_ERR_INVALID_ARGUMENT);
}

static void emitting(void)
{
    counter freed = COUNTER_INITIALIZER;
    char text[8];
    sio_manager *manager = sio_manager_new("http://127.0.0.1:1", NULL, NULL);
    sio_socket *socket = sio_manager_socket(manager, "/chat");
    sio_message *message;
    CHECK(sio_socket_namespace(socket, text, sizeof text) == 5);
    CHECK_TEXT(text, "/chat");
    CHECK(sio_socket_namespace(socket, text, 3) == 5);
    CHECK_TEXT(text, "/c");
    CHECK(sio_socket_namespace(socket, NULL, 0) == 5);
    CHECK(sio_socket_id(socket, text, sizeof text) == 0);
    CHECK(!sio_socket_connected(socket) && !sio_socket_active(socket) && !sio_socket_recovered(socket));
    CHECK_CODE(sio_socket_emit(socket, "connect", NULL), SIO_ERR_RESERVED_EVENT);
    CHECK_CODE(sio_socket_emit(socket, NULL, NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_socket_emit(socket, "a", "{}"), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_socket_emit(socket, "a", "[1"), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_socket_emit(socket, "a", "[\"\xff\"]"), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_socket_emit(socket, "a", "[{\"_placeholder\":true,\"num\":0}]"), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_socket_emit_with_ack(socket, "a", NULL, 1, NULL, NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_socket_set_auth(socket, "{\"a\":1}", SIO_NUL_TERMINATED), SIO_OK);
    CHECK_CODE(sio_socket_set_auth(socket, "7", 1), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_socket_set_auth(socket, NULL, 0), SIO_OK);
    CHECK_CODE(sio_socket_send(socket, NULL, NULL, NULL), SIO_ERR_INVALID_ARGUMENT);

    CHECK(sio_message_new(NULL) == NULL);
    message = sio_message_new("disconnect");
    CHECK_CODE(sio_message_set_json(message, "{}", 2), SIO_ERR_INVALID_JSON);
    CHECK_CODE(sio_message_set_json(message, NULL, 2), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_message_add_attachment(message, NULL, 2), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_message_add_attachment(message, "ab", 2), SIO_OK);
    CHECK_CODE(sio_message_add_attachment_nocopy(message, &freed, sizeof freed, count_free), SIO_OK);
    CHECK_CODE(sio_message_add_attachment_nocopy(message, NULL, 1, NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_message_set_ack_timeout(message, 10), SIO_OK);
    CHECK_CODE(sio_message_set_volatile(message, 1), SIO_OK);
    CHECK_CODE(sio_message_set_compress(message, 0), SIO_OK);
    /* It stays the caller's: the name is reserved. */
    CHECK_CODE(sio_socket_send(socket, message, NULL, NULL), SIO_ERR_RESERVED_EVENT);
    CHECK(counter_value(&freed) == 0);
    sio_message_free(message);
    CHECK(counter_value(&freed) == 1);
    /* Its own destructor runs where a call fails. */
    CHECK_CODE(sio_message_add_attachment_nocopy(NULL, &freed, sizeof freed, count_free), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_socket_on(NULL, "a", count_event, &freed, count_free, NULL), SIO_ERR_INVALID_ARGUMENT);
    CHECK(counter_value(&freed) == 3);
    sio_manager_free(manager);
}

static void texts(void)
{
    int code;
    CHECK(sio_version() == SIO_VERSION_NUMBER);
    for (code = -2; code < 200; code++) CHECK(sio_strerror((sio_code)code)[0] != 0);
    CHECK_TEXT(sio_strerror(SIO_ERR_TIMED_OUT), "timed out");
    CHECK_CODE(sio_error_code(NULL), SIO_OK);
    CHECK_TEXT(sio_error_message(NULL), "");
    CHECK(sio_error_certificate_depth(NULL) == -1 && sio_error_client_certificate_requested(NULL) == -1);
    sio_error_free(NULL);
    sio_message_free(NULL);
    sio_ack_free(NULL);
    sio_event_release(NULL);
    CHECK(sio_event_retain(NULL) == NULL && sio_event_attachment(NULL, 0, NULL) == NULL);
}

int main(void)
{
    setters();
    json();
    managers();
    emitting();
    texts();
    return check_end();
}
