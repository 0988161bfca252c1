// SPDX-License-Identifier: BSL-1.0
//
// Where to connect and with what: the servers in their order, the options, and how far the present pass over the
// servers has come.
//
// Layer: client. Standard: v5 3.1, v3.1.1 3.1.
// When the next attempt is made is reconnect_policy.hpp's matter.
#ifndef TERN_CLIENT_CONNECT_PLAN_HPP
#define TERN_CLIENT_CONNECT_PLAN_HPP

#include "tern/byte_view.hpp"
#include "tern/client/connection.hpp"
#include "tern/client/parse_url.hpp"
#include "tern/client/sources.hpp"
#include "tern/client/stored_options.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"
#include "tern/error.hpp"
#include "tern/limits.hpp"
#include "tern/options.hpp"

#include <asio/any_io_executor.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::detail
{

class connect_plan
{
public:
    connect_plan() = default;

    /// Copies and checks everything, and prepares the transports. What is wrong goes to `explanation` in words.
    /// Errors: invalid_url, unsupported_url_scheme, those of a transport. Throws std::bad_alloc.
    [[nodiscard]] std::error_code set(const url_source& urls, const connect_options& options, find_factory find,
                                      std::string& explanation)
    {
        const auto settings = std::make_shared<transport_settings>();
        std::error_code error = detail::set(*settings, options);
        if (error)
        {
            explanation = "proxy: " + explain_url(options.proxy);
            return error;
        }
        std::vector<planned_server> servers;
        urls.for_each([&](std::string_view text) {
            if (!error)
            {
                error = add(servers, text, find, *settings, explanation);
            }
        });
        if (error || servers.empty())
        {
            return error ? error : make_error_code(errc::invalid_url);
        }
        option_arena arena;
        options_ = arena.keep(options);
        arena_ = std::move(arena);
        servers_ = std::move(servers);
        settings_ = settings;
        start_pass();
        return {};
    }

    [[nodiscard]] const connect_options& options() const noexcept { return options_; }

    /// The server that is to be tried now.
    [[nodiscard]] const url& server() const noexcept { return servers_[index_].where; }

    /// A fresh connection for the present server.
    [[nodiscard]] std::shared_ptr<connection>
    make_connection(connection_owner& owner, const asio::any_io_executor& executor, const client_limits& limits) const
    {
        return servers_[index_].factory->make(owner, executor, limits, settings_);
    }

    /// The options with the user name and password of the URL, unless they have their own.
    [[nodiscard]] connect_options options_for_server() const noexcept
    {
        connect_options options = options_;
        const url& one = server();
        if (!options.user_name && one.has_user_name)
        {
            options.user_name = std::string_view(one.user_name);
        }
        if (!options.password && one.has_password)
        {
            options.password = byte_view(std::string_view(one.password));
        }
        return options;
    }

    /// True if options_for_server() is the same for all of them.
    [[nodiscard]] bool same_options_everywhere() const noexcept
    {
        const url& first = servers_.front().where;
        return std::all_of(servers_.begin(), servers_.end(), [&first](const planned_server& each) {
            return each.where.user_name == first.user_name && each.where.password == first.password &&
                   each.where.has_user_name == first.has_user_name && each.where.has_password == first.has_password;
        });
    }

    /// Scheme, host and port of the present server.
    [[nodiscard]] std::string server_name() const
    {
        const url& one = server();
        const bool address = one.host.find(':') != std::string::npos;
        std::string name = one.scheme + "://" + (address ? "[" + one.host + "]" : one.host);
        if (one.host.empty()) // a socket of this machine
        {
            return name + one.path;
        }
        if (one.port != 0)
        {
            name += ":" + std::to_string(one.port);
        }
        return name;
    }

    void start_pass() noexcept
    {
        index_ = 0;
        all_final_ = true;
    }

    /// The present server did not work. False if it was the last of the pass.
    [[nodiscard]] bool next_server(bool final_refusal) noexcept
    {
        all_final_ = all_final_ && final_refusal;
        if (index_ + 1 >= servers_.size())
        {
            return false;
        }
        ++index_;
        return true;
    }

    /// Every server of the pass that is over refused for good.
    [[nodiscard]] bool all_final() const noexcept { return all_final_; }

private:
    struct planned_server
    {
        url where;
        const connection_factory* factory = nullptr;
    };

    [[nodiscard]] static std::error_code add(std::vector<planned_server>& servers, std::string_view text,
                                             find_factory find, transport_settings& settings, std::string& explanation)
    {
        planned_server one;
        if (const std::error_code wrong = parse_url(text, one.where))
        {
            explanation = explain_url(text);
            return wrong;
        }
        one.factory = find(one.where.scheme);
        if (one.factory == nullptr)
        {
            return errc::unsupported_url_scheme;
        }
        if (const std::error_code wrong = one.factory->prepare(settings))
        {
            explanation = std::move(settings.explanation);
            return wrong;
        }
        servers.push_back(std::move(one));
        return {};
    }

    option_arena arena_;
    connect_options options_{};
    std::shared_ptr<transport_settings> settings_;
    std::vector<planned_server> servers_;
    std::size_t index_ = 0;
    bool all_final_ = true;
};

} // namespace tern::detail

#endif
