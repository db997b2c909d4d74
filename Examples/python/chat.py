#!/usr/bin/env python3
"""The C library by ctypes: the same as Examples/cpp/chat.cpp. chat.py URL CERTIFICATES, until the server says "bye"."""

import ctypes
import json
import sys
import threading

sio = ctypes.CDLL('libsocketio.so.0')
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)

for name in ('sio_options_new', 'sio_manager_new', 'sio_manager_socket', 'sio_event_take_ack', 'sio_event_error',
             'sio_message_new', 'sio_event_attachment'):
    getattr(sio, name).restype = ctypes.c_void_p
for name in ('sio_strerror', 'sio_error_message', 'sio_event_name', 'sio_event_json', 'sio_event_reason'):
    getattr(sio, name).restype = ctypes.c_char_p

NUL_TERMINATED = ctypes.c_size_t(-1)
# Python must not collect what the library may call.
kept = []


def check(code):
    if code:
        raise RuntimeError(sio.sio_strerror(code).decode())


def text(value):
    return value.encode()


def pointer(value):
    return ctypes.c_void_p(value)


def callback(function):
    """A function of C's that is given the event."""
    made = CALLBACK(lambda event, _: function(pointer(event)))
    kept.append(made)
    return made


def message_of(error):
    return sio.sio_error_message(pointer(error)).decode()


class Socket:
    def __init__(self, manager, namespace):
        self.handle = pointer(sio.sio_manager_socket(manager, text(namespace)))

    def on(self, event, function):
        check(sio.sio_socket_on(self.handle, text(event), callback(function), None, None, None))

    def emit(self, event, *values, on_ack=None):
        check(sio.sio_socket_emit_with_ack(self.handle, text(event), text(json.dumps(values)), ctypes.c_int64(5000),
                                           callback(on_ack), None))

    def send_bytes(self, event, values, data, on_ack):
        message = pointer(sio.sio_message_new(text(event)))
        check(sio.sio_message_set_json(message, text(json.dumps(values)), NUL_TERMINATED))
        check(sio.sio_message_add_attachment(message, data, ctypes.c_size_t(len(data))))
        check(sio.sio_socket_send(self.handle, message, callback(on_ack), None))

    def connect(self):
        check(sio.sio_socket_connect(self.handle))


def make_manager(url, certificates):
    options = pointer(sio.sio_options_new())
    names = {'ca': f'{certificates}/ca.pem', 'cert': f'{certificates}/client.pem', 'key': f'{certificates}/client.key',
             'reconnectionDelay': 100}
    check(sio.sio_options_set_json(options, text(json.dumps(names)), NUL_TERMINATED, None))
    error = ctypes.c_void_p()
    manager = sio.sio_manager_new(text(url), options, ctypes.byref(error))
    sio.sio_options_free(options)
    if not manager:
        sys.exit(message_of(error.value))
    return pointer(manager)


def say(*words):
    print(*words, flush=True)


def main():
    if len(sys.argv) != 3:
        sys.exit('usage: chat.py URL CERTIFICATES')
    manager = make_manager(*sys.argv[1:])
    chat = Socket(manager, '/chat')
    ended = threading.Event()

    def on_sum(event):
        error = sio.sio_event_error(event)
        say('no sum:', message_of(error)) if error else say('sum', sio.sio_event_json(event, None).decode())

    def on_photo(event):
        size = ctypes.c_size_t()
        sio.sio_event_attachment(event, ctypes.c_size_t(0), ctypes.byref(size))
        say('photo of', size.value, 'bytes')

    def on_connect(event):
        say('connected')
        chat.emit('add', 20, 22, on_ack=on_sum)
        chat.send_bytes('ack', ['photo', {'_placeholder': True, 'num': 0}], b'\xff\xd8', on_photo)

    def on_question(event):
        say('question', sio.sio_event_json(event, None).decode())
        check(sio.sio_ack_send(pointer(sio.sio_event_take_ack(event)), b'["yes"]'))

    chat.on('connect', on_connect)
    chat.on('disconnect', lambda event: say('gone:', sio.sio_event_reason(event).decode()))
    chat.on('connect_error', lambda event: say(message_of(sio.sio_event_error(event))))
    chat.on('question', on_question)
    chat.on('bye', lambda event: ended.set())
    chat.connect()

    ended.wait()
    unsent = ctypes.c_size_t()
    check(sio.sio_manager_shutdown(manager, ctypes.c_int64(5000), ctypes.byref(unsent)))
    say('unsent', unsent.value)
    sio.sio_manager_free(manager)


main()
