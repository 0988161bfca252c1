// SPDX-License-Identifier: BSL-1.0
//
// Nothing but the precompiled header of the tests that use a client.

#include "support/client.hpp"
