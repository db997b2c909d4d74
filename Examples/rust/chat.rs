//! The C library by a hand-written `extern` block: the same as Examples/cpp/chat.cpp. chat URL CERTIFICATES, until the
//! server says "bye".

use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr::null_mut;
use std::sync::mpsc;

#[repr(C)]
struct Handle {
    _private: [u8; 0],
}

type Callback = extern "C" fn(*const Handle, *mut c_void);
type Destructor = extern "C" fn(*mut c_void);

#[link(name = "socketio")]
extern "C" {
    fn sio_strerror(code: c_int) -> *const c_char;
    fn sio_options_new() -> *mut Handle;
    fn sio_options_free(options: *mut Handle);
    fn sio_options_set_ca_file(options: *mut Handle, path: *const c_char) -> c_int;
    fn sio_options_set_cert_file(options: *mut Handle, path: *const c_char) -> c_int;
    fn sio_options_set_key_file(options: *mut Handle, path: *const c_char) -> c_int;
    fn sio_options_set_reconnection_delay(options: *mut Handle, ms: i64) -> c_int;
    fn sio_manager_new(url: *const c_char, options: *const Handle, error: *mut *mut Handle) -> *mut Handle;
    fn sio_manager_free(manager: *mut Handle);
    fn sio_manager_socket(manager: *mut Handle, name: *const c_char) -> *mut Handle;
    fn sio_manager_shutdown(manager: *mut Handle, ms: i64, unsent: *mut usize) -> c_int;
    fn sio_socket_connect(socket: *mut Handle) -> c_int;
    fn sio_socket_on(
        socket: *mut Handle, event: *const c_char, callback: Callback, user_data: *mut c_void,
        destroy: Option<Destructor>, listener: *mut u64,
    ) -> c_int;
    fn sio_socket_emit_with_ack(
        socket: *mut Handle, event: *const c_char, json: *const c_char, ms: i64, callback: Callback,
        user_data: *mut c_void,
    ) -> c_int;
    fn sio_socket_send(
        socket: *mut Handle, message: *mut Handle, callback: Option<Callback>, user_data: *mut c_void,
    ) -> c_int;
    fn sio_message_new(event: *const c_char) -> *mut Handle;
    fn sio_message_set_json(message: *mut Handle, json: *const c_char, length: usize) -> c_int;
    fn sio_message_add_attachment(message: *mut Handle, data: *const c_void, length: usize) -> c_int;
    fn sio_event_json(event: *const Handle, length: *mut usize) -> *const c_char;
    fn sio_event_reason(event: *const Handle) -> *const c_char;
    fn sio_event_error(event: *const Handle) -> *const Handle;
    fn sio_event_attachment(event: *const Handle, index: usize, length: *mut usize) -> *const c_void;
    fn sio_event_take_ack(event: *const Handle) -> *mut Handle;
    fn sio_ack_send(ack: *mut Handle, json: *const c_char) -> c_int;
    fn sio_error_message(error: *const Handle) -> *const c_char;
}

/// A text of the library's.
unsafe fn text(pointer: *const c_char) -> String {
    CStr::from_ptr(pointer).to_string_lossy().into_owned()
}

fn c(text: &str) -> CString {
    CString::new(text).expect("a text without NUL")
}

fn check(code: c_int) {
    if code != 0 {
        panic!("{}", unsafe { text(sio_strerror(code)) });
    }
}

type Handler = Box<dyn Fn(Event) + Send + Sync>;

/// What has happened; valid during the call.
struct Event(*const Handle);

impl Event {
    fn json(&self) -> String {
        unsafe { text(sio_event_json(self.0, null_mut())) }
    }

    fn reason(&self) -> String {
        unsafe { text(sio_event_reason(self.0)) }
    }

    fn error(&self) -> Option<String> {
        let error = unsafe { sio_event_error(self.0) };
        (!error.is_null()).then(|| unsafe { text(sio_error_message(error)) })
    }
}

extern "C" fn call(event: *const Handle, handler: *mut c_void) {
    unsafe { (*(handler as *const Handler))(Event(event)) }
}

extern "C" fn call_once(event: *const Handle, handler: *mut c_void) {
    unsafe { Box::from_raw(handler as *mut Handler)(Event(event)) }
}

extern "C" fn destroy(handler: *mut c_void) {
    drop(unsafe { Box::from_raw(handler as *mut Handler) })
}

fn pointer(handler: impl Fn(Event) + Send + Sync + 'static) -> *mut c_void {
    Box::into_raw(Box::new(Box::new(handler) as Handler)) as *mut c_void
}

/// A namespace. Any thread may use it.
#[derive(Clone, Copy)]
struct Socket(*mut Handle);
unsafe impl Send for Socket {}
unsafe impl Sync for Socket {}

impl Socket {
    fn on(&self, name: &str, handler: impl Fn(Event) + Send + Sync + 'static) {
        let name = c(name);
        check(unsafe { sio_socket_on(self.0, name.as_ptr(), call, pointer(handler), Some(destroy), null_mut()) });
    }

    fn ask(&self, name: &str, json: &str, handler: impl Fn(Event) + Send + Sync + 'static) {
        let (name, json) = (c(name), c(json));
        check(unsafe {
            sio_socket_emit_with_ack(self.0, name.as_ptr(), json.as_ptr(), 5000, call_once, pointer(handler))
        });
    }

    fn send(&self, name: &str, json: &str, bytes: &[u8], handler: impl Fn(Event) + Send + Sync + 'static) {
        let (name, json) = (c(name), c(json));
        unsafe {
            let message = sio_message_new(name.as_ptr());
            check(sio_message_set_json(message, json.as_ptr(), usize::MAX));
            check(sio_message_add_attachment(message, bytes.as_ptr() as *const c_void, bytes.len()));
            check(sio_socket_send(self.0, message, Some(call_once), pointer(handler)));
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: chat URL CERTIFICATES");
        std::process::exit(64);
    }
    let path = |name: &str| c(&format!("{}/{}", arguments[2], name));
    let manager = unsafe {
        let options = sio_options_new();
        check(sio_options_set_ca_file(options, path("ca.pem").as_ptr()));
        check(sio_options_set_cert_file(options, path("client.pem").as_ptr()));
        check(sio_options_set_key_file(options, path("client.key").as_ptr()));
        check(sio_options_set_reconnection_delay(options, 100));
        let mut error = null_mut();
        let manager = sio_manager_new(c(&arguments[1]).as_ptr(), options, &mut error);
        sio_options_free(options);
        if manager.is_null() {
            panic!("{}", text(sio_error_message(error)));
        }
        manager
    };

    let chat = Socket(unsafe { sio_manager_socket(manager, c("/chat").as_ptr()) });
    let (ended, end) = mpsc::channel();
    chat.on("connect", move |_| {
        println!("connected");
        chat.ask("add", "[20,22]", |answer| match answer.error() {
            Some(error) => println!("no sum: {error}"),
            None => println!("sum {}", answer.json()),
        });
        chat.send("ack", r#"["photo",{"_placeholder":true,"num":0}]"#, &[0xff, 0xd8], |answer| {
            let mut size = 0;
            unsafe { sio_event_attachment(answer.0, 0, &mut size) };
            println!("photo of {size} bytes");
        });
    });
    chat.on("disconnect", |event| println!("gone: {}", event.reason()));
    chat.on("connect_error", |event| println!("{}", event.error().unwrap_or_default()));
    chat.on("question", |event| {
        println!("question {}", event.json());
        check(unsafe { sio_ack_send(sio_event_take_ack(event.0), c(r#"["yes"]"#).as_ptr()) });
    });
    chat.on("bye", move |_| ended.send(()).expect("somebody waits"));
    check(unsafe { sio_socket_connect(chat.0) });

    end.recv().expect("the server says bye");
    let mut unsent = 0;
    check(unsafe { sio_manager_shutdown(manager, 5000, &mut unsent) });
    println!("unsent {unsent}");
    unsafe { sio_manager_free(manager) };
}
