// SPDX-License-Identifier: BSL-1.0
//
// Where to connect and with what: the servers in their order, the options, and how far the present pass over the
// servers has come.
//
// Layer: client. Standard: v5 3.1, 4.11, v3.1.1 3.1.
// When the next attempt is made is reconnect_policy.hpp's matter; the order of the servers is server_list.hpp's, and
// what a Server Reference means server_reference.hpp's.
#ifndef TERN_CLIENT_CONNECT_PLAN_HPP
#define TERN_CLIENT_CONNECT_PLAN_HPP

#include "tern/byte_view.hpp"
#include "tern/client/connect_attempt.hpp"
#include "tern/client/connection.hpp"
#include "tern/client/parse_url.hpp"
#include "tern/client/server_list.hpp"
#include "tern/client/server_reference.hpp"
#include "tern/client/sources.hpp"
#include "tern/client/stored_options.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"
#include "tern/error.hpp"
#include "tern/limits.hpp"
#include "tern/options.hpp"

#include <asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

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
        server_list::servers servers;
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
        server_list list(std::move(servers));
        option_arena arena;
        options_ = arena.keep(options);
        arena_ = std::move(arena);
        servers_ = std::move(list);
        settings_ = settings;
        find_ = find;
        references_followed_ = 0;
        all_final_ = true;
        return {};
    }

    [[nodiscard]] const connect_options& options() const noexcept { return options_; }

    /// The server that is to be tried now.
    [[nodiscard]] const url& server() const noexcept { return servers_.present().where; }

    /// The place of that server in the pass, from 1, and of how many; 0 if another server has named it.
    [[nodiscard]] std::size_t server_number() const noexcept { return servers_.number(); }
    [[nodiscard]] std::size_t server_count() const noexcept { return servers_.count(); }
    [[nodiscard]] bool referred() const noexcept { return servers_.referred(); }

    /// What the transports are to be told in an attempt to connect to the present server with `given`, in `out`. What
    /// is wrong goes to `explanation` in words. Errors: those of the transport. Throws std::bad_alloc.
    [[nodiscard]] std::error_code prepare(const attempt_options& given, std::shared_ptr<transport_settings>& out,
                                          std::string& explanation) const
    {
        out = settings_;
        if (!given.tls && !given.websocket)
        {
            return {};
        }
        out = std::make_shared<transport_settings>();
        out->tls = out->texts.keep(given.tls.value_or(settings_->tls));
        out->websocket = out->texts.keep(given.websocket.value_or(settings_->websocket));
        out->proxy = settings_->proxy;
        const std::error_code error = servers_.present().factory->prepare(*out);
        if (error)
        {
            explanation = std::move(out->explanation);
        }
        return error;
    }

    /// A fresh connection for the present server.
    [[nodiscard]] std::shared_ptr<connection> make_connection(connection_owner& owner,
                                                              const asio::any_io_executor& executor,
                                                              const client_limits& limits,
                                                              const std::shared_ptr<transport_settings>& settings) const
    {
        return servers_.present().factory->make(owner, executor, limits, settings);
    }

    /// The options with the user name and password of `given`, of the options, or of the URL, the first that has them.
    [[nodiscard]] connect_options options_for_server(const attempt_options& given = {}) const noexcept
    {
        connect_options options = options_;
        options.user_name = given.user_name ? given.user_name : options.user_name;
        options.password = given.password ? given.password : options.password;
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

    /// The servers from the first again, in the order that the options ask for; with `detour`, after those that
    /// follow() has found. `draw()` gives a random std::uint64_t.
    template <class Draw>
    void start_pass(Draw&& draw, bool detour = false) noexcept
    {
        if (options_.shuffle_servers)
        {
            servers_.shuffle(draw);
        }
        servers_.start_pass(detour);
        all_final_ = true;
    }

    /// The present server did not work. False if it was the last of the pass.
    [[nodiscard]] bool next_server(bool final_refusal) noexcept
    {
        all_final_ = all_final_ && final_refusal;
        return servers_.next();
    }

    /// The present server has named others, which are tried next; `for_good`, they take its place. False, and why in
    /// `problem`, if they are not, because that is not allowed, or not so often, or because of what they are. Throws
    /// std::bad_alloc.
    [[nodiscard]] bool follow(std::string_view reference, bool for_good, std::string& problem)
    {
        if (references_followed_ >= options_.maximum_server_references)
        {
            problem = options_.maximum_server_references == 0
                          ? "connect_options::maximum_server_references is 0"
                          : "as many as connect_options::maximum_server_references were followed in a row";
            return false;
        }
        server_references found = read_server_reference(reference, server());
        server_list::servers usable;
        for (url& each : found.servers)
        {
            std::string why = add(usable, std::move(each));
            if (found.problem.empty())
            {
                found.problem = std::move(why);
            }
        }
        if (usable.empty())
        {
            problem = std::move(found.problem);
            return false;
        }
        servers_.refer(std::move(usable), for_good);
        ++references_followed_;
        all_final_ = all_final_ && for_good; // else the present server may want us later
        return true;
    }

    /// A connection has lasted, or a pass has failed: what comes next is no loop of references.
    void forget_references() noexcept { references_followed_ = 0; }

    /// Every server of the pass that is over refused for good.
    [[nodiscard]] bool all_final() const noexcept { return all_final_; }

private:
    [[nodiscard]] static std::error_code add(server_list::servers& servers, std::string_view text, find_factory find,
                                             transport_settings& settings, std::string& explanation)
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

    /// A server that was referred to. Empty, or why it cannot be connected to.
    [[nodiscard]] std::string add(server_list::servers& servers, url&& where) const
    {
        planned_server one{std::move(where), nullptr};
        one.factory = find_(one.where.scheme);
        if (one.factory == nullptr)
        {
            return one.where.scheme + ": " + make_error_code(errc::unsupported_url_scheme).message();
        }
        if (const std::error_code wrong = one.factory->prepare(*settings_))
        {
            return settings_->explanation.empty() ? wrong.message() : std::move(settings_->explanation);
        }
        servers.push_back(std::move(one));
        return {};
    }

    option_arena arena_;
    connect_options options_{};
    std::shared_ptr<transport_settings> settings_;
    find_factory find_ = nullptr;
    server_list servers_;
    std::uint32_t references_followed_ = 0; ///< in a row
    bool all_final_ = true;
};

} // namespace tern::detail

#endif
