// SPDX-License-Identifier: BSL-1.0
//
// Tells clients that their execution context is being destroyed: then, and only then, handlers are destroyed uncalled.
//
// Layer: client. Standard: none.
// A handler may own what owns the client, a coroutine's frame for one: without this such a circle would never be freed.
#ifndef TERN_CLIENT_CLIENT_REGISTRY_HPP
#define TERN_CLIENT_CLIENT_REGISTRY_HPP

#include <asio/execution_context.hpp>

#include <mutex>

namespace tern::detail
{

class client_registry;

/// What is told. Derive from it; it is in at most one registry.
class registered_client
{
public:
    registered_client() = default;
    registered_client(const registered_client&) = delete;
    registered_client& operator=(const registered_client&) = delete;

    /// The context ends: destroy all handlers, touch no executor any more.
    virtual void context_ended() noexcept = 0;

protected:
    ~registered_client() = default;

private:
    friend class client_registry;

    client_registry* registry_ = nullptr;
    registered_client* next_ = nullptr;
    registered_client* previous_ = nullptr;
};

/// A service of the execution context. Thread-safe, as several clients may live on different strands of one context.
class client_registry final : public asio::execution_context::service
{
public:
    using key_type = client_registry;
    static inline asio::execution_context::id id;

    explicit client_registry(asio::execution_context& context) : asio::execution_context::service(context) {}

    void add(registered_client& client) noexcept
    {
        const std::lock_guard lock(mutex_);
        client.registry_ = this;
        client.next_ = first_;
        client.previous_ = nullptr;
        if (first_ != nullptr)
        {
            first_->previous_ = &client;
        }
        first_ = &client;
    }

    /// Has no effect if the context has ended, or the client was never added.
    static void remove(registered_client& client) noexcept
    {
        if (client_registry* const registry = client.registry_; registry != nullptr)
        {
            const std::lock_guard lock(registry->mutex_);
            registry->unlink(client);
        }
    }

private:
    void shutdown() override
    {
        while (registered_client* const client = take_first())
        {
            client->context_ended();
        }
    }

    registered_client* take_first() noexcept
    {
        const std::lock_guard lock(mutex_);
        registered_client* const client = first_;
        if (client != nullptr)
        {
            unlink(*client);
        }
        return client;
    }

    void unlink(registered_client& client) noexcept
    {
        if (client.registry_ != this)
        {
            return;
        }
        (client.previous_ != nullptr ? client.previous_->next_ : first_) = client.next_;
        if (client.next_ != nullptr)
        {
            client.next_->previous_ = client.previous_;
        }
        client.registry_ = nullptr;
    }

    std::mutex mutex_;
    registered_client* first_ = nullptr;
};

} // namespace tern::detail

#endif
