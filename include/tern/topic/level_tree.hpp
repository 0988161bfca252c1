// SPDX-License-Identifier: BSL-1.0
//
// The tree of topic levels under topic/filter_tree.hpp and topic/topic_store.hpp: which level may follow which.
//
// Layer: topic, an internal part. Standard: v5 4.7.1.1. Wildcards mean nothing here.
//
// Made for a million entries: all nodes stand in one vector (free ones in a list through it), a child is found in one
// open-addressing table for the whole tree, keyed by parent and level text, and levels of up to eight bytes stand in
// the node, longer ones in one arena. Links is what the owner keeps per node: trivially copyable, its members preset.
// Nothing is searched in proportion to the number of nodes; the hash is keyed (topic/level_hash.hpp).
#ifndef TERN_TOPIC_LEVEL_TREE_HPP
#define TERN_TOPIC_LEVEL_TREE_HPP

#include "tern/topic/dense_values.hpp"
#include "tern/topic/level_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tern
{

/// How a tree of topics or topic filters is built.
struct topic_tree_options
{
    /// Keys the hash of the levels. Where peers choose what is stored, as in a broker, it has to be a random number
    /// that they don't know; the preset one will do where only the application does.
    std::uint64_t seed = 0x7465'726E;

    /// The bound of the tree in nodes: one per level that entries don't share. 2^24 hold a million filters of sixteen
    /// levels of their own, in about 0.8 GiB; an insertion beyond is refused. At most 2^31 - 1 are taken.
    std::uint32_t maximum_nodes = 16'777'216;
};

namespace topic_detail
{

/// The index of a node or a value that is not there.
inline constexpr std::uint32_t no_node = std::numeric_limits<std::uint32_t>::max();

template <class Links>
class level_tree
{
    static_assert(std::is_trivially_copyable_v<Links>);

public:
    using index = std::uint32_t;

    static constexpr index none = no_node;
    static constexpr index root = 0;

    explicit level_tree(const topic_tree_options& options)
        : hash_(options.seed),
          maximum_nodes_(options.maximum_nodes < greatest_maximum ? options.maximum_nodes : greatest_maximum)
    {
        nodes_.emplace_back();
    }

    [[nodiscard]] Links& links(index node) noexcept { return nodes_[node].links; }
    [[nodiscard]] const Links& links(index node) const noexcept { return nodes_[node].links; }

    /// The node above; `none` for the root.
    [[nodiscard]] index parent(index node) const noexcept { return nodes_[node].parent; }

    [[nodiscard]] std::uint32_t child_count(index node) const noexcept { return nodes_[node].children; }

    /// The text of the node's level; valid until the tree changes.
    [[nodiscard]] std::string_view text(index node) const noexcept
    {
        const node_data& data = nodes_[node];
        if (data.length <= sizeof data.text)
        {
            return {data.text, data.length};
        }
        return {arena_.data() + arena_offset(data), data.length};
    }

    /// How many nodes there are, the root included.
    [[nodiscard]] std::size_t size() const noexcept { return used_ + 1; }

    [[nodiscard]] index find_child(index node, std::string_view level) const noexcept
    {
        if (nodes_[node].children == 0)
        {
            return none;
        }
        const std::uint32_t tag = make_tag(node, level);
        for (std::size_t at = tag & mask();; at = (at + 1) & mask())
        {
            const slot& entry = slots_[at];
            if (entry.node == none)
            {
                return none;
            }
            if (entry.tag == tag && nodes_[entry.node].parent == node && text(entry.node) == level)
            {
                return entry.node;
            }
        }
    }

    /// Makes room for `nodes` more nodes, whose levels have `bytes` bytes together. False if that is beyond the bounds.
    /// Throws std::bad_alloc; the contents are the same whatever happens.
    [[nodiscard]] bool reserve(std::size_t nodes, std::size_t bytes)
    {
        if (nodes > maximum_nodes_ - (used_ < maximum_nodes_ ? used_ : maximum_nodes_) || !reserve_arena(bytes))
        {
            return false;
        }
        const std::size_t free_nodes = nodes_.size() - size();
        if (nodes > free_nodes)
        {
            reserve_more(nodes_, nodes - free_nodes);
        }
        reserve_slots(used_ + nodes);
        return true;
    }

    /// Adds a child that is not there yet; reserve() has made room for it.
    index add_child(index node, std::string_view level) noexcept
    {
        const index added = take_node();
        node_data& data = nodes_[added];
        data = node_data{};
        data.parent = node;
        data.length = static_cast<std::uint16_t>(level.size());
        if (level.size() <= sizeof data.text)
        {
            level.copy(data.text, level.size());
        }
        else
        {
            set_arena_offset(data, arena_.size());
            arena_.insert(arena_.end(), level.begin(), level.end());
        }
        ++nodes_[node].children;
        ++used_;
        put_slot({make_tag(node, level), added});
        return added;
    }

    /// Removes a node that has no children and is not the root.
    void remove(index node) noexcept
    {
        node_data& data = nodes_[node];
        remove_slot(node);
        --nodes_[data.parent].children;
        if (data.length > sizeof data.text)
        {
            dead_bytes_ += data.length;
        }
        data.parent = first_free_;
        data.length = 0;
        data.children = free_mark;
        first_free_ = node;
        --used_;
    }

    /// Removes everything. The memory of the nodes is kept, as freeing it all but the root's could fail.
    void clear() noexcept
    {
        nodes_.erase(nodes_.begin() + 1, nodes_.end());
        nodes_.front() = node_data{};
        std::vector<slot>().swap(slots_);
        std::vector<char>().swap(arena_);
        first_free_ = none;
        used_ = 0;
        dead_bytes_ = 0;
    }

    /// The bytes of memory that the tree has taken.
    [[nodiscard]] std::size_t memory() const noexcept
    {
        return nodes_.capacity() * sizeof(node_data) + slots_.capacity() * sizeof(slot) + arena_.capacity();
    }

private:
    // An index has to leave one bit of 32 free to those who note more with it, and the table of two times as many slots
    // has to be addressable by the 32 bits of a tag.
    static constexpr std::uint32_t greatest_maximum = 0x7FFF'FFFF;
    static constexpr std::size_t greatest_arena = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::uint32_t free_mark = std::numeric_limits<std::uint32_t>::max();

    struct node_data
    {
        index parent = none; // of a free node: the next free one
        std::uint32_t children = 0;
        Links links{};
        std::uint16_t length = 0; // a level has at most 65,535 bytes, as the whole topic does
        char text[8] = {};        // of longer levels: the offset in the arena
    };

    struct slot
    {
        std::uint32_t tag = 0; // decides where the slot belongs, and spares most looks at the node
        index node = none;
    };

    [[nodiscard]] static std::uint32_t arena_offset(const node_data& data) noexcept
    {
        std::uint32_t offset = 0;
        std::memcpy(&offset, data.text, sizeof offset);
        return offset;
    }

    static void set_arena_offset(node_data& data, std::size_t value) noexcept
    {
        const auto offset = static_cast<std::uint32_t>(value);
        std::memcpy(data.text, &offset, sizeof offset);
    }

    // The hash of the level is the secret; the parent only has to spread the same level under many parents.
    [[nodiscard]] std::uint32_t make_tag(index node, std::string_view level) const noexcept
    {
        std::uint64_t value = hash_(level) ^ (node * std::uint64_t{0x9E37'79B9'7F4A'7C15});
        value = (value ^ (value >> 32)) * 0xBF58'476D'1CE4'E5B9;
        return static_cast<std::uint32_t>(value >> 32);
    }

    [[nodiscard]] std::size_t mask() const noexcept { return slots_.size() - 1; }

    index take_node() noexcept
    {
        if (first_free_ == none)
        {
            nodes_.emplace_back();
            return static_cast<index>(nodes_.size() - 1);
        }
        const index taken = first_free_;
        first_free_ = nodes_[taken].parent;
        return taken;
    }

    void put_slot(slot entry) noexcept { put_slot(slots_, entry); }

    static void put_slot(std::vector<slot>& slots, slot entry) noexcept
    {
        std::size_t at = entry.tag & (slots.size() - 1);
        while (slots[at].node != none)
        {
            at = (at + 1) & (slots.size() - 1);
        }
        slots[at] = entry;
    }

    // Closes the gap by moving back what was pushed on, so that no marks of removed entries slow the table down.
    void remove_slot(index node) noexcept
    {
        std::size_t gap = make_tag(parent(node), text(node)) & mask();
        while (slots_[gap].node != node)
        {
            gap = (gap + 1) & mask();
        }
        for (std::size_t at = (gap + 1) & mask(); slots_[at].node != none; at = (at + 1) & mask())
        {
            const std::size_t pushed = (at - slots_[at].tag) & mask();
            if (pushed >= ((at - gap) & mask()))
            {
                slots_[gap] = slots_[at];
                gap = at;
            }
        }
        slots_[gap] = slot{};
    }

    // At most three quarters full: linear probing stays at a few steps.
    void reserve_slots(std::size_t entries)
    {
        std::size_t wanted = slots_.empty() ? 8 : slots_.size();
        while (wanted - wanted / 4 < entries)
        {
            wanted *= 2;
        }
        if (wanted == slots_.size())
        {
            return;
        }
        std::vector<slot> grown(wanted);
        for (const slot& entry : slots_)
        {
            if (entry.node != none)
            {
                put_slot(grown, entry);
            }
        }
        slots_.swap(grown);
    }

    // Levels that are gone leave holes. Instead of growing, the arena is packed when half of it is holes. Packing looks
    // at every node, which has to be worth it: as many bytes must have gone as there are nodes.
    [[nodiscard]] bool reserve_arena(std::size_t bytes)
    {
        if (arena_.capacity() - arena_.size() >= bytes && greatest_arena - arena_.size() >= bytes)
        {
            return true;
        }
        if (dead_bytes_ > arena_.size() / 2 && dead_bytes_ >= nodes_.size())
        {
            pack_arena(bytes);
        }
        if (bytes > greatest_arena - arena_.size())
        {
            return false;
        }
        reserve_more(arena_, bytes);
        return true;
    }

    void pack_arena(std::size_t bytes)
    {
        std::vector<char> packed;
        packed.reserve(arena_.size() - dead_bytes_ + bytes);
        for (node_data& data : nodes_)
        {
            if (data.children != free_mark && data.length > sizeof data.text)
            {
                const char* const begin = arena_.data() + arena_offset(data);
                set_arena_offset(data, packed.size());
                packed.insert(packed.end(), begin, begin + data.length);
            }
        }
        arena_.swap(packed);
        dead_bytes_ = 0;
    }

    level_hash hash_;
    std::uint32_t maximum_nodes_;
    std::vector<node_data> nodes_;
    std::vector<slot> slots_; // empty, or a power of two with at least one free slot
    std::vector<char> arena_;
    index first_free_ = none;
    std::size_t used_ = 0; // without the root
    std::size_t dead_bytes_ = 0;
};

} // namespace topic_detail

} // namespace tern

#endif
