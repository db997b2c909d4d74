#pragma once

// Swift's Glibc module is without it.
#include <malloc.h>
