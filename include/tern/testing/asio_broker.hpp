// SPDX-License-Identifier: BSL-1.0
//
// Joins the testing broker to Asio: reads and writes the streams of its clients and waits for its deadlines.
//
// Layer: testing, on Asio. Standard: none.
// testing/tcp_broker.hpp and testing/memory_broker.hpp say where the streams come from. Everything runs on one executor
// (a strand, if several threads run the context), and only there may it be called.
#ifndef TERN_TESTING_ASIO_BROKER_HPP
#define TERN_TESTING_ASIO_BROKER_HPP

#include "tern/client/timer.hpp"
#include "tern/testing/broker.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/socket_base.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tern::testing
{

/// A broker with the streams of its clients. Keeps itself alive while operations run; stop() ends it.
class asio_broker : public std::enable_shared_from_this<asio_broker>
{
public:
    asio_broker(asio::any_io_executor executor, broker_configuration configuration, broker_policy* policy)
        : core_(std::move(configuration), policy), executor_(std::move(executor)), timer_(executor_)
    {
    }

    [[nodiscard]] const asio::any_io_executor& get_executor() const noexcept { return executor_; }

    /// The broker itself. After calling it, call flush().
    [[nodiscard]] broker& core() noexcept { return core_; }

    /// What time it is for the broker.
    [[nodiscard]] time_point now() const noexcept { return timer_.now(); }

    /// Serves a client over an open stream of this executor: it has async_read_some, async_write_some,
    /// shutdown(what, error) and close(error), as a socket has.
    template <class Stream>
    connection_id serve(Stream stream)
    {
        const connection_id id = core_.open(now());
        auto made = std::make_shared<client_of<Stream>>(shared_from_this(), id, std::move(stream));
        clients_.emplace(static_cast<std::uint64_t>(id), made);
        made->read();
        flush();
        return id;
    }

    /// Writes what the broker has to say, closes what it has finished, waits for its next deadline.
    void flush()
    {
        while (const std::optional<connection_id> ready = core_.next_ready())
        {
            const auto found = clients_.find(static_cast<std::uint64_t>(*ready));
            if (found != clients_.end())
            {
                const std::shared_ptr<client> which = found->second; // it may take itself off the list
                which->write();
            }
        }
        arm();
    }

    /// Closes all streams at once and serves nobody any more. Pending operations complete soon.
    void stop()
    {
        stopped_ = true;
        timer_.cancel();
        const auto clients = std::exchange(clients_, {});
        for (const auto& [id, which] : clients)
        {
            which->close();
        }
        core_.drop_connections(now());
        for (const connection_id id : core_.connections())
        {
            core_.closed(id, now());
        }
    }

    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

private:
    // One read: enough that a system call is not the cost of a message.
    static constexpr std::size_t read_size = 16U * 1024;

    class client
    {
    public:
        client() = default;
        client(const client&) = delete;
        client& operator=(const client&) = delete;
        virtual ~client() = default;
        virtual void write() = 0;
        virtual void close() = 0;
    };

    template <class Stream>
    class client_of final : public client, public std::enable_shared_from_this<client_of<Stream>>
    {
    public:
        client_of(std::shared_ptr<asio_broker> owner, connection_id id, Stream stream)
            : owner_(std::move(owner)), id_(id), stream_(std::move(stream))
        {
        }

        void read()
        {
            stream_.async_read_some(asio::mutable_buffer(input_.data(), input_.size()),
                                    [self = this->shared_from_this()](std::error_code error, std::size_t size) {
                                        self->on_read(error, size);
                                    });
        }

        // Starts one write of everything that is there, unless one is under way.
        void write() override
        {
            broker& core = owner_->core_;
            if (closed_ || core.abandoned(id_))
            {
                end();
                return;
            }
            if (writing_)
            {
                return;
            }
            written_ = 0;
            if (core.take_output(id_, output_, owner_->now()))
            {
                writing_ = true;
                write_some();
                return;
            }
            if (core.finished(id_) && !shut_down_)
            {
                // What the client has sent and nobody reads would turn a close into a reset, and the last packet might
                // be lost: so read on until the client closes too, or the broker loses patience.
                std::error_code ignored;
                shut_down_ = true;
                stream_.shutdown(asio::socket_base::shutdown_send, ignored);
            }
            if (paused_ && core.accepts_input(id_))
            {
                paused_ = false;
                read();
            }
        }

        void close() override
        {
            closed_ = true;
            std::error_code ignored;
            stream_.close(ignored);
        }

    private:
        void on_read(std::error_code error, std::size_t size)
        {
            if (closed_)
            {
                return;
            }
            if (error)
            {
                end();
                return;
            }
            owner_->core_.receive(id_, std::string_view(input_.data(), size), owner_->now());
            owner_->flush();
            if (closed_)
            {
                return;
            }
            if (owner_->core_.finished(id_) || owner_->core_.accepts_input(id_))
            {
                read();
            }
            else
            {
                paused_ = true;
            }
        }

        void write_some()
        {
            stream_.async_write_some(asio::const_buffer(output_.data() + written_, output_.size() - written_),
                                     [self = this->shared_from_this()](std::error_code error, std::size_t size) {
                                         self->on_written(error, size);
                                     });
        }

        void on_written(std::error_code error, std::size_t size)
        {
            if (closed_)
            {
                return;
            }
            if (error)
            {
                end();
                return;
            }
            written_ += size;
            if (written_ < output_.size())
            {
                write_some();
                return;
            }
            writing_ = false;
            write();
        }

        void end()
        {
            const auto self = this->shared_from_this();
            if (!closed_)
            {
                close();
            }
            owner_->clients_.erase(static_cast<std::uint64_t>(id_));
            owner_->core_.closed(id_, owner_->now());
            owner_->flush();
        }

        std::shared_ptr<asio_broker> owner_;
        connection_id id_;
        Stream stream_;
        std::string output_;
        std::size_t written_ = 0;
        bool writing_ = false;
        bool shut_down_ = false; // its sending side
        bool paused_ = false;    // not read from
        bool closed_ = false;
        std::array<char, read_size> input_;
    };

    // Sets the timer if the next deadline is before what it waits for; one that is later finds out when it fires.
    void arm()
    {
        const std::optional<time_point> next = core_.deadline();
        if (stopped_ || !next || (armed_ && *armed_ <= *next))
        {
            return;
        }
        armed_ = next;
        timer_.expires_at(*next);
        timer_.async_wait([self = shared_from_this()](std::error_code error) {
            if (error || self->stopped_)
            {
                return; // cancelled for an earlier one
            }
            self->armed_.reset();
            self->core_.advance(self->now());
            self->flush();
        });
    }

    broker core_;
    asio::any_io_executor executor_;
    detail::timer timer_;
    std::optional<time_point> armed_;
    std::unordered_map<std::uint64_t, std::shared_ptr<client>> clients_;
    bool stopped_ = false;
};

} // namespace tern::testing

#endif
