#pragma once

#include <pthread.h>
#include <uv.h>

// glibc declares it under _GNU_SOURCE only, which Swift's Glibc module does not set.
extern int pthread_setname_np(pthread_t thread, const char *name);

static inline void CLibuv_name_this_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
