// SPDX-License-Identifier: BSL-1.0
//
// Several servers to connect to, in the order in which they are tried: tern::brokers("mqtt://a", "mqtt://b:1884").
//
// Layer: client, without Asio. Standard: none; v5 4.11 (server redirection) is the server's way to say the same.
// A list of views, trivially destructible like all options, so that it can be made inside a co_await expression.
#ifndef TERN_CLIENT_BROKER_LIST_HPP
#define TERN_CLIENT_BROKER_LIST_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace tern
{

/// URLs, owned by the caller; a function that takes a list copies them.
class broker_list
{
public:
    /// More than a cluster has nodes that a client is told by name. A longer list can be given as a span.
    static constexpr std::size_t maximum_named = 16;

    constexpr broker_list() noexcept = default;

    /// A list of any length, which has to outlive this.
    constexpr explicit broker_list(std::span<const std::string_view> urls) noexcept : several_(urls) {}

    [[nodiscard]] constexpr const std::string_view* begin() const noexcept { return urls().data(); }
    [[nodiscard]] constexpr const std::string_view* end() const noexcept { return begin() + size(); }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return urls().size(); }
    [[nodiscard]] constexpr bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] constexpr std::string_view operator[](std::size_t index) const noexcept { return urls()[index]; }

private:
    template <class... Urls>
        requires(std::convertible_to<const Urls&, std::string_view> && ...)
    friend constexpr broker_list brokers(const Urls&... urls) noexcept;

    [[nodiscard]] constexpr std::span<const std::string_view> urls() const noexcept
    {
        return several_.empty() ? std::span(named_.data(), named_size_) : several_;
    }

    std::array<std::string_view, maximum_named> named_{};
    std::size_t named_size_ = 0;
    std::span<const std::string_view> several_{};
};

/// A list of up to sixteen URLs, which have to live until the function that it is passed to was called.
template <class... Urls>
    requires(std::convertible_to<const Urls&, std::string_view> && ...)
[[nodiscard]] constexpr broker_list brokers(const Urls&... urls) noexcept
{
    static_assert(sizeof...(Urls) >= 1 && sizeof...(Urls) <= broker_list::maximum_named);
    broker_list list;
    list.named_ = {std::string_view(urls)...};
    list.named_size_ = sizeof...(Urls);
    return list;
}

static_assert(std::is_trivially_destructible_v<broker_list>);

} // namespace tern

#endif
