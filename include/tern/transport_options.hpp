// SPDX-License-Identifier: BSL-1.0
//
// What a program can choose about the way to a server: TLS, WebSocket, and a proxy on the way.
//
// Layer: vocabulary. Standard: v5 4.2, 5.4, 6; v3.1.1 4.2, 5.4, 6; RFC 8446 (TLS 1.3), RFC 6455 (WebSocket).
// Part of connect_options, and like them trivially destructible aggregates of views, copied when the operation is
// initiated. They name no type of OpenSSL but one pointer, so that a program without TLS compiles none of it. What a
// URL's scheme does not use is not looked at.
#ifndef TERN_TRANSPORT_OPTIONS_HPP
#define TERN_TRANSPORT_OPTIONS_HPP

#include "tern/byte_view.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

struct ssl_ctx_st; // OpenSSL's name of SSL_CTX

namespace tern
{

/// A version of TLS.
enum class tls_version : std::uint8_t
{
    v1_2,
    v1_3,
};

/// For the schemes mqtts and wss. As it is, with nothing chosen: the certificates that the system trusts, a server that
/// has to be the one which the URL names, TLS 1.2 or newer.
struct tls_options
{
    // Whom to trust. If none of the first three is given: the system's certificates.
    std::string_view ca_file{};           ///< path of a file with certificates in PEM
    std::string_view ca_directory{};      ///< path of a directory as `openssl rehash` makes it
    std::string_view ca_certificates{};   ///< the certificates themselves, in PEM
    bool use_system_certificates = false; ///< also where one of the above is given
    /// The name, or address, that the server's certificate has to be for, and that is asked for (SNI); empty: the
    /// URL's host.
    std::string_view server_name{};

    // Who the client is. In PEM, the certificate first and then those between it and the root.
    std::string_view certificate_file{};
    std::string_view certificate{};      ///< the certificates themselves, instead of their file
    std::string_view private_key_file{}; ///< empty: in the file, or the text, of the certificate
    std::string_view private_key{};      ///< the key itself, instead of its file
    std::string_view private_key_password{};

    // Instead of certificates: a key that both sides know. RFC 4279, RFC 8446 2.2
    std::string_view psk_identity{};
    byte_view psk{}; ///< 1 to 256 bytes

    tls_version minimum_version = tls_version::v1_2;
    std::optional<tls_version> maximum_version{};
    std::string_view ciphers{};       ///< of TLS 1.2, in OpenSSL's notation; empty: OpenSSL's choice
    std::string_view cipher_suites{}; ///< of TLS 1.3
    /// Protocols to offer, in their order, with commas between them: "mqtt" for a server that has MQTT on port 443.
    std::string_view alpn{};
    bool resume_sessions = true; ///< a reconnect continues the TLS session and saves a round trip

    /// Takes any certificate, or a valid one for another host. Whoever sits between client and server reads and
    /// changes everything, passwords included: for tests only.
    bool insecurely_accept_any_certificate = false;
    bool insecurely_accept_any_host_name = false; ///< the certificate itself has to be valid

    /// A context of the program's own, `asio::ssl::context::native_handle()`: everything above but `server_name`, the
    /// session resumption and the insecure switches is then its matter. The client shares its ownership.
    ssl_ctx_st* context = nullptr;
};

/// A header of the program's own in the request that opens a WebSocket.
struct websocket_header
{
    std::string_view name{};
    std::string_view value{};
};

/// For the schemes ws and wss. The URL has path and query.
struct websocket_options
{
    std::span<const websocket_header> headers{}; ///< for tokens, cookies, Origin
    std::size_t maximum_answer_size = 16'384;    ///< of the server's answer to the request, in bytes
};

static_assert(std::is_trivially_destructible_v<tls_options> && std::is_aggregate_v<tls_options>);
static_assert(std::is_trivially_destructible_v<websocket_options> && std::is_aggregate_v<websocket_options>);

} // namespace tern

#endif
