// SPDX-License-Identifier: BSL-1.0
#include "tern/client/acknowledger.hpp"

#include "support/catch.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace
{

struct recorder final : tern::acknowledgement_target
{
    void acknowledge(tern::acknowledgement_token token, tern::reason_code reason) override
    {
        calls.emplace_back(token, reason);
    }

    std::vector<std::pair<tern::acknowledgement_token, tern::reason_code>> calls;
};

} // namespace

TEST_CASE("an acknowledger reports its token and reason", "[acknowledger]")
{
    const auto target = std::make_shared<recorder>();
    const tern::acknowledger acknowledge(target, {3, 9});
    const tern::acknowledger copy = acknowledge;
    CHECK(static_cast<bool>(acknowledge));
    acknowledge();
    copy(tern::reason_code::unspecified_error);
    REQUIRE(target->calls.size() == 2); // the target tells repeated ones by the generation
    CHECK(target->calls[0].first == tern::acknowledgement_token{3, 9});
    CHECK(target->calls[0].second == tern::reason_code::success);
    CHECK(target->calls[1].second == tern::reason_code::unspecified_error);
}

TEST_CASE("where there is nothing to acknowledge, or nobody, it has no effect", "[acknowledger]")
{
    auto target = std::make_shared<recorder>();
    const tern::acknowledger none;
    CHECK(!none);
    none();
    const tern::acknowledger unneeded(target, {});
    CHECK(!unneeded);
    unneeded();
    CHECK(target->calls.empty());

    const tern::acknowledger late(target, {1, 1});
    const std::weak_ptr<recorder> watch = target;
    target.reset();
    CHECK(watch.expired()); // it keeps nobody alive
    late();
    CHECK(static_cast<bool>(late));
}
