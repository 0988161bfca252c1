// SPDX-License-Identifier: BSL-1.0
//
// A header field of HTTP: to send, or as received.
//
// Layer: vocabulary. Standard: RFC 9110 5.
// It has no opinion of what it holds; http_head.hpp reads and checks.
#ifndef TERN_HTTP_HEADER_HPP
#define TERN_HTTP_HEADER_HPP

#include <string_view>

namespace tern
{

struct http_header
{
    std::string_view name{};
    std::string_view value{};
};

} // namespace tern

#endif
