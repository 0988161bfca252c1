// SPDX-License-Identifier: BSL-1.0
//
// Certificates that tests make themselves: an authority, and what it signs, with the faults that a test wants.
//
// The functions are in certificates.cpp, so that only that file compiles OpenSSL's part.
#ifndef TERN_TEST_SUPPORT_CERTIFICATES_HPP
#define TERN_TEST_SUPPORT_CERTIFICATES_HPP

#include <chrono>
#include <string>

namespace tern_test
{

/// Both in PEM. Private keys of the elliptic curve P-256: quick to make.
struct certificate
{
    std::string text;
    std::string private_key;
};

struct certificate_request
{
    std::string common_name = "broker";
    /// As OpenSSL's configuration says it: "DNS:localhost,IP:127.0.0.1"; empty: none.
    std::string alternative_names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    std::chrono::hours valid_from{-1}; ///< from now
    std::chrono::hours valid_until{1}; ///< from now
};

/// Signed by itself.
[[nodiscard]] certificate make_authority(const std::string& common_name = "Test Authority");

/// Signed by `authority`.
[[nodiscard]] certificate make_certificate(const certificate& authority, const certificate_request& wanted = {});

/// The private key of a certificate, encrypted with a password.
[[nodiscard]] std::string encrypted_key(const certificate& of, const std::string& password);

} // namespace tern_test

#endif
