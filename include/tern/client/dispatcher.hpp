// SPDX-License-Identifier: BSL-1.0
//
// Which subscriptions a received message is for: by its Subscription Identifiers where it has some, else by matching
// its topic against all filters.
//
// Layer: client, without Asio. Standard: v5 3.3.2.3.8, 3.8.2.1.2, 4.7, 4.8.2; v3.1.1 4.7.
// The same filter may be subscribed to twice: the server knows one subscription then, with the identifier of the later
// SUBSCRIBE, and everyone who has the filter gets its messages. So what an identifier stands for is a list of filters,
// and a filter has members. It delivers nothing itself.
#ifndef TERN_CLIENT_DISPATCHER_HPP
#define TERN_CLIENT_DISPATCHER_HPP

#include "tern/message.hpp"
#include "tern/topic/filter.hpp"
#include "tern/topic/filter_tree.hpp"
#include "tern/topic/match.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tern::detail
{

/// `Consumer` has `std::uint64_t mark`, which is the dispatcher's; it is kept by pointer and removed before it dies.
template <class Consumer>
class dispatcher
{
public:
    /// `consumer` gets what matches `filter` from now on. Throws std::bad_alloc, with no effect then.
    void add(Consumer& consumer, std::string_view filter)
    {
        const auto found = groups_.find(filter);
        if (found != groups_.end())
        {
            std::vector<Consumer*>& members = found->second->members;
            if (std::find(members.begin(), members.end(), &consumer) == members.end())
            {
                members.push_back(&consumer);
                judge(*found->second);
            }
            return;
        }
        auto made = std::make_unique<group>();
        made->filter = filter;
        made->members.push_back(&consumer);
        group* const added = made.get();
        const auto where = groups_.emplace(std::string(filter), std::move(made)).first;
        try
        {
            const auto place = tree_.try_emplace(plain(filter));
            if (place.value == nullptr)
            {
                throw std::bad_alloc();
            }
            place.value->push_back(added);
        }
        catch (...)
        {
            forget(*added);
            groups_.erase(where);
            throw;
        }
    }

    /// Messages with this identifier are those of `filters`, which `consumer` has. Throws std::bad_alloc; then it
    /// stands for some of them, and is to be given up by forget_owner().
    template <class Filters>
    void identify(Consumer& consumer, std::uint32_t identifier, const Filters& filters)
    {
        if (identifier == 0)
        {
            return;
        }
        carrier& made = carriers_[identifier];
        made = carrier{};
        made.owner = &consumer;
        made.groups.reserve(std::size(filters)); // so that both sides always know of each other
        for (const auto& filter : filters)
        {
            const auto found = groups_.find(std::string_view(filter));
            if (found != groups_.end() && std::find(made.groups.begin(), made.groups.end(), found->second.get()) ==
                                              made.groups.end()) // a list may say a filter twice
            {
                found->second->carriers.push_back(identifier);
                made.groups.push_back(found->second.get());
            }
        }
        judge(made);
    }

    /// `consumer` gives up `filter`. True if it had it and nobody else has: the server may forget it.
    bool remove(Consumer& consumer, std::string_view filter) noexcept
    {
        const auto found = groups_.find(filter);
        if (found == groups_.end())
        {
            return false;
        }
        group& entry = *found->second;
        const auto member = std::find(entry.members.begin(), entry.members.end(), &consumer);
        if (member == entry.members.end())
        {
            return false;
        }
        entry.members.erase(member);
        if (!entry.members.empty())
        {
            judge(entry);
            return false;
        }
        forget(entry);
        groups_.erase(found);
        return true;
    }

    /// `consumer` is about to go: its identifier means those who share its filters. Its filters are removed already.
    void forget_owner(const Consumer& consumer, std::uint32_t identifier) noexcept
    {
        const auto found = carriers_.find(identifier);
        if (found != carriers_.end() && found->second.owner == &consumer)
        {
            found->second.owner = nullptr;
            found->second.exclusive = false;
            erase_if_unused(found);
        }
    }

    /// True if `consumer` has `filter` and nobody else has.
    [[nodiscard]] bool is_sole(const Consumer& consumer, std::string_view filter) const noexcept
    {
        const auto found = groups_.find(filter);
        return found != groups_.end() && found->second->members.size() == 1 &&
               found->second->members.front() == &consumer;
    }

    /// Everyone who has exactly this filter.
    [[nodiscard]] std::vector<Consumer*> members(std::string_view filter) const
    {
        const auto found = groups_.find(filter);
        return found == groups_.end() ? std::vector<Consumer*>() : found->second->members;
    }

    /// An earlier process may have given the same identifiers to other filters: compare the topic as well.
    void distrust_identifiers(bool distrust) noexcept { distrust_ = distrust; }

    /// Puts everyone whom `message` is for into `out`, which is empty, each once. Throws std::bad_alloc.
    void collect(const message_view& message, std::vector<Consumer*>& out)
    {
        ++round_;
        bool known = false;
        for (const std::uint32_t identifier : message.properties.subscription_identifiers)
        {
            const auto found = carriers_.find(identifier);
            if (found != carriers_.end())
            {
                known |= collect(found->second, message.topic, out);
            }
        }
        if (!known)
        {
            tree_.for_each_match(message.topic, [this, &out](const std::vector<group*>& groups) {
                for (const group* entry : groups)
                {
                    add_members(*entry, out);
                }
            });
        }
    }

    [[nodiscard]] bool empty() const noexcept { return groups_.empty(); }

private:
    struct group
    {
        std::string filter; ///< whole, with its share
        std::vector<Consumer*> members;
        std::vector<std::uint32_t> carriers; ///< identifiers that stand for it among others
    };

    // What a Subscription Identifier stands for.
    struct carrier
    {
        Consumer* owner = nullptr;   ///< null when it has ended but others share its filters
        std::vector<group*> groups;
        bool exclusive = true;       ///< nobody but the owner has its filters
    };

    struct text_hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
    };

    struct text_equal
    {
        using is_transparent = void;
        bool operator()(std::string_view left, std::string_view right) const noexcept { return left == right; }
    };

    using carrier_map = std::unordered_map<std::uint32_t, carrier>;

    static std::string_view plain(std::string_view filter) noexcept { return split_topic_filter(filter).filter; }

    bool collect(const carrier& entry, std::string_view topic, std::vector<Consumer*>& out)
    {
        if (entry.exclusive && !distrust_)
        {
            add_consumer(*entry.owner, out);
            return true;
        }
        bool matched = false;
        for (const group* shared : entry.groups)
        {
            if (matches(shared->filter, topic))
            {
                matched = true;
                add_members(*shared, out);
            }
        }
        return matched;
    }

    void add_members(const group& entry, std::vector<Consumer*>& out)
    {
        for (Consumer* member : entry.members)
        {
            add_consumer(*member, out);
        }
    }

    void add_consumer(Consumer& consumer, std::vector<Consumer*>& out)
    {
        if (std::exchange(consumer.mark, round_) != round_)
        {
            out.push_back(&consumer);
        }
    }

    void forget(group& entry) noexcept
    {
        if (std::vector<group*>* const places = tree_.find(plain(entry.filter)); places != nullptr)
        {
            std::erase(*places, &entry);
            if (places->empty())
            {
                tree_.erase(plain(entry.filter));
            }
        }
        for (const std::uint32_t identifier : entry.carriers)
        {
            if (const auto found = carriers_.find(identifier); found != carriers_.end())
            {
                std::erase(found->second.groups, &entry);
                erase_if_unused(found);
            }
        }
    }

    void erase_if_unused(typename carrier_map::iterator at) noexcept
    {
        if (at->second.owner == nullptr && at->second.groups.empty())
        {
            carriers_.erase(at);
        }
    }

    void judge(const group& entry) noexcept
    {
        for (const std::uint32_t identifier : entry.carriers)
        {
            if (const auto found = carriers_.find(identifier); found != carriers_.end())
            {
                judge(found->second);
            }
        }
    }

    static void judge(carrier& entry) noexcept
    {
        const Consumer* const owner = entry.owner;
        entry.exclusive = owner != nullptr &&
                          std::all_of(entry.groups.begin(), entry.groups.end(), [owner](const group* shared) {
                              return shared->members.size() == 1 && shared->members.front() == owner;
                          });
    }

    std::unordered_map<std::string, std::unique_ptr<group>, text_hash, text_equal> groups_;
    filter_tree<std::vector<group*>> tree_;
    carrier_map carriers_;
    std::uint64_t round_ = 0;
    bool distrust_ = false;
};

} // namespace tern::detail

#endif
