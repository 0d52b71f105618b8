// What the targets assert beyond "does not crash". A property that does not hold ends the program as a crash
// does, so that libFuzzer keeps the input.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/path.h"
#include "base/result.h"
#include "base/text.h"
#include "spec/settings.h"

namespace snug {

[[noreturn]] inline void property_failed(const char* file, int line, const char* property,
                                         std::string_view shown) {
  const std::string text = escape_control(shown);
  std::fprintf(stderr, "%s:%d: this does not hold: %s\n  with \"%s\"\n", file, line, property, text.c_str());
  std::abort();
}

// `shown` is the text that the report is to name.
#define FUZZ_CHECK(property, shown) \
  ((property) ? (void)0 : ::snug::property_failed(__FILE__, __LINE__, #property, (shown)))

inline bool is_safe_to_print(std::string_view text) {
  return escape_control(text) == text;
}

inline bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

// An error says something, says where, and has no raw control bytes: texts come from images and cloned
// projects.
inline void check_error(const Error& error, std::string_view begins_with) {
  FUZZ_CHECK(error.step.size() > begins_with.size() && error.step.starts_with(begins_with), error.step);
  FUZZ_CHECK(is_safe_to_print(error.step), error.step);
  FUZZ_CHECK(is_safe_to_print(error.hint), error.hint);
  FUZZ_CHECK(is_safe_to_print(error.origin), error.origin);
  FUZZ_CHECK(error.err == 0 && error.status == 125, error.step);
}

// Said apart from base/path.cc, which is what is tested.
inline bool is_normal_path(std::string_view path) {
  const std::string with_end = fmt::format("{}/", path);
  return path == "/" ||
         (path.starts_with('/') && !has_nul(path) && with_end.find("//") == std::string::npos &&
          with_end.find("/./") == std::string::npos && with_end.find("/../") == std::string::npos);
}

// Absolute and normalised, so without "..", and none of the places that snug makes itself. The source is
// absolute, and there is none for a tmpfs.
inline void check_mount(const spec::Mount& mount) {
  FUZZ_CHECK(is_normal_path(mount.target), mount.target);
  FUZZ_CHECK(mount.target != "/" && mount.target != "/dev" && mount.target != "/sys", mount.target);
  FUZZ_CHECK(!is_beneath(mount.target, "/proc"), mount.target);
  const bool tmpfs = mount.type == spec::MountType::Tmpfs;
  FUZZ_CHECK(tmpfs ? mount.source.empty() : mount.source.starts_with('/'), mount.source);
  FUZZ_CHECK(!has_nul(mount.source) && mount.source.find("//") == std::string::npos, mount.source);
  FUZZ_CHECK(mount.mode <= 07777 && (tmpfs || mount.size == 0), mount.target);
  FUZZ_CHECK(mount.type != spec::MountType::Cow || mount.access == spec::Access::ReadWrite, mount.target);
}

inline std::string_view as_text(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A target is this function's body: what to do with one text.
#define FUZZ_TARGET(text)                                                              \
  static void fuzz_one(std::string_view text);                                         \
  extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) { \
    fuzz_one(::snug::as_text(data, size));                                             \
    return 0;                                                                          \
  }                                                                                    \
  static void fuzz_one(std::string_view text)

}  // namespace snug
