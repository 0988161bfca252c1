// SPDX-License-Identifier: BSL-1.0
//
// What asynchronous functions complete with beside the error: what the server said, owned, also when it said no.
//
// Layer: client, without Asio. Standard: v5 3.2, 3.4, 3.7, 3.9, 3.11; v3.1.1 the same packets, which say less.
// A result in which the server said nothing but a code owns no memory.
#ifndef TERN_CLIENT_RESULTS_HPP
#define TERN_CLIENT_RESULTS_HPP

#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tern
{

/// A user property that owns its text.
struct stored_user_property
{
    std::string name;
    std::string value;

    friend bool operator==(const stored_user_property&, const stored_user_property&) = default;
};

/// What the server is, and what it grants; without a word of the server the standard's defaults.
struct connect_result
{
    tern::reason_code reason = tern::reason_code::success;
    bool session_present = false;
    protocol_version version = protocol_version::v5;
    std::string client_id{}; ///< as given, generated, or assigned by the server
    std::string reason_string{};
    std::string response_information{}; ///< v5 3.2.2.3.15
    std::string server_reference{};     ///< v5 3.2.2.3.16: another server to use
    /// Where connecting failed: what else there is to say in words, of the URL, TLS, WebSocket or a proxy; may be
    /// empty.
    std::string explanation{};
    std::vector<stored_user_property> user_properties{};
    std::chrono::seconds keep_alive{0};              ///< in force
    std::chrono::seconds session_expiry{0};          ///< in force
    std::uint16_t receive_maximum = 65'535;          ///< that the server takes
    std::uint32_t maximum_packet_size = 268'435'460; ///< that the server takes: the largest that MQTT knows
    std::uint16_t topic_alias_maximum = 0;           ///< that the server takes
    qos maximum_qos = qos::exactly_once;
    bool retain_available = true;
    bool wildcard_subscriptions_available = true;
    bool subscription_identifiers_available = true;
    bool shared_subscriptions_available = true;
};

/// How a publish ended. QoS 0 has no answer: `reason` is success when it was written.
struct publish_result
{
    tern::reason_code reason = tern::reason_code::success;
    std::string reason_string{};
    std::vector<stored_user_property> user_properties{};
};

/// How a subscribe ended: one code per filter, in the order of the filters.
struct subscribe_result
{
    std::vector<reason_code> reasons{};
    std::string reason_string{};
    std::vector<stored_user_property> user_properties{};
};

/// How an unsubscribe ended: one code per filter, none in 3.1.1, whose answer carries none.
struct unsubscribe_result
{
    std::vector<reason_code> reasons{};
    std::string reason_string{};
    std::vector<stored_user_property> user_properties{};
};

namespace detail
{

/// Copies a reason string and user properties into a result. Throws std::bad_alloc.
template <class Result, class Properties>
void store_answer(Result& result, const Properties& properties)
{
    if (properties.reason_string)
    {
        result.reason_string = *properties.reason_string;
    }
    for (const user_property one : properties.user_properties)
    {
        result.user_properties.push_back({std::string(one.name), std::string(one.value)});
    }
}

} // namespace detail

/// A result with what the server said in its acknowledgement.
[[nodiscard]] inline publish_result make_publish_result(reason_code reason,
                                                        const acknowledgement_properties& properties)
{
    publish_result result{reason};
    detail::store_answer(result, properties);
    return result;
}

/// The same for SUBACK and UNSUBACK: `Result` is subscribe_result or unsubscribe_result, `Codes` any range of codes.
template <class Result, class Codes>
[[nodiscard]] Result make_request_result(const Codes& reasons, const acknowledgement_properties& properties)
{
    Result result;
    for (const reason_code reason : reasons)
    {
        result.reasons.push_back(reason);
    }
    detail::store_answer(result, properties);
    return result;
}

} // namespace tern

#endif
