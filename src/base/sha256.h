// SHA-256: FIPS 180-4.
#pragma once

#include <string>
#include <string_view>

namespace snug {

constexpr std::size_t kSha256Digits = 64;

// The digest in lower-case hexadecimal digits, kSha256Digits of them.
std::string sha256_hex(std::string_view bytes);

}  // namespace snug
