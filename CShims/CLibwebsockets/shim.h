#pragma once

#include <libwebsockets.h>

// LWS_PRE is a macro of an expression, which Swift does not import.
static const int CLibwebsockets_LWS_PRE = LWS_PRE;

// Since 4.2 libwebsockets keeps TLS sessions of its own, unless it is told not to.
#ifdef LWS_SERVER_OPTION_DISABLE_TLS_SESSION_CACHE
static const uint64_t CLibwebsockets_no_session_cache = LWS_SERVER_OPTION_DISABLE_TLS_SESSION_CACHE;
#else
static const uint64_t CLibwebsockets_no_session_cache = 0;
#endif
