// SPDX-License-Identifier: BSL-1.0
#include "tern/session/request_queue.hpp"

#include "support/catch.hpp"
#include "tern/error.hpp"

#include <cstdint>
#include <utility>

using namespace tern;
using namespace tern::session;

namespace
{

std::uint32_t add(request_queue& requests, session::operation waiter, request_kind kind = request_kind::subscribe)
{
    request added;
    added.operation = waiter;
    added.kind = kind;
    added.call = static_cast<std::uint32_t>(waiter + 100);
    return requests.add_waiting(std::move(added));
}

} // namespace

TEST_CASE("requests wait in order, and are found by operation or subscription", "[session]")
{
    request_queue requests;
    const std::uint32_t one = add(requests, 1);
    const std::uint32_t two = add(requests, 2);
    CHECK(requests.waiting().front() == one);
    CHECK(requests.find(2) == two);
    CHECK(requests.find(3) == no_slot);
    CHECK(requests.find_call(101) == one);
    CHECK(requests.find_call(99) == no_slot);
    requests.sent(one, 7);
    CHECK(requests[one].packet_identifier == 7);
    CHECK(requests.waiting().front() == two);
    CHECK(requests.find(1) == one);
    CHECK(requests.pending() == 2);
}

TEST_CASE("unanswered requests go back before what waits", "[session]")
{
    request_queue requests;
    const std::uint32_t one = add(requests, 1);
    const std::uint32_t two = add(requests, 2);
    const std::uint32_t three = add(requests, 3);
    requests.sent(one, 1);
    requests.sent(two, 2);
    requests.wait_again(requests.sent().back());
    requests.wait_again(requests.sent().back());
    CHECK(requests.waiting().front() == one);
    CHECK(requests[one].next == two);
    CHECK(requests[two].next == three);
    CHECK(requests[one].packet_identifier == 1); // its own
}

TEST_CASE("a request that ends without an answer is told, unless nobody waits", "[session]")
{
    request_queue requests;
    const std::uint32_t watched = add(requests, 1);
    const std::uint32_t unseen = add(requests, 0);
    const std::uint32_t restore = add(requests, 0, request_kind::restore); // the stream has to learn of it
    requests.finish(watched, errc::dropped);
    requests.finish(unseen, errc::dropped);
    requests.finish(restore, errc::dropped);
    CHECK(requests.pending() == 0);
    CHECK(requests.finished().size() == 2);
    CHECK(requests[requests.finished().front()].error == errc::dropped);
    requests.remove(watched);
    requests.remove(restore);
    CHECK(requests.finished().empty());
}
