// The C++ wrapper, with what it promises beyond socketio.h: exceptions, and owners that release. wrapper URL
#include "socketio.hpp"

#include <atomic>
#include <cstring>
#include <future>
#include <iostream>

static int failed = 0, checks = 0;

static void check(bool is_true, const char *what)
{
    checks++;
    if (!is_true) failed++, std::cerr << "not so: " << what << std::endl;
}
#define CHECK(condition) check(condition, #condition)

// The code with which something is refused.
template <typename Function> static sio_code code_of(Function function)
{
    try {
        function();
        return SIO_OK;
    } catch (const sio::error &error) {
        return error.code();
    }
}

static void errors()
{
    sio::options options;
    CHECK(code_of([&] { options.set(sio_options_set_family, 5); }) == SIO_ERR_INVALID_ARGUMENT);
    CHECK(code_of([&] { options.json("{\"colour\":1}"); }) == SIO_ERR_INVALID_ARGUMENT);
    CHECK(code_of([] { sio::options("[]"); }) == SIO_ERR_INVALID_JSON);
    CHECK(code_of([] { sio::manager("gopher://a"); }) == SIO_ERR_INVALID_URL);
    CHECK(code_of([] { sio::message("a").json("{}"); }) == SIO_ERR_INVALID_JSON);
    try {
        sio::manager("https://localhost", sio::options("{\"ca\":\"no-such-file.pem\"}"));
        CHECK(false);
    } catch (const sio::error &error) {
        CHECK(std::strstr(error.what(), "no-such-file.pem") != nullptr && error.phase() == "options");
    }
}

// Counts how many of its copies are left: what is captured in a callback has to go with it.
struct counted {
    static std::atomic<int> left;
    counted() { left++; }
    counted(const counted &) { left++; }
    ~counted() { left--; }
};
std::atomic<int> counted::left{0};

static void exchange(const std::string &url)
{
    std::promise<std::string> sum, echo;
    std::promise<std::size_t> bytes;
    std::optional<sio::event> kept;
    {
        counted token;
        sio::manager manager(url, sio::options(R"({"transports":["websocket"]})"));
        sio::socket socket = manager.socket();
        auto unused = socket.on("never", [token](const sio::event &) {});
        socket.on_any([token](const sio::event &) {});
        socket.once("echo", [token, &echo, &kept](const sio::event &event) {
            kept = event;
            echo.set_value(std::string(event.json()));
        });
        socket.connect();
        socket.emit("add", "[20,22]", sio::milliseconds(20000),
                    [token, &sum](const sio::event &answer) { sum.set_value(std::string(answer.json())); });
        socket.emit("echo", "[\"text\"]");
        auto data = std::make_unique<char[]>(1000);
        sio::message message("ack");
        message.attach(std::move(data), 1000).attach("more").timeout(sio::milliseconds(20000));
        socket.send(std::move(message), [token, &bytes](const sio::event &answer) {
            bytes.set_value(answer.attachment(0).size() + answer.attachment(1).size());
        });
        CHECK(sum.get_future().get() == "[42]");
        CHECK(echo.get_future().get() == "[\"text\"]");
        CHECK(bytes.get_future().get() == 1004);
        socket.off(unused);
        socket.emit("silent", nullptr, sio::forever, [token](const sio::event &answer) {
            CHECK(answer.failure() && answer.failure()->code() != SIO_OK);
        });
        CHECK(code_of([&] { socket.emit("connect"); }) == SIO_ERR_RESERVED_EVENT);
        CHECK(code_of([&] { socket.emit("a", "{}", sio::forever, [token](const sio::event &) {}); })
              == SIO_ERR_INVALID_JSON);
        CHECK(counted::left > 1);
    }
    CHECK(counted::left == 0);
    CHECK(kept && kept->name() == "echo" && kept->json() == "[\"text\"]");
}

static void dispatch(const std::string &url)
{
    bool is_connected = false;
    sio::manager manager(url, sio::options().set(sio_options_set_dispatch, SIO_DISPATCH_MANUAL));
    sio::socket socket = manager.socket();
    socket.on("connect", [&](const sio::event &) { is_connected = true; });
    CHECK(manager.fd() >= 0 && !manager.dispatch(sio::milliseconds(0)));
    socket.connect();
    while (!is_connected) CHECK(manager.dispatch(sio::milliseconds(20000)));
}

int main(int count, char **arguments)
{
    if (count != 2) return 64;
    errors();
    exchange(arguments[1]);
    dispatch(arguments[1]);
    std::cout << checks << " checks, " << failed << " failed" << std::endl;
    return failed ? 1 : 0;
}
