# SPDX-License-Identifier: BSL-1.0
#
# Downloads a release that cmake/dependencies.cmake names, for tests/matrix.sh, which runs this in the root.
# Usage: cmake -DNAME=ASIO|CATCH2 -DTO=<directory> -P tests/matrix.cmake. On failure the reason is written to <TO>.reason.

cmake_minimum_required(VERSION 3.25)
include(cmake/dependencies.cmake)
tern_download_archive("${TERN_${NAME}_URL}" "${TERN_${NAME}_SHA256}" "${TO}.tar.gz" reason)
if(reason)
    file(WRITE "${TO}.reason" "${reason}")
    message(FATAL_ERROR "${reason}")
endif()
file(REMOVE_RECURSE "${TO}.part")
file(ARCHIVE_EXTRACT INPUT "${TO}.tar.gz" DESTINATION "${TO}.part")
file(GLOB content "${TO}.part/*")
file(RENAME "${content}" "${TO}")
