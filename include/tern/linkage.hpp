// SPDX-License-Identifier: BSL-1.0
//
// Header-only, or the larger bodies compiled once.
//
// Layer: vocabulary. Standard: none.
// tern is header-only as it comes. A program with many files that include it compiles faster when all of them define
// TERN_SEPARATE_COMPILATION and exactly one of them includes "tern/client/source.hpp". All files of a program have to
// agree, as with every such macro.
//
//   TERN_INLINE   what a function outside its class begins with
//   TERN_BODIES   1 where such functions are defined
#ifndef TERN_LINKAGE_HPP
#define TERN_LINKAGE_HPP

#if !defined(TERN_SEPARATE_COMPILATION)
#define TERN_INLINE inline
#define TERN_BODIES 1
#elif defined(TERN_SOURCE)
#define TERN_INLINE
#define TERN_BODIES 1
#else
#define TERN_INLINE
#define TERN_BODIES 0
#endif

#endif
