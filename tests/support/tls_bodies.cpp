// SPDX-License-Identifier: BSL-1.0
//
// The larger bodies of Asio's TLS, compiled once for the test programs that use it.

#include <asio/ssl/impl/src.hpp>
