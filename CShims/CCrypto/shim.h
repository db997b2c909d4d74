#pragma once

// Base64 only. TLS is the module COpenSSL, which the protocol layer does not see.
#include <openssl/evp.h>
