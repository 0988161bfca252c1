// SPDX-License-Identifier: BSL-1.0
#include "tern/errc.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

using namespace tern;

TEST_CASE("the reason that a DISCONNECT gives to each violation")
{
    // v5 4.13, and the sections beside each
    const std::pair<errc, unsigned> rows[] = {
        {errc::reserved_packet_type, 0x81},               // v5 2.1.2
        {errc::reserved_flags, 0x81},                     // v5 [MQTT-2.1.3-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1]
        {errc::reserved_bits, 0x81},                      // v5 [MQTT-3.2.2-1]
        {errc::malformed_variable_byte_integer, 0x81},    // v5 [MQTT-1.5.5-1]
        {errc::malformed_text, 0x81},                     // v5 [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-1.5.7-1]
        {errc::length_mismatch, 0x81},                    // v5 2.1.4
        {errc::unknown_property, 0x81},                   // v5 2.2.2.2
        {errc::property_not_allowed, 0x81},               // v5 2.2.2.2
        {errc::malformed_property, 0x81},                 // v5 2.2.2.2
        {errc::duplicate_property, 0x82},                 // v5 2.2.2
        {errc::invalid_property_value, 0x82},             // v5 3.2.2.3.3 to 3.2.2.3.6, 3.3.2.3.8
        {errc::invalid_reason_code, 0x82},                // v5 [MQTT-3.15.2-1]
        {errc::invalid_packet_identifier, 0x82},          // v5 [MQTT-2.2.1-4]
        {errc::invalid_qos_received, 0x81},               // v5 [MQTT-3.3.1-2] [MQTT-3.3.1-4]
        {errc::invalid_topic_received, 0x90},             // v5 [MQTT-3.3.2-2]
        {errc::invalid_topic_alias, 0x94},                // v5 [MQTT-3.3.2-8] [MQTT-3.3.2-11] [MQTT-3.1.2-27]
        {errc::unknown_topic_alias, 0x82},                // v5 3.3.2.1, 3.3.2.3.4
        {errc::unexpected_packet, 0x82},                  // v5 2.1.2, [MQTT-3.2.0-1] [MQTT-3.2.0-2]
        {errc::unexpected_session_present, 0x82},         // v5 [MQTT-3.2.2-2]
        {errc::acknowledgement_count_mismatch, 0x82},     // v5 [MQTT-3.8.4-6] [MQTT-3.11.3-1]
        {errc::acknowledgement_of_wrong_type, 0x82},      // v5 [MQTT-2.2.1-5]
        {errc::receive_maximum_exceeded, 0x93},           // v5 [MQTT-3.3.4-9]
        {errc::received_packet_too_large, 0x95},          // v5 [MQTT-3.1.2-24]
        {errc::unrequested_property, 0x82},               // v5 [MQTT-3.1.2-28] [MQTT-3.1.2-29] [MQTT-3.14.2-2]
        {errc::authentication_method_mismatch, 0x82},     // v5 [MQTT-4.12.0-5] [MQTT-4.12.0-6]
        {errc::missing_assigned_client_identifier, 0x82}, // v5 [MQTT-3.2.2-16]
        {errc::websocket_handshake_failed, 0x82},         // v5 6.0; as all of WebSocket before any packet can be sent
        {errc::websocket_subprotocol_not_selected, 0x82}, // v5 [MQTT-6.0.0-4]
        {errc::http_head_too_large, 0x95},                // v5 6.0
        {errc::websocket_protocol_error, 0x82},           // v5 6.0
        {errc::websocket_text_frame, 0x82},               // v5 [MQTT-6.0.0-1]
        {errc::websocket_invalid_text, 0x82},             // v5 6.0
        {errc::websocket_frame_too_large, 0x95},          // v5 6.0
    };
    for (const auto& [error, reason] : rows)
    {
        CAPTURE(to_string(error));
        CHECK(static_cast<unsigned>(disconnect_reason(error)) == reason);
        CHECK(detail::find_row(error)->kind == error_kind::protocol_violation);
        CHECK(to_string(error).substr(0, 11) == "the server ");
    }
    const auto violations =
        std::count_if(std::begin(detail::errc_table), std::end(detail::errc_table),
                      [](const detail::errc_row& row) { return row.kind == error_kind::protocol_violation; });
    CHECK(std::size(rows) == static_cast<std::size_t>(violations)); // none is missing above
    CHECK(disconnect_reason(static_cast<errc>(0)) == reason_code::unspecified_error);
}
