/* Certificates that are replaced, and a check of the server of one's own: reloading URL CERTIFICATES. */
#include "check.h"

static const char *url;
static char *certificates;

static char *path(const char *name)
{
    static char text[4][1024];
    static int next = 0;
    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[next], "%s/%s", certificates, name);
    return text[next];
}

static sio_options *make_options(void)
{
    sio_options *options = sio_options_new();
    CHECK_CODE(sio_options_set_ca_file(options, path("ca.pem")), SIO_OK);
    CHECK_CODE(sio_options_set_cert_file(options, path("client.pem")), SIO_OK);
    CHECK_CODE(sio_options_set_key_file(options, path("client.key")), SIO_OK);
    CHECK_CODE(sio_options_set_reconnection_delay(options, 20), SIO_OK);
    CHECK_CODE(sio_options_set_transports(options, "websocket"), SIO_OK);
    return options;
}

static counter answered = COUNTER_INITIALIZER;

static void compare_subject(const sio_event *event, void *subject)
{
    CHECK(sio_event_error(event) == NULL);
    CHECK(strstr(sio_event_json(event, NULL), subject) != NULL);
    counter_add(&answered);
}

/* What the server sees of the client's certificate. */
static void subject_is(sio_socket *socket, const char *subject)
{
    int before = counter_value(&answered);
    CHECK_CODE(sio_socket_emit_with_ack(socket, "headers", NULL, 60000, compare_subject, (void *)subject), SIO_OK);
    CHECK(counter_wait(&answered, before + 1));
}

static void replaced_while_connected(void)
{
    counter connected = COUNTER_INITIALIZER;
    sio_error *error = NULL;
    int changed = 7;
    sio_options *options = make_options(), *others = make_options();
    sio_manager *manager = sio_manager_new(url, options, NULL);
    sio_socket *socket = sio_manager_socket(manager, NULL);
    CHECK_CODE(sio_socket_on(socket, "connect", count_event, &connected, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_connect(socket), SIO_OK);
    CHECK(counter_wait(&connected, 1));
    subject_is(socket, "\"subject\":\"client\"");
    CHECK_CODE(sio_manager_reload_tls(manager, NULL, 1, &changed, NULL), SIO_OK);
    CHECK(changed == 0); /* the files are the same */

    CHECK_CODE(sio_options_set_cert_file(others, path("client-rsa.pem")), SIO_OK);
    CHECK_CODE(sio_manager_reload_tls(manager, others, 1, NULL, &error), SIO_ERR_TLS); /* with the former key */
    CHECK(strstr(sio_error_message(error), "key") != NULL);
    sio_error_free(error);
    CHECK_CODE(sio_options_set_key_file(others, path("client-rsa.key")), SIO_OK);
    CHECK_CODE(sio_manager_reload_tls(manager, others, 1, &changed, &error), SIO_OK);
    CHECK(changed == 1 && error == NULL);
    CHECK(counter_wait(&connected, 2));
    subject_is(socket, "\"subject\":\"client-rsa\"");
    sio_manager_free(manager);
    CHECK_CODE(sio_manager_reload_tls(manager, NULL, 0, NULL, NULL), SIO_ERR_FREED);
    sio_options_free(options);
    sio_options_free(others);
}

/* A check of the server. */

typedef struct judge {
    counter called, freed;
    int verdict;
} judge;

static int judge_server(const sio_identity *identity, void *user_data)
{
    judge *judge_ = user_data;
    size_t length = 0;
    CHECK_TEXT(sio_identity_host(identity), "127.0.0.1");
    CHECK(sio_identity_is_for_host(identity) == 1);
    CHECK(sio_identity_chain_length(identity) == 2);
    CHECK(strstr(sio_identity_subject(identity, 0), "CN=localhost") != NULL);
    CHECK(strstr(sio_identity_issuer(identity, 0), "CN=Test CA") != NULL);
    CHECK(strstr(sio_identity_subject_alt_name(identity, 0), "localhost") != NULL);
    CHECK(strncmp(sio_identity_public_key_pin(identity, 1), "sha256//", 8) == 0);
    CHECK(sio_identity_der(identity, 0, &length) != NULL && length > 100);
    CHECK_TEXT(sio_identity_subject(identity, 2), "");
    CHECK(sio_identity_der(identity, 2, &length) == NULL && length == 0);
    CHECK(counter_value(&judge_->freed) == 0);
    counter_add(&judge_->called);
    return judge_->verdict;
}

static void judge_free(void *user_data) { counter_add(&((judge *)user_data)->freed); }

static void wants_refusal(const sio_event *event, void *user_data)
{
    CHECK(strstr(sio_error_message(sio_event_error(event)), "the program does not accept the server") != NULL);
    counter_add((counter *)user_data);
}

static void a_check_of_ones_own(int verdict, const char *transport)
{
    judge judge_ = {COUNTER_INITIALIZER, COUNTER_INITIALIZER, 0};
    counter ended = COUNTER_INITIALIZER;
    sio_options *options = make_options();
    sio_manager *manager;
    judge_.verdict = verdict;
    CHECK_CODE(sio_options_set_transports(options, transport), SIO_OK);
    CHECK_CODE(sio_options_set_check_server_identity(options, judge_server, &judge_, judge_free), SIO_OK);
    manager = sio_manager_new(url, options, NULL);
    sio_options_free(options);
    CHECK(counter_value(&judge_.freed) == 0);
    CHECK_CODE(sio_socket_on(sio_manager_socket(manager, NULL), verdict ? "connect_error" : "connect",
                             verdict ? wants_refusal : count_event, &ended, NULL, NULL), SIO_OK);
    CHECK_CODE(sio_socket_connect(sio_manager_socket(manager, NULL)), SIO_OK);
    CHECK(counter_wait(&ended, 1));
    sio_manager_free(manager);
    CHECK(counter_value(&judge_.called) >= 1);
    CHECK(counter_value(&judge_.freed) == 1);
}

static void checks_that_fail(void)
{
    judge judge_ = {COUNTER_INITIALIZER, COUNTER_INITIALIZER, 0};
    sio_options *options = make_options();
    CHECK_CODE(sio_options_set_check_server_identity(options, NULL, &judge_, judge_free), SIO_ERR_INVALID_ARGUMENT);
    CHECK(counter_value(&judge_.freed) == 1);
    CHECK_CODE(sio_options_set_check_server_identity(options, judge_server, &judge_, judge_free), SIO_OK);
    CHECK_CODE(sio_options_set_check_server_identity(options, judge_server, &judge_, judge_free), SIO_OK);
    CHECK(counter_value(&judge_.freed) == 2); /* the one before */
    sio_options_free(options);
    CHECK(counter_value(&judge_.freed) == 3);
}

static void setters(void)
{
    sio_options *options = make_options();
    CHECK_CODE(sio_options_set_servername(options, "localhost"), SIO_OK);
    CHECK_CODE(sio_options_set_min_version(options, "TLSv1.2"), SIO_OK);
    CHECK_CODE(sio_options_set_min_version(options, "SSLv3"), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_max_version(options, "TLSv1.3"), SIO_OK);
    CHECK_CODE(sio_options_set_crl_file(options, path("empty.crl")), SIO_OK);
    CHECK_CODE(sio_options_set_crl(options, NULL, 0), SIO_ERR_INVALID_ARGUMENT);
    CHECK_CODE(sio_options_set_ecdh_curve(options, "X25519:P-256"), SIO_OK);
    CHECK_CODE(sio_options_set_sigalgs(options, "ECDSA+SHA256"), SIO_OK);
    CHECK_CODE(sio_options_set_pinned_public_keys(options, "sha256//AAAA"), SIO_OK);
    CHECK_CODE(sio_options_set_watch_files(options, 0), SIO_OK);
    CHECK_CODE(sio_options_set_certificate_expiry_warning(options, SIO_FOREVER), SIO_OK);
    CHECK_CODE(sio_options_set_certificate_expiry_warning(options, 1000), SIO_OK);
    sio_options_free(options);
}

int main(int count, char **arguments)
{
    if (count != 3) return 64;
    url = arguments[1];
    certificates = arguments[2];
    replaced_while_connected();
    a_check_of_ones_own(0, "polling");
    a_check_of_ones_own(0, "websocket");
    a_check_of_ones_own(1, "polling");
    a_check_of_ones_own(1, "websocket");
    checks_that_fail();
    setters();
    return check_end();
}
