// SPDX-License-Identifier: BSL-1.0
//
// Where to connect and with what: the servers in their order, the options, and how far the present pass over the
// servers has come.
//
// Layer: client, without Asio. Standard: v5 3.1, v3.1.1 3.1.
// When the next attempt is made is reconnect_policy.hpp's matter.
#ifndef TERN_CLIENT_CONNECT_PLAN_HPP
#define TERN_CLIENT_CONNECT_PLAN_HPP

#include "tern/byte_view.hpp"
#include "tern/client/sources.hpp"
#include "tern/client/stored_options.hpp"
#include "tern/client/parse_url.hpp"
#include "tern/client/url.hpp"
#include "tern/error.hpp"
#include "tern/options.hpp"

#include <algorithm>
#include <cstddef>
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

    /// Copies and checks everything. Errors: invalid_url, unsupported_url_scheme. Throws std::bad_alloc.
    [[nodiscard]] std::error_code set(const url_source& urls, const connect_options& options,
                                      bool (*supports)(std::string_view) noexcept)
    {
        std::error_code error;
        std::vector<url> parsed;
        urls.for_each([&](std::string_view text) {
            url one;
            if (!error)
            {
                error = parse_url(text, one);
            }
            if (!error && !supports(one.scheme))
            {
                error = errc::unsupported_url_scheme;
            }
            parsed.push_back(std::move(one));
        });
        if (error || parsed.empty())
        {
            return error ? error : make_error_code(errc::invalid_url);
        }
        option_arena arena;
        options_ = arena.keep(options);
        arena_ = std::move(arena);
        urls_ = std::move(parsed);
        start_pass();
        return {};
    }

    [[nodiscard]] const connect_options& options() const noexcept { return options_; }

    /// The server that is to be tried now.
    [[nodiscard]] const url& server() const noexcept { return urls_[index_]; }

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
        return std::all_of(urls_.begin(), urls_.end(), [this](const url& each) {
            return each.user_name == urls_.front().user_name && each.password == urls_.front().password &&
                   each.has_user_name == urls_.front().has_user_name &&
                   each.has_password == urls_.front().has_password;
        });
    }

    /// Scheme, host and port of the present server.
    [[nodiscard]] std::string server_name() const
    {
        const url& one = server();
        const bool address = one.host.find(':') != std::string::npos;
        std::string name = one.scheme + "://" + (address ? "[" + one.host + "]" : one.host);
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
        if (index_ + 1 >= urls_.size())
        {
            return false;
        }
        ++index_;
        return true;
    }

    /// Every server of the pass that is over refused for good.
    [[nodiscard]] bool all_final() const noexcept { return all_final_; }

private:
    option_arena arena_;
    connect_options options_{};
    std::vector<url> urls_;
    std::size_t index_ = 0;
    bool all_final_ = true;
};

} // namespace tern::detail

#endif
