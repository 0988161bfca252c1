// SPDX-License-Identifier: BSL-1.0
#include "tern/client/step_answer.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace
{

struct listener
{
    void answer(std::uint64_t step, int number, const std::string& text)
    {
        heard += std::to_string(step) + ':' + std::to_string(number) + text + ' ';
    }

    std::string heard;
};

struct number_answer : tern::detail::step_answer<listener>
{
    using step_answer::step_answer;

    void operator()(int number) const { tell(number, std::string("!")); }
};

} // namespace

TEST_CASE("an answer reaches who asked, with the number of the step, from every copy")
{
    const auto target = std::make_shared<listener>();
    const number_answer first(target, 7);
    const number_answer second(first);
    first(1);
    second(2);
    CHECK(target->heard == "7:1! 7:2! ");
}

TEST_CASE("an answer to nobody, or to somebody who is gone, is none")
{
    number_answer()(1);
    auto target = std::make_shared<listener>();
    const number_answer late(target, 7);
    const std::weak_ptr<listener> watch = target;
    target.reset();
    CHECK(watch.expired()); // an answer keeps nobody alive
    late(1);
}
