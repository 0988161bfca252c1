// SPDX-License-Identifier: BSL-1.0
//
// What the tests of the publisher and the subscriber have in common: how to call them and mosquitto's own two, and how
// to know that a subscriber is ready.
#ifndef TERN_TESTS_SYSTEM_PROGRAMS_SUPPORT_HPP
#define TERN_TESTS_SYSTEM_PROGRAMS_SUPPORT_HPP

#include "system/mosquitto.hpp"
#include "system/process.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tern::test
{

using command = std::vector<std::string>;

inline constexpr std::string_view utf8_topic = "Küche/Kühlschrank/Temperatur";

/// A program with the port of a broker and further arguments.
inline command with_port(const std::string& program, std::uint16_t port, const command& arguments)
{
    command all = {program, "-h", "127.0.0.1", "-p", std::to_string(port)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

inline command publisher(const mosquitto& broker, const command& arguments)
{
    return with_port(TERN_PUBLISHER, broker.port(), arguments);
}

inline command subscriber(const mosquitto& broker, const command& arguments)
{
    return with_port(TERN_SUBSCRIBER, broker.port(), arguments);
}

inline command mosquitto_pub(const mosquitto& broker, const command& arguments)
{
    return with_port("mosquitto_pub", broker.port(), arguments);
}

inline command mosquitto_sub(const mosquitto& broker, const command& arguments)
{
    return with_port("mosquitto_sub", broker.port(), arguments);
}

/// A command through the shell, with redirections; it is the shell's process that becomes the program.
inline command in_shell(const command& line, const std::string& redirections)
{
    std::string script = "exec";
    for (const std::string& word : line)
    {
        script += " '" + word + '\''; // no word of a test has a quotation mark
    }
    return {"sh", "-c", script + ' ' + redirections};
}

/// A subscriber, of either kind, whose subscription the broker has acknowledged. It is called `id`.
class ready_subscriber
{
public:
    ready_subscriber(mosquitto& broker, command line, const std::string& id)
        : process_((line.insert(line.end(), {"-i", id}), line))
    {
        ready_ = broker.wait_for_log("Sending SUBACK to " + id + '\n');
    }

    [[nodiscard]] bool ready() const noexcept { return ready_; }
    [[nodiscard]] process& running() noexcept { return process_; }
    [[nodiscard]] process_result wait(std::chrono::milliseconds limit = 20s) { return process_.wait(limit); }

private:
    process process_;
    bool ready_ = false;
};

} // namespace tern::test

#endif
