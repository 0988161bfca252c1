// SPDX-License-Identifier: BSL-1.0

#include "tern/client/authentication.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>

namespace
{

struct target final : tern::detail::authentication_target
{
    void answer(std::uint64_t step, std::error_code error, tern::byte_view data) override
    {
        heard = std::to_string(step) + (error ? "!" : "") + std::string(data.text());
    }
    std::string heard;
};

} // namespace

TEST_CASE("an answer reaches who asked, as long as it lives")
{
    auto asking = std::make_shared<target>();
    const tern::authentication_answer answer(asking, 7);
    answer({}, "data");
    CHECK(asking->heard == "7data");
    answer(make_error_code(std::errc::permission_denied));
    CHECK(asking->heard == "7!");
    const std::weak_ptr<target> watched = asking;
    asking.reset();
    CHECK(watched.expired());
    answer({}, "late");
    tern::authentication_answer()({}, "nobody");
}
