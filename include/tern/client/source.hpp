// SPDX-License-Identifier: BSL-1.0
//
// The bodies of the client, for the one file of a program that compiles them: see linkage.hpp.
//
// Layer: client. Standard: none.
// Include it in exactly one file, before anything else of tern, and define TERN_SEPARATE_COMPILATION in all of them.
// Without that definition it does no harm, and nothing of use.
#ifndef TERN_CLIENT_SOURCE_HPP
#define TERN_CLIENT_SOURCE_HPP

#ifndef TERN_SOURCE
#define TERN_SOURCE
#endif

#include "tern/client/basic_client.hpp"
#include "tern/linkage.hpp"

#if !TERN_BODIES
#error "tern/client/source.hpp has to be included before every other header of tern"
#endif

#endif
