// SPDX-License-Identifier: BSL-1.0
//
// The servers to connect to, in the order in which a pass goes over them, and how far the present pass has come.
//
// Layer: client, without Asio. Standard: v5 4.11 (server redirection).
// A pass tries each server of the list once, in the list's order or shuffled. Servers that another one names come
// before what is left of the pass. Such a detour ends with the next pass; where a server has moved for good, those that
// it named take its place in the list. What they are, and whether they are gone to, is decided elsewhere.
#ifndef TERN_CLIENT_SERVER_LIST_HPP
#define TERN_CLIENT_SERVER_LIST_HPP

#include "tern/client/url.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace tern::detail
{

struct connection_factory;

/// A server, and how connections to it are made.
struct planned_server
{
    url where{};
    const connection_factory* factory = nullptr;
};

class server_list
{
public:
    using servers = std::vector<planned_server>;

    server_list() = default;

    /// Of at least one server. Throws std::bad_alloc.
    explicit server_list(servers listed) : order_(listed.size())
    {
        for (planned_server& each : listed)
        {
            places_.emplace_back().push_back(std::move(each));
        }
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    /// The server that is to be tried now, or was tried last.
    [[nodiscard]] const planned_server& present() const noexcept
    {
        return referred() ? detour_[at_] : places_[order_[position_]][at_];
    }

    /// The present server was named by another, since the pass began or shortly before.
    [[nodiscard]] bool referred() const noexcept { return !detour_.empty(); }

    /// The place of the present server in the pass, from 1; 0 if it is referred.
    [[nodiscard]] std::size_t number() const noexcept { return referred() ? 0 : position_ + 1; }

    /// How many places there are.
    [[nodiscard]] std::size_t count() const noexcept { return places_.size(); }

    /// From the first server again; with `detour`, from those that were referred to.
    void start_pass(bool detour = false) noexcept
    {
        position_ = 0;
        at_ = 0;
        passed_ = !detour;
        if (!detour)
        {
            detour_.clear();
        }
    }

    /// The next pass goes in another order; `draw()` gives a random std::uint64_t.
    template <class Draw>
    void shuffle(Draw&& draw) noexcept
    {
        for (std::size_t left = order_.size(); left > 1; --left) // Fisher and Yates
        {
            std::swap(order_[left - 1], order_[static_cast<std::size_t>(std::uint64_t{draw()} % left)]);
        }
    }

    /// The present server did not work. False if it was the last of the pass.
    [[nodiscard]] bool next() noexcept
    {
        if (referred())
        {
            if (at_ + 1 < detour_.size())
            {
                ++at_;
                return true;
            }
            detour_.clear();
            at_ = 0;
            if (!passed_) // the pass has not begun yet
            {
                passed_ = true;
                return true;
            }
            return next_place();
        }
        if (at_ + 1 < places_[order_[position_]].size())
        {
            ++at_;
            return true;
        }
        return next_place();
    }

    /// The present server names others, at least one, which are tried next; with `for_good` they also take its place in
    /// the list. Throws std::bad_alloc, with no effect.
    void refer(servers named, bool for_good)
    {
        const std::size_t from = referred() ? detour_place_ : order_[position_];
        if (for_good && from != no_place)
        {
            servers copy = named;
            places_[from].swap(copy);
        }
        detour_ = std::move(named);
        detour_place_ = for_good ? from : no_place;
        at_ = 0;
    }

private:
    static constexpr std::size_t no_place = static_cast<std::size_t>(-1);

    bool next_place() noexcept
    {
        at_ = 0;
        if (position_ + 1 >= order_.size())
        {
            return false;
        }
        ++position_;
        return true;
    }

    std::vector<servers> places_;         ///< one server each, unless it has moved to several
    std::vector<std::size_t> order_;      ///< of the places, in this pass
    servers detour_;                      ///< not empty: tried now, before the rest of the pass
    std::size_t detour_place_ = no_place; ///< the place in the list which that stands for, if for good
    std::size_t position_ = 0;            ///< in the order
    std::size_t at_ = 0;                  ///< in the detour, or in the place
    bool passed_ = true;                  ///< the server at the position was tried when the detour began
};

} // namespace tern::detail

#endif
