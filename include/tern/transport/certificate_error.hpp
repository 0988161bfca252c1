// SPDX-License-Identifier: BSL-1.0
//
// Why a server's certificate was refused, as a std::error_code.
//
// Layer: transport. Standard: RFC 5280 6 (validation of a path), RFC 9525 (names).
// The values are OpenSSL's X509_V_ERR_ numbers, the text its words and what to do about it. Which certificate it was is
// in the explanation that comes with the error. Everything else that goes wrong in TLS keeps Asio's category.
#ifndef TERN_TRANSPORT_CERTIFICATE_ERROR_HPP
#define TERN_TRANSPORT_CERTIFICATE_ERROR_HPP

#include <string>
#include <string_view>
#include <system_error>

#include <openssl/x509_vfy.h>

namespace tern
{

namespace detail
{

/// What to do about a certificate that was refused; empty where the words before say it.
[[nodiscard]] inline std::string_view certificate_advice(int value) noexcept
{
    switch (value)
    {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "; give the certificate of the authority that signed it (tls_options::ca_file)";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "; connect to a name that is in it, or say which one is meant (tls_options::server_name)";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "; is the clock of this machine right?";
    default: return {};
    }
}

class certificate_category_type final : public std::error_category
{
public:
    [[nodiscard]] const char* name() const noexcept override { return "tern.certificate"; }

    [[nodiscard]] std::string message(int value) const override
    {
        std::string text = "the server's certificate was refused: ";
        text += X509_verify_cert_error_string(value);
        text += certificate_advice(value);
        return text;
    }
};

} // namespace detail

/// The category "tern.certificate": values are OpenSSL's X509_V_ERR_ numbers.
[[nodiscard]] inline const std::error_category& certificate_category() noexcept
{
    static const detail::certificate_category_type category;
    return category;
}

} // namespace tern

#endif
