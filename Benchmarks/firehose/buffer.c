#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *what)
{
    perror(what);
    exit(1);
}

uint8_t *reserve(struct buffer *buffer, size_t count)
{
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
    if (buffer->end + count > buffer->capacity) {
        buffer->capacity = (buffer->end + count) * 2;
        buffer->bytes = realloc(buffer->bytes, buffer->capacity);
        if (!buffer->bytes)
            die("realloc");
    }
    return buffer->bytes + buffer->end;
}

void append(struct buffer *buffer, const void *bytes, size_t count)
{
    if (count == 0)
        return;
    memcpy(reserve(buffer, count), bytes, count);
    buffer->end += count;
}

void discard(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
