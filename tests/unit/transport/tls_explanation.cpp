// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls_explanation.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <system_error>

using tern::detail::explain_tls_error;
using tern::detail::tls_stage;

namespace
{

std::error_code from_openssl(int reason)
{
    return {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, reason)), asio::error::get_ssl_category()};
}

} // namespace

TEST_CASE("an error of TLS is explained to whoever set up client or server")
{
    const struct
    {
        int reason;
        std::string_view has;
    } table[] = {
        {SSL_R_WRONG_VERSION_NUMBER, "not TLS"},
        {SSL_R_PACKET_LENGTH_TOO_LONG, "not TLS"},
        {SSL_R_UNSUPPORTED_PROTOCOL, "minimum_version"},
        {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "minimum_version"},
        {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "cipher"},
        {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "certificate_file"},
        {SSL_R_TLSV1_ALERT_UNKNOWN_CA, "authority"},
        {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "refused the client's certificate"},
        {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "revoked"},
        {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "expired"},
        {SSL_R_TLSV1_UNRECOGNIZED_NAME, "name"},
        {SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, "alpn"},
        {SSL_R_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY, "identity"},
        {SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER, "PSK"},
        {SSL_R_TLSV1_ALERT_DECRYPT_ERROR, "key"},
    };
    for (const auto& row : table)
    {
        const std::string words = explain_tls_error(from_openssl(row.reason), tls_stage::shaking_hands);
        INFO(row.reason << ": " << words);
        CHECK(words.find(row.has) != std::string::npos);
    }
    CHECK(explain_tls_error(from_openssl(SSL_R_BAD_LENGTH), tls_stage::open).empty()); // it says it all
}

TEST_CASE("a server that closes during the handshake may want something else")
{
    for (const std::error_code error :
         {std::error_code(asio::error::eof), std::error_code(asio::error::connection_reset),
          std::error_code(asio::ssl::error::stream_truncated)})
    {
        CHECK(explain_tls_error(error, tls_stage::shaking_hands).find("no TLS on this port") != std::string::npos);
        CHECK(explain_tls_error(error, tls_stage::open).empty());
        CHECK(explain_tls_error(error, tls_stage::connecting).empty());
    }
    CHECK(explain_tls_error(asio::error::timed_out, tls_stage::shaking_hands).empty());
}
