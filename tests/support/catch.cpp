// SPDX-License-Identifier: BSL-1.0
//
// Gives the precompiled header, which all test programs share, a translation unit of its own.

#include "catch.hpp"
