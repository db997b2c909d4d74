/* What an error says: errors URL TLS-URL CERTIFICATES, of a server that demands client certificates. */
#include "check.h"

static char *certificates;

static char *path(const char *name)
{
    static char text[4][1024];
    static int next = 0;
    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[next], "%s/%s", certificates, name);
    return text[next];
}

static sio_event *kept;

static void keep(const sio_event *event, void *user_data)
{
    if (kept == NULL) kept = sio_event_retain(event);
    counter_add((counter *)user_data);
}

/* The first error with which a connection to the namespace fails. */
static const sio_error *failure(const char *url, const char *name, const sio_options *options)
{
    static const counter zero = COUNTER_INITIALIZER;
    static counter failed;
    sio_manager *manager = sio_manager_new(url, options, NULL);
    sio_socket *socket = sio_manager_socket(manager, name);
    failed = zero;
    sio_event_release(kept);
    kept = NULL;
    CHECK(manager != NULL);
    CHECK_CODE(sio_socket_on(socket, "connect_error", keep, &failed, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_connect(socket), SIO_OK);
    CHECK(counter_wait(&failed, 1));
    sio_manager_free(manager);
    CHECK_TEXT(sio_event_name(kept), "connect_error");
    return sio_event_error(kept);
}

static sio_options *options_with(const char *transport)
{
    sio_options *options = sio_options_new();
    CHECK_CODE(sio_options_set_transports(options, transport), SIO_OK);
    CHECK_CODE(sio_options_set_reconnection(options, 0), SIO_OK);
    return options;
}

static void nobody_there(const char *transport)
{
    sio_options *options = options_with(transport);
    const sio_error *error = failure("http://127.0.0.1:1", NULL, options);
    CHECK_CODE(sio_error_code(error), SIO_ERR_CONNECT_FAILED);
    CHECK_TEXT(sio_error_phase(error), "tcp");
    CHECK_TEXT(sio_error_transport(error), transport);
    CHECK(sio_error_errno(error) == 111); /* ECONNREFUSED */
    CHECK(sio_error_http_status(error) == 0 && sio_error_certificate_code(error) == 0);
    sio_options_free(options);
}

static void refused_namespace(const char *url)
{
    sio_options *options = options_with("websocket");
    const sio_error *error = failure(url, "/admin", options);
    CHECK_CODE(sio_error_code(error), SIO_ERR_CONNECT_REJECTED);
    CHECK_TEXT(sio_error_message(error), "not authorized");
    CHECK_TEXT(sio_error_phase(error), "namespace");
    CHECK_TEXT(sio_error_data(error), "{\"code\":401}");
    sio_options_free(options);
}

static void wrong_path(const char *url, const char *transport)
{
    sio_options *options = options_with(transport);
    const sio_error *error;
    CHECK_CODE(sio_options_set_path(options, "/nowhere/"), SIO_OK);
    error = failure(url, NULL, options);
    CHECK(sio_error_http_status(error) == 404);
    CHECK(strstr(sio_error_http_body(error), "404") != NULL);
    sio_options_free(options);
}

static void no_client_certificate(const char *url, const char *transport)
{
    sio_options *options = options_with(transport);
    const sio_error *error;
    CHECK_CODE(sio_options_set_ca_file(options, path("ca.pem")), SIO_OK);
    error = failure(url, NULL, options);
    CHECK(sio_error_client_certificate_requested(error) == 1);
    CHECK(strstr(sio_error_message(error), "client certificate") != NULL);
    sio_options_free(options);
}

static void unknown_authority(const char *url, const char *transport)
{
    sio_options *options = options_with(transport);
    const sio_error *error;
    CHECK_CODE(sio_options_set_ca_file(options, path("other-ca.pem")), SIO_OK);
    CHECK_CODE(sio_options_set_cert_file(options, path("client.pem")), SIO_OK);
    CHECK_CODE(sio_options_set_key_file(options, path("client.key")), SIO_OK);
    error = failure(url, NULL, options);
    CHECK_CODE(sio_error_code(error), SIO_ERR_CERTIFICATE);
    CHECK_TEXT(sio_error_phase(error), "tls");
    CHECK(sio_error_certificate_code(error) == 19);
    CHECK_TEXT(sio_error_certificate_text(error), "self-signed certificate in certificate chain");
    CHECK(sio_error_certificate_depth(error) == 1);
    CHECK(strstr(sio_error_certificate_subject(error), "CN=Test CA") != NULL);
    CHECK(strstr(sio_error_certificate_issuer(error), "CN=Test CA") != NULL);
    CHECK(sio_error_certificate_not_after(error) - sio_error_certificate_not_before(error) == 30 * 86400);
    sio_options_free(options);
}

/* The reasons for which no manager is made. */
static void wrong_passphrase(void)
{
    sio_options *options = sio_options_new();
    sio_error *error = NULL;
    CHECK_CODE(sio_options_set_cert_file(options, path("client.pem")), SIO_OK);
    CHECK_CODE(sio_options_set_key_file(options, path("client-encrypted.key")), SIO_OK);
    CHECK_CODE(sio_options_set_passphrase(options, "hunter2"), SIO_OK);
    CHECK(sio_manager_new("https://localhost", options, &error) == NULL);
    CHECK_CODE(sio_error_code(error), SIO_ERR_TLS);
    CHECK(strstr(sio_error_message(error), "passphrase") != NULL);
    CHECK(strstr(sio_error_message(error), "hunter2") == NULL);
    sio_error_free(error);
    CHECK_CODE(sio_options_set_passphrase(options, "secret"), SIO_OK);
    sio_manager_free(sio_manager_new("https://localhost", options, &error));
    CHECK(error == NULL);
    sio_options_free(options);
}

static void *read_file(const char *name, size_t *size)
{
    char *bytes = malloc(65536);
    FILE *file = fopen(path(name), "rb");
    CHECK(file != NULL);
    *size = fread(bytes, 1, 65536, file);
    fclose(file);
    return bytes;
}

/* With everything in memory, or in one PKCS #12 file, the connection is made. */
static void let_in(const char *url, const char *transport, int is_pfx)
{
    sio_options *options = options_with(transport);
    counter answered = COUNTER_INITIALIZER;
    size_t size;
    void *bytes = read_file("ca.pem", &size);
    sio_manager *manager;
    CHECK_CODE(sio_options_set_ca(options, bytes, size), SIO_OK);
    memset(bytes, 0, size); /* it was copied */
    free(bytes);
    if (is_pfx) {
        bytes = read_file("client.p12", &size);
        CHECK_CODE(sio_options_set_pfx(options, bytes, size), SIO_OK);
        CHECK_CODE(sio_options_set_passphrase(options, "secret"), SIO_OK);
    } else {
        bytes = read_file("client.pem", &size);
        CHECK_CODE(sio_options_set_cert(options, bytes, size), SIO_OK);
        free(bytes);
        bytes = read_file("client-key.der", &size);
        CHECK_CODE(sio_options_set_key(options, bytes, size), SIO_OK);
    }
    free(bytes);
    manager = sio_manager_new(url, options, NULL);
    sio_options_free(options);
    kept = (sio_event_release(kept), NULL);
    CHECK_CODE(sio_socket_connect(sio_manager_socket(manager, NULL)), SIO_OK);
    CHECK_CODE(sio_socket_emit_with_ack(sio_manager_socket(manager, NULL), "headers", NULL, 60000, keep, &answered),
               SIO_OK);
    CHECK(counter_wait(&answered, 1));
    CHECK(sio_event_error(kept) == NULL && strstr(sio_event_json(kept, NULL), "\"subject\":\"client\"") != NULL);
    CHECK_CODE(sio_manager_shutdown(manager, 20000, NULL), SIO_OK);
    sio_manager_free(manager);
}

int main(int count, char **arguments)
{
    const char *transports[] = {"polling", "websocket"};
    int index;
    if (count != 4) return 64;
    certificates = arguments[3];
    for (index = 0; index < 2; index++) {
        nobody_there(transports[index]);
        wrong_path(arguments[1], transports[index]);
        no_client_certificate(arguments[2], transports[index]);
        unknown_authority(arguments[2], transports[index]);
        let_in(arguments[2], transports[index], index);
    }
    refused_namespace(arguments[1]);
    wrong_passphrase();
    sio_event_release(kept);
    return check_end();
}
