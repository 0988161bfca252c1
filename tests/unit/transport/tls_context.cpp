// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls_context.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"

#include <asio/ssl/context.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using tern::errc;
using tern::tls_context;
using tern::tls_options;

namespace
{

std::string said;

std::error_code configure(const tls_options& options)
{
    said.clear();
    tls_context context(options);
    return context.configure(said);
}

bool told(std::string_view words)
{
    INFO(said);
    return said.find(words) != std::string::npos;
}

/// A file that goes away.
struct file
{
    file(const char* name, const std::string& text)
        : path((std::filesystem::temp_directory_path() / (name + std::to_string(std::filesystem::hash_value(name)) +
                                                          std::to_string(reinterpret_cast<std::size_t>(this))))
                   .string())
    {
        std::ofstream(path) << text;
    }
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    ~file() { std::filesystem::remove(path); }

    std::string path;
};

const tern_test::certificate authority = tern_test::make_authority();
const tern_test::certificate own = tern_test::make_certificate(authority);

} // namespace

TEST_CASE("options that choose nothing can be obeyed everywhere")
{
    CHECK_FALSE(configure({}));
    CHECK(said.empty());
}

TEST_CASE("trusted certificates come from a file, a directory or memory, and what cannot be loaded is named")
{
    const file good("ca", authority.text);
    const file bad("ca", "no certificate");
    CHECK_FALSE(configure({.ca_file = good.path}));
    CHECK_FALSE(configure({.ca_directory = std::filesystem::temp_directory_path().native()}));
    CHECK_FALSE(configure({.ca_certificates = authority.text}));
    CHECK_FALSE(configure({.ca_certificates = authority.text, .use_system_certificates = true}));

    CHECK(configure({.ca_file = "/nowhere/ca.pem"}) == errc::unusable_ca_certificates);
    CHECK(told("\"/nowhere/ca.pem\": No such file"));
    CHECK(configure({.ca_file = bad.path}) == errc::unusable_ca_certificates);
    CHECK(told(bad.path));
    CHECK(configure({.ca_directory = "/nowhere"}) == errc::unusable_ca_certificates);
    CHECK(told("no directory \"/nowhere\""));
    CHECK(configure({.ca_directory = std::filesystem::temp_directory_path().native(), .ca_certificates = "nothing"}) ==
          errc::unusable_ca_certificates);
    CHECK(told("ca_certificates"));
}

TEST_CASE("the client's certificate and key come from files or memory, together or apart")
{
    const file certificate("certificate", own.text);
    const file key("key", own.private_key);
    const file both("both", own.text + own.private_key);
    CHECK_FALSE(configure({.certificate_file = certificate.path, .private_key_file = key.path}));
    CHECK_FALSE(configure({.certificate_file = both.path}));
    CHECK_FALSE(configure({.certificate = own.text, .private_key = own.private_key}));
    const std::string text = own.text + own.private_key;
    CHECK_FALSE(configure({.certificate = text}));
    CHECK_FALSE(configure({.certificate_file = certificate.path, .private_key = own.private_key}));

    CHECK(configure({.certificate_file = "/nowhere/own.pem"}) == errc::unusable_client_certificate);
    CHECK(told("/nowhere/own.pem"));
    CHECK(configure({.certificate = "nothing"}) == errc::unusable_client_certificate);
    CHECK(configure({.private_key = own.private_key}) == errc::unusable_client_certificate);
    CHECK(told("no certificate"));
    CHECK(configure({.certificate = own.text}) == errc::unusable_private_key);
    CHECK(configure({.certificate = own.text, .private_key_file = "/nowhere/key.pem"}) == errc::unusable_private_key);
    CHECK(told("/nowhere/key.pem"));
    const tern_test::certificate other = tern_test::make_certificate(authority);
    CHECK(configure({.certificate = own.text, .private_key = other.private_key}) == errc::unusable_private_key);
}

TEST_CASE("an encrypted key needs its password, and nobody is asked for it at the terminal")
{
    const std::string key = tern_test::encrypted_key(own, "secret");
    CHECK_FALSE(configure({.certificate = own.text, .private_key = key, .private_key_password = "secret"}));
    CHECK(configure({.certificate = own.text, .private_key = key, .private_key_password = "wrong"}) ==
          errc::unusable_private_key);
    CHECK(configure({.certificate = own.text, .private_key = key}) == errc::unusable_private_key);
}

TEST_CASE("ciphers, versions, protocols and shared keys that OpenSSL does not take are named")
{
    CHECK_FALSE(configure({.ciphers = "ECDHE+AESGCM", .cipher_suites = "TLS_AES_128_GCM_SHA256"}));
    CHECK(configure({.ciphers = "FANTASY"}) == errc::unusable_tls_option);
    CHECK(told("ciphers \"FANTASY\""));
    CHECK(configure({.cipher_suites = "FANTASY"}) == errc::unusable_tls_option);
    CHECK(told("cipher_suites \"FANTASY\""));

    CHECK_FALSE(configure({.minimum_version = tern::tls_version::v1_3}));
    CHECK_FALSE(configure({.maximum_version = tern::tls_version::v1_2}));
    CHECK(configure({.minimum_version = tern::tls_version::v1_3, .maximum_version = tern::tls_version::v1_2}) ==
          errc::unusable_tls_option);
    CHECK(told("maximum_version"));

    CHECK_FALSE(configure({.alpn = "mqtt,x-amzn-mqtt-ca"}));
    const std::string_view wrong[] = {",", "mqtt,,x", ",mqtt"};
    for (const std::string_view alpn : wrong)
    {
        CHECK(configure({.alpn = alpn}) == errc::unusable_tls_option);
        CHECK(told("alpn"));
    }
    const std::string long_name(256, 'm');
    CHECK(configure({.alpn = long_name}) == errc::unusable_tls_option);

    const std::string long_key(tls_context::maximum_psk_length + 1, 'k');
    CHECK_FALSE(configure({.psk_identity = "kitchen", .psk = "key"}));
    CHECK(configure({.psk_identity = "kitchen"}) == errc::unusable_tls_option);
    CHECK(configure({.psk = "key"}) == errc::unusable_tls_option);
    CHECK(configure({.psk_identity = "kitchen", .psk = long_key}) == errc::unusable_tls_option);
    CHECK(told("PSK"));
}

TEST_CASE("a context of the program's own is taken as it is, and shared")
{
    asio::ssl::context theirs(asio::ssl::context::tls_client);
    {
        tls_context context({.ca_file = "/nowhere", .context = theirs.native_handle()});
        CHECK_FALSE(context.configure(said));
        CHECK(context.native().native_handle() == theirs.native_handle());
    }
    CHECK(SSL_CTX_get_verify_mode(theirs.native_handle()) == SSL_VERIFY_NONE); // it is still there
}

TEST_CASE("one context is made for all transports, and a bad one is none")
{
    tern::transport_settings settings;
    settings.tls.ca_file = "/nowhere";
    CHECK(tern::detail::prepare_tls(settings) == errc::unusable_ca_certificates);
    CHECK(settings.tls_context == nullptr);
    CHECK(settings.explanation.find("/nowhere") != std::string::npos);
    settings.tls.ca_file = {};
    CHECK_FALSE(tern::detail::prepare_tls(settings));
    const auto made = settings.tls_context;
    REQUIRE(made != nullptr);
    CHECK_FALSE(tern::detail::prepare_tls(settings));
    CHECK(settings.tls_context == made);
}
