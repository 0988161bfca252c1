// SPDX-License-Identifier: BSL-1.0
//
// Errors as std::error_code: two categories of our own (what the library found, what an MQTT reason code says) and the
// conditions that answer what a caller asks: is it my mistake, did the server break the rules, was it refused, is
// another try worth it?
//
// Layer: vocabulary. Standard: v5 2.4 (reason codes).
// What the library can find is listed in errc.hpp. Errors of the operating system and of Asio keep their own
// categories; the condition for another try knows them too.
#ifndef TERN_ERROR_HPP
#define TERN_ERROR_HPP

#include "tern/errc.hpp"
#include "tern/reason_code.hpp"

#include <string>
#include <system_error>
#include <type_traits>

namespace tern
{

/// The category "tern": values are `errc`.
[[nodiscard]] const std::error_category& tern_category() noexcept;

/// The category "mqtt": values are `reason_code`.
[[nodiscard]] const std::error_category& reason_code_category() noexcept;

/// The category "tern.kind" of the conditions.
[[nodiscard]] const std::error_category& error_kind_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc value) noexcept
{
    return {static_cast<int>(value), tern_category()};
}

/// Any code as an error, also those that report success; test with is_failure() first.
[[nodiscard]] inline std::error_code make_error_code(reason_code value) noexcept
{
    return {static_cast<int>(value), reason_code_category()};
}

[[nodiscard]] inline std::error_condition make_error_condition(error_kind value) noexcept
{
    return {static_cast<int>(value), error_kind_category()};
}

namespace detail
{

/// The kind of a failing reason code. v5 2.4
[[nodiscard]] constexpr error_kind kind_of(reason_code code) noexcept
{
    switch (code)
    {
    case reason_code::unspecified_error:
    case reason_code::implementation_specific_error:
    case reason_code::server_unavailable:
    case reason_code::server_busy:
    case reason_code::server_shutting_down:
    case reason_code::keep_alive_timeout:
    case reason_code::packet_identifier_in_use:
    case reason_code::packet_identifier_not_found:
    case reason_code::receive_maximum_exceeded:
    case reason_code::message_rate_too_high:
    case reason_code::quota_exceeded:
    case reason_code::administrative_action:
    case reason_code::use_another_server:
    case reason_code::connection_rate_exceeded:
    case reason_code::maximum_connect_time: return error_kind::transient;
    case reason_code::malformed_packet:
    case reason_code::protocol_error:
    case reason_code::client_identifier_not_valid:
    case reason_code::topic_filter_invalid:
    case reason_code::topic_name_invalid:
    case reason_code::topic_alias_invalid:
    case reason_code::packet_too_large:
    case reason_code::payload_format_invalid: return error_kind::usage;
    default: return error_kind::refused;
    }
}

class tern_category_type final : public std::error_category
{
public:
    [[nodiscard]] const char* name() const noexcept override { return "tern"; }

    [[nodiscard]] std::string message(int value) const override
    {
        return std::string(to_string(static_cast<errc>(value)));
    }

    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override
    {
        const errc_row* row = find_row(static_cast<errc>(value));
        return row != nullptr ? make_error_condition(row->kind) : std::error_condition(value, *this);
    }
};

class reason_code_category_type final : public std::error_category
{
public:
    [[nodiscard]] const char* name() const noexcept override { return "mqtt"; }

    [[nodiscard]] std::string message(int value) const override
    {
        return std::string(to_string(static_cast<reason_code>(value)));
    }

    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override
    {
        const auto code = static_cast<reason_code>(value);
        return is_failure(code) ? make_error_condition(kind_of(code)) : std::error_condition(value, *this);
    }
};

class error_kind_category_type final : public std::error_category
{
public:
    [[nodiscard]] const char* name() const noexcept override { return "tern.kind"; }

    [[nodiscard]] std::string message(int value) const override
    {
        switch (static_cast<error_kind>(value))
        {
        case error_kind::usage: return "the call is at fault";
        case error_kind::protocol_violation: return "the server broke the rules of MQTT";
        case error_kind::refused: return "the server refused";
        case error_kind::transient: return "another try may succeed";
        }
        return "unknown kind of error";
    }

    // Errors of the operating system are transient to a client that reconnects: a cable is plugged in again, a
    // server is started, a name appears.
    [[nodiscard]] bool equivalent(const std::error_code& code, int kind) const noexcept override
    {
        if (code.category() == tern_category() || code.category() == reason_code_category())
        {
            return code.default_error_condition() == make_error_condition(static_cast<error_kind>(kind));
        }
        return static_cast<error_kind>(kind) == error_kind::transient && static_cast<bool>(code) &&
               code != std::errc::operation_canceled;
    }
};

} // namespace detail

inline const std::error_category& tern_category() noexcept
{
    static const detail::tern_category_type category;
    return category;
}

inline const std::error_category& reason_code_category() noexcept
{
    static const detail::reason_code_category_type category;
    return category;
}

inline const std::error_category& error_kind_category() noexcept
{
    static const detail::error_kind_category_type category;
    return category;
}

} // namespace tern

template <>
struct std::is_error_code_enum<tern::errc> : std::true_type
{
};

template <>
struct std::is_error_code_enum<tern::reason_code> : std::true_type
{
};

template <>
struct std::is_error_condition_enum<tern::error_kind> : std::true_type
{
};

#endif
