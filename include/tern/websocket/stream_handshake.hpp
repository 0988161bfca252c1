// SPDX-License-Identifier: BSL-1.0
//
// The opening handshake over a layer below: writes the request and reads the answer, or the other way round.
//
// Layer: websocket, on Asio. Standard: RFC 6455 4.1, 4.2.
// Used through websocket/stream.hpp. What stands in request and answer is the matter of client_handshake.hpp and
// server_handshake.hpp.
#ifndef TERN_WEBSOCKET_STREAM_HANDSHAKE_HPP
#define TERN_WEBSOCKET_STREAM_HANDSHAKE_HPP

#include "tern/errc.hpp"
#include "tern/error.hpp"
#include "tern/websocket/client_handshake.hpp"
#include "tern/websocket/frame_header.hpp"
#include "tern/websocket/handshake_head.hpp"
#include "tern/websocket/handshake_key.hpp"
#include "tern/websocket/server_handshake.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern::websocket
{

/// What a handshake needs until its end.
struct handshake
{
    role self = role::client;
    std::string key{};              ///< of the client's request
    std::string text{};             ///< to write: request or answer
    std::size_t written = 0;        ///< of `text`
    std::unique_ptr<char[]> head{}; ///< what has come: answer or request, and what follows it
    std::size_t head_have = 0;      ///< bytes that have come
    std::size_t head_size = 0;      ///< of the head, once it is whole
    std::error_code outcome{};      ///< what the caller is told when all is written
};

/// Makes the client's request. Errors: invalid_url, invalid_http_header, no random numbers.
template <class State>
[[nodiscard]] std::error_code begin_client(State& state, const websocket_request& request, handshake& out)
{
    if (!state.random.seed())
    {
        return std::make_error_code(std::errc::resource_unavailable_try_again);
    }
    out.key = make_key(state.random);
    const errc error = compose_request(request, out.key, state.limits.maximum_handshake_size, out.text);
    return error != errc{} ? make_error_code(error) : std::error_code();
}

template <class State, class Handler>
class handshake_operation
{
public:
    using allocator_type = typename Handler::allocator_type;
    using cancellation_slot_type = typename Handler::cancellation_slot_type;

    handshake_operation(std::shared_ptr<State> state, std::unique_ptr<handshake> data, Handler handler)
        : state_(std::move(state)), data_(std::move(data)), handler_(std::move(handler))
    {
    }

    [[nodiscard]] allocator_type get_allocator() const noexcept { return handler_.get_allocator(); }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return handler_.get_cancellation_slot();
    }

    /// Begins: a client writes, a server reads.
    void start()
    {
        state_->prepare();
        data_->head.reset(new char[state_->limits.maximum_handshake_size]);
        data_->self == role::client ? write() : read();
    }

    void operator()(std::error_code error, std::size_t size)
    {
        if (error || state_->is_closed())
        {
            finish(error ? error : std::error_code(asio::error::operation_aborted));
        }
        else if (data_->written != data_->text.size())
        {
            data_->written += size;
            wrote();
        }
        else
        {
            data_->head_have += size;
            received(data_->head_have - size);
        }
    }

private:
    enum class next_step : std::uint8_t
    {
        read,
        write,
        finish,
    };

    void write()
    {
        const asio::const_buffer rest = asio::buffer(data_->text) + data_->written;
        state_->layer.async_write_some(rest, std::move(*this));
    }

    void read()
    {
        const asio::mutable_buffer free(data_->head.get() + data_->head_have,
                                        state_->limits.maximum_handshake_size - data_->head_have);
        state_->layer.async_read_some(free, std::move(*this));
    }

    void wrote()
    {
        if (data_->written != data_->text.size())
        {
            write();
        }
        else if (data_->self == role::client)
        {
            read();
        }
        else
        {
            finish(data_->outcome);
        }
    }

    void received(std::size_t searched)
    {
        std::error_code error;
        switch (judge(searched, error))
        {
        case next_step::read: return read();
        case next_step::write: return write();
        case next_step::finish: return finish(error);
        }
    }

    // What has come is enough, or not, or wrong.
    next_step judge(std::size_t searched, std::error_code& error) noexcept
    {
        const bool is_client = data_->self == role::client;
        const head_search found =
            find_head({data_->head.get(), data_->head_have}, searched,
                      is_client ? response_beginning : request_beginning, state_->limits.maximum_handshake_size);
        if (found.size == 0 && found.error == errc{})
        {
            return next_step::read;
        }
        data_->head_size = found.size;
        try
        {
            const errc verdict = is_client ? judge_response(found.error) : judge_request(found.error);
            error = verdict != errc{} ? make_error_code(verdict) : std::error_code();
        }
        catch (const std::bad_alloc&)
        {
            error = make_error_code(errc::out_of_memory);
            return next_step::finish;
        }
        data_->outcome = error;
        return is_client ? next_step::finish : next_step::write;
    }

    errc judge_response(errc error)
    {
        return error != errc{}
                   ? error
                   : check_response({data_->head.get(), data_->head_size}, accept_value(data_->key), state_->response);
    }

    errc judge_request(errc error)
    {
        request_check request{error, 400, "Bad Request", {}, {}};
        if (error == errc::http_head_too_large)
        {
            request.status = 431;
            request.status_text = "Request Header Fields Too Large";
        }
        if (error == errc{})
        {
            request = check_request({data_->head.get(), data_->head_size});
            state_->target = request.target;
        }
        data_->text = compose_response(request);
        return request.error;
    }

    void finish(std::error_code error)
    {
        const std::shared_ptr<State> state = std::move(state_);
        if (!error)
        {
            state->open(data_->self, std::move(data_->head), data_->head_size, data_->head_have);
        }
        data_.reset();
        handler_.complete(error);
    }

    std::shared_ptr<State> state_;
    std::unique_ptr<handshake> data_;
    Handler handler_;
};

} // namespace tern::websocket

#endif
