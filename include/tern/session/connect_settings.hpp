// SPDX-License-Identifier: BSL-1.0
//
// A copy of the connect options that outlives the call that gave them, and the CONNECT that follows from it.
//
// Layer: session. Standard: v5 3.1, v3.1.1 3.1.
// Whether a session is to be resumed is not decided here but in connecting.hpp.
#ifndef TERN_SESSION_CONNECT_SETTINGS_HPP
#define TERN_SESSION_CONNECT_SETTINGS_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/protocol_version.hpp"
#include "tern/session/stored_text.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/connect.hpp"
#include "tern/wire/limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace tern::session
{

/// A number of seconds as the standard's four-byte integer; what it cannot hold has to be refused before.
[[nodiscard]] constexpr std::uint32_t to_interval(std::chrono::seconds interval) noexcept
{
    return static_cast<std::uint32_t>(interval.count());
}

[[nodiscard]] constexpr bool is_interval(std::chrono::seconds interval) noexcept
{
    return interval.count() >= 0 && interval <= never_expires;
}

[[nodiscard]] constexpr bool is_interval(const std::optional<std::chrono::seconds>& interval) noexcept
{
    return !interval || is_interval(*interval);
}

class connect_settings
{
public:
    /// Of a session that was asked for by default only.
    static constexpr std::chrono::seconds default_session_expiry{3'600};

    connect_settings() = default;

    /// Copies everything. \throws std::bad_alloc
    explicit connect_settings(const connect_options& options)
        : options_(options), text_(size_of(options), property_count(options))
    {
        options_.client_id = text_.keep(options.client_id);
        options_.user_name = text_.keep(options.user_name);
        options_.password = text_.keep(options.password);
        options_.user_properties = text_.keep(options.user_properties);
        options_.authentication_method = text_.keep(options.authentication_method);
        if (options_.will)
        {
            will_options& will = *options_.will;
            will.topic = text_.keep(will.topic);
            will.payload = text_.keep(will.payload);
            will.content_type = text_.keep(will.content_type);
            will.response_topic = text_.keep(will.response_topic);
            will.correlation_data = text_.keep(will.correlation_data);
            will.user_properties = text_.keep(will.user_properties);
        }
    }

    [[nodiscard]] const connect_options& options() const noexcept { return options_; }

    /// Replaces user name and password, as a copy, if a CONNECT with them can be sent in this version; see check().
    /// \throws std::bad_alloc nothing is changed then.
    [[nodiscard]] errc set_credentials(const std::optional<std::string_view>& user_name,
                                       const std::optional<byte_view>& password, protocol_version version)
    {
        stored_text text(stored_text::size_of(user_name) + stored_text::size_of(password), 0);
        const auto before = std::pair(options_.user_name, options_.password);
        options_.user_name = text.keep(user_name);
        options_.password = text.keep(password);
        if (const errc error = check(version); error != errc{})
        {
            std::tie(options_.user_name, options_.password) = before;
            return error;
        }
        credentials_ = std::move(text);
        return errc{};
    }

    /// What the client asks for. v5 3.1.2.11.2
    [[nodiscard]] std::chrono::seconds session_expiry() const noexcept
    {
        return options_.session_expiry.value_or(default_session_expiry);
    }

    /// True if the session is to outlive a connection.
    [[nodiscard]] bool wants_session() const noexcept { return session_expiry().count() > 0; }

    /// The largest packet that the server may send, which CONNECT says in 5.0.
    [[nodiscard]] std::uint32_t maximum_packet_size(protocol_version version, std::uint32_t own_limit) const noexcept
    {
        const bool chosen = version == protocol_version::v5 && options_.maximum_packet_size != 0;
        return std::min(chosen ? options_.maximum_packet_size : own_limit, wire::maximum_packet_size);
    }

    /// The CONNECT for these options; its views live as long as the settings.
    [[nodiscard]] wire::connect packet(protocol_version version, std::string_view client_identifier, bool clean_start,
                                       bool with_will, std::uint32_t own_limit,
                                       const std::optional<byte_view>& authentication_data) const noexcept
    {
        wire::connect connect;
        connect.clean_start = clean_start;
        connect.keep_alive = static_cast<std::uint16_t>(options_.keep_alive.count());
        connect.client_identifier = client_identifier;
        connect.user_name = options_.user_name;
        connect.password = options_.password;
        if (version == protocol_version::v5)
        {
            set_properties(connect.properties, own_limit);
            connect.properties.authentication_data = authentication_data;
        }
        if (options_.will && with_will)
        {
            set_will(connect.will.emplace());
        }
        return connect;
    }

    /// Whether such a CONNECT can be sent in this version: invalid_option, invalid_text, invalid_topic_name,
    /// field_too_long, not_supported_by_protocol_version and their like.
    [[nodiscard]] errc check(protocol_version version) const noexcept
    {
        const connect_options& given = options_;
        if (given.keep_alive.count() < 0 || given.keep_alive.count() > 0xFFFF || !is_interval(given.session_expiry) ||
            given.receive_maximum == 0) // v5 3.1.2.11.3
        {
            return errc::invalid_option;
        }
        if (given.will &&
            (!is_interval(given.will->will_delay_interval) || !is_interval(given.will->message_expiry_interval)))
        {
            return errc::invalid_option;
        }
        const bool clean = version == protocol_version::v5 || !wants_session() || given.client_id.empty();
        return wire::encoded_size(version, packet(version, given.client_id, clean, true, 1, std::nullopt)).error;
    }

private:
    // Defaults of the standard are left out.
    void set_properties(connect_properties& properties, std::uint32_t own_limit) const noexcept
    {
        if (wants_session())
        {
            properties.session_expiry_interval = to_interval(session_expiry());
        }
        if (options_.receive_maximum != 65'535)
        {
            properties.receive_maximum = options_.receive_maximum;
        }
        const std::uint32_t largest = maximum_packet_size(protocol_version::v5, own_limit);
        if (largest < wire::maximum_packet_size)
        {
            properties.maximum_packet_size = largest;
        }
        if (options_.topic_alias_maximum != 0)
        {
            properties.topic_alias_maximum = options_.topic_alias_maximum;
        }
        if (options_.request_response_information)
        {
            properties.request_response_information = true;
        }
        if (!options_.request_problem_information)
        {
            properties.request_problem_information = false;
        }
        properties.user_properties = options_.user_properties;
        properties.authentication_method = options_.authentication_method;
    }

    void set_will(wire::will& will) const noexcept
    {
        const will_options& given = *options_.will;
        will.topic = given.topic;
        will.payload = given.payload;
        will.qos = given.qos;
        will.retain = given.retain;
        if (given.will_delay_interval)
        {
            will.properties.will_delay_interval = to_interval(*given.will_delay_interval);
        }
        if (given.message_expiry_interval)
        {
            will.properties.message_expiry_interval = to_interval(*given.message_expiry_interval);
        }
        will.properties.payload_format_indicator = given.payload_format_indicator;
        will.properties.content_type = given.content_type;
        will.properties.response_topic = given.response_topic;
        will.properties.correlation_data = given.correlation_data;
        will.properties.user_properties = given.user_properties;
    }

    [[nodiscard]] static std::size_t size_of(const connect_options& options) noexcept
    {
        std::size_t size = stored_text::size_of(options.client_id) + stored_text::size_of(options.user_name) +
                           stored_text::size_of(options.password) + stored_text::size_of(options.user_properties) +
                           stored_text::size_of(options.authentication_method);
        if (options.will)
        {
            const will_options& will = *options.will;
            size += stored_text::size_of(will.topic) + stored_text::size_of(will.payload) +
                    stored_text::size_of(will.content_type) + stored_text::size_of(will.response_topic) +
                    stored_text::size_of(will.correlation_data) + stored_text::size_of(will.user_properties);
        }
        return size;
    }

    [[nodiscard]] static std::size_t property_count(const connect_options& options) noexcept
    {
        return options.user_properties.size() + (options.will ? options.will->user_properties.size() : 0);
    }

    connect_options options_{};
    stored_text text_;
    stored_text credentials_; ///< those that have replaced the first ones
};

} // namespace tern::session

#endif
