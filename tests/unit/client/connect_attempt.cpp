// SPDX-License-Identifier: BSL-1.0
#include "tern/client/connect_attempt.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

using tern::attempt_answer;
using tern::attempt_options;
using tern::detail::stored_attempt_options;

namespace
{

struct target final : tern::detail::attempt_target
{
    void answer(std::uint64_t step, std::error_code error, const attempt_options& options) override
    {
        ++answers;
        last_step = step;
        last_error = error;
        user_name = options.user_name.value_or("");
    }

    int answers = 0;
    std::uint64_t last_step = 0;
    std::error_code last_error{};
    std::string user_name;
};

} // namespace

TEST_CASE("an answer reaches whom it is for, with its step", "[connect_attempt]")
{
    const auto asking = std::make_shared<target>();
    const attempt_answer answer(asking, 7);
    answer({}, {.user_name = "ann"});
    CHECK(asking->answers == 1);
    CHECK(asking->last_step == 7);
    CHECK_FALSE(asking->last_error);
    CHECK(asking->user_name == "ann");
    answer(std::make_error_code(std::errc::permission_denied));
    CHECK(asking->last_error == std::errc::permission_denied);
    CHECK(asking->user_name.empty());
}

TEST_CASE("an answer to nobody has no effect", "[connect_attempt]")
{
    auto asking = std::make_shared<target>();
    const std::weak_ptr<target> watched = asking;
    const attempt_answer answer(asking, 7);
    asking.reset();
    CHECK(watched.expired()); // the answer does not keep it
    CHECK_NOTHROW(answer({}));
    CHECK_NOTHROW(attempt_answer()({}));
}

TEST_CASE("stored options own what they were given, also when they move", "[connect_attempt]")
{
    std::optional<stored_attempt_options> stored;
    {
        std::string text = "a token that does not fit into a small string at all";
        const tern::http_header header{"Authorization", text};
        attempt_options given{.user_name = text, .password = tern::byte_view(text)};
        given.tls = tern::tls_options{.certificate = text};
        given.websocket = tern::websocket_options{.headers = {&header, 1}};
        stored.emplace(stored_attempt_options(given));
        text.assign(text.size(), 'x');
    }
    const stored_attempt_options moved = std::move(*stored);
    stored.reset();
    const std::string expected = "a token that does not fit into a small string at all";
    CHECK(moved.get().user_name == expected);
    REQUIRE(moved.get().password);
    CHECK(moved.get().password->text() == expected);
    REQUIRE(moved.get().tls);
    CHECK(moved.get().tls->certificate == expected);
    REQUIRE(moved.get().websocket);
    CHECK(moved.get().websocket->headers[0].value == expected);
    CHECK_FALSE(stored_attempt_options({}).get().user_name);
}
