// socketio.hpp: socketio.h for C++17, with owners for handles, exceptions for codes and functions for callbacks.
//
// The rules of socketio.h hold. A callback must not throw. What has no function here is reached by get().
#ifndef SOCKETIO_HPP
#define SOCKETIO_HPP

#include <socketio.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sio {

namespace detail {
// A deleter of a function of C's.
template <auto function> struct deleter {
    template <typename Handle> void operator()(Handle *handle) const noexcept { function(handle); }
};
template <typename Handle, auto function> using owner = std::unique_ptr<Handle, deleter<function>>;
} // namespace detail

using milliseconds = std::chrono::milliseconds;
inline constexpr milliseconds forever{SIO_FOREVER};

// What went wrong, with the details that apply.
class error : public std::runtime_error {
public:
    explicit error(sio_code code) : std::runtime_error(sio_strerror(code)), code_(code) {}
    explicit error(const sio_error *error)
        : std::runtime_error(sio_error_message(error)), code_(sio_error_code(error)), phase_(sio_error_phase(error)),
          data_(sio_error_data(error)), http_status_(sio_error_http_status(error)),
          certificate_(sio_error_certificate_text(error))
    {
    }

    sio_code code() const noexcept { return code_; }
    const std::string &phase() const noexcept { return phase_; }
    const std::string &data() const noexcept { return data_; }
    int http_status() const noexcept { return http_status_; }
    const std::string &certificate() const noexcept { return certificate_; }

private:
    sio_code code_;
    std::string phase_, data_;
    int http_status_ = 0;
    std::string certificate_;
};

inline void check(sio_code code)
{
    if (code != SIO_OK) throw error(code);
}

// How to connect. Each option is set by its function of C's:
//
//     options.set(sio_options_set_ca_file, "/etc/acme/ca.pem").set(sio_options_set_timeout, 5000);
class options {
public:
    options() : handle_(sio_options_new()) {}
    explicit options(std::string_view json) : options() { this->json(json); }

    template <typename Setter, typename... Values> options &set(Setter setter, Values... values)
    {
        check(setter(handle_.get(), values...));
        return *this;
    }

    options &json(std::string_view text)
    {
        sio_error *failure = nullptr;
        sio_options_set_json(handle_.get(), text.data(), text.size(), &failure);
        if (failure) {
            detail::owner<sio_error, sio_error_free> owner(failure);
            throw error(failure);
        }
        return *this;
    }

    sio_options *get() const noexcept { return handle_.get(); }

private:
    detail::owner<sio_options, sio_options_free> handle_;
};

// An event to send, or an answer.
class message {
public:
    explicit message(const std::string &event = "") : handle_(sio_message_new(event.c_str()))
    {
        if (!handle_) throw error(SIO_ERR_INVALID_ARGUMENT);
    }

    message &json(std::string_view text)
    {
        check(sio_message_set_json(handle_.get(), text.data(), text.size()));
        return *this;
    }
    message &attach(std::string_view bytes)
    {
        check(sio_message_add_attachment(handle_.get(), bytes.data(), bytes.size()));
        return *this;
    }
    // Takes the bytes over, without a copy.
    message &attach(std::unique_ptr<char[]> bytes, std::size_t size)
    {
        check(sio_message_add_attachment_nocopy(handle_.get(), bytes.release(), size,
                                                [](void *data) { delete[] static_cast<char *>(data); }));
        return *this;
    }
    message &timeout(milliseconds time)
    {
        check(sio_message_set_ack_timeout(handle_.get(), time.count()));
        return *this;
    }

    sio_message *get() const noexcept { return handle_.get(); }
    // The library has it now.
    void release() noexcept { handle_.release(); }

private:
    detail::owner<sio_message, sio_message_free> handle_;
};

// The right to answer the server, once.
class ack {
public:
    explicit ack(sio_ack *handle) : handle_(handle) {}

    void operator()(const std::string &json) { end(sio_ack_send(handle_.get(), json.c_str())); }
    void operator()(message &&answer)
    {
        end(sio_ack_send_message(handle_.get(), answer.get()));
        answer.release();
    }

private:
    void end(sio_code code)
    {
        check(code);
        handle_.release();
    }
    detail::owner<sio_ack, sio_ack_free> handle_;
};

class socket;

// Something that has happened. A copy keeps it beyond the callback.
class event {
public:
    explicit event(const sio_event *handle) : handle_(sio_event_retain(handle)) {}
    event(const event &other) : event(other.handle_.get()) {}
    event(event &&) = default;
    event &operator=(event other) noexcept
    {
        handle_ = std::move(other.handle_);
        return *this;
    }

    std::string_view name() const { return sio_event_name(handle_.get()); }
    std::string_view json() const
    {
        std::size_t length = 0;
        const char *text = sio_event_json(handle_.get(), &length);
        return {text, length};
    }
    std::string_view reason() const { return sio_event_reason(handle_.get()); }
    std::size_t attachments() const { return sio_event_attachment_count(handle_.get()); }
    std::string_view attachment(std::size_t index) const
    {
        std::size_t length = 0;
        const void *bytes = sio_event_attachment(handle_.get(), index, &length);
        return {static_cast<const char *>(bytes), length};
    }
    std::optional<error> failure() const
    {
        const sio_error *failure = sio_event_error(handle_.get());
        return failure ? std::make_optional<error>(failure) : std::nullopt;
    }
    std::optional<ack> take_ack() const
    {
        sio_ack *taken = sio_event_take_ack(handle_.get());
        return taken ? std::make_optional<ack>(taken) : std::nullopt;
    }
    const sio_event *get() const noexcept { return handle_.get(); }

private:
    detail::owner<sio_event, sio_event_release> handle_;
};

using handler = std::function<void(const event &)>;

namespace detail {
inline void call(const sio_event *handle, void *function) noexcept { (*static_cast<handler *>(function))(event(handle)); }
inline void call_once(const sio_event *handle, void *function) noexcept
{
    std::unique_ptr<handler> owner(static_cast<handler *>(function));
    (*owner)(event(handle));
}
inline void destroy(void *function) noexcept { delete static_cast<handler *>(function); }
} // namespace detail

// One namespace: a handle that is copied freely. Once its manager is gone, its functions throw SIO_ERR_FREED.
class socket {
public:
    explicit socket(sio_socket *handle) : handle_(handle) {}

    void connect() const { check(sio_socket_connect(handle_)); }
    void disconnect() const { check(sio_socket_disconnect(handle_)); }
    bool connected() const { return sio_socket_connected(handle_) != 0; }

    sio_listener on(const char *name, handler function) const { return add(sio_socket_on, name, std::move(function)); }
    sio_listener on_any(handler function) const { return add(sio_socket_on, nullptr, std::move(function)); }
    sio_listener once(const char *name, handler function) const
    {
        return add(sio_socket_once, name, std::move(function));
    }
    void off(sio_listener listener) const { check(sio_socket_off(handle_, listener)); }

    void emit(const char *name, const char *json = nullptr) const { check(sio_socket_emit(handle_, name, json)); }
    void emit(const char *name, const char *json, milliseconds timeout, handler on_ack) const
    {
        auto function = std::make_unique<handler>(std::move(on_ack));
        check(sio_socket_emit_with_ack(handle_, name, json, timeout.count(), detail::call_once, function.get()));
        function.release();
    }
    void send(message &&sent, handler on_ack = nullptr) const
    {
        auto function = on_ack ? std::make_unique<handler>(std::move(on_ack)) : nullptr;
        check(sio_socket_send(handle_, sent.get(), function ? detail::call_once : nullptr, function.get()));
        sent.release();
        function.release();
    }

    sio_socket *get() const noexcept { return handle_; }

private:
    template <typename Function> sio_listener add(Function add, const char *name, handler function) const
    {
        sio_listener listener = 0;
        check(add(handle_, name, detail::call, new handler(std::move(function)), detail::destroy, &listener));
        return listener;
    }
    sio_socket *handle_;
};

// One connection. Its end is that of everything on it.
class manager {
public:
    explicit manager(const std::string &url, const options &options = {})
    {
        sio_error *failure = nullptr;
        handle_.reset(sio_manager_new(url.c_str(), options.get(), &failure));
        if (failure) {
            detail::owner<sio_error, sio_error_free> owner(failure);
            throw error(failure);
        }
    }

    sio::socket socket(const char *name_space = "/") const
    {
        return sio::socket(sio_manager_socket(handle_.get(), name_space));
    }
    sio_listener on(const char *name, handler function) const
    {
        sio_listener listener = 0;
        check(sio_manager_on(handle_.get(), name, detail::call, new handler(std::move(function)), detail::destroy,
                             &listener));
        return listener;
    }
    // The number of events and messages that were not sent.
    std::size_t shutdown(milliseconds limit) const
    {
        std::size_t unsent = 0;
        check(sio_manager_shutdown(handle_.get(), limit.count(), &unsent));
        return unsent;
    }
    int fd() const { return sio_manager_fd(handle_.get()); }
    // Whether a callback was run.
    bool dispatch(milliseconds limit) const
    {
        sio_code code = sio_manager_dispatch(handle_.get(), limit.count());
        if (code != SIO_OK && code != SIO_ERR_TIMED_OUT) throw error(code);
        return code == SIO_OK;
    }
    sio_manager *get() const noexcept { return handle_.get(); }

private:
    detail::owner<sio_manager, sio_manager_free> handle_;
};

} // namespace sio

#endif
