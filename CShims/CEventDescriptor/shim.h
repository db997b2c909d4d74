#pragma once

// Swift's Glibc module has no eventfd.
#include <sys/eventfd.h>

// Its flags are an anonymous enumeration, which Swift imports with a type that the function does not take.
static inline int CEventDescriptor_new(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
