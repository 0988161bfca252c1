// SPDX-License-Identifier: BSL-1.0
#include "tern/reason_code.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>

using namespace tern;

static_assert(!is_failure(reason_code::re_authenticate) && is_failure(reason_code::unspecified_error));

TEST_CASE("the standard's codes have names, the others none")
{
    // v5 2.4, table 2-6
    std::set<std::string_view> names;
    unsigned failures = 0;
    for (unsigned value = 0; value < 256; ++value)
    {
        const auto code = static_cast<reason_code>(value);
        const bool listed = value <= 2 || value == 4 || value == 0x10 || value == 0x11 || value == 0x18 ||
                            value == 0x19 || (value >= 0x80 && value <= 0xA2);
        CAPTURE(value);
        CHECK((to_string(code) != "unknown reason code") == listed);
        if (listed)
        {
            CHECK(names.insert(to_string(code)).second);
            failures += is_failure(code) ? 1U : 0U;
        }
    }
    CHECK(names.size() == 43);
    CHECK(failures == 35);
}

TEST_CASE("some numbers have several names")
{
    CHECK(reason_code::success == reason_code::granted_qos_0);
    CHECK(reason_code::success == reason_code::normal_disconnection);
    CHECK(to_string(reason_code::topic_filter_invalid) == "topic filter invalid");
}
