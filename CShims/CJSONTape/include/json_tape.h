#pragma once

// simdjson's parser and the tape it leaves, as C.
//
// The tape is simdjson's own format: 64-bit words with a type letter in the top byte. Words of strings hold an offset
// into the string buffer, where a 32-bit length precedes the UTF-8 bytes; words of numbers are followed by the value;
// words of arrays and objects hold the index behind their end.

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#define JSON_NULLABLE _Nullable
#else
#define JSON_NULLABLE
#endif

#ifdef __cplusplus
#define JSON_NOEXCEPT noexcept
extern "C" {
#else
#define JSON_NOEXCEPT
#endif

// The scratch memory of parsing. It can be used for one text after the other, on one thread at a time.
typedef struct json_parser json_parser;
// What a parsed text became.
typedef struct json_tape json_tape;

// What a caller can act on; every other fault of the text is JSON_INVALID.
typedef enum json_status {
    JSON_OK,
    JSON_OUT_OF_MEMORY,
    JSON_TOO_LONG,
    JSON_TOO_DEEP,
    JSON_INVALID_STRING,
    JSON_INVALID_NUMBER,
    JSON_INVALID,
} json_status;

typedef struct json_result {
    json_status status;
    // simdjson's own words, in static memory.
    const char *message;
} json_result;

// A parser that refuses `depth_limit` or more levels of nesting. NULL when memory is short.
json_parser *JSON_NULLABLE json_parser_new(size_t depth_limit) JSON_NOEXCEPT;
void json_parser_free(json_parser *JSON_NULLABLE parser) JSON_NOEXCEPT;

// A tape with memory for `capacity` bytes of text. NULL when memory is short.
json_tape *JSON_NULLABLE json_tape_new(size_t capacity) JSON_NOEXCEPT;
void json_tape_free(json_tape *JSON_NULLABLE tape) JSON_NOEXCEPT;

// 64 bytes behind the text must be readable; the text itself may be discarded afterwards. A tape is worth reading only
// after JSON_OK, and its words move when it is parsed into again.
json_result json_parse(json_parser *parser, json_tape *tape, const uint8_t *text, size_t length) JSON_NOEXCEPT;

// NULL after JSON_OUT_OF_MEMORY. The words may be written to.
uint64_t *JSON_NULLABLE json_tape_words(json_tape *tape) JSON_NOEXCEPT;
const uint8_t *JSON_NULLABLE json_tape_strings(const json_tape *tape) JSON_NOEXCEPT;

// Has `body` called once when the process exits: before simdjson's objects are destroyed, as are other libraries', and
// behind the exit handlers that the program has registered.
void json_before_teardown(void (*body)(void)) JSON_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
