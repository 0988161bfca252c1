// SPDX-License-Identifier: BSL-1.0
//
// What topic/filter_tree.hpp and topic/topic_store.hpp have in common: a tree of levels beside the values of its
// entries, and the look-up that the owner defines.
//
// Layer: topic, an internal part. Standard: none.
// How entries come, go and match is not here: Tree has a find_index(text) and a static walk(self, text, visit).
#ifndef TERN_TOPIC_VALUED_TREE_HPP
#define TERN_TOPIC_VALUED_TREE_HPP

#include "tern/topic/dense_values.hpp"
#include "tern/topic/level_tree.hpp"

#include <cstddef>
#include <string_view>

namespace tern::topic_detail
{

/// The base of the class `Tree`, which befriends it.
template <class Tree, class Value, class Links>
class valued_tree
{
public:
    /// The value of exactly this entry, or null.
    [[nodiscard]] Value* find(std::string_view entry) noexcept
    {
        const index found = self().find_index(entry);
        return found == none ? nullptr : &values_[found];
    }

    /// The value of exactly this entry, or null.
    [[nodiscard]] const Value* find(std::string_view entry) const noexcept
    {
        const index found = self().find_index(entry);
        return found == none ? nullptr : &values_[found];
    }

    /// Calls `visit(value)` once for every entry that matches `text`, in no promised order. If `visit` returns a bool,
    /// false ends the walk. Allocates nothing; what `visit` throws is let through.
    /// Returns how many nodes were visited, which is what the look-up cost.
    template <class Visitor>
    std::size_t for_each_match(std::string_view text, Visitor&& visit)
    {
        return Tree::walk(self(), text, visit);
    }

    /// The same for values that must not change.
    template <class Visitor>
    std::size_t for_each_match(std::string_view text, Visitor&& visit) const
    {
        return Tree::walk(self(), text, visit);
    }

    /// How many entries there are.
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] bool empty() const noexcept { return values_.size() == 0; }

    /// How many nodes the tree has, its root included.
    [[nodiscard]] std::size_t node_count() const noexcept { return tree_.size(); }

    /// Removes everything; the values' memory is freed, the nodes' is kept for what comes.
    void clear() noexcept
    {
        tree_.clear();
        values_.clear();
    }

protected:
    using levels = level_tree<Links>;
    using index = typename levels::index;

    static constexpr index none = levels::none;
    static constexpr index root = levels::root;

    explicit valued_tree(const topic_tree_options& options) : tree_(options) {}

    valued_tree(const valued_tree&) = default;
    valued_tree(valued_tree&&) = default;
    valued_tree& operator=(const valued_tree&) = default;
    valued_tree& operator=(valued_tree&&) = default;
    ~valued_tree() = default;

    levels tree_;
    dense_values<Value> values_;

private:
    [[nodiscard]] Tree& self() noexcept { return static_cast<Tree&>(*this); }
    [[nodiscard]] const Tree& self() const noexcept { return static_cast<const Tree&>(*this); }
};

} // namespace tern::topic_detail

#endif
