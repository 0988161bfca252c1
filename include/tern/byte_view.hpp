// SPDX-License-Identifier: BSL-1.0
//
// A view of bytes that text converts to as well, for payloads, passwords, correlation and authentication data.
//
// Layer: vocabulary. Standard: v5 1.5.6 (Binary Data) and the application message of 3.3.3.
// It owns nothing: what it refers to has to live as long as the function it is passed to says.
#ifndef TERN_BYTE_VIEW_HPP
#define TERN_BYTE_VIEW_HPP

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace tern
{

/// A pointer and a length. Converts from string literals, `std::string`, `std::string_view`, and from anything that
/// converts to `std::span<const std::byte>` or `std::span<const unsigned char>`.
///
/// It keeps a pointer to characters, because constant evaluation allows no cast between `char` and `std::byte` and the
/// codecs work in constant expressions.
class byte_view
{
public:
    constexpr byte_view() noexcept = default;

    constexpr byte_view(const char* data, std::size_t size) noexcept : data_(data), size_(size) {}

    byte_view(const std::byte* data, std::size_t size) noexcept
        : data_(reinterpret_cast<const char*>(data)), size_(size)
    {
    }

    /// The characters of a text, without the terminating zero of a literal.
    template <class Text>
        requires std::is_convertible_v<const Text&, std::string_view>
    constexpr byte_view(const Text& text) noexcept
        : data_(std::string_view(text).data()), size_(std::string_view(text).size())
    {
    }

    template <class Bytes>
        requires(!std::is_convertible_v<const Bytes&, std::string_view> &&
                 std::is_convertible_v<const Bytes&, std::span<const std::byte>>)
    byte_view(const Bytes& bytes) noexcept
        : byte_view(std::span<const std::byte>(bytes).data(), std::span<const std::byte>(bytes).size())
    {
    }

    template <class Bytes>
        requires(!std::is_convertible_v<const Bytes&, std::string_view> &&
                 !std::is_convertible_v<const Bytes&, std::span<const std::byte>> &&
                 std::is_convertible_v<const Bytes&, std::span<const unsigned char>>)
    byte_view(const Bytes& bytes) noexcept
        : data_(reinterpret_cast<const char*>(std::span<const unsigned char>(bytes).data())),
          size_(std::span<const unsigned char>(bytes).size())
    {
    }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] const std::byte* data() const noexcept { return reinterpret_cast<const std::byte*>(data_); }

    [[nodiscard]] constexpr std::byte operator[](std::size_t index) const noexcept
    {
        return static_cast<std::byte>(data_[index]);
    }

    [[nodiscard]] std::span<const std::byte> span() const noexcept { return {data(), size_}; }

    /// The same bytes as characters; nothing says that they are UTF-8.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return {data_, size_}; }

    friend constexpr bool operator==(const byte_view& left, const byte_view& right) noexcept
    {
        return left.text() == right.text();
    }

private:
    const char* data_ = nullptr;
    std::size_t size_ = 0;
};

static_assert(std::is_trivially_copyable_v<byte_view> && std::is_trivially_destructible_v<byte_view>);

} // namespace tern

#endif
