// SPDX-License-Identifier: BSL-1.0
//
// Many topic filters, each with a value; all those that match a topic name are found in one walk down its levels.
//
// Layer: topic. Standard: v5 4.7 and v3.1.1 4.7, as in topic/match.hpp.
//
// What a look-up costs depends on the levels of the topic and on how many '+' branch off its path, never on how many
// filters there are: at a node at most the level itself and '+' are followed, so a topic of n levels touches at most
// 2^(n+1) nodes, no node twice, and in practice a handful. The walk finds its way back through the parents of the
// nodes: it needs no stack, no recursion and no memory, so several threads may look up at once while nobody changes the
// tree.
//
// A filter that ends in '#' is kept at the node before its '#'. Filters have to be legal and without "$share/name/":
// split_topic_filter() takes that off. One value per filter; where several are wanted, Value is a list.
#ifndef TERN_TOPIC_FILTER_TREE_HPP
#define TERN_TOPIC_FILTER_TREE_HPP

#include "tern/topic/dense_values.hpp"
#include "tern/topic/level_tree.hpp"
#include "tern/topic/levels.hpp"
#include "tern/topic/validation.hpp"
#include "tern/topic/valued_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tern
{

namespace topic_detail
{

/// What a node of a filter_tree keeps beside its level.
struct filter_links
{
    std::uint32_t single = no_node; // the child "+", which stands in the table of children as well
    std::uint32_t value = no_node;  // of the filter that ends here
    std::uint32_t rest = no_node;   // the value of the filter that goes on with "/#" and ends
};

} // namespace topic_detail

/// A map from topic filters to values with a look-up by topic name. Value moves without throwing; it need not be
/// copyable.
///
/// Pointers and references to values hold until the next insertion or removal. A visitor must change no more than the
/// value it is given: who wants to insert or erase because of a message collects the values first.
/// A tree that was moved from may only be destroyed or assigned to.
template <class Value>
class filter_tree : public topic_detail::valued_tree<filter_tree<Value>, Value, topic_detail::filter_links>
{
public:
    /// Where the value is, and whether the call put it there.
    struct insert_result
    {
        Value* value = nullptr; ///< Null if the filter is not legal or the tree is full.
        bool inserted = false;
    };

    explicit filter_tree(const topic_tree_options& options = {}) : base(options) {}

    /// Puts `value` at `filter`; if there is one already, that one stays. Throws std::bad_alloc, with no effect then.
    insert_result insert(std::string_view filter, Value value) { return try_emplace(filter, std::move(value)); }

    /// Like insert(), but makes the value from `arguments`, and only if there is none yet. What that throws is let
    /// through, with no effect.
    template <class... Arguments>
    insert_result try_emplace(std::string_view filter, Arguments&&... arguments)
    {
        if (validate_topic_filter(filter, shared_filters::ordinary))
        {
            return {};
        }
        const place at = locate(filter);
        if (at.complete() && value_at(at.node, at.rest) != none)
        {
            return {&values_[value_at(at.node, at.rest)], false};
        }
        const std::string_view missing = at.missing;
        if (!at.complete() && !tree_.reserve(count_topic_levels(missing), missing.size()))
        {
            return {};
        }
        values_.reserve_one();
        Value value(std::forward<Arguments>(arguments)...);
        // From here on nothing throws.
        index node = at.node;
        if (!at.complete())
        {
            for (const std::string_view level : topic_levels(missing))
            {
                const index child = tree_.add_child(node, level);
                if (level == "+")
                {
                    tree_.links(node).single = child;
                }
                node = child;
            }
        }
        const index added = values_.add(std::move(value), owner_of(node, at.rest));
        value_at(node, at.rest) = added;
        return {&values_[added], true};
    }

    /// Removes `filter` with its value; false if it is not there. Frees no memory, but what comes later uses it.
    bool erase(std::string_view filter) noexcept
    {
        const place at = locate(filter);
        if (!at.complete() || value_at(at.node, at.rest) == none)
        {
            return false;
        }
        const index removed = std::exchange(value_at(at.node, at.rest), none);
        prune(at.node);
        values_.remove(removed,
                       [this](index owner, index now) noexcept { value_at(owner >> 1, (owner & 1) != 0) = now; });
        return true;
    }

    /// Calls `visit(value)` for every value, in no promised order. `visit` must not change the tree.
    template <class Visitor>
    void for_each(Visitor&& visit)
    {
        for (std::size_t i = 0; i < values_.size(); ++i)
        {
            visit(values_[static_cast<index>(i)]);
        }
    }

private:
    using links = topic_detail::filter_links;
    using base = topic_detail::valued_tree<filter_tree, Value, links>;
    friend base;
    using base::none;
    using base::root;
    using base::tree_;
    using base::values_;
    using typename base::index;

    // How far a filter is in the tree already.
    struct place
    {
        index node = root;
        bool rest = false;             // the filter ends in "#", which has no node of its own
        bool found = true;             // all levels have a node
        std::string_view missing = {}; // the levels that have none, if not

        [[nodiscard]] bool complete() const noexcept { return found; }
    };

    [[nodiscard]] place locate(std::string_view filter) const noexcept
    {
        place at;
        if (filter == "#")
        {
            at.rest = true;
            return at;
        }
        if (filter.ends_with("/#"))
        {
            at.rest = true;
            filter.remove_suffix(2);
        }
        const topic_levels range(filter);
        for (auto level = range.begin(); level != range.end(); ++level)
        {
            const index child = tree_.find_child(at.node, *level);
            if (child == none)
            {
                at.found = false;
                at.missing = filter.substr(level.offset());
                return at;
            }
            at.node = child;
        }
        return at;
    }

    [[nodiscard]] index find_index(std::string_view filter) const noexcept
    {
        const place at = locate(filter);
        if (!at.complete())
        {
            return none;
        }
        const links& found = tree_.links(at.node);
        return at.rest ? found.rest : found.value;
    }

    [[nodiscard]] index& value_at(index node, bool rest) noexcept
    {
        links& found = tree_.links(node);
        return rest ? found.rest : found.value;
    }

    [[nodiscard]] static index owner_of(index node, bool rest) noexcept { return (node << 1) | (rest ? 1U : 0U); }

    // Removes the nodes from `node` upwards that nobody needs any more.
    void prune(index node) noexcept
    {
        while (node != root && tree_.child_count(node) == 0 && tree_.links(node).value == none &&
               tree_.links(node).rest == none)
        {
            const index parent = tree_.parent(node);
            if (tree_.links(parent).single == node)
            {
                tree_.links(parent).single = none;
            }
            tree_.remove(node);
            node = parent;
        }
    }

    // A depth-first walk. `begin` is where the level that the children of `node` are compared with begins in the topic,
    // and one past the end when all levels are used up. `pending` counts the '+' that were left for later.
    template <class Self, class Visitor>
    static std::size_t walk(Self& self, std::string_view topic, Visitor& visit)
    {
        // v5 [MQTT-4.7.2-1], v3.1.1 [MQTT-4.7.2-1]: a leading wildcard does not reach topics of the server's own.
        const bool hidden_root = topic.starts_with('$');
        index node = root;
        std::size_t begin = 0;
        std::size_t pending = 0;
        for (std::size_t visited = 1;; ++visited)
        {
            const links& here = self.tree_.links(node);
            const bool wildcards = node != root || !hidden_root;
            if (here.rest != none && wildcards && !topic_detail::visit_value(visit, self.values_[here.rest]))
            {
                return visited;
            }
            index next = none;
            if (begin > topic.size())
            {
                if (here.value != none && !topic_detail::visit_value(visit, self.values_[here.value]))
                {
                    return visited;
                }
            }
            else
            {
                const index single = wildcards ? here.single : none;
                const std::size_t end = topic_detail::level_end(topic, begin);
                if (self.tree_.child_count(node) > (here.single != none ? 1U : 0U))
                {
                    next = self.tree_.find_child(node, topic.substr(begin, end - begin));
                }
                pending += next != none && single != none ? 1U : 0U;
                next = next != none ? next : single;
                begin = next != none ? end + 1 : begin;
            }
            if (next == none)
            {
                next = pending == 0 ? none : back_to_pending(self, topic, hidden_root, node, begin);
                if (next == none)
                {
                    return visited;
                }
                --pending;
            }
            node = next;
        }
    }

    // Goes up from `node` to the nearest parent whose '+' was left for later, and gives that child with its `begin`.
    template <class Self>
    static index back_to_pending(Self& self, std::string_view topic, bool hidden_root, index node,
                                 std::size_t& begin) noexcept
    {
        while (node != root)
        {
            const index parent = self.tree_.parent(node);
            const index single = parent == root && hidden_root ? none : self.tree_.links(parent).single;
            if (single != none && single != node)
            {
                return single;
            }
            begin = topic_detail::level_begin(topic, begin - 1);
            node = parent;
        }
        return none;
    }
};

} // namespace tern

#endif
