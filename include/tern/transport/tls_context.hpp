// SPDX-License-Identifier: BSL-1.0
//
// What tls_options ask for, as a context of OpenSSL that all connections of one async_connect share, with the sessions
// that a reconnect may continue.
//
// Layer: transport. Standard: RFC 8446, RFC 5246, RFC 4279 (PSK), RFC 7301 (ALPN).
// It loads files, so that what is wrong with them is found before anything is sent. What one connection does with it,
// and how the server's name is checked, is in tls_stream.hpp.
#ifndef TERN_TRANSPORT_TLS_CONTEXT_HPP
#define TERN_TRANSPORT_TLS_CONTEXT_HPP

#if !__has_include(<openssl/ssl.h>)
#    error \
        "TLS needs OpenSSL 3: install libssl-dev (Debian, Ubuntu), openssl-devel (Fedora), openssl (vcpkg, Conan), link tern::tls"
#endif

#include "tern/byte_view.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/errc.hpp"
#include "tern/error.hpp"
#include "tern/transport/tls_sessions.hpp"
#include "tern/transport_options.hpp"

#include <asio/buffer.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/context_base.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace tern
{

/// Used on the client's executor only.
class tls_context
{
public:
    /// A longer key has no use, and a server refuses it. OpenSSL's PSK_MAX_PSK_LEN is 256 or more.
    static constexpr std::size_t maximum_psk_length = 256;

    explicit tls_context(const tls_options& options)
        : options_(options), context_(options.context != nullptr ? share(options.context) : make())
    {
    }

    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;

    /// Obeys the options. Errors: unusable_ca_certificates, unusable_client_certificate, unusable_private_key,
    /// unusable_tls_option; `explanation` says what it was.
    [[nodiscard]] std::error_code configure(std::string& explanation)
    {
        if (options_.context != nullptr)
        {
            return {};
        }
        ERR_clear_error();
        explanation_ = &explanation;
        std::error_code error = set_versions();
        error = error ? error : set_ciphers();
        error = error ? error : set_alpn();
        error = error ? error : trust();
        error = error ? error : identify();
        error = error ? error : set_psk();
        explanation_ = nullptr;
        return error;
    }

    [[nodiscard]] const tls_options& options() const noexcept { return options_; }
    [[nodiscard]] asio::ssl::context& native() noexcept { return context_; }

    /// What a reconnect may continue. Unused unless tls_options::resume_sessions says so.
    [[nodiscard]] tls_sessions& sessions() noexcept { return sessions_; }

private:
    static asio::ssl::context make() { return asio::ssl::context(asio::ssl::context::tls_client); }

    static asio::ssl::context share(SSL_CTX* theirs)
    {
        SSL_CTX_up_ref(theirs);
        return asio::ssl::context(theirs);
    }

    [[nodiscard]] SSL_CTX* handle() noexcept { return context_.native_handle(); }

    // The first thing that OpenSSL has to say is the cause, the rest is where it went through.
    std::error_code fail(errc error, std::string_view what, std::string_view which = {})
    {
        const unsigned long reason = ERR_get_error();
        ERR_clear_error();
        std::string& text = *explanation_;
        text = what;
        if (!which.empty())
        {
            text += " \"" + std::string(which) + '"';
        }
        if (reason != 0)
        {
            const char* words =
                ERR_SYSTEM_ERROR(reason) ? std::strerror(ERR_GET_REASON(reason)) : ERR_reason_error_string(reason);
            text += words != nullptr ? ": " + std::string(words) : std::string();
        }
        return error;
    }

    static int number_of(tls_version version) noexcept
    {
        return version == tls_version::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    }

    std::error_code set_versions()
    {
        if (options_.maximum_version && *options_.maximum_version < options_.minimum_version)
        {
            return fail(errc::unusable_tls_option, "maximum_version is below minimum_version");
        }
        const int maximum = options_.maximum_version ? number_of(*options_.maximum_version) : 0;
        return SSL_CTX_set_min_proto_version(handle(), number_of(options_.minimum_version)) == 1 &&
                       SSL_CTX_set_max_proto_version(handle(), maximum) == 1
                   ? std::error_code()
                   : fail(errc::unusable_tls_option, "the version of TLS");
    }

    std::error_code set_ciphers()
    {
        const std::string ciphers(options_.ciphers);
        if (!ciphers.empty() && SSL_CTX_set_cipher_list(handle(), ciphers.c_str()) != 1)
        {
            return fail(errc::unusable_tls_option, "ciphers", ciphers);
        }
        const std::string suites(options_.cipher_suites);
        if (!suites.empty() && SSL_CTX_set_ciphersuites(handle(), suites.c_str()) != 1)
        {
            return fail(errc::unusable_tls_option, "cipher_suites", suites);
        }
        return {};
    }

    // RFC 7301 3.1: each name has its length, 1 to 255, before it.
    std::error_code set_alpn()
    {
        std::string list;
        for (std::string_view rest = options_.alpn; !rest.empty();)
        {
            const std::string_view name = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), name.size() + 1));
            if (name.empty() || name.size() > 255)
            {
                return fail(errc::unusable_tls_option, "a protocol has 1 to 255 bytes: alpn", options_.alpn);
            }
            list += static_cast<char>(name.size());
            list += name;
        }
        const auto* bytes = reinterpret_cast<const unsigned char*>(list.data());
        return list.empty() || SSL_CTX_set_alpn_protos(handle(), bytes, static_cast<unsigned>(list.size())) == 0
                   ? std::error_code()
                   : fail(errc::unusable_tls_option, "alpn", options_.alpn);
    }

    std::error_code trust()
    {
        std::error_code error;
        if (options_.insecurely_accept_any_certificate)
        {
            return {};
        }
        const bool own =
            !options_.ca_file.empty() || !options_.ca_directory.empty() || !options_.ca_certificates.empty();
        if (!own || options_.use_system_certificates)
        {
            context_.set_default_verify_paths(error);
            if (error)
            {
                return fail(errc::unusable_ca_certificates, "the certificates that the system trusts");
            }
        }
        if (const std::string file(options_.ca_file);
            !file.empty() && SSL_CTX_load_verify_file(handle(), file.c_str()) != 1)
        {
            return fail(errc::unusable_ca_certificates, "ca_file", file);
        }
        if (!options_.ca_directory.empty())
        {
            if (const std::error_code wrong = add_directory(std::string(options_.ca_directory)))
            {
                return wrong;
            }
        }
        if (!options_.ca_certificates.empty())
        {
            context_.add_certificate_authority(asio::buffer(options_.ca_certificates), error);
            if (error)
            {
                return fail(errc::unusable_ca_certificates, "ca_certificates");
            }
        }
        return {};
    }

    std::error_code add_directory(const std::string& path)
    {
        // OpenSSL looks into it only when it verifies: a path that is wrong would not be noticed now.
        std::error_code error;
        if (!std::filesystem::is_directory(path, error))
        {
            return fail(errc::unusable_ca_certificates, "there is no directory", path);
        }
        return SSL_CTX_load_verify_dir(handle(), path.c_str()) == 1
                   ? std::error_code()
                   : fail(errc::unusable_ca_certificates, "ca_directory", path);
    }

    std::error_code identify()
    {
        const bool in_memory = !options_.certificate.empty();
        if (!in_memory && options_.certificate_file.empty())
        {
            return options_.private_key.empty() && options_.private_key_file.empty()
                       ? std::error_code()
                       : fail(errc::unusable_client_certificate, "there is a private key, but no certificate");
        }
        std::error_code error;
        // Also where there is none: OpenSSL would ask whoever sits at the terminal.
        context_.set_password_callback([password = std::string(options_.private_key_password)](
                                           std::size_t, asio::ssl::context_base::password_purpose) { return password; },
                                       error);
        const std::string file(options_.certificate_file);
        if (in_memory)
        {
            context_.use_certificate_chain(asio::buffer(options_.certificate), error);
        }
        else
        {
            context_.use_certificate_chain_file(file, error);
        }
        if (error)
        {
            return fail_with(error, errc::unusable_client_certificate, in_memory ? "certificate" : "certificate_file",
                             file);
        }
        return use_private_key();
    }

    std::error_code use_private_key()
    {
        std::error_code error;
        std::string file(options_.private_key_file);
        std::string_view text = options_.private_key;
        if (text.empty() && file.empty())
        {
            text = options_.certificate;
            file = options_.certificate_file;
        }
        if (!text.empty())
        {
            context_.use_private_key(asio::buffer(text), asio::ssl::context::pem, error);
        }
        else
        {
            context_.use_private_key_file(file, asio::ssl::context::pem, error);
        }
        if (error)
        {
            return fail_with(error, errc::unusable_private_key, text.empty() ? "private_key_file" : "private_key",
                             text.empty() ? file : std::string());
        }
        return SSL_CTX_check_private_key(handle()) == 1
                   ? std::error_code()
                   : fail(errc::unusable_private_key, "the private key belongs to another certificate");
    }

    // Asio has taken what OpenSSL had to say.
    std::error_code fail_with(const std::error_code& cause, errc error, std::string_view what, const std::string& which)
    {
        ERR_clear_error();
        *explanation_ =
            std::string(what) + (which.empty() ? std::string() : " \"" + which + '"') + ": " + cause.message();
        return error;
    }

    std::error_code set_psk()
    {
        if (options_.psk.empty() && options_.psk_identity.empty())
        {
            return {};
        }
        if (options_.psk.empty() || options_.psk.size() > maximum_psk_length || options_.psk_identity.empty() ||
            options_.psk_identity.size() > PSK_MAX_IDENTITY_LEN)
        {
            return fail(errc::unusable_tls_option, "a PSK has 1 to 256 bytes, and its identity 1 to 128");
        }
        SSL_CTX_set_psk_client_callback(handle(), &give_psk);
        return {};
    }

    // Which context it is that asks is known by the connection: tls_stream.hpp puts it there.
    static unsigned int give_psk(SSL* connection, const char*, char* identity, unsigned int identity_size,
                                 unsigned char* key, unsigned int key_size)
    {
        const auto* self = static_cast<const tls_context*>(SSL_get_ex_data(connection, connection_index()));
        const std::string_view name = self->options_.psk_identity;
        const byte_view secret = self->options_.psk;
        if (name.size() >= identity_size || secret.size() > key_size)
        {
            return 0;
        }
        std::memcpy(identity, name.data(), name.size());
        identity[name.size()] = '\0';
        std::memcpy(key, secret.data(), secret.size());
        return static_cast<unsigned int>(secret.size());
    }

public:
    /// Where a connection of OpenSSL keeps its context.
    [[nodiscard]] static int connection_index()
    {
        static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return index;
    }

private:
    tls_options options_;
    asio::ssl::context context_;
    tls_sessions sessions_;
    std::string* explanation_ = nullptr;
};

namespace detail
{

/// The context that the settings ask for, made once for all transports over TLS. Throws std::bad_alloc.
[[nodiscard]] inline std::error_code prepare_tls(transport_settings& settings)
{
    if (settings.tls_context != nullptr)
    {
        return {};
    }
    try
    {
        auto made = std::make_shared<tls_context>(settings.tls);
        if (const std::error_code wrong = made->configure(settings.explanation))
        {
            return wrong;
        }
        settings.tls_context = std::move(made);
        return {};
    }
    catch (const std::system_error& failure) // OpenSSL gives no context
    {
        settings.explanation = failure.what();
        return errc::unusable_tls_option;
    }
}

} // namespace detail

} // namespace tern

#endif
