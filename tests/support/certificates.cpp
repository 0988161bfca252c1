// SPDX-License-Identifier: BSL-1.0
#include "support/certificates.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace tern_test
{

namespace
{

template <auto Free>
struct freed
{
    template <class Type>
    void operator()(Type* pointer) const
    {
        Free(pointer);
    }
};

using key_pointer = std::unique_ptr<EVP_PKEY, freed<&EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, freed<&X509_free>>;
using memory_pointer = std::unique_ptr<BIO, freed<&BIO_free>>;

void demand(bool done, const char* what)
{
    if (!done)
    {
        throw std::runtime_error(std::string("certificates: ") + what);
    }
}

std::string text_of(const memory_pointer& memory)
{
    const char* data = nullptr;
    const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, &data);
    return {data, static_cast<std::size_t>(size)};
}

template <class Write>
std::string as_pem(Write write)
{
    const memory_pointer memory(BIO_new(BIO_s_mem()));
    demand(memory != nullptr && write(memory.get()) == 1, "PEM");
    return text_of(memory);
}

certificate_pointer read_certificate(const std::string& pem)
{
    const memory_pointer memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return certificate_pointer(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
}

key_pointer read_key(const std::string& pem)
{
    const memory_pointer memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return key_pointer(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
}

std::string key_text(EVP_PKEY* key)
{
    return as_pem(
        [key](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

void extend(X509* subject, X509* issuer, int what, const std::string& value)
{
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, freed<&X509_EXTENSION_free>> made(
        X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
    demand(made != nullptr && X509_add_ext(subject, made.get(), -1) == 1, value.c_str());
}

certificate_pointer begin(EVP_PKEY* key, const certificate_request& wanted)
{
    static std::atomic<long> serial{1};
    certificate_pointer made(X509_new());
    demand(made != nullptr, "memory");
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), std::chrono::seconds(wanted.valid_from).count());
    X509_gmtime_adj(X509_getm_notAfter(made.get()), std::chrono::seconds(wanted.valid_until).count());
    X509_set_pubkey(made.get(), key);
    const auto* name = reinterpret_cast<const unsigned char*>(wanted.common_name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8, name, -1, -1, 0);
    return made;
}

certificate finish(X509* made, EVP_PKEY* key, EVP_PKEY* signer)
{
    demand(X509_sign(made, signer, EVP_sha256()) > 0, "signing");
    return {as_pem([made](BIO* out) { return PEM_write_bio_X509(out, made); }), key_text(key)};
}

} // namespace

certificate make_authority(const std::string& common_name)
{
    const key_pointer key(EVP_EC_gen("P-256"));
    const certificate_pointer made =
        begin(key.get(), {common_name, "", std::chrono::hours(-1000), std::chrono::hours(1000)});
    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
    extend(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    return finish(made.get(), key.get(), key.get());
}

certificate make_certificate(const certificate& authority, const certificate_request& wanted)
{
    const certificate_pointer issuer = read_certificate(authority.text);
    const key_pointer signer = read_key(authority.private_key);
    demand(issuer != nullptr && signer != nullptr, "the authority");
    const key_pointer key(EVP_EC_gen("P-256"));
    const certificate_pointer made = begin(key.get(), wanted);
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer.get()));
    if (!wanted.alternative_names.empty())
    {
        extend(made.get(), issuer.get(), NID_subject_alt_name, wanted.alternative_names);
    }
    return finish(made.get(), key.get(), signer.get());
}

std::string encrypted_key(const certificate& of, const std::string& password)
{
    const key_pointer key = read_key(of.private_key);
    demand(key != nullptr, "the private key");
    const auto* bytes = reinterpret_cast<const unsigned char*>(password.data());
    return as_pem([&](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key.get(), EVP_aes_128_cbc(), bytes, static_cast<int>(password.size()),
                                        nullptr, nullptr);
    });
}

} // namespace tern_test
