// SPDX-License-Identifier: BSL-1.0
//
// Many topic names, each with a value; all those that a topic filter matches are found in one walk. A server keeps its
// retained messages in it.
//
// Layer: topic. Standard: v5 4.7, 3.3.1.3 "RETAIN"; v3.1.1 4.7, 3.3.1.3.
//
// It is the reverse of topic/filter_tree.hpp. What a look-up costs depends on what the filter lets through: a level of
// text is one step, '+' looks at every child, '#' at everything below. No node is visited twice, so that the number of
// nodes bounds every look-up. The walk finds its way back through the parents of the nodes: it needs no stack, no
// recursion and no memory.
//
// Filters have to be legal and without "$share/name/": split_topic_filter() takes that off. (Retained messages are not
// sent for shared subscriptions anyway, v5 4.8.2.)
#ifndef TERN_TOPIC_TOPIC_STORE_HPP
#define TERN_TOPIC_TOPIC_STORE_HPP

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

/// What a node of a topic_store keeps beside its level.
struct store_links
{
    std::uint32_t value = no_node;
    std::uint32_t first_child = no_node;
    std::uint32_t next = no_node; // among the children of the same parent
    std::uint32_t previous = no_node;
};

} // namespace topic_detail

/// A map from topic names to values with a look-up by topic filter. Value moves without throwing; it need not be
/// copyable.
///
/// Pointers and references to values hold until the next insertion or removal. A visitor must change no more than the
/// value it is given. A store that was moved from may only be destroyed or assigned to.
template <class Value>
class topic_store : public topic_detail::valued_tree<topic_store<Value>, Value, topic_detail::store_links>
{
public:
    /// Where the value is, and whether the topic is new.
    struct insert_result
    {
        Value* value = nullptr; ///< Null if the topic name is not legal or the store is full.
        bool inserted = false;
    };

    explicit topic_store(const topic_tree_options& options = {}) : base(options) {}

    /// Puts `value` at `topic`; if there is one already, that one stays. Throws std::bad_alloc, with no effect then.
    insert_result insert(std::string_view topic, Value value) { return put(topic, value, false); }

    /// Puts `value` at `topic` in place of what may be there. Throws std::bad_alloc, with no effect then.
    insert_result insert_or_assign(std::string_view topic, Value value) { return put(topic, value, true); }

    /// Removes `topic` with its value; false if it is not there. Frees no memory, but what comes later uses it.
    bool erase(std::string_view topic) noexcept
    {
        const index node = locate(topic).node_if_complete();
        if (node == none || tree_.links(node).value == none)
        {
            return false;
        }
        remove_value(tree_.links(node).value);
        return true;
    }

    /// Removes every topic for whose value `predicate(value)` is true, and returns how many. Looks at all values.
    template <class Predicate>
    std::size_t erase_if(Predicate&& predicate)
    {
        std::size_t removed = 0;
        // Backwards, because the last value takes the place of a removed one.
        for (std::size_t i = values_.size(); i-- > 0;)
        {
            const auto at = static_cast<index>(i);
            if (predicate(std::as_const(values_)[at]))
            {
                remove_value(at);
                ++removed;
            }
        }
        return removed;
    }

private:
    using links = topic_detail::store_links;
    using base = topic_detail::valued_tree<topic_store, Value, links>;
    friend base;
    using base::none;
    using base::root;
    using base::tree_;
    using base::values_;
    using typename base::index;

    // How far a topic is in the tree already.
    struct place
    {
        index node = root;
        bool complete = true;
        std::string_view missing = {}; // the levels that have no node, if not complete

        [[nodiscard]] index node_if_complete() const noexcept { return complete ? node : none; }
    };

    [[nodiscard]] place locate(std::string_view topic) const noexcept
    {
        place at;
        const topic_levels range(topic);
        for (auto level = range.begin(); level != range.end(); ++level)
        {
            const index child = tree_.find_child(at.node, *level);
            if (child == none)
            {
                at.complete = false;
                at.missing = topic.substr(level.offset());
                return at;
            }
            at.node = child;
        }
        return at;
    }

    [[nodiscard]] index find_index(std::string_view topic) const noexcept
    {
        const index node = locate(topic).node_if_complete();
        return node == none ? none : tree_.links(node).value;
    }

    insert_result put(std::string_view topic, Value& value, bool assign)
    {
        if (validate_topic_name(topic))
        {
            return {};
        }
        const place at = locate(topic);
        if (at.complete && tree_.links(at.node).value != none)
        {
            Value& present = values_[tree_.links(at.node).value];
            if (assign)
            {
                present = std::move(value);
            }
            return {&present, false};
        }
        if (!at.complete && !tree_.reserve(count_topic_levels(at.missing), at.missing.size()))
        {
            return {};
        }
        values_.reserve_one();
        // From here on nothing throws.
        index node = at.node;
        if (!at.complete)
        {
            for (const std::string_view level : topic_levels(at.missing))
            {
                node = add_child(node, level);
            }
        }
        const index added = values_.add(std::move(value), node);
        tree_.links(node).value = added;
        return {&values_[added], true};
    }

    index add_child(index node, std::string_view level) noexcept
    {
        const index child = tree_.add_child(node, level);
        const index first = std::exchange(tree_.links(node).first_child, child);
        tree_.links(child).next = first;
        if (first != none)
        {
            tree_.links(first).previous = child;
        }
        return child;
    }

    void remove_value(index at) noexcept
    {
        const index node = values_.owner_of(at);
        tree_.links(node).value = none;
        prune(node);
        values_.remove(at, [this](index owner, index now) noexcept { tree_.links(owner).value = now; });
    }

    // Removes the nodes from `node` upwards that nobody needs any more.
    void prune(index node) noexcept
    {
        while (node != root && tree_.child_count(node) == 0 && tree_.links(node).value == none)
        {
            const index parent = tree_.parent(node);
            const links old = tree_.links(node);
            if (old.previous == none)
            {
                tree_.links(parent).first_child = old.next;
            }
            else
            {
                tree_.links(old.previous).next = old.next;
            }
            if (old.next != none)
            {
                tree_.links(old.next).previous = old.previous;
            }
            tree_.remove(node);
            node = parent;
        }
    }

    // The first of `child` and its next siblings that a wildcard sees.
    // v5 [MQTT-4.7.2-1], v3.1.1 [MQTT-4.7.2-1]: a leading wildcard does not reach topics of the server's own.
    [[nodiscard]] index visible(index parent, index child) const noexcept
    {
        while (parent == root && child != none && tree_.text(child).starts_with('$'))
        {
            child = tree_.links(child).next;
        }
        return child;
    }

    [[nodiscard]] index visible_first_child(index node) const noexcept
    {
        return visible(node, tree_.links(node).first_child);
    }

    [[nodiscard]] index visible_sibling(index node) const noexcept
    {
        return visible(tree_.parent(node), tree_.links(node).next);
    }

    template <class Self, class Visitor>
    static bool visit_node(Self& self, index node, Visitor& visit)
    {
        const index value = self.tree_.links(node).value;
        return value == none || topic_detail::visit_value(visit, self.values_[value]);
    }

    // A depth-first walk. `begin` is where the level that the children of `node` are compared with begins in the
    // filter, and one past the end when all levels are used up.
    template <class Self, class Visitor>
    static std::size_t walk(Self& self, std::string_view filter, Visitor& visit)
    {
        index node = root;
        std::size_t begin = 0;
        std::size_t visited = 0;
        for (;;)
        {
            index next = none;
            if (begin > filter.size())
            {
                ++visited;
                if (!visit_node(self, node, visit))
                {
                    return visited;
                }
            }
            else
            {
                const std::size_t end = topic_detail::level_end(filter, begin);
                const std::string_view level = filter.substr(begin, end - begin);
                if (level == "#")
                {
                    if (!walk_below(self, node, visited, visit))
                    {
                        return visited;
                    }
                }
                else
                {
                    ++visited;
                    next = level == "+" ? self.visible_first_child(node) : self.tree_.find_child(node, level);
                    begin = next != none ? end + 1 : begin;
                }
            }
            node = next != none ? next : next_of_single(self, filter, node, begin);
            if (node == none)
            {
                return visited;
            }
        }
    }

    // Goes up from `node` to the nearest one that stands for a '+' and has a sibling, and gives that sibling.
    template <class Self>
    static index next_of_single(Self& self, std::string_view filter, index node, std::size_t& begin) noexcept
    {
        while (node != root)
        {
            const std::size_t end = begin - 1;
            const std::size_t level = topic_detail::level_begin(filter, end);
            if (filter.substr(level, end - level) == "+")
            {
                const index sibling = self.visible_sibling(node);
                if (sibling != none)
                {
                    return sibling;
                }
            }
            begin = level;
            node = self.tree_.parent(node);
        }
        return none;
    }

    // Visits `top` (for '#' includes the parent level) and all below it. False if the visitor wants no more.
    template <class Self, class Visitor>
    static bool walk_below(Self& self, index top, std::size_t& visited, Visitor& visit)
    {
        index node = top;
        for (;;)
        {
            ++visited;
            if (!visit_node(self, node, visit))
            {
                return false;
            }
            index next = self.visible_first_child(node);
            while (next == none && node != top)
            {
                next = self.visible_sibling(node);
                node = next == none ? self.tree_.parent(node) : node;
            }
            if (next == none)
            {
                return true;
            }
            node = next;
        }
    }
};

} // namespace tern

#endif
