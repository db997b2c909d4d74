#include <json_tape.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <simdjson.h>

using simdjson::error_code;

struct json_parser {
    simdjson::dom::parser parser;
};

struct json_tape {
    simdjson::dom::document document;
};

static json_status status_of(error_code error) noexcept
{
    switch (error) {
    case simdjson::SUCCESS:
        return JSON_OK;
    case simdjson::MEMALLOC:
        return JSON_OUT_OF_MEMORY;
    case simdjson::CAPACITY:
        return JSON_TOO_LONG;
    case simdjson::DEPTH_ERROR:
        return JSON_TOO_DEEP;
    case simdjson::STRING_ERROR:
        return JSON_INVALID_STRING;
    case simdjson::NUMBER_ERROR:
        return JSON_INVALID_NUMBER;
    default:
        return JSON_INVALID;
    }
}

json_parser *json_parser_new(size_t depth_limit) noexcept
{
    auto parser = new (std::nothrow) json_parser;
    // Without a first allocation the depth would be simdjson's default.
    if (parser && parser->parser.allocate(simdjson::dom::MINIMAL_DOCUMENT_CAPACITY, depth_limit)) {
        delete parser;
        return nullptr;
    }
    return parser;
}

void json_parser_free(json_parser *parser) noexcept { delete parser; }

json_tape *json_tape_new(size_t capacity) noexcept
{
    auto tape = new (std::nothrow) json_tape;
    // simdjson takes 0 as a request to allocate nothing.
    if (tape && tape->document.allocate(capacity > 0 ? capacity : 1)) {
        delete tape;
        return nullptr;
    }
    return tape;
}

void json_tape_free(json_tape *tape) noexcept { delete tape; }

json_result json_parse(json_parser *parser, json_tape *tape, const uint8_t *text, size_t length) noexcept
{
    error_code error = parser->parser.parse_into_document(tape->document, text, length, false).error();
    return {status_of(error), simdjson::error_message(error)};
}

uint64_t *json_tape_words(json_tape *tape) noexcept { return tape->document.tape.get(); }

const uint8_t *json_tape_strings(const json_tape *tape) noexcept { return tape->document.string_buf.get(); }

static std::atomic<void (*)(void)> teardown_body;

// At the program's start, as handlers are called in the reverse order of their registration. simdjson's objects are made,
// and their destruction is registered, at their first use: here.
__attribute__((constructor)) static void register_teardown()
{
    (void)simdjson::validate_utf8("", 0);
    (void)std::atexit([] {
        if (auto body = teardown_body.exchange(nullptr))
            body();
    });
}

void json_before_teardown(void (*body)(void)) noexcept { teardown_body = body; }
