# What `snug --version`, the man pages and the packages say of this build, from the project alone, so that the same commit gives the same
# files: SNUG_COMMIT, where this is a clone, and SNUG_DATE: $SOURCE_DATE_EPOCH's day, else the commit's, else that of the newest
# release in CHANGELOG.md. CMake is run again where the commit changes.
find_package(Git QUIET)
set(SNUG_COMMIT "")
set(epoch "$ENV{SOURCE_DATE_EPOCH}")
# Not the commit of a clone that these sources merely lie in.
if(GIT_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  set(git ${GIT_EXECUTABLE} -c safe.directory=* -C ${PROJECT_SOURCE_DIR})
  set(quietly OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${git} rev-parse HEAD OUTPUT_VARIABLE SNUG_COMMIT ${quietly})
  execute_process(COMMAND ${git} rev-parse --path-format=absolute --git-path logs/HEAD OUTPUT_VARIABLE log ${quietly})
  if(EXISTS "${log}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
  endif()
  if("${epoch}" STREQUAL "")
    execute_process(COMMAND ${git} log -1 --format=%ct OUTPUT_VARIABLE epoch ${quietly})
  endif()
endif()
if("${epoch}" STREQUAL "")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
  file(STRINGS ${PROJECT_SOURCE_DIR}/CHANGELOG.md released LIMIT_COUNT 1 REGEX "^## [0-9.]+ – [0-9-]+$" ENCODING UTF-8)
  string(REGEX REPLACE ".* " "" SNUG_DATE "${released}")
  execute_process(COMMAND date --date=${SNUG_DATE}T00:00:00Z +%s OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
set(SNUG_EPOCH ${epoch})
execute_process(COMMAND env LC_ALL=C date --utc --date=@${epoch} "+%Y-%m-%d;%B;%-d, %Y;%a, %d %b %Y %H:%M:%S +0000" OUTPUT_VARIABLE date
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
list(GET date 0 SNUG_DATE)
list(GET date 3 SNUG_DATE_RFC)
list(GET date 1 2 SNUG_DATE_IN_WORDS)
list(JOIN SNUG_DATE_IN_WORDS " " SNUG_DATE_IN_WORDS) # as mdoc(7) has it: "December 1, 2026"

# The pages with the version and the date of this build.
set(SNUG_MAN_PAGES)
foreach(page snug.1 snug-profile.5)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/${page})
  file(READ ${PROJECT_SOURCE_DIR}/docs/man/${page} text)
  string(REGEX REPLACE "^\\.Dd [^\n]*\n(\\.Dt [^\n]*\n)\\.Os[^\n]*\n" ".Dd ${SNUG_DATE_IN_WORDS}\n\\1.Os \"snug ${PROJECT_VERSION}\"\n" text "${text}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/man/${page} CONTENT "${text}" @ONLY)
  list(APPEND SNUG_MAN_PAGES ${PROJECT_BINARY_DIR}/generated/man/${page})
endforeach()

# snug_write_build_facts(FILE): the header that src/cli/show/version_text.cc includes.
function(snug_write_build_facts file)
  # These have no variable of their own: what pkg-config says, and of libunistring, which has no file for it, its header.
  foreach(library libcares libpsl libidn2 tomlplusplus)
    pkg_check_modules(OF QUIET ${library})
    set(${library}_VERSION "${OF_VERSION}")
  endforeach()
  find_file(header unistring/version.h)
  if(header)
    file(STRINGS ${header} line REGEX "define _LIBUNISTRING_VERSION 0x")
    if(line MATCHES "0x([0-9A-Fa-f][0-9A-Fa-f])([0-9A-Fa-f][0-9A-Fa-f])")
      math(EXPR major "0x${CMAKE_MATCH_1}")
      math(EXPR minor "0x${CMAKE_MATCH_2}")
      set(libunistring_VERSION ${major}.${minor})
    endif()
  endif()
  unset(header CACHE)
  set(rows "")
  foreach(row "c-ares libcares" "CLI11 CLI11" "expected tl-expected" "fmt fmt" "libarchive LIBARCHIVE" "libcap LIBCAP" "libdbus DBUS"
      "libidn2 libidn2" "libpsl libpsl" "libunistring libunistring" "nettle NETTLE" "nlohmann-json nlohmann_json" "toml++ tomlplusplus")
    string(REPLACE " " ";" row ${row})
    list(POP_FRONT row name variable)
    if(NOT "${${variable}_VERSION}" STREQUAL "")
      string(APPEND rows "    {\"${name}\", \"${${variable}_VERSION}\"},\n")
    endif()
  endforeach()
  if(SNUG_STATIC)
    set(linked static)
  else()
    set(linked dynamic)
  endif()
  # GENERATE leaves a file alone whose content is the same.
  file(GENERATE OUTPUT ${file} CONTENT "// Made by cmake/Version.cmake.
#pragma once

namespace snug {

constexpr const char* kVersion = \"${PROJECT_VERSION}\";
constexpr const char* kCommit = \"${SNUG_COMMIT}\";  // \"\" where the sources were no clone
constexpr const char* kDate = \"${SNUG_DATE}\";
constexpr const char* kBuildType = \"$<CONFIG>\";
constexpr const char* kArchitecture = \"${CMAKE_SYSTEM_PROCESSOR}\";
constexpr const char* kCompiler = \"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\";
constexpr const char* kLinked = \"${linked}\";
constexpr const char* kLibraries[][2] = {
${rows}};

}  // namespace snug
")
endfunction()
