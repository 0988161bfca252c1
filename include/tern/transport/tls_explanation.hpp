// SPDX-License-Identifier: BSL-1.0
//
// What went wrong in TLS, in words that say which certificate it was, or what may be wrong at which end.
//
// Layer: transport. Standard: RFC 8446 6.2 (error alerts), RFC 5280 4.1 (the fields of a certificate).
// The error codes say the same in OpenSSL's terms; these sentences are for people. Nothing is decided by them.
#ifndef TERN_TRANSPORT_TLS_EXPLANATION_HPP
#define TERN_TRANSPORT_TLS_EXPLANATION_HPP

#include <asio/error.hpp>
#include <asio/ssl/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace tern::detail
{

/// How far a connection has come.
enum class tls_stage : std::uint8_t
{
    connecting,
    shaking_hands,
    open,
};

/// Text that OpenSSL prints; empty without memory.
template <class Print>
[[nodiscard]] std::string printed(Print&& print)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
    if (memory == nullptr)
    {
        return {};
    }
    print(memory.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

/// A name as "CN = broker.example, O = Example".
[[nodiscard]] inline std::string name_text(const X509_NAME* name)
{
    return printed([name](BIO* out) { X509_NAME_print_ex(out, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB); });
}

[[nodiscard]] inline std::string time_text(const ASN1_TIME* time)
{
    return printed([time](BIO* out) { ASN1_TIME_print(out, time); });
}

/// The names and addresses that a certificate is for.
[[nodiscard]] inline std::string alternative_names(const X509* certificate)
{
    return printed([certificate](BIO* out) {
        const int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
        if (at >= 0)
        {
            X509V3_EXT_print(out, X509_get_ext(certificate, at), 0, 0);
        }
    });
}

/// Which certificate OpenSSL refuses just now, and why. `server` is whom the client meant to reach.
[[nodiscard]] inline std::string explain_certificate(X509_STORE_CTX* verified, const std::string& server)
{
    const int problem = X509_STORE_CTX_get_error(verified);
    const X509* certificate = X509_STORE_CTX_get_current_cert(verified);
    std::string text = "the server's certificate was refused: ";
    text += X509_verify_cert_error_string(problem);
    if (certificate == nullptr)
    {
        return text;
    }
    text += " (certificate of \"" + name_text(X509_get_subject_name(certificate)) + "\", signed by \"" +
            name_text(X509_get_issuer_name(certificate)) + '"';
    switch (problem)
    {
    case X509_V_ERR_CERT_HAS_EXPIRED: text += ", valid until " + time_text(X509_get0_notAfter(certificate)); break;
    case X509_V_ERR_CERT_NOT_YET_VALID: text += ", valid from " + time_text(X509_get0_notBefore(certificate)); break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
    {
        const std::string names = alternative_names(certificate);
        text += ", for " + (names.empty() ? std::string("no name but that one") : names) + ", not for " + server;
        break;
    }
    default: break;
    }
    return text + ')';
}

/// What an error of TLS means to whoever set up client and server; empty where the error itself says it.
[[nodiscard]] inline std::string explain_tls_error(const std::error_code& error, tls_stage stage)
{
    if (stage == tls_stage::connecting)
    {
        return {};
    }
    if (error.category() != asio::error::get_ssl_category())
    {
        const bool closed = error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
                            error == asio::error::connection_reset;
        return closed && stage == tls_stage::shaking_hands
                   ? "the server closed during the TLS handshake: it may speak no TLS on this port, or want a client "
                     "certificate"
                   : "";
    }
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value())))
    {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST: return "what the server answered is not TLS: is this the right port and scheme?";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return "client and server have no version of TLS in common (tls_options::minimum_version)";
    case SSL_R_NO_CIPHERS_AVAILABLE:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        return "client and server have no cipher in common, or the server wants a client certificate or a PSK";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return "the server wants a client certificate (tls_options::certificate_file)";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        return "the server does not know the authority that signed the client's certificate";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED: return "the server refused the client's certificate";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED: return "the server says that the client's certificate is revoked";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED: return "the server says that the client's certificate has expired";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME: return "the server does not have the name that was asked for";
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
        return "the server does not have the protocol that was asked for (tls_options::alpn)";
    case SSL_R_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY: return "the server does not know the identity of the PSK";
    case SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER:
        return "the server did not accept what the client offered; if that was a PSK, the server has another one";
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
    case SSL_R_SSLV3_ALERT_BAD_RECORD_MAC: return "the server has another key: the PSK, or the private key, is wrong";
    default: return {};
    }
}

} // namespace tern::detail

#endif
