// SPDX-License-Identifier: BSL-1.0
//
// All subscriptions of the testing broker, and who gets a message: each session once, with the highest QoS that one of
// its matching subscriptions grants and the identifiers of all; of each shared subscription one session.
//
// Layer: testing. Standard: v5 3.3.4, 3.8.3.1, 4.7, 4.8; v3.1.1 3.3.5, 4.7.
#ifndef TERN_TESTING_BROKER_SUBSCRIPTIONS_HPP
#define TERN_TESTING_BROKER_SUBSCRIPTIONS_HPP

#include "tern/qos.hpp"
#include "tern/testing/broker/session.hpp"
#include "tern/topic/filter.hpp"
#include "tern/topic/filter_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern::testing::broker_detail
{

/// One who gets a message.
struct receiver
{
    broker_detail::session* session = nullptr;
    qos maximum_qos = qos::at_most_once;
    bool retain_as_published = false;
    std::vector<std::uint32_t> identifiers; ///< of the matching subscriptions that have one
};

/// The receivers of one message; its memory is used again for the next.
class receivers
{
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] receiver& operator[](std::size_t position) noexcept { return items_[position]; }

    void clear() noexcept { size_ = 0; }

    receiver& add(session& target)
    {
        if (size_ == items_.size())
        {
            items_.emplace_back();
        }
        receiver& added = items_[size_++];
        added.session = &target;
        added.maximum_qos = qos::at_most_once;
        added.retain_as_published = false;
        added.identifiers.clear();
        return added;
    }

private:
    std::vector<receiver> items_;
    std::size_t size_ = 0;
};

class subscription_table
{
public:
    explicit subscription_table(const topic_tree_options& options) : tree_(options) {}

    enum class change : std::uint8_t
    {
        refused, ///< the filter is not legal, or there is no room
        added,
        replaced,
    };

    /// Subscribes, or changes the options of a subscription that is there. `filter` is as it was sent.
    change set(session& owner, std::string_view filter, const subscription_options& options)
    {
        const topic_filter_parts parts = split_topic_filter(filter, options.shared);
        members* const found = tree_.try_emplace(parts.filter).value;
        if (found == nullptr)
        {
            return change::refused;
        }
        std::vector<member>& list = parts.shared() ? found->group(parts.share_name).list : found->direct;
        const auto present = find(list, owner);
        if (present != list.end())
        {
            present->options = options; // v5 [MQTT-3.8.4-3] v3.1.1 [MQTT-3.8.4-3]
            return change::replaced;
        }
        list.push_back({&owner, options});
        return change::added;
    }

    void erase(const session& owner, std::string_view filter, shared_filters shared)
    {
        const topic_filter_parts parts = split_topic_filter(filter, shared);
        members* const found = tree_.find(parts.filter);
        if (found == nullptr)
        {
            return;
        }
        if (parts.shared())
        {
            share& group = found->group(parts.share_name);
            std::erase_if(group.list, [&owner](const member& one) { return one.session == &owner; });
            std::erase_if(found->shares, [](const share& one) { return one.list.empty(); });
        }
        else
        {
            std::erase_if(found->direct, [&owner](const member& one) { return one.session == &owner; });
        }
        if (found->direct.empty() && found->shares.empty())
        {
            tree_.erase(parts.filter);
        }
    }

    /// Finds who gets a message on `topic` from the session with the serial number `publisher`.
    void match(std::string_view topic, std::uint64_t publisher, receivers& result)
    {
        result.clear();
        ++mark_;
        tree_.for_each_match(topic, [&](members& found) {
            for (const member& one : found.direct)
            {
                if (one.options.no_local && one.session->serial == publisher) // v5 [MQTT-3.8.3-3]
                {
                    continue;
                }
                add(*one.session, one.options, result);
            }
            for (share& group : found.shares)
            {
                // v5 4.8.2: each shared subscription gets its own copy, and of its sessions only one.
                const member& chosen = group.choose();
                merge(chosen.options, result.add(*chosen.session));
            }
        });
    }

    /// How many different filters there are.
    [[nodiscard]] std::size_t size() const noexcept { return tree_.size(); }

    void clear() noexcept { tree_.clear(); }

private:
    struct member
    {
        broker_detail::session* session;
        subscription_options options;
    };

    struct share
    {
        std::string name;
        std::vector<member> list;
        std::size_t next = 0;

        /// In turn among those that are connected, else among all.
        const member& choose() noexcept
        {
            for (std::size_t i = 0; i < list.size(); ++i)
            {
                const std::size_t position = (next + i) % list.size();
                if (list[position].session->connection != nullptr)
                {
                    next = position + 1;
                    return list[position];
                }
            }
            next = next % list.size() + 1;
            return list[next - 1];
        }
    };

    struct members
    {
        std::vector<member> direct;
        std::vector<share> shares;

        share& group(std::string_view name)
        {
            const auto found =
                std::find_if(shares.begin(), shares.end(), [name](const share& one) { return one.name == name; });
            return found != shares.end() ? *found : shares.emplace_back(share{std::string(name), {}, 0});
        }
    };

    static std::vector<member>::iterator find(std::vector<member>& list, const session& owner)
    {
        return std::find_if(list.begin(), list.end(), [&owner](const member& one) { return one.session == &owner; });
    }

    void add(session& target, const subscription_options& options, receivers& result) const
    {
        if (target.route_mark != mark_)
        {
            target.route_mark = mark_;
            target.route_position = result.size();
            result.add(target);
        }
        merge(options, result[target.route_position]);
    }

    // v5 [MQTT-3.3.4-2] [MQTT-3.3.4-3]: one copy, the highest QoS, all identifiers.
    static void merge(const subscription_options& options, receiver& into)
    {
        into.maximum_qos = std::max(into.maximum_qos, options.maximum_qos);
        into.retain_as_published = into.retain_as_published || options.retain_as_published;
        if (options.identifier != 0)
        {
            into.identifiers.push_back(options.identifier);
        }
    }

    filter_tree<members> tree_;
    std::uint64_t mark_ = 0;
};

} // namespace tern::testing::broker_detail

#endif
