// Asks, answers and sends bytes over mutual TLS, and lives through the server's restart: chat URL CERTIFICATES, until
// the server says "bye".
#include "socketio.hpp"

#include <future>
#include <iostream>

int main(int count, char **arguments)
try {
    if (count != 3) {
        std::cerr << "usage: chat URL CERTIFICATES\n";
        return 64;
    }
    const std::string certificates = arguments[2];
    sio::options options;
    options.set(sio_options_set_ca_file, (certificates + "/ca.pem").c_str())
        .set(sio_options_set_cert_file, (certificates + "/client.pem").c_str())
        .set(sio_options_set_key_file, (certificates + "/client.key").c_str())
        .set(sio_options_set_reconnection_delay, 100);

    std::promise<void> ended;
    sio::manager manager(arguments[1], options);
    sio::socket chat = manager.socket("/chat");

    chat.on("connect", [&](const sio::event &) {
        std::cout << "connected" << std::endl;
        chat.emit("add", "[20,22]", sio::milliseconds(5000), [](const sio::event &answer) {
            if (auto failure = answer.failure()) std::cout << "no sum: " << failure->what() << std::endl;
            else std::cout << "sum " << answer.json() << std::endl;
        });
        chat.send(std::move(sio::message("ack").json(R"(["photo",{"_placeholder":true,"num":0}])").attach("\xff\xd8")),
                  [](const sio::event &answer) {
                      std::cout << "photo of " << answer.attachment(0).size() << " bytes" << std::endl;
                  });
    });
    chat.on("disconnect", [](const sio::event &event) { std::cout << "gone: " << event.reason() << std::endl; });
    chat.on("connect_error", [](const sio::event &event) { std::cout << event.failure()->what() << std::endl; });
    chat.on("question", [](const sio::event &event) {
        std::cout << "question " << event.json() << std::endl;
        if (auto answer = event.take_ack()) (*answer)(R"(["yes"])");
    });
    chat.once("bye", [&](const sio::event &) { ended.set_value(); });
    chat.connect();

    ended.get_future().wait();
    const auto unsent = manager.shutdown(sio::milliseconds(5000));
    std::cout << "unsent " << unsent << std::endl;
    return 0;
} catch (const sio::error &failure) {
    std::cerr << failure.what() << "\n";
    return 1;
}
