// SPDX-License-Identifier: BSL-1.0
#include "tern/observer.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>
#include <string_view>
#include <type_traits>

using namespace tern;

namespace
{

class recorder final : public observer
{
public:
    std::string seen;

    void packet_sent(protocol_version, std::string_view packet) noexcept override { seen += '>' + std::string(packet); }

    void packet_received(protocol_version, std::string_view packet) noexcept override
    {
        seen += '<' + std::string(packet);
    }

    void state_changed(connection_state state) noexcept override { seen += '=' + std::string(to_string(state)); }
};

// A client refers to its observer and must not make another of it.
static_assert(!std::is_copy_constructible_v<recorder> && !std::is_copy_assignable_v<recorder>);

} // namespace

TEST_CASE("an observer is called through its base")
{
    recorder records;
    observer& base = records;
    base.state_changed(connection_state::opening);
    base.packet_sent(protocol_version::v5, "a");
    base.packet_received(protocol_version::v5, "b");
    CHECK(records.seen == "=opening>a<b");
}

TEST_CASE("every state has a name of its own")
{
    std::set<std::string_view> names;
    for (int state = 0; state <= static_cast<int>(connection_state::waiting); ++state)
    {
        names.insert(to_string(static_cast<connection_state>(state)));
    }
    CHECK(names ==
          std::set<std::string_view>{"idle", "opening", "handshaking", "connected", "disconnecting", "waiting"});
    CHECK(to_string(static_cast<connection_state>(99)) == "invalid state");
}
