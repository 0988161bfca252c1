// SPDX-License-Identifier: BSL-1.0
//
// The inside of a WebSocket stream: the layer below, the endpoint, the buffers, and how reads and writes share them.
// One read and one write of the layer below are under way at most; what the endpoint has to answer goes out behind the
// write that is under way, or by a write of the stream's own, for which writes of the caller's wait.
//
// Layer: websocket, on Asio. Standard: RFC 6455 5.5, 7.1.
// Used through websocket/stream.hpp. Its operations share it, so that it outlives a stream that is destroyed under
// them.
#ifndef TERN_WEBSOCKET_STREAM_STATE_HPP
#define TERN_WEBSOCKET_STREAM_STATE_HPP

#include "tern/errc.hpp"
#include "tern/error.hpp"
#include "tern/http_head.hpp"
#include "tern/operation_memory.hpp"
#include "tern/websocket/close_code.hpp"
#include "tern/websocket/endpoint.hpp"
#include "tern/websocket/frame_header.hpp"
#include "tern/websocket/limits.hpp"
#include "tern/websocket/random.hpp"
#include "tern/websocket/stream_handler.hpp"
#include "tern/websocket/stream_operations.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace tern::websocket
{

/// Closes whatever stream it is, at once.
template <class Layer>
void close_layer(Layer& layer) noexcept
{
    [[maybe_unused]] std::error_code ignored;
    if constexpr (requires { layer.close(ignored); })
    {
        layer.close(ignored);
    }
    else if constexpr (requires { layer.lowest_layer().close(ignored); })
    {
        layer.lowest_layer().close(ignored);
    }
    else
    {
        layer.close();
    }
}

template <class NextLayer>
class stream_state : public std::enable_shared_from_this<stream_state<NextLayer>>
{
public:
    using executor_type = typename NextLayer::executor_type;

    template <class... Args>
    stream_state(const websocket_limits& bounds, random_source source, Args&&... args)
        : layer(std::forward<Args>(args)...), limits(bounds), random(source)
    {
    }

    /// The handshake begins: what has to be there when it is done. Throws std::bad_alloc.
    void prepare() { reserve(endpoint::maximum_answer_size); }

    /// The handshake is done. Bytes from `begin` to `end` of `early` came behind it.
    void open(role self, std::unique_ptr<char[]> early, std::size_t begin, std::size_t end) noexcept
    {
        end_.emplace(self, limits);
        early_ = begin != end ? std::move(early) : nullptr;
        early_begin_ = begin;
        early_end_ = end;
    }

    void close() noexcept
    {
        closed_ = true;
        close_layer(layer);
    }

    [[nodiscard]] bool is_closed() const noexcept { return closed_; }
    [[nodiscard]] const std::optional<endpoint>& end() const noexcept { return end_; }

    template <class Handler>
    void read(asio::mutable_buffer buffer, Handler handler)
    {
        if (!end_ || buffer.size() == 0)
        {
            handler.post(layer.get_executor(), end_ ? std::error_code() : make_not_connected(), std::size_t{0});
            return;
        }
        read_operation<stream_state, Handler>(this->shared_from_this(), buffer, std::move(handler)).start();
    }

    template <class Handler>
    void write(asio::const_buffer payload, Handler handler)
    {
        if (writing_)
        {
            park(std::move(handler),
                 [payload](stream_state& self, Handler kept) { self.write(payload, std::move(kept)); });
            return;
        }
        std::size_t size = payload.size();
        const std::error_code error = compose_data(payload.data(), size);
        if (error || size == 0)
        {
            handler.post(layer.get_executor(), error, std::size_t{0});
            return;
        }
        flush(write_done<Handler>{std::move(handler), size});
    }

    template <class Handler>
    void shut_down(Handler handler)
    {
        if (writing_)
        {
            park(std::move(handler), [](stream_state& self, Handler kept) { self.shut_down(std::move(kept)); });
            return;
        }
        const std::error_code error = sending_error();
        if (error)
        {
            handler.post(layer.get_executor(), error == asio::error::broken_pipe ? std::error_code() : error);
            return;
        }
        end_->close(websocket_close_code::normal);
        flush(shutdown_done<Handler>{std::move(handler)});
    }

    // For the operations:

    [[nodiscard]] bool is_writing() const noexcept { return writing_; }
    [[nodiscard]] std::error_code write_error() const noexcept { return write_error_; }

    /// There is something to write, and it can be.
    [[nodiscard]] bool has_output()
    {
        if (!write_error_ && out_begin_ == out_end_ && end_->has_answer())
        {
            compose_answers();
        }
        return !write_error_ && out_begin_ != out_end_;
    }

    [[nodiscard]] asio::const_buffer output() const noexcept
    {
        return {out_.get() + out_begin_, out_end_ - out_begin_};
    }

    void written(std::error_code error, std::size_t size) noexcept
    {
        out_begin_ += size;
        write_error_ = error; // part of a frame is lost then, so nothing can follow
    }

    /// A write has ended. Goes on with what waited for it; calls no handler.
    void end_writing()
    {
        writing_ = false;
        parked_read.resume();
        parked_write_.resume();
    }

    void drop_parked() noexcept
    {
        parked_read.reset();
        parked_write_.reset();
    }

    /// Takes bytes that have come, leaves payload in their place, and begins to answer what is to be answered.
    [[nodiscard]] std::size_t receive(void* data, std::size_t size)
    {
        const std::size_t payload = end_->receive({static_cast<char*>(data), size});
        if (!writing_ && !closed_ && end_->has_answer())
        {
            flush(answer_done{&answer_memory_});
        }
        return payload;
    }

    /// The same with bytes that came behind the handshake.
    [[nodiscard]] std::size_t receive_early(asio::mutable_buffer buffer)
    {
        std::size_t payload = 0;
        while (payload == 0 && early_begin_ != early_end_)
        {
            const std::size_t size = std::min(buffer.size(), early_end_ - early_begin_);
            std::memcpy(buffer.data(), early_.get() + early_begin_, size);
            early_begin_ += size;
            payload = receive(buffer.data(), size);
        }
        if (early_begin_ == early_end_)
        {
            early_.reset();
        }
        return payload;
    }

    /// Why nothing more can be read, if so.
    [[nodiscard]] std::error_code end_of_reading() const noexcept
    {
        if (closed_)
        {
            return asio::error::operation_aborted;
        }
        if (end_->error() != errc{})
        {
            return end_->error();
        }
        return end_->is_closed_by_peer() ? std::error_code(asio::error::eof) : std::error_code();
    }

    NextLayer layer;
    websocket_limits limits;
    random_numbers random;    ///< seeded where the handshake of a client begins
    http_response response{}; ///< to the client's handshake
    std::string target{};     ///< of the request that the server accepted
    bool is_used = false;     ///< a handshake has begun
    parked_operation parked_read{};

private:
    static std::error_code make_not_connected() noexcept { return asio::error::not_connected; }

    // Why nothing can be sent, if so.
    [[nodiscard]] std::error_code sending_error() const noexcept
    {
        if (write_error_ || !end_)
        {
            return write_error_ ? write_error_ : make_not_connected();
        }
        return end_->is_close_sent() ? std::error_code(asio::error::broken_pipe) : std::error_code();
    }

    // Puts a frame with as much of the payload as one may have into the buffer.
    std::error_code compose_data(const void* data, std::size_t& size)
    {
        const std::error_code error = sending_error();
        if (error || size == 0)
        {
            return error;
        }
        size = std::min(size, std::max<std::size_t>(limits.maximum_write_size, 1));
        try
        {
            reserve(end_->frame_size(size));
        }
        catch (const std::bad_alloc&)
        {
            return errc::out_of_memory;
        }
        end_written(end_->write_data({static_cast<const char*>(data), size}, out_.get(), random));
        return {};
    }

    void compose_answers() noexcept { end_written(end_->write_answers(out_.get(), random)); }

    void end_written(const char* end) noexcept
    {
        out_begin_ = 0;
        out_end_ = static_cast<std::size_t>(end - out_.get());
    }

    void reserve(std::size_t size)
    {
        if (size > capacity_)
        {
            const std::size_t largest = end_ ? end_->frame_size(limits.maximum_write_size) : size;
            const std::size_t grown = std::max(size, std::min(2 * capacity_, largest));
            out_.reset(new char[grown]);
            capacity_ = grown;
        }
    }

    template <class Done>
    void flush(Done done)
    {
        writing_ = true;
        flush_operation<stream_state, Done>(this->shared_from_this(), std::move(done)).step();
    }

    template <class Handler, class Start>
    void park(Handler handler, Start start)
    {
        parked_write_.emplace(parked_start<stream_state, Handler, Start>{this, std::move(handler), std::move(start)});
    }

    std::optional<endpoint> end_{};
    std::unique_ptr<char[]> out_{};
    std::size_t capacity_ = 0;
    std::size_t out_begin_ = 0;
    std::size_t out_end_ = 0;
    std::unique_ptr<char[]> early_{};
    std::size_t early_begin_ = 0;
    std::size_t early_end_ = 0;
    std::error_code write_error_{};
    bool writing_ = false;
    bool closed_ = false;
    parked_operation parked_write_{};
    tern::detail::operation_memory answer_memory_{};
};

} // namespace tern::websocket

#endif
