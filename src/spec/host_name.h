// Names of hosts as the egress gate compares them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace snug::spec {

// Lower case, without the trailing dot, and what is not ASCII in its ASCII form (IDNA 2008, RFC 5891). Fails
// for what is no host name, and for what programs would read as an address instead ("0x7f.1", "127.1").
Result<std::string> host_name(std::string_view text, std::string_view what);

// The same for names that come from inside, without the forms of other scripts and without sentences: "" for
// what is no host name.
std::string plain_host_name(std::string_view text);

// A part of a name between dots (RFC 1035, and _ as programs take it): 1 to 63 letters, digits, - and _, and
// no - at either end.
bool fits_host_label(char c);
bool is_host_label(std::string_view label);

// Does everybody get names directly below this one ("com", "co.uk", "github.io")? publicsuffix.org's list,
// its private part included, as libpsl has it.
bool is_public_suffix(std::string_view name);

}  // namespace snug::spec
