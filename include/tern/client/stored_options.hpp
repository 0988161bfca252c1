// SPDX-License-Identifier: BSL-1.0
//
// Options are views; where they have to outlive the call that they were passed to, these copies own what they refer
// to: for calls from other threads, and for what a client connects with again and again.
//
// Layer: client, without Asio. Standard: none.
#ifndef TERN_CLIENT_STORED_OPTIONS_HPP
#define TERN_CLIENT_STORED_OPTIONS_HPP

#include "tern/byte_view.hpp"
#include "tern/http_header.hpp"
#include "tern/options.hpp"
#include "tern/repeated_property.hpp"
#include "tern/transport_options.hpp"

#include <forward_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tern::detail
{

/// Keeps texts and lists at places that do not move, also when the arena itself does.
class option_arena
{
public:
    std::string_view keep(std::string_view text)
    {
        return text.empty() ? std::string_view() : std::string_view(texts_.emplace_front(text));
    }

    byte_view keep(byte_view bytes) { return byte_view(keep(bytes.text())); }

    template <class View>
    std::optional<View> keep(const std::optional<View>& value)
    {
        return value ? std::optional<View>(keep(*value)) : std::nullopt;
    }

    user_properties keep(const user_properties& properties)
    {
        if (properties.empty())
        {
            return {};
        }
        std::vector<user_property>& list = properties_.emplace_front();
        for (const user_property& property : properties)
        {
            list.push_back({keep(property.name), keep(property.value)});
        }
        return user_properties(list);
    }

    std::span<const topic_subscription> keep(std::span<const topic_subscription> filters)
    {
        std::vector<topic_subscription>& list = filters_.emplace_front(filters.begin(), filters.end());
        for (topic_subscription& filter : list)
        {
            filter.topic_filter = keep(filter.topic_filter);
        }
        return list;
    }

    publish_options keep(publish_options options)
    {
        options.content_type = keep(options.content_type);
        options.response_topic = keep(options.response_topic);
        options.correlation_data = keep(options.correlation_data);
        options.user_properties = keep(options.user_properties);
        return options;
    }

    will_options keep(will_options will)
    {
        will.topic = keep(will.topic);
        will.payload = keep(will.payload);
        will.content_type = keep(will.content_type);
        will.response_topic = keep(will.response_topic);
        will.correlation_data = keep(will.correlation_data);
        will.user_properties = keep(will.user_properties);
        return will;
    }

    connect_options keep(connect_options options)
    {
        options.client_id = keep(options.client_id);
        options.user_name = keep(options.user_name);
        options.password = keep(options.password);
        if (options.will)
        {
            options.will = keep(*options.will);
        }
        options.user_properties = keep(options.user_properties);
        options.authentication_method = keep(options.authentication_method);
        options.tls = keep(options.tls);
        options.websocket = keep(options.websocket);
        options.proxy = keep(options.proxy);
        return options;
    }

    tls_options keep(tls_options options)
    {
        for (std::string_view tls_options::*const text :
             {&tls_options::ca_file, &tls_options::ca_directory, &tls_options::ca_certificates,
              &tls_options::server_name, &tls_options::certificate_file, &tls_options::certificate,
              &tls_options::private_key_file, &tls_options::private_key, &tls_options::private_key_password,
              &tls_options::psk_identity, &tls_options::ciphers, &tls_options::cipher_suites, &tls_options::alpn})
        {
            options.*text = keep(options.*text);
        }
        options.psk = keep(options.psk);
        return options;
    }

    websocket_options keep(websocket_options options)
    {
        if (!options.headers.empty())
        {
            std::vector<http_header>& list =
                headers_.emplace_front(options.headers.begin(), options.headers.end());
            for (http_header& header : list)
            {
                header = {keep(header.name), keep(header.value)};
            }
            options.headers = list;
        }
        return options;
    }

    subscribe_options keep(subscribe_options options)
    {
        options.user_properties = keep(options.user_properties);
        return options;
    }

    unsubscribe_options keep(unsubscribe_options options)
    {
        options.user_properties = keep(options.user_properties);
        return options;
    }

    disconnect_options keep(disconnect_options options)
    {
        options.reason_string = keep(options.reason_string);
        options.user_properties = keep(options.user_properties);
        return options;
    }

private:
    std::forward_list<std::string> texts_;
    std::forward_list<std::vector<user_property>> properties_;
    std::forward_list<std::vector<topic_subscription>> filters_;
    std::forward_list<std::vector<http_header>> headers_;
};

} // namespace tern::detail

#endif
