// SPDX-License-Identifier: BSL-1.0
//
// A subscriber whose output nobody reads: it waits, but can be ended, and what it could not write is not lost.
#include "support.hpp"
#include "support/catch.hpp"

#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>

using namespace tern::test;

namespace
{

/// A named pipe that is open for reading, but read only on request.
class unread_pipe
{
public:
    explicit unread_pipe(const temporary_directory& directory) : name_((directory.path() / "pipe").string())
    {
        REQUIRE(::mkfifo(name_.c_str(), 0600) == 0);
        descriptor_ = ::open(name_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        REQUIRE(descriptor_ >= 0);
    }

    unread_pipe(const unread_pipe&) = delete;
    unread_pipe& operator=(const unread_pipe&) = delete;
    ~unread_pipe() { ::close(descriptor_); }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Waits until nothing more fits in.
    [[nodiscard]] bool wait_until_full() const
    {
        const auto end = process::clock::now() + 10s;
        int before = -1;
        for (int held = 0; process::clock::now() < end; std::this_thread::sleep_for(100ms))
        {
            if (::ioctl(descriptor_, FIONREAD, &held) == 0 && held > 32'768 && held == before)
            {
                return true;
            }
            before = held;
        }
        return false;
    }

private:
    std::string name_;
    int descriptor_ = -1;
};

} // namespace

TEST_CASE("a subscriber whose output is blocked ends with a signal, and acknowledges nothing that it could not write")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    const std::string payload(300'000, 'x');
    const std::string file = broker.directory().write("payload", payload);
    const unread_pipe pipe(broker.directory());
    const command session = {"-c", "-i", "durable", "-q", "1", "-t", "big"};
    CHECK(run(subscriber(broker, {"-c", "-i", "durable", "-q", "1", "-t", "big", "-E"})).exit_code == 0);
    CHECK(run(publisher(broker, {"-t", "big", "-q", "1", "-f", file})).exit_code == 0);
    for (const int signal : {SIGINT, SIGTERM})
    {
        CAPTURE(signal);
        process blocked(in_shell(subscriber(broker, session), "> '" + pipe.name() + '\''));
        REQUIRE(pipe.wait_until_full());
        CHECK_FALSE(blocked.ended());
        blocked.signal(signal);
        const process_result ended = blocked.wait(5s);
        CHECK_FALSE(ended.timed_out);
        CHECK(ended.exit_code == 0);
        CHECK(ended.error == "");
    }
    const process_result later =
        run(subscriber(broker, {"-c", "-i", "durable", "-q", "1", "-t", "big", "-C", "1", "-W", "10"}));
    CHECK((later.output == payload + '\n'));
}

TEST_CASE("a subscriber whose output is blocked ends when the time of -W is over")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    const unread_pipe pipe(broker.directory());
    const std::string file = broker.directory().write("payload", std::string(300'000, 'x'));
    CHECK(run(publisher(broker, {"-t", "big", "-q", "1", "-r", "-f", file})).exit_code == 0);
    process blocked(in_shell(subscriber(broker, {"-t", "big", "-W", "2"}), "> '" + pipe.name() + '\''));
    REQUIRE(pipe.wait_until_full());
    const process_result ended = blocked.wait(10s);
    CHECK_FALSE(ended.timed_out);
    CHECK(ended.exit_code == 27);
    CHECK(ended.error == "Timed out\n");
}
