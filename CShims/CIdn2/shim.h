#pragma once

// International host names.
#include <idn2.h>
