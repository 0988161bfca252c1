// SPDX-License-Identifier: BSL-1.0
//
// A received message that a program keeps: topic, payload and properties in one block of memory, and the way back to
// acknowledge it. What a handler sees in place is the message_view of tern/message.hpp.
//
// Layer: client, without Asio. Standard: v5 3.3, 4.3; v3.1.1 3.3, 4.3.
// One copy is made, of views that lie close together in the buffer that was read; moving a message moves one pointer.
#ifndef TERN_CLIENT_MESSAGE_HPP
#define TERN_CLIENT_MESSAGE_HPP

#include "tern/byte_view.hpp"
#include "tern/client/acknowledger.hpp"
#include "tern/client/message_copy.hpp"
#include "tern/client/message_pool.hpp"
#include "tern/message.hpp"
#include "tern/properties.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"

#include <cstddef>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tern
{

/// Owns a received message. It may be moved to and destroyed on another thread, and may outlive its client; one message
/// is used by one thread at a time. A message that is destroyed unacknowledged stays so: the server keeps it in flight,
/// and sends it again after a reconnect.
class message
{
public:
    /// None: what a failed receive gives. Its topic and payload are empty.
    message() noexcept = default;

    /// A copy of `view`. With a token it can be acknowledged by hand, through the pool's target. Throws std::bad_alloc.
    message(message_pool& pool, const message_view& view, acknowledgement_token token = {})
    {
        detail::pool_block* const memory = pool.allocate(sizeof(block) + detail::message_copy_size(view));
        char* const text = reinterpret_cast<char*>(memory) + sizeof(block);
        static_assert(offsetof(block, memory) == 0);
        const detail::pool_block header = *memory;
        block_ = ::new (static_cast<void*>(memory)) block{header, token, detail::copy_message_to(text, view)};
    }

    message(message&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}

    message& operator=(message&& other) noexcept
    {
        std::swap(block_, other.block_);
        other.reset();
        return *this;
    }

    ~message() { reset(); }

    /// True unless it is none.
    [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }

    /// All of it as views, valid as long as this message, also when it is moved.
    [[nodiscard]] const message_view& view() const noexcept { return block_ != nullptr ? block_->view : nothing; }

    /// The full name, also where the server sent an alias.
    [[nodiscard]] std::string_view topic() const noexcept { return view().topic; }
    [[nodiscard]] byte_view payload() const noexcept { return view().payload; }

    /// The payload as characters; that it is UTF-8 is not checked.
    [[nodiscard]] std::string_view payload_text() const noexcept { return view().payload.text(); }
    [[nodiscard]] tern::qos qos() const noexcept { return view().qos; }

    /// It was retained at the server when the subscription was made (see subscribe_options::retain_as_published).
    [[nodiscard]] bool retain() const noexcept { return view().retain; }

    /// The server had sent it before, on this or an earlier connection.
    [[nodiscard]] bool duplicate() const noexcept { return view().duplicate; }

    /// All absent in 3.1.1.
    [[nodiscard]] const publish_properties& properties() const noexcept { return view().properties; }

    /// Acknowledges a message of a subscription with `.ack = manual`; of others, and of QoS 0, there is nothing to
    /// acknowledge and it has no effect. From any thread. Only the first call counts; a later one, one after a
    /// reconnect that made it void, and one after the client's end have no effect. A failing reason code tells a 5.0
    /// server that the message was not accepted. Acknowledgements leave in the order in which the messages arrived.
    void acknowledge(reason_code reason = reason_code::success)
    {
        if (block_ != nullptr && block_->token.needed())
        {
            const acknowledgement_token token = std::exchange(block_->token, {});
            if (const auto target = block_->memory.pool->target.lock(); target != nullptr)
            {
                target->acknowledge(token, reason);
            }
        }
    }

    /// The bytes that it occupies, for who counts them.
    [[nodiscard]] std::size_t memory_size() const noexcept { return block_ != nullptr ? block_->memory.size : 0; }

private:
    struct block
    {
        detail::pool_block memory; ///< first: what the pool gave
        acknowledgement_token token;
        message_view view;
    };

    static_assert(std::is_trivially_destructible_v<block> && std::is_standard_layout_v<block>);

    static inline constexpr message_view nothing{};

    void reset() noexcept
    {
        if (block_ != nullptr)
        {
            detail::pool_state::release(&std::exchange(block_, nullptr)->memory);
        }
    }

    block* block_ = nullptr;
};

} // namespace tern

#endif
