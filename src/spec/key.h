// A key of the profile in one row: what it is called, where its value is kept, how it is read, shown and
// checked, and the option of `snug run` that stands for it. Profiles, records of containers, merging,
// `profile show`, `inspect`, options, help and completions walk these rows (schema.h); none of them knows a
// key of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "spec/values.h"

namespace snug {
struct TomlValue;
}

namespace snug::spec {

struct ProfileDraft;

// Where a value is kept. In a Profile it may always be absent.
template<class T>
struct Always {  // in a Spec it never is
  Setting<T> Spec::*spec;
  Maybe<T> Profile::*profile;
};
template<class T>
struct Perhaps {  // in a Spec it may be absent too
  Maybe<T> Spec::*spec;
  Maybe<T> Profile::*profile;
};
template<class T>
struct Accumulated {  // a list: a later layer adds to it
  std::vector<T> Spec::*spec;
  std::vector<T> Profile::*profile;
};
using Member =
    std::variant<Always<std::string>, Always<bool>, Always<RunAs>, Always<IdMode>, Always<Toggle>,
                 Always<OverlayDriver>, Always<Writable>, Always<NetworkMode>, Always<Tier>, Always<ProcView>,
                 Always<Isolation>, Perhaps<std::string>, Perhaps<std::vector<std::string>>,
                 Perhaps<std::uint64_t>, Perhaps<double>, Accumulated<Setting<std::string>>,
                 Accumulated<EnvVariable>, Accumulated<Mount>, Accumulated<HostSet>>;

template<class T>
constexpr Member member_of(Maybe<T> Profile::*profile, Setting<T> Spec::*spec) {
  return Always<T>{spec, profile};
}
template<class T>
constexpr Member member_of(Maybe<T> Profile::*profile, Maybe<T> Spec::*spec) {
  return Perhaps<T>{spec, profile};
}
template<class T>
constexpr Member member_of(std::vector<T> Profile::*profile, std::vector<T> Spec::*spec) {
  return Accumulated<T>{spec, profile};
}

// What an option may ask of its caller while it is read.
struct FlagCaller {
  std::string cwd{};  // relative sources of mounts and files are below it
  std::function<std::optional<std::string>(const std::string& name)> environment{};
  std::function<Result<std::string>(const std::string& path)> read_file{};
};

// One option as it was typed, all the times that it was.
struct TypedFlag {
  std::string name{};                  // "--memory": the origin of what it sets
  std::span<const std::string> texts;  // not empty; of a switch "true" or "false"
  const FlagCaller& caller;
  const std::string& last() const { return texts.back(); }
};
using PutFlag = Status (*)(const TypedFlag& typed, Profile& layer);

// An option of `snug run`. Where it stands in the help: cli/grammar/definition_options.cc.
struct Flag {
  std::string_view name{};      // without the dashes
  char letter{};                // 0: none
  std::string_view argument{};  // as shown, "a|b|c" for a choice; "" for a switch
  std::string_view says{};      // one line of help
  std::string_view detail{};    // further sentences for the man page and `snug help --NAME`
  PutFlag put{};                // null: as its key's values are read
};

// How the values of a key are handled. key_types.h makes them.
struct KeyValue {
  Member member{};
  // From a profile; the error has file, line and column. Null where no profile can have it.
  Status (*read)(ProfileDraft& draft, const TomlValue& value){};
  PutFlag put{};
  // In the profile's words. Null where it is shown as a part of another key, or not at all.
  Json (*show)(const Spec& spec){};
  // For programs: the same, but amounts of bytes as numbers.
  Json (*plain)(const Spec& spec){};
  // Whoever said it. Null: the origin that the member has.
  std::string (*origin)(const Spec& spec){};
  // What is wrong with a value whoever set it; `what` names the key ("network.dns"). The error has the
  // origin.
  Status (*check)(const Spec& spec, std::string_view what){};
};

struct Key {
  std::string_view name{};    // in its table of the profile; "" where no profile can have it
  std::string_view stored{};  // in the record of a container; "" where it is the name. It never changes.
  KeyValue value{};
  Flag flag{};                     // without a name: none
  std::span<const Flag> flags{};   // in the place of `flag` where there are several
  std::string_view unavailable{};  // what this version cannot do yet: "sharing … is"; "" where it can

  std::string_view stored_name() const { return stored.empty() ? name : stored; }
  // In JSON: as in the profile, or as the option is called.
  std::string_view shown_name() const { return name.empty() ? flag.name : name; }
  std::span<const Flag> options() const {
    return !flags.empty() ? flags : std::span{&flag, flag.name.empty() ? 0U : 1U};
  }
  bool in_profile() const { return !name.empty() && value.read; }
  bool is_list() const;  // its options may be given more than once
};

// Is there a value? A list that is empty has none.
bool is_set(const Member& member, const Spec& spec);
// Where the value came from, of a list all of it: "dev.toml:3, --allow".
std::string origin_text(const Key& key, const Spec& spec);

// A table of the profile.
struct Section {
  std::string_view name{};  // "" for the keys at the top
  std::span<const Key> keys{};
  // Null: a table of the keys.
  Status (*read)(ProfileDraft& draft, const TomlValue& value){};
};

}  // namespace snug::spec
