// SPDX-License-Identifier: BSL-1.0
//
// One connection as the client drives it: a transport behind five virtual functions, with the buffers that its pending
// operations use. Each attempt makes a fresh one, so that nothing of a lost connection reaches the next.
//
// Layer: client. Standard: none.
// All operations complete through one handler type with memory of its own, so that reading and writing allocate
// nothing.
#ifndef TERN_CLIENT_CONNECTION_HPP
#define TERN_CLIENT_CONNECTION_HPP

#include "tern/client/read_buffer.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"
#include "tern/limits.hpp"
#include "tern/operation_memory.hpp"
#include "tern/session/output_buffer.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern::detail
{

class connection;

/// What the transport was asked to do.
enum class io_operation : std::uint8_t
{
    open,
    read,
    write,
    shutdown,
};

/// Who drives a connection. Called on the client's executor, for the connection that is current.
class connection_owner
{
public:
    virtual void connection_done(io_operation what, std::error_code error, std::size_t size) = 0;

protected:
    ~connection_owner() = default;
};

/// The completion handler of every operation of a transport. It keeps the connection and its buffers alive.
///
/// Where an initiation fails, Asio asks a handler for its allocator that it has moved from: the memory is known without
/// the connection.
class io_handler
{
public:
    using allocator_type = operation_allocator<void>;

    io_handler(std::shared_ptr<connection> target, io_operation what) noexcept;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type(*memory_); }

    void operator()(std::error_code error, std::size_t size = 0);

private:
    std::shared_ptr<connection> target_;
    operation_memory* memory_;
    io_operation what_;
};

class connection : public std::enable_shared_from_this<connection>
{
public:
    connection(connection_owner& owner, std::size_t first_read_size, std::size_t maximum_read_size)
        : input(first_read_size, maximum_read_size), owner_(&owner)
    {
    }

    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    virtual ~connection() = default;

    virtual void open(const url& target) = 0;
    virtual void read(asio::mutable_buffer buffer) = 0;
    virtual void write(asio::const_buffer buffer) = 0;
    virtual void shut_down() = 0;
    virtual void close() noexcept = 0;

    /// What there is to say in words about an error of this connection; empty if the error says it all. Throws
    /// std::bad_alloc.
    [[nodiscard]] virtual std::string explanation(std::error_code error) const = 0;

    /// Nobody is interested any more: closes, and what is still pending completes unseen.
    void abandon() noexcept
    {
        owner_ = nullptr;
        close();
    }

    void done(io_operation what, std::error_code error, std::size_t size)
    {
        if (owner_ != nullptr)
        {
            owner_->connection_done(what, error, size);
        }
    }

    [[nodiscard]] operation_memory& memory(io_operation what) noexcept
    {
        return what == io_operation::write ? write_memory_ : read_memory_;
    }

    read_buffer input;
    session::output_buffer output;
    std::size_t output_offset = 0; ///< of `output`, what is written
    bool reading = false;
    bool writing = false;

private:
    connection_owner* owner_;
    operation_memory read_memory_;
    operation_memory write_memory_;
};

/// How a client makes connections to the servers of a scheme, without knowing their transport.
struct connection_factory
{
    using settings = std::shared_ptr<transport_settings>;

    std::shared_ptr<connection> (*make)(connection_owner&, const asio::any_io_executor&, const client_limits&,
                                        const settings&);
    /// Once before the first connection. What is wrong with the settings goes to their explanation.
    std::error_code (*prepare)(transport_settings&);
};

/// The factory for a scheme, null if no transport for it is compiled in.
using find_factory = const connection_factory* (*)(std::string_view scheme) noexcept;

inline io_handler::io_handler(std::shared_ptr<connection> target, io_operation what) noexcept
    : target_(std::move(target)), memory_(&target_->memory(what)), what_(what)
{
}

inline void io_handler::operator()(std::error_code error, std::size_t size)
{
    const std::shared_ptr<connection> target = std::move(target_);
    target->done(what_, error, size);
}

} // namespace tern::detail

#endif
