import SocketIO

/// A received event as a line of JSON.
enum EventLine {
    static func text(_ name: String, _ arguments: [JSONValue]) -> String {
        #"{"event":\#(JSONValue.string(name)),"args":\#(JSONValue.array(arguments))}"#
    }
}
