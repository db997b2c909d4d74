// The same with the C++ wrapper.
#include <socketio.hpp>

#include <future>
#include <iostream>

int main(int count, char **arguments)
{
    if (count != 2) return 64;
    std::promise<std::string> sum;
    sio::manager manager(arguments[1]);
    sio::socket socket = manager.socket();
    socket.connect();
    socket.emit("add", "[20,22]", sio::milliseconds(20000),
                [&](const sio::event &answer) { sum.set_value(std::string(answer.json())); });
    std::cout << sum.get_future().get() << std::endl;
    return manager.shutdown(sio::milliseconds(20000)) == 0 ? 0 : 1;
}
