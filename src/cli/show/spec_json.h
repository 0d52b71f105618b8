// A Spec in the words of the profile's schema, for `profile show`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/show/report.h"
#include "spec/settings_fwd.h"

namespace snug::cli {

struct ShownKey {
  std::string_view table;  // "" for the keys at the top
  std::string_view key;
  Json value;
  std::string origin;
};

// Every key that a profile can have, except mounts, in the order of the schema. Keys that nobody has set and
// that have no default are left out.
std::vector<ShownKey> shown_keys(const spec::Spec& spec);

// {"image": {"value": …, "origin": …}, …, "limits": {"memory": {…}}, "mount": [{…, "origin": …}]}
Json spec_json(const spec::Spec& spec);

// For `snug inspect`, also of what only options set. The keys of a section with what they come to, in the
// profile's spelling; amounts of bytes are numbers, and what nobody has set is null.
Json::Object values_of(std::string_view section, const spec::Spec& spec);

// All sections, each value with its origin: {"image": {"value": …, "origin": …}, …, "limits": {"memory":
// {…}}}
Json settings_json(const spec::Spec& spec);

// What spec_json() has as TOML, the origins in comments and the defaults commented out. It is a profile
// again.
std::string spec_toml(const spec::Spec& spec, Colour colour);

}  // namespace snug::cli
