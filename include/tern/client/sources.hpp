// SPDX-License-Identifier: BSL-1.0
//
// Arguments that come in two shapes, one or several: URLs to connect to, filters to subscribe to.
//
// Layer: client, without Asio. Standard: v5 3.8.3, v3.1.1 3.8.3 (a SUBSCRIBE has one or more filters).
// They are views: what they refer to has to live until the operation is initiated.
#ifndef TERN_CLIENT_SOURCES_HPP
#define TERN_CLIENT_SOURCES_HPP

#include "tern/client/broker_list.hpp"
#include "tern/options.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace tern::detail
{

/// One URL or a list of them.
class url_source
{
public:
    explicit url_source(std::string_view url) noexcept : one_(url) {}
    explicit url_source(const broker_list& urls) noexcept : several_(&urls) {}

    /// Calls `function(std::string_view)` for each URL.
    template <class Function>
    void for_each(Function&& function) const
    {
        if (several_ == nullptr)
        {
            function(one_);
            return;
        }
        for (const std::string_view url : *several_)
        {
            function(url);
        }
    }

private:
    std::string_view one_;
    const broker_list* several_ = nullptr;
};

/// One filter, which takes its QoS and flags from the options, or a list of filters that have their own.
class filter_source
{
public:
    explicit filter_source(std::string_view filter) noexcept : one_(filter), single_(true) {}
    explicit filter_source(std::span<const topic_subscription> filters) noexcept : several_(filters) {}

    [[nodiscard]] std::size_t size() const noexcept { return single_ ? 1 : several_.size(); }
    [[nodiscard]] bool single() const noexcept { return single_; }
    [[nodiscard]] std::span<const topic_subscription> list() const noexcept { return several_; }
    [[nodiscard]] std::string_view filter() const noexcept { return one_; }

    [[nodiscard]] topic_subscription get(std::size_t index, const subscribe_options& options) const noexcept
    {
        if (!single_)
        {
            return several_[index];
        }
        topic_subscription made;
        made.topic_filter = one_;
        made.maximum_qos = options.maximum_qos;
        made.no_local = options.no_local;
        made.retain_as_published = options.retain_as_published;
        made.retain_handling = options.retain_handling;
        return made;
    }

private:
    std::string_view one_;
    std::span<const topic_subscription> several_;
    bool single_ = false;
};

} // namespace tern::detail

#endif
