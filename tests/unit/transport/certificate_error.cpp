// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/certificate_error.hpp"

#include "support/catch.hpp"
#include "tern/error.hpp"

#include <string>
#include <system_error>

namespace
{

std::error_code refused(int value)
{
    return {value, tern::certificate_category()};
}

} // namespace

TEST_CASE("a refused certificate says why, and what to do about it")
{
    CHECK(std::string(tern::certificate_category().name()) == "tern.certificate");
    CHECK(refused(X509_V_ERR_CERT_HAS_EXPIRED).message() ==
          "the server's certificate was refused: certificate has expired");
    CHECK(refused(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT).message().find("ca_file") != std::string::npos);
    CHECK(refused(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN).message().find("ca_file") != std::string::npos);
    CHECK(refused(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY).message().find("ca_file") != std::string::npos);
    CHECK(refused(X509_V_ERR_HOSTNAME_MISMATCH).message().find("server_name") != std::string::npos);
    CHECK(refused(X509_V_ERR_IP_ADDRESS_MISMATCH).message().find("server_name") != std::string::npos);
    CHECK(refused(X509_V_ERR_CERT_NOT_YET_VALID).message().find("clock") != std::string::npos);
}

TEST_CASE("a certificate may be right at the next try: the server gets another one, or the client's clock is set")
{
    CHECK(refused(X509_V_ERR_CERT_HAS_EXPIRED) == tern::error_kind::transient);
    CHECK(refused(X509_V_ERR_CERT_HAS_EXPIRED) != tern::error_kind::usage);
}
