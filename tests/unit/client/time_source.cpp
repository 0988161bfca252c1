// SPDX-License-Identifier: BSL-1.0

#include "tern/client/time_source.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>

using tern::detail::time_source;
using tern::detail::time_source_place;

namespace
{

class still_time final : public time_source
{
public:
    [[nodiscard]] time_point now() const noexcept override { return time_point(std::chrono::seconds(7)); }
    [[nodiscard]] std::uint64_t next_seed() noexcept override { return 1; }
    [[nodiscard]] wait_number start_wait(time_point, const asio::any_io_executor&, wait_handler) override { return 1; }
    void cancel_wait(wait_number) override {}
};

} // namespace

TEST_CASE("a context has no source of time unless one is put there")
{
    asio::io_context context;
    CHECK(time_source::find(context.get_executor()) == nullptr);
    CHECK_FALSE(asio::has_service<time_source_place>(context));
    still_time source;
    asio::use_service<time_source_place>(context).put(&source);
    CHECK(time_source::find(context.get_executor()) == &source);
    asio::io_context other;
    CHECK(time_source::find(other.get_executor()) == nullptr);
}
