#pragma once

// simdjson's header is C++. Only CJSONTape includes it; Swift sees CJSONTape's C header.
#ifdef __cplusplus
#if !__has_include(<simdjson.h>)
#error "simdjson is missing: apt-get install libsimdjson-dev"
#endif
#include <simdjson.h>
#endif
