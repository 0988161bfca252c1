// SPDX-License-Identifier: BSL-1.0
#include "tern/client/authentication.hpp"

#include "support/catch.hpp"

#include "tern/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace
{

struct recorder final : tern::detail::authentication_target
{
    struct call
    {
        std::uint64_t step;
        std::error_code error;
        std::string data;
    };

    void answer(std::uint64_t step, std::error_code error, tern::byte_view data) override
    {
        calls.push_back({step, error, std::string(data.text())});
    }

    std::vector<call> calls;
};

} // namespace

TEST_CASE("an answer reaches who waits for it, with its step", "[authentication]")
{
    const auto target = std::make_shared<recorder>();
    const tern::authentication_answer answer(target, 7);
    const tern::authentication_answer copy = answer;
    answer({}, "proof");
    copy(tern::errc::authentication_failed);
    REQUIRE(target->calls.size() == 2);
    CHECK(target->calls[0].step == 7);
    CHECK_FALSE(target->calls[0].error);
    CHECK(target->calls[0].data == "proof");
    CHECK(target->calls[1].step == 7); // the target knows which step is over
    CHECK(target->calls[1].error == tern::errc::authentication_failed);
    CHECK(target->calls[1].data.empty());
}

TEST_CASE("an answer that comes after the client's end has no effect", "[authentication]")
{
    auto target = std::make_shared<recorder>();
    const std::weak_ptr<recorder> watch = target;
    const tern::authentication_answer answer(target, 1);
    target.reset();
    CHECK(watch.expired()); // it keeps nobody alive
    answer({}, "late");
    const tern::authentication_answer none;
    none({}, "nobody asked");
    CHECK(watch.expired());
}
