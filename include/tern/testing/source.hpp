// SPDX-License-Identifier: BSL-1.0
//
// The bodies of the testing broker, for the one file of a program that compiles them: see linkage.hpp.
//
// Layer: testing. Standard: none.
// Include it before anything else of tern, beside or instead of client/source.hpp.
#ifndef TERN_TESTING_SOURCE_HPP
#define TERN_TESTING_SOURCE_HPP

#ifndef TERN_SOURCE
#define TERN_SOURCE
#endif

#include "tern/linkage.hpp"
#include "tern/testing/broker.hpp"

#if !TERN_BODIES
#error "tern/testing/source.hpp has to be included before every other header of tern"
#endif

#endif
