// SPDX-License-Identifier: BSL-1.0
//
// The larger bodies of Asio, the client and the testing broker, compiled once for all test programs. (That tern works
// as it comes, header-only, is shown by the examples, tests/matrix.sh and the consumers in tests/package.)

#include "tern/client/source.hpp"
#include "tern/testing/source.hpp"

#include <asio/impl/src.hpp>
