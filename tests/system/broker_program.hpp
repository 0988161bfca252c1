// SPDX-License-Identifier: BSL-1.0
//
// The testing broker as a program, examples/broker, on a free loopback port.
#ifndef TERN_TESTS_SYSTEM_BROKER_PROGRAM_HPP
#define TERN_TESTS_SYSTEM_BROKER_PROGRAM_HPP

#include "process.hpp"
#include "support/catch.hpp"

#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tern::test
{

class broker_program
{
public:
    explicit broker_program(const std::vector<std::string>& options = {}) : process_(command(options))
    {
        const std::string_view announcement = "listening on 127.0.0.1 port ";
        REQUIRE(process_.wait_for_output("\n"));
        const std::string_view output = process_.output();
        const std::size_t at = output.find(announcement);
        REQUIRE(at != output.npos);
        const std::string_view rest = output.substr(at + announcement.size());
        port_ = std::string(rest.substr(0, rest.find('\n')));
    }

    [[nodiscard]] const std::string& port() const noexcept { return port_; }

    /// Waits until it has said for the `count`th time that somebody subscribed to `filter`.
    bool wait_for_subscription(std::string_view filter, std::size_t count = 1)
    {
        return process_.wait_for_output(" subscribed to '" + std::string(filter) + "'", count);
    }

    process_result stop()
    {
        process_.signal(SIGTERM);
        return process_.wait();
    }

private:
    static std::vector<std::string> command(const std::vector<std::string>& options)
    {
        std::vector<std::string> all{TERN_BROKER, "--port", "0", "--verbose"};
        all.insert(all.end(), options.begin(), options.end());
        return all;
    }

    process process_;
    std::string port_;
};

} // namespace tern::test

#endif
