// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/packets.hpp"

#include "support/catch.hpp"

#include <type_traits>

using namespace tern;
using namespace tern::wire;

namespace
{

template <class... Packets>
constexpr bool all_are_views()
{
    return ((std::is_trivially_copyable_v<Packets> && std::is_trivially_destructible_v<Packets>)&&...);
}

static_assert(all_are_views<connect, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe,
                            unsuback, pingreq, pingresp, disconnect, auth>());

} // namespace

TEST_CASE("the umbrella has all fifteen packets")
{
    const packet_type types[] = {connect::type,  connack::type, publish::type,   puback::type,     pubrec::type,
                                 pubrel::type,   pubcomp::type, subscribe::type, suback::type,     unsubscribe::type,
                                 unsuback::type, pingreq::type, pingresp::type,  disconnect::type, auth::type};
    unsigned expected = 1;
    for (const packet_type type : types)
    {
        CHECK(static_cast<unsigned>(type) == expected++);
    }
    CHECK(expected == 16);
}
