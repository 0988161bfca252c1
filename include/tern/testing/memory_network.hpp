// SPDX-License-Identifier: BSL-1.0
//
// The names of an in-memory network: who listens under which name in one execution context.
//
// Layer: testing, on Asio. Standard: none.
// Each execution context is a network of its own, so that tests don't meet.
#ifndef TERN_TESTING_MEMORY_NETWORK_HPP
#define TERN_TESTING_MEMORY_NETWORK_HPP

#include "tern/testing/memory_link.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>

#include <map>
#include <string>
#include <system_error>

namespace tern::testing
{

/// Who accepts connections.
class memory_listener
{
public:
    memory_listener() = default;
    memory_listener(const memory_listener&) = delete;
    memory_listener& operator=(const memory_listener&) = delete;
    virtual ~memory_listener() = default;

    /// Joins `stream` with a stream of its own, or says why not.
    virtual std::error_code accept(memory_stream& stream) = 0;
};

/// A service of an execution context. Not thread-safe: for tests with one thread.
class memory_network : public asio::execution_context::service
{
public:
    static inline asio::execution_context::id id;

    explicit memory_network(asio::execution_context& context) : asio::execution_context::service(context) {}

    /// The network of an executor's context.
    static memory_network& of(const asio::any_io_executor& executor)
    {
        return asio::use_service<memory_network>(asio::query(executor, asio::execution::context));
    }

    /// Listens under a name. address_in_use if somebody does.
    std::error_code bind(const std::string& name, memory_listener& listener)
    {
        const bool added = listeners_.emplace(name, &listener).second;
        return added ? std::error_code{} : std::error_code(asio::error::address_in_use);
    }

    void unbind(const std::string& name) { listeners_.erase(name); }

    /// Connects a stream. host_not_found if nobody listens under the name, else what the listener says.
    std::error_code connect(const std::string& name, memory_stream& stream)
    {
        const auto found = listeners_.find(name);
        return found == listeners_.end() ? std::error_code(asio::error::host_not_found) : found->second->accept(stream);
    }

private:
    void shutdown() override { listeners_.clear(); }

    std::map<std::string, memory_listener*> listeners_;
};

} // namespace tern::testing

#endif
