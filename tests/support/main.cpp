// SPDX-License-Identifier: BSL-1.0
//
// The one translation unit that compiles Catch2's own part when it is version 2.13; version 3 brings a library.

#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#endif
#include "catch.hpp"
