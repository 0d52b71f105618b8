#include "spec/host_name.h"

#include <fmt/format.h>
#include <idn2.h>
#include <libpsl.h>

#include <algorithm>

#include "base/text.h"

namespace snug::spec {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// inet_aton(3) takes such a name for an address.
bool is_number(std::string_view label) {
  return label.starts_with("0x") || std::ranges::all_of(label, [](char c) { return c >= '0' && c <= '9'; });
}

// "" where the library refuses it.
std::string to_ascii(std::string_view text) {
  char* out = nullptr;
  // NFC first: a profile's editor may have written letters and their accents apart.
  if (idn2_to_ascii_8z(std::string{text}.c_str(), &out, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
    return {};
  std::string ascii{out};
  idn2_free(out);
  return ascii;
}

}  // namespace

bool fits_host_label(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_host_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && !label.starts_with('-') && !label.ends_with('-') &&
         std::ranges::all_of(label, fits_host_label);
}

std::string plain_host_name(std::string_view text) {
  if (text.ends_with('.'))
    text.remove_suffix(1);
  std::string name = to_lower(text);
  if (name.empty() || name.size() > 253)
    return {};
  const auto labels = split(name, '.');
  return std::ranges::all_of(labels, is_host_label) && !is_number(labels.back()) ? name : std::string{};
}

Result<std::string> host_name(std::string_view text, std::string_view what) {
  std::string name;
  if (text.find('\0') == std::string_view::npos)
    name = plain_host_name(is_ascii(text) ? std::string{text} : to_ascii(text));
  if (name.empty())
    return fail({.step = fmt::format("{}: \"{}\" is not a host name", what, escape_control(text)),
                 .hint =
                     "rules are example.org, *.example.org:80, 192.0.2.7:443, [2001:db8::7]:443, host:5432, "
                     "@set"});
  return name;
}

bool is_public_suffix(std::string_view name) {
  // Without the rule that takes every unknown last label for one: "internal" and "corp" are somebody's own.
  return psl_is_public_suffix2(psl_builtin(), std::string{name}.c_str(),
                               PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;
}

}  // namespace snug::spec
