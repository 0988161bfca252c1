// SPDX-License-Identifier: BSL-1.0
//
// Memory for one asynchronous operation at a time, and the allocator that hands it out: so reading and writing allocate
// nothing.
//
// Layer: vocabulary. Standard: none.
// It belongs to whoever starts the operation, and outlives it. A second operation at the same time, or a larger one, is
// given other memory. It knows nothing of Asio.
#ifndef TERN_OPERATION_MEMORY_HPP
#define TERN_OPERATION_MEMORY_HPP

#include <atomic>
#include <cstddef>
#include <new>

namespace tern::detail
{

class operation_memory
{
public:
    /// A socket operation of Asio with a small handler has some 200 bytes; through TLS, or composed, it has twice that.
    static constexpr std::size_t capacity = 512;

    operation_memory() noexcept = default;
    operation_memory(const operation_memory&) = delete;
    operation_memory& operator=(const operation_memory&) = delete;

    [[nodiscard]] void* allocate(std::size_t size)
    {
        // With a strand, Asio frees in one thread while another starts the next operation.
        if (size <= capacity && !used_.exchange(true, std::memory_order_acquire))
        {
            return storage_;
        }
        return ::operator new(size);
    }

    void deallocate(void* pointer) noexcept
    {
        if (pointer == static_cast<void*>(storage_))
        {
            used_.store(false, std::memory_order_release);
            return;
        }
        ::operator delete(pointer);
    }

private:
    alignas(std::max_align_t) std::byte storage_[capacity];
    std::atomic<bool> used_{false};
};

/// The associated allocator of a handler that brings such memory.
template <class Value>
class operation_allocator
{
public:
    using value_type = Value;

    explicit operation_allocator(operation_memory& memory) noexcept : memory_(&memory) {}

    template <class Other>
    operation_allocator(const operation_allocator<Other>& other) noexcept : memory_(&other.memory())
    {
    }

    [[nodiscard]] Value* allocate(std::size_t count)
    {
        static_assert(alignof(Value) <= alignof(std::max_align_t));
        return static_cast<Value*>(memory_->allocate(count * sizeof(Value)));
    }

    void deallocate(Value* pointer, std::size_t) noexcept { memory_->deallocate(pointer); }

    [[nodiscard]] operation_memory& memory() const noexcept { return *memory_; }

    friend bool operator==(const operation_allocator& left, const operation_allocator& right) noexcept
    {
        return left.memory_ == right.memory_;
    }

private:
    operation_memory* memory_;
};

template <>
class operation_allocator<void>
{
public:
    using value_type = void;

    explicit operation_allocator(operation_memory& memory) noexcept : memory_(&memory) {}

    template <class Other>
    operation_allocator(const operation_allocator<Other>& other) noexcept : memory_(&other.memory())
    {
    }

    [[nodiscard]] operation_memory& memory() const noexcept { return *memory_; }

private:
    operation_memory* memory_;
};

} // namespace tern::detail

#endif
