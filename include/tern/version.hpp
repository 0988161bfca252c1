// SPDX-License-Identifier: BSL-1.0
//
// The version of the library, stated once: CMake, vcpkg and Conan read it from these lines.
//
// Layer: vocabulary. Standard: none.
// Not to be confused with the version of the protocol, which is in protocol_version.hpp.
#ifndef TERN_VERSION_HPP
#define TERN_VERSION_HPP

#define TERN_VERSION_MAJOR 0
#define TERN_VERSION_MINOR 1
#define TERN_VERSION_PATCH 0

namespace tern
{

/// Major, minor and patch number of this library as one number: 1.2.3 is 10203.
inline constexpr long library_version = TERN_VERSION_MAJOR * 10000L + TERN_VERSION_MINOR * 100L + TERN_VERSION_PATCH;

} // namespace tern

#endif
