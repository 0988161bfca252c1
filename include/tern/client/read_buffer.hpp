// SPDX-License-Identifier: BSL-1.0
//
// What was read and not yet understood: one contiguous buffer, at whose front the beginning of a packet may wait for
// the rest of it.
//
// Layer: client, without Asio. Standard: v5 4.2, v3.1.1 4.2 (packets arrive as a stream, cut anywhere).
// It grows when reads fill it, up to a bound, and for a packet that is longer, but then only as its bytes arrive: a
// length on the wire is a claim, and costs the claimant as much as us. It shrinks when it has been too large for long.
#ifndef TERN_CLIENT_READ_BUFFER_HPP
#define TERN_CLIENT_READ_BUFFER_HPP

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace tern
{

class read_buffer
{
public:
    /// So many reads in a row have to leave most of the buffer empty before it shrinks, so that a client that sometimes
    /// receives something large does not allocate each time.
    static constexpr unsigned patience = 256;

    /// Room for `first_size` bytes is asked for by the first read, and at most `maximum_size` by later ones unless a
    /// packet needs more. Nothing is allocated before the first read.
    read_buffer(std::size_t first_size, std::size_t maximum_size) noexcept
        : first_size_(std::max<std::size_t>(first_size, 1)), maximum_size_(std::max(maximum_size, first_size_)),
          target_(first_size_)
    {
    }

    /// What waits to be understood. Valid until prepare().
    [[nodiscard]] std::string_view data() const noexcept { return {storage_.get() + begin_, end_ - begin_}; }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// Drops bytes from the front. What prepare() returned stays where it is: a read into it may be under way.
    void consume(std::size_t count) noexcept { begin_ += count; }

    /// Room to read into, at least one byte; what waits moves to the front. `packet_size` is the whole size of the
    /// packet that data() begins with, 0 if that is not known. Throws std::bad_alloc, with no effect then.
    [[nodiscard]] std::span<char> prepare(std::size_t packet_size = 0)
    {
        const std::size_t used = size();
        // At most twice what has come plus one read: a long packet is copied a few times while it grows, and a claim of
        // a long one costs no memory.
        std::size_t wanted = std::max(target_, std::min(packet_size, used * 2 + target_));
        wanted = wanted > used ? wanted : used + target_;
        small_reads_ = wanted < capacity_ ? small_reads_ + 1 : 0;
        // Half of a read still fits: that is used up before it grows again, or a packet that comes in drops would be
        // copied for each of them.
        const bool has_room = capacity_ >= target_ && capacity_ - used >= std::max<std::size_t>(target_ / 2, 1);
        if ((wanted > capacity_ && !has_room) || small_reads_ > patience)
        {
            resize(wanted);
        }
        else if (begin_ != 0)
        {
            std::memmove(storage_.get(), storage_.get() + begin_, used);
            begin_ = 0;
            end_ = used;
        }
        return {storage_.get() + end_, capacity_ - end_};
    }

    /// So many bytes were read into what prepare() returned.
    void commit(std::size_t count) noexcept
    {
        end_ += count;
        small_reads_ = end_ > target_ ? 0 : small_reads_;
        if (end_ == capacity_ && target_ < maximum_size_)
        {
            target_ = std::min(target_ * 2, maximum_size_);
            poor_reads_ = 0;
        }
        else if (count < target_ / 4 && target_ > first_size_)
        {
            if (++poor_reads_ > patience)
            {
                target_ = std::max(target_ / 2, first_size_);
                poor_reads_ = 0;
            }
        }
        else
        {
            poor_reads_ = 0;
        }
    }

    /// Forgets everything, for a new connection; keeps no memory.
    void reset() noexcept
    {
        storage_.reset();
        capacity_ = 0;
        begin_ = 0;
        end_ = 0;
        target_ = first_size_;
        small_reads_ = 0;
        poor_reads_ = 0;
    }

private:
    void resize(std::size_t capacity)
    {
        auto storage = std::make_unique_for_overwrite<char[]>(capacity);
        const std::size_t used = size();
        if (used != 0)
        {
            std::memcpy(storage.get(), storage_.get() + begin_, used);
        }
        storage_ = std::move(storage);
        capacity_ = capacity;
        begin_ = 0;
        end_ = used;
        small_reads_ = 0;
    }

    std::size_t first_size_;
    std::size_t maximum_size_;
    std::size_t target_; ///< what a read asks for now
    std::unique_ptr<char[]> storage_{};
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    unsigned small_reads_ = 0; ///< in a row, that used less than the capacity
    unsigned poor_reads_ = 0;  ///< in a row, that filled less than a quarter
};

} // namespace tern

#endif
