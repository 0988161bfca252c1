// SPDX-License-Identifier: BSL-1.0
//
// Topic aliases in both directions: those the server defines for us, and those we define for the server, of which the
// least recently used one gives way.
//
// Layer: session. Standard: v5 3.3.2.3.4. MQTT 3.1.1 has none.
// Both die with the connection: v5 [MQTT-3.3.2-7].
#ifndef TERN_SESSION_TOPIC_ALIASES_HPP
#define TERN_SESSION_TOPIC_ALIASES_HPP

#include "tern/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern::session
{

/// What the server's aliases stand for. Their number is bounded by the Topic Alias Maximum that was sent.
class incoming_aliases
{
public:
    /// A new connection; `maximum` is what CONNECT said.
    void reset(std::uint16_t maximum) noexcept
    {
        maximum_ = maximum;
        for (std::string& topic : topics_)
        {
            topic.clear();
        }
    }

    /// Finds the topic of an alias, or takes a new one in.
    /// \param topic the topic of the PUBLISH; if it is empty, it becomes what the alias stands for.
    /// \throws std::bad_alloc
    [[nodiscard]] errc resolve(std::uint16_t alias, std::string_view& topic)
    {
        if (alias == 0 || alias > maximum_) // v5 [MQTT-3.1.2-26] [MQTT-3.1.2-27] [MQTT-3.3.2-8] [MQTT-3.3.2-11]
        {
            return errc::invalid_topic_alias;
        }
        if (topic.empty())
        {
            if (alias > topics_.size() || topics_[alias - 1U].empty()) // v5 3.3.2.3.4
            {
                return errc::unknown_topic_alias;
            }
            topic = topics_[alias - 1U];
            return errc{};
        }
        if (alias > topics_.size())
        {
            topics_.resize(alias);
        }
        topics_[alias - 1U].assign(topic);
        return errc{};
    }

private:
    std::vector<std::string> topics_;
    std::uint16_t maximum_ = 0;
};

/// Which of our topics have an alias at the server.
class outgoing_aliases
{
public:
    /// However many a server offers: beyond this the gain is small and the memory is not.
    static constexpr std::uint16_t maximum_aliases = 256;

    /// Longer topics are sent as they are.
    static constexpr std::size_t maximum_topic_size = 1'024;

    /// Shorter ones too: the property itself has three bytes.
    static constexpr std::size_t minimum_topic_size = 4;

    struct choice
    {
        std::uint16_t alias = 0; ///< 0: none
        bool known = false;      ///< the server knows it: the topic can be left out
    };

    /// A new connection; `maximum` is what CONNACK said, or 0. \throws std::bad_alloc
    void reset(std::uint16_t maximum)
    {
        const std::size_t count = std::min(maximum, maximum_aliases);
        entries_.resize(count);
        buckets_.assign(count == 0 ? 0 : bucket_count(count), none);
        used_ = 0;
        newest_ = none;
        oldest_ = none;
    }

    [[nodiscard]] bool enabled() const noexcept { return !entries_.empty(); }

    /// The alias for a topic, which the caller then sends. What it returns as known is known; otherwise the topic has to
    /// be sent with it. \throws std::bad_alloc the aliases are unchanged then.
    [[nodiscard]] choice use(std::string_view topic)
    {
        if (entries_.empty() || topic.size() < minimum_topic_size || topic.size() > maximum_topic_size)
        {
            return {};
        }
        const std::uint32_t hash = hash_of(topic);
        std::uint16_t& bucket = bucket_of(hash);
        for (std::uint16_t at = bucket; at != none; at = entries_[at].chain)
        {
            if (entries_[at].hash == hash && entries_[at].topic == topic)
            {
                detach(at);
                attach(at);
                return {static_cast<std::uint16_t>(at + 1U), true};
            }
        }
        const bool fresh = used_ < entries_.size();
        const std::uint16_t at = fresh ? used_ : oldest_;
        entries_[at].replacement.assign(topic);
        if (fresh)
        {
            ++used_;
        }
        else
        {
            unchain(at);
            detach(at);
        }
        entry& taken = entries_[at];
        taken.topic.swap(taken.replacement);
        taken.hash = hash;
        taken.chain = bucket;
        bucket = at;
        attach(at);
        return {static_cast<std::uint16_t>(at + 1U), false};
    }

private:
    static constexpr std::uint16_t none = 0xFFFF;

    struct entry
    {
        std::string topic;
        std::string replacement; ///< so that a failing allocation changes nothing
        std::uint32_t hash = 0;
        std::uint16_t chain = none; ///< next in the same bucket
        std::uint16_t newer = none;
        std::uint16_t older = none;
    };

    [[nodiscard]] static std::size_t bucket_count(std::size_t entries) noexcept
    {
        std::size_t count = 4;
        while (count < entries * 2)
        {
            count *= 2;
        }
        return count;
    }

    // FNV-1a: topics are short, and nobody attacks his own table.
    [[nodiscard]] static std::uint32_t hash_of(std::string_view text) noexcept
    {
        std::uint32_t hash = 2'166'136'261U;
        for (const char each : text)
        {
            hash = (hash ^ static_cast<unsigned char>(each)) * 16'777'619U;
        }
        return hash ^ (hash >> 15U);
    }

    [[nodiscard]] std::uint16_t& bucket_of(std::uint32_t hash) noexcept { return buckets_[hash & (buckets_.size() - 1)]; }

    void unchain(std::uint16_t at) noexcept
    {
        std::uint16_t* link = &bucket_of(entries_[at].hash);
        while (*link != at)
        {
            link = &entries_[*link].chain;
        }
        *link = entries_[at].chain;
    }

    void detach(std::uint16_t at) noexcept
    {
        const entry& gone = entries_[at];
        (gone.newer == none ? newest_ : entries_[gone.newer].older) = gone.older;
        (gone.older == none ? oldest_ : entries_[gone.older].newer) = gone.newer;
    }

    void attach(std::uint16_t at) noexcept
    {
        entries_[at].newer = none;
        entries_[at].older = newest_;
        (newest_ == none ? oldest_ : entries_[newest_].newer) = at;
        newest_ = at;
    }

    std::vector<entry> entries_;
    std::vector<std::uint16_t> buckets_;
    std::uint16_t used_ = 0;
    std::uint16_t newest_ = none;
    std::uint16_t oldest_ = none;
};

} // namespace tern::session

#endif
