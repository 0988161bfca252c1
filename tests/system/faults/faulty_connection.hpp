// SPDX-License-Identifier: BSL-1.0
//
// One connection through a bad network: what the plan says, what the dice decide, and how it ends. fault_proxy.hpp
// makes them.
#ifndef TERN_TESTS_SYSTEM_FAULTS_FAULTY_CONNECTION_HPP
#define TERN_TESTS_SYSTEM_FAULTS_FAULTY_CONNECTION_HPP

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern::test
{

/// What happens to a connection, in figures.
struct fault_plan
{
    std::uint64_t seed = 1;
    /// The most bytes in one direction before a fault. The number is drawn so that 1 to 10 is as likely as 10 to 100.
    std::size_t longest = 8'192;
    std::size_t shortest = 1;                               ///< instead of what was drawn, if that is less
    std::size_t most_faults = static_cast<std::size_t>(-1); ///< then everything passes
    unsigned silent_percent = 2;                            ///< of the faults that leave the connection open and dead
    /// How long at most bytes are swallowed before a cut: what was on its way, and what was answered in the meantime.
    std::chrono::milliseconds swallowing{10};
};

struct fault_counts
{
    std::size_t connections = 0;
    std::size_t cuts = 0; ///< silent ones included
    std::size_t silences = 0;
    std::size_t swallowed_bytes = 0;
};

namespace detail
{

enum direction : std::size_t
{
    up,  ///< from the client to the server
    down ///< from the server to the client
};

/// What the connections of one proxy share.
struct fault_dice
{
    explicit fault_dice(const fault_plan& plan_) : plan(plan_), numbers(plan_.seed)
    {
        if (const char* const file = std::getenv("TERN_FAULT_TRACE"))
        {
            trace.reset(std::fopen(file, "a"));
        }
    }

    /// One of 0 to `count` - 1.
    std::size_t draw(std::size_t count) { return static_cast<std::size_t>(numbers() % count); }

    std::size_t draw_length()
    {
        const double share = static_cast<double>(draw(10'001)) / 10'000;
        const double length = std::exp(share * std::log(static_cast<double>(plan.longest)));
        return std::max(plan.shortest, static_cast<std::size_t>(length));
    }

    void note(std::size_t connection, std::string_view what, std::string_view bytes = {})
    {
        if (trace)
        {
            const auto now = std::chrono::steady_clock::now().time_since_epoch();
            const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
            std::fprintf(trace.get(), "%lld %llu/%zu %.*s ", static_cast<long long>(microseconds),
                         static_cast<unsigned long long>(plan.seed), connection, static_cast<int>(what.size()),
                         what.data());
            for (const char byte : bytes)
            {
                std::fprintf(trace.get(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
            }
            std::fputc('\n', trace.get());
            std::fflush(trace.get());
        }
    }

    struct closer
    {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    fault_plan plan;
    std::mt19937_64 numbers;
    fault_counts counts;
    std::size_t faults = 0; ///< that came of themselves
    bool cutting = false;
    std::unique_ptr<std::FILE, closer> trace;
};

/// One connection with its two sides.
class faulty_connection : public std::enable_shared_from_this<faulty_connection>
{
public:
    using socket_type = asio::ip::tcp::socket;

    faulty_connection(const asio::any_io_executor& executor, socket_type client, std::shared_ptr<fault_dice> dice)
        : dice_(std::move(dice)), sides_{side(std::move(client)), side(socket_type(executor))}, timer_(executor),
          number_(++dice_->counts.connections)
    {
    }

    void start(std::uint16_t port)
    {
        sides_[1].socket.async_connect({asio::ip::address_v4::loopback(), port},
                                       [self = shared_from_this()](std::error_code error) {
                                           if (error)
                                           {
                                               self->close();
                                               return;
                                           }
                                           self->set_options();
                                           if (self->dice_->cutting)
                                           {
                                               self->draw_fault();
                                           }
                                           self->read(up);
                                           self->read(down);
                                       });
    }

    /// Decides when it ends, from now on.
    void draw_fault()
    {
        if (dice_->faults == dice_->plan.most_faults)
        {
            return;
        }
        const std::size_t which = dice_->draw(2);
        left_[which] = dice_->draw_length();
        left_[1 - which] = unlimited;
    }

    void spare() { left_ = {unlimited, unlimited}; }

    /// Nothing passes any more, and neither side is told.
    void fall_silent()
    {
        if (is_open() && !silent_)
        {
            dice_->note(number_, "silent");
            silent_ = swallowing_[up] = swallowing_[down] = true;
            timer_.cancel();
            ++dice_->counts.cuts;
            ++dice_->counts.silences;
        }
    }

    void cut()
    {
        if (!is_open() || cut_)
        {
            return;
        }
        dice_->note(number_, "cut");
        dice_->counts.cuts += silent_ ? 0U : 1U;
        cut_ = true;
        swallowing_ = {true, true};
        for (side& each : sides_)
        {
            std::error_code ignored;
            if (dice_->draw(2) == 0)
            {
                each.socket.set_option(asio::socket_base::linger(true, 0), ignored); // close() resets
                each.socket.close(ignored);
            }
            else
            {
                // Closed at once with bytes unread in it, it would be a reset as well.
                each.socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
            }
        }
        timer_.expires_after(std::chrono::seconds(1));
        timer_.async_wait([self = shared_from_this()](std::error_code error) {
            if (!error)
            {
                self->close();
            }
        });
    }

    void close()
    {
        std::error_code ignored;
        for (side& each : sides_)
        {
            each.socket.close(ignored);
        }
        timer_.cancel();
    }

    [[nodiscard]] bool is_open() const { return sides_[0].socket.is_open() || sides_[1].socket.is_open(); }

private:
    static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

    struct side
    {
        explicit side(socket_type socket_) : socket(std::move(socket_)) {}

        socket_type socket;
        std::array<char, 16'384> buffer{}; ///< what was read from it
    };

    void set_options()
    {
        std::error_code ignored;
        for (side& each : sides_)
        {
            each.socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        }
    }

    void read(direction where)
    {
        side& from = sides_[where];
        from.socket.async_read_some(asio::buffer(from.buffer),
                                    [self = shared_from_this(), where](std::error_code error, std::size_t size) {
                                        self->has_read(where, error, size);
                                    });
    }

    void has_read(direction where, std::error_code error, std::size_t size)
    {
        if (error)
        {
            ended(where);
            return;
        }
        const std::string_view bytes(sides_[where].buffer.data(), size);
        if (swallowing_[where])
        {
            swallow(where, bytes);
            read(where);
            return;
        }
        const std::size_t passing = std::min(size, left_[where]);
        if (left_[where] != unlimited)
        {
            left_[where] -= passing;
        }
        dice_->note(number_, where == up ? ">" : "<", bytes.substr(0, passing));
        asio::async_write(
            sides_[1 - where].socket, asio::buffer(bytes.data(), passing),
            [self = shared_from_this(), where, rest = bytes.substr(passing)](std::error_code failure, std::size_t) {
                if (failure)
                {
                    self->ended(where == up ? down : up);
                    return;
                }
                if (self->left_[where] == 0)
                {
                    self->left_[where] = unlimited;
                    self->fault(where);
                }
                self->swallow(where, rest);
                self->read(where);
            });
    }

    void swallow(direction where, std::string_view bytes)
    {
        if (!bytes.empty())
        {
            dice_->counts.swallowed_bytes += bytes.size();
            dice_->note(number_, where == up ? "swallowed >" : "swallowed <", bytes);
        }
    }

    /// A side has ended. The other one is told, unless there is silence between them, or it has been told.
    void ended(direction where)
    {
        if (!silent_ && !cut_)
        {
            close();
            return;
        }
        std::error_code ignored;
        sides_[where].socket.close(ignored);
        if (!is_open())
        {
            timer_.cancel();
        }
    }

    void fault(direction where)
    {
        ++dice_->faults;
        if (dice_->draw(100) < dice_->plan.silent_percent)
        {
            fall_silent();
            return;
        }
        // What comes after the last byte that passed never arrives; what goes the other way still may.
        swallowing_[where] = true;
        swallowing_[1 - where] = dice_->draw(2) == 0;
        const auto milliseconds = static_cast<std::size_t>(dice_->plan.swallowing.count()) + 1;
        timer_.expires_after(std::chrono::milliseconds(dice_->draw(milliseconds)));
        timer_.async_wait([self = shared_from_this()](std::error_code error) {
            if (!error)
            {
                self->cut();
            }
        });
    }

    std::shared_ptr<fault_dice> dice_;
    std::array<side, 2> sides_;
    asio::steady_timer timer_;
    std::size_t number_;
    std::array<std::size_t, 2> left_{unlimited, unlimited}; ///< bytes until the fault
    std::array<bool, 2> swallowing_{};
    bool silent_ = false;
    bool cut_ = false;
};

} // namespace detail

} // namespace tern::test

#endif
