// SPDX-License-Identifier: BSL-1.0
//
// Subscriptions for which something is still to be done. A list that needs no memory, since what ends a subscription
// may not fail.
//
// Layer: client, without Asio. Standard: none.
#ifndef TERN_CLIENT_CONSUMER_LIST_HPP
#define TERN_CLIENT_CONSUMER_LIST_HPP

#include <memory>
#include <utility>

namespace tern::detail
{

/// Owns what it lists, in the order of push(). `Next` is the member that links them: what is in the list must not be
/// pushed again.
template <class Consumer, std::shared_ptr<Consumer> Consumer::*Next>
class consumer_list
{
public:
    consumer_list() noexcept = default;
    consumer_list(const consumer_list&) = delete;
    consumer_list& operator=(const consumer_list&) = delete;

    ~consumer_list()
    {
        while (pop() != nullptr) // not by recursion
        {
        }
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] const std::shared_ptr<Consumer>& front() const noexcept { return first_; }

    void push(std::shared_ptr<Consumer> added) noexcept
    {
        Consumer* const last = added.get();
        (last_ != nullptr ? last_->*Next : first_) = std::move(added);
        last_ = last;
    }

    /// The first, which leaves the list; null if there is none.
    std::shared_ptr<Consumer> pop() noexcept
    {
        std::shared_ptr<Consumer> taken = std::move(first_);
        if (taken != nullptr)
        {
            first_ = std::move((*taken).*Next);
            last_ = first_ != nullptr ? last_ : nullptr;
        }
        return taken;
    }

private:
    std::shared_ptr<Consumer> first_{};
    Consumer* last_ = nullptr;
};

} // namespace tern::detail

#endif
