#pragma once

#include <string>
#include <string_view>

namespace snug {

// 64 hexadecimal digits, as sha256sum(1) prints them.
std::string sha256_hex(std::string_view bytes);

}  // namespace snug
