// SPDX-License-Identifier: BSL-1.0
//
// A Mosquitto of the test's own, on a free loopback port, with its files in a temporary directory that goes with it.
// It can be stopped, killed and started again on the same port. Tests that need one begin with
//
//     if (tern::test::skipped_without_mosquitto())
//         return;
//
// which reports the test by its name as skipped where Mosquitto is not installed.
#ifndef TERN_TESTS_SYSTEM_MOSQUITTO_HPP
#define TERN_TESTS_SYSTEM_MOSQUITTO_HPP

#include "process.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tern::test
{

/// A directory under the system's temporary one that is removed with the object.
class temporary_directory
{
public:
    temporary_directory()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "tern-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
        {
            throw std::runtime_error("no temporary directory");
        }
        path_ = pattern;
    }

    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    ~temporary_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

    /// Writes a file and returns its full path.
    [[nodiscard]] std::string write(std::string_view name, std::string_view content) const
    {
        const std::filesystem::path file = path_ / name;
        std::ofstream stream(file, std::ios::binary);
        stream.write(content.data(), static_cast<std::streamsize>(content.size()));
        if (!stream.flush())
        {
            throw std::runtime_error("cannot write " + file.string());
        }
        return file.string();
    }

private:
    std::filesystem::path path_;
};

namespace detail
{

struct loopback_socket
{
    loopback_socket() : descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    loopback_socket(const loopback_socket&) = delete;
    loopback_socket& operator=(const loopback_socket&) = delete;
    ~loopback_socket() { ::close(descriptor); }

    static sockaddr_in address(std::uint16_t port)
    {
        sockaddr_in result{};
        result.sin_family = AF_INET;
        result.sin_port = htons(port);
        result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return result;
    }

    int descriptor;
};

} // namespace detail

/// A loopback port that nobody listened on a moment ago.
inline std::uint16_t free_port()
{
    detail::loopback_socket socket;
    sockaddr_in address = detail::loopback_socket::address(0);
    socklen_t size = sizeof address;
    if (::bind(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    {
        throw std::runtime_error("no free port");
    }
    return ntohs(address.sin_port);
}

/// Whether somebody accepts connections on a loopback port.
inline bool accepts_connections(std::uint16_t port)
{
    detail::loopback_socket socket;
    const sockaddr_in address = detail::loopback_socket::address(port);
    return ::connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Settings without a log: where many messages pass and nobody reads the log, its pipe would fill and stop Mosquitto.
inline constexpr std::string_view quiet = "allow_anonymous true\nlog_type none\n";

class mosquitto
{
public:
    /// Starts one. `settings` are lines for its configuration file; anonymous clients are welcome, sessions and
    /// retained messages survive stop() and start(), and queues are not limited, unless they say otherwise.
    explicit mosquitto(std::string_view settings = "allow_anonymous true\n") : settings_(settings) { start(); }

    /// Starts one that knows a single user, and what an access control list (its lines; empty for none) lets it do.
    mosquitto(std::string_view user, std::string_view password, std::string_view access_control)
    {
        const std::string passwords = (directory_.path() / "passwords").string();
        const process_result made =
            run({"mosquitto_passwd", "-b", "-c", passwords, std::string(user), std::string(password)});
        if (made.exit_code != 0)
        {
            throw std::runtime_error("mosquitto_passwd: " + made.error);
        }
        settings_ = "allow_anonymous false\npassword_file " + passwords + '\n';
        if (!access_control.empty())
        {
            settings_ += "acl_file " + directory_.write("acl", access_control) + '\n';
        }
        start();
    }

    [[nodiscard]] static bool available() { return find_program("mosquitto").has_value(); }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string port_text() const { return std::to_string(port_); }
    [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + port_text(); }
    [[nodiscard]] const temporary_directory& directory() const noexcept { return directory_; }

    /// Starts it (again), on the port it had, and waits until it accepts connections.
    void start()
    {
        // The port may be taken between finding and using it: another one is tried, but only before the first start.
        const int attempts = port_ == 0 ? 5 : 1;
        for (int attempt = 0; attempt < attempts; ++attempt)
        {
            if (attempts > 1)
            {
                port_ = free_port();
            }
            std::error_code none_yet;
            const std::uintmax_t logged = std::filesystem::file_size(log_file(), none_yet);
            log_begin_ = none_yet ? 0 : static_cast<std::streamoff>(logged);
            const std::string configuration = directory_.write("mosquitto.conf", configuration_text());
            process_ = std::make_unique<process>(
                std::vector<std::string>{find_program("mosquitto").value_or("mosquitto"), "-c", configuration});
            if (wait_until_accepting())
            {
                return;
            }
        }
        throw std::runtime_error("mosquitto did not start: " + process_->error() + log());
    }

    /// Other settings, from the next start on.
    void configure(std::string_view settings) { settings_ = settings; }

    /// Ends it as an administrator does; it saves what its clients left.
    void stop() { end(SIGTERM); }

    /// Ends it as a power failure does; it saves nothing.
    void kill() { end(SIGKILL); }

    /// SIGSTOP makes it fall silent, SIGCONT lets it go on, SIGUSR1 makes it save what it holds.
    void signal(int number) { process_->signal(number); }

    /// Waits until its log since the last start holds `text` (`count` times), such as "Sending SUBACK to name".
    bool wait_for_log(std::string_view text, std::size_t count = 1, std::chrono::milliseconds limit = 10s)
    {
        const process::clock::time_point end = process::clock::now() + limit;
        while (process::occurrences(log(), text) < count)
        {
            if (process::clock::now() >= end)
            {
                return false;
            }
            std::this_thread::sleep_for(5ms);
        }
        return true;
    }

    /// What it logged since it was started last.
    [[nodiscard]] std::string log() const
    {
        std::ifstream file(log_file(), std::ios::binary);
        file.seekg(log_begin_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    // A file, because a pipe that nobody reads at the moment would stop the broker.
    [[nodiscard]] std::string log_file() const { return (directory_.path() / "log").string(); }

    [[nodiscard]] std::string configuration_text() const
    {
        // Mosquitto 2.0 lets as many messages begin for a client that is away as it allows itself, and sends them all
        // when the client is back, whatever Receive Maximum that announces: so it allows itself less than the clients
        // here.
        std::string text = "listener " + port_text() + " 127.0.0.1\n";
        text += "log_dest file " + log_file() +
                "\nlog_type all\npersistence true\nmax_queued_messages 0\nmax_inflight_messages 100\n";
        text += "persistence_location " + directory_.path().string() + "/\n";
        if (::geteuid() == 0)
        {
            text += "user root\n"; // or it could not use its own directory
        }
        return text + settings_;
    }

    bool wait_until_accepting()
    {
        const process::clock::time_point end = process::clock::now() + 10s;
        while (process::clock::now() < end && !process_->ended())
        {
            if (accepts_connections(port_))
            {
                return true;
            }
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }

    void end(int signal)
    {
        process_->signal(signal);
        if (process_->wait(10s).timed_out)
        {
            throw std::runtime_error("mosquitto did not stop");
        }
    }

    temporary_directory directory_;
    std::string settings_;
    std::uint16_t port_ = 0;
    std::streamoff log_begin_ = 0;
    std::unique_ptr<process> process_;
};

namespace detail
{

/// Reports the running test as skipped, by its name.
inline void report_skipped(std::string_view why)
{
    const std::string name = Catch::getResultCapture().getCurrentTestName();
    std::printf("skipped: %s (%.*s)\n", name.c_str(), static_cast<int>(why.size()), why.data());
}

} // namespace detail

/// True, and the running test is reported as skipped, where Mosquitto is not installed.
inline bool skipped_without_mosquitto()
{
    if (mosquitto::available())
    {
        return false;
    }
    detail::report_skipped("Mosquitto is not installed");
    return true;
}

/// The same for mosquitto's own publisher and subscriber, which are a package of their own.
inline bool skipped_without_mosquitto_clients()
{
    if (find_program("mosquitto_pub") && find_program("mosquitto_sub"))
    {
        return false;
    }
    detail::report_skipped("mosquitto_pub and mosquitto_sub are not installed");
    return true;
}

} // namespace tern::test

#endif
