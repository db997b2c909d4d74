#pragma once

#include <curl/curl.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot call: one function for each
// type of argument.
static inline CURLcode CLibcurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CLibcurl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CLibcurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode CLibcurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

// For the bodies and for the header lines.
static inline CURLcode CLibcurl_set_receiver(
    CURL *easy, CURLoption option, size_t (*receiver)(char *bytes, size_t size, size_t count, void *data)) {
    return curl_easy_setopt(easy, option, receiver);
}

static inline CURLcode CLibcurl_set_tls_setup(
    CURL *easy, CURLcode (*setup)(CURL *easy, void *ssl_context, void *data)) {
    return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, setup);
}

static inline CURLcode CLibcurl_set_gate(
    CURL *easy, int (*gate)(void *data, char *remote, char *local, int remote_port, int local_port), void *data) {
    CURLcode status = curl_easy_setopt(easy, CURLOPT_PREREQDATA, data);
    return status != CURLE_OK ? status : curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, gate);
}

static inline CURLcode CLibcurl_set_socket_setup(
    CURL *easy, int (*setup)(void *data, curl_socket_t socket, curlsocktype purpose), void *data) {
    CURLcode status = curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, data);
    return status != CURLE_OK ? status : curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, setup);
}

// A macro with a cast, which Swift does not import.
static const long CLibcurl_CURLAUTH_BASIC = (long)CURLAUTH_BASIC;

static inline long CLibcurl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline curl_off_t CLibcurl_get_size(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline const char *CLibcurl_get_string(CURL *easy, CURLINFO info) {
    const char *value = NULL;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline struct curl_slist *CLibcurl_get_list(CURL *easy, CURLINFO info) {
    struct curl_slist *value = NULL;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline CURLMcode CLibcurl_multi_set_watcher(
    CURLM *multi, int (*watcher)(CURL *easy, curl_socket_t socket, int events, void *data, void *socket_data),
    void *data) {
    CURLMcode status = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, data);
    return status != CURLM_OK ? status : curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watcher);
}

static inline CURLMcode CLibcurl_multi_set_timer(
    CURLM *multi, int (*timer)(CURLM *multi, long milliseconds, void *data), void *data) {
    CURLMcode status = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, data);
    return status != CURLM_OK ? status : curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
}
