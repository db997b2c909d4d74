#pragma once

#include <stddef.h>
#include <stdint.h>

// Bytes that are appended at the end and taken from the start.
struct buffer {
    uint8_t *bytes;
    size_t start, end, capacity;
};

__attribute__((noreturn)) void die(const char *what);

// Room for so many bytes at the end.
uint8_t *reserve(struct buffer *buffer, size_t count);
void append(struct buffer *buffer, const void *bytes, size_t count);
// The buffer is empty, and holds no memory.
void discard(struct buffer *buffer);

static inline size_t size(const struct buffer *buffer) { return buffer->end - buffer->start; }
