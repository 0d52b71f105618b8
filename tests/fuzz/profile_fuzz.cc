// Profiles (snug.toml comes with cloned projects). An error names file, line and column; every value has the
// file as its origin; mounts are absolute; a layer without wishes changes nothing; what validate() refuses it
// explains; what spec_toml() prints is the same profile again.
#include "base/overloaded.h"
#include "check.h"
#include "cli/show/spec_json.h"
#include "spec/merge.h"
#include "spec/profile.h"
#include "spec/schema.h"
#include "spec/validate.h"

using namespace snug;
using namespace snug::cli;
using namespace snug::spec;

namespace {

const ProfilePlace kPlace{.file = "/etc/fuzz\x1b.toml", .directory = "/srv/project", .home = "/home/alice"};

void check_origin(const Origin& origin) {
  FUZZ_CHECK(origin.text.starts_with("fuzz\\x1b.toml:"), origin.text);
}

void check_origins(const Profile& profile) {
  for_each_setting(overloaded{[]<class T>(const Maybe<T>& setting) {
                                if (setting)
                                  check_origin(setting->origin);
                              },
                              []<class T>(const std::vector<T>& list) {
                                for (const T& item : list) check_origin(item.origin);
                              }},
                   profile);
}

Spec without_origins(Spec spec) {
  for_each_setting(overloaded{[]<class T>(Setting<T>& setting) { setting.origin = {}; },
                              []<class T>(Maybe<T>& setting) {
                                if (setting)
                                  setting->origin = {};
                              },
                              []<class T>(std::vector<T>& list) {
                                for (T& item : list) item.origin = {};
                              }},
                   spec);
  return spec;
}

void check_printed(const Spec& spec) {
  const std::string printed = spec_toml(spec, Colour::Off);
  const auto again = parse_profile(printed, kPlace);
  FUZZ_CHECK(again.has_value(), again ? "" : again.error().step + "\n" + printed);
  const Profile layers[] = {again->profile};
  FUZZ_CHECK(without_origins(merge_layers(layers)) == without_origins(spec), printed);
}

}  // namespace

FUZZ_TARGET(text) {
  const auto parsed = parse_profile(text, kPlace);
  if (!parsed)
    return check_error(parsed.error(), "/etc/fuzz\\x1b.toml:");
  FUZZ_CHECK(is_safe_to_print(parsed->description), parsed->description);
  check_origins(parsed->profile);
  for (const Mount& mount : parsed->profile.mounts) check_mount(mount);

  const Profile layers[] = {parsed->profile, Profile{}};
  const Spec spec = merge_layers(layers);
  FUZZ_CHECK(merge_layers(std::span{layers, 1}) == spec, text);
  if (const auto valid = validate(spec); !valid) {
    check_error(valid.error(), "");
    FUZZ_CHECK(!valid.error().origin.empty(), valid.error().step);
  }
  check_printed(spec);
}
