// The tables of the schema: every member has a row, and what a row says of its key is true.
#include "spec/schema.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "base/fields.h"
#include "base/text.h"
#include "cli/grammar/definition.h"
#include "cli/show/spec_json.h"
#include "container/spec_file.h"
#include "spec/merge.h"
#include "spec/profile.h"
#include "support/repository.h"

namespace schema_test {

using namespace snug;
using namespace snug::cli;
using namespace snug::container;
using namespace snug::spec;

namespace {

// The examples of the man page by section and key: {"limits", "memory"} -> "memory = \"2G\"".
using Examples = std::map<std::pair<std::string, std::string>, std::string>;

std::string without_roff(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("\\(dq")) {
      out += '"';
      text.remove_prefix(4);
    } else if (text.starts_with("\\-")) {
      out += '-';
      text.remove_prefix(2);
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  return out;
}

Examples examples() {
  const std::string page = text_of_file(repository() + "docs/man/snug-profile.5");
  Examples found;
  std::string section, key;
  for (const std::string_view line : split(page, '\n')) {
    if (line.starts_with(".Sh ")) {
      section = line == ".Sh TOP LEVEL" ? "" : "(none)";
      if (const std::size_t end = line.find(']'); line.starts_with(".Sh [") && end != std::string_view::npos)
        section = line.substr(line.rfind('[') + 1, end - line.rfind('[') - 1);
      key.clear();
    } else if (line.starts_with(".It Ic ")) {
      key = line.substr(7);
      found[{section, key}] = "";
    } else if (line.starts_with(".Dl ") && !key.empty()) {
      found[{section, key}] = without_roff(line.substr(4));
    }
  }
  std::erase_if(found, [](const auto& each) { return each.first.first == "(none)"; });
  return found;
}

Spec spec_of(const std::string& text) {
  const auto file = parse_profile(text, {.file = "p.toml", .directory = "/d", .home = "/home/alice"});
  INFO(text << ": " << (file ? "" : file.error().step));
  REQUIRE(file);
  const Profile layers[] = {file->profile};
  return merge_layers(layers);
}

// The stored names of the rows whose values or origins are not the same.
std::set<std::string> differences(const Spec& one, const Spec& other) {
  std::set<std::string> names;
  for_each_key([&](const Section&, const Key& key) {
    if (std::visit([&](const auto& at) { return one.*at.spec != other.*at.spec; }, key.value.member))
      names.emplace(key.stored_name());
  });
  return names;
}

}  // namespace

TEST_CASE("every member of a spec has a row of its own") {
  // A member without a row is a gap between those that have one: each is larger than what aligns the next.
  std::map<const char*, std::size_t> sizes;
  const Spec spec;
  for_each_setting([&](const auto& value) { sizes[reinterpret_cast<const char*>(&value)] = sizeof(value); },
                   spec);
  std::size_t rows = 0;
  for_each_key([&](const Section&, const Key&) { ++rows; });
  CHECK(sizes.size() == rows);
  const char* end = reinterpret_cast<const char*>(&spec);
  for (const auto& [at, size] : sizes) {
    CHECK(at >= end);
    CHECK(at - end < std::ptrdiff_t{alignof(Spec)});
    end = at + size;
  }
  CHECK(reinterpret_cast<const char*>(&spec + 1) - end < std::ptrdiff_t{alignof(Spec)});
}

TEST_CASE("a row's members of a profile and of a spec belong together") {
  // Each is set in the profile alone, and arrives where the row says.
  for_each_key([](const Section&, const Key& key) {
    INFO(key.stored_name());
    Profile layer;
    std::visit(
        [&](const auto& at) {
          auto& value = layer.*at.profile;
          if constexpr (requires { value.emplace_back(); })
            value.emplace_back().origin.text = "here";
          else
            value.emplace().origin.text = "here";
        },
        key.value.member);
    Spec spec;
    apply_layer(spec, layer);
    CHECK(differences(spec, Spec{}) == std::set<std::string>{std::string{key.stored_name()}});
    CHECK(origin_text(key, spec).starts_with("here"));
  });
}

TEST_CASE("no two rows have the same name") {
  std::set<std::string_view> stored, flags;
  std::set<std::string> paths;
  for_each_key([&](const Section& section, const Key& key) {
    CHECK_FALSE(key.stored_name().empty());
    CHECK(stored.insert(key.stored_name()).second);
    if (!key.name.empty())
      CHECK(paths.insert(key_path(section, key)).second);
    for (const Flag& flag : key.options()) CHECK(flags.insert(flag.name).second);
    // A key that can be read can be shown, and the other way round.
    CHECK((key.value.read && !key.name.empty()) == (key.value.show && !key.name.empty()));
  });
}

TEST_CASE("the man page has every key of the schema, and no other") {
  std::set<std::pair<std::string, std::string>> wanted{{"", "extends"}}, found;
  for_each_key([&](const Section& section, const Key& key) {
    if (!key.name.empty())
      wanted.emplace(section.name, key.name);
  });
  for (const std::string_view name : mount_table_names()) wanted.emplace("mount", name);
  for (const auto& [place, example] : examples())
    if (place.first != "sets")  // has names of the user's own
      found.insert(place);
  CHECK(found == wanted);
}

TEST_CASE("each key's example in the man page is read, shown in the same words, and read again") {
  const Examples all = examples();
  for_each_key([&](const Section& section, const Key& key) {
    if (key.name.empty())
      return;
    const auto found = all.find({std::string{section.name}, std::string{key.name}});
    REQUIRE(found != all.end());
    const std::string text =
        section.name.empty() ? found->second : "[" + std::string{section.name} + "]\n" + found->second;
    INFO(text);
    const Spec spec = spec_of(text);
    // It went to its own row, and to no other but the parts of it.
    auto changed = differences(spec, merge_layers({}));
    CHECK(changed.erase(std::string{key.stored_name()}) == 1);
    for (const std::string& other : changed) CHECK(other.starts_with(key.stored_name()));
    CHECK(is_set(key.value.member, spec));
    // What is printed is the same again.
    const std::string printed = "\n" + spec_toml(spec, Colour::Off);
    CHECK(key.value.show(spec_of(printed)) == key.value.show(spec));
    CHECK(printed.find("\n" + found->second.substr(0, found->second.find('=') + 1)) != std::string::npos);
    // And so is what a container keeps.
    const auto kept = spec_from_json(to_json(spec));
    REQUIRE(kept);
    CHECK(*kept == spec);
  });
}

TEST_CASE("JSON spells keys as the profile does, with amounts of bytes as numbers") {
  const Spec spec = spec_of(
      "[limits]\nmemory-reservation = \"1M\"\nio-max = [\"/dev/vda rbps=1M\"]\ntimeout = \"10m\"\n"
      "[security]\nnested-userns = true\n[sets]\none = [\"a.example.org\"]\n"
      "[[mount]]\nsource = \"/a\"\ntarget = \"/b\"\n");
  const Json::Object limits = values_of("limits", spec);
  const auto member = [](const Json::Object& object, std::string_view name) {
    const auto found = std::ranges::find(object, name, &Json::Object::value_type::first);
    REQUIRE(found != object.end());
    return found->second;
  };
  CHECK(member(limits, "memory-reservation") == Json{std::uint64_t{1 << 20}});
  CHECK(member(limits, "memory") == Json{});
  CHECK(member(limits, "io-max") == Json{Json::Array{"/dev/vda rbps=1M"}});
  CHECK(member(limits, "timeout") == Json{"10m"});
  CHECK(member(limits, "required") == Json{true});
  CHECK(limits.size() == limit_keys().size());
  const Json whole = settings_json(spec);
  const auto& sections = std::get<Json::Object>(whole.value);
  CHECK(member(std::get<Json::Object>(member(sections, "security").value), "nested-userns") ==
        Json{Json::Object{{"value", true}, {"origin", "p.toml:6"}}});
  CHECK(member(sections, "sets") ==
        Json{Json::Object{{"value", Json::Object{{"one", Json::Array{"a.example.org"}}}},
                          {"origin", "p.toml:8"}}});
  CHECK(std::get<Json::Object>(member(sections, "rootfs").value).back().first == "read-only");
  CHECK(compact_json(whole).find('_') == std::string::npos);
  CHECK(compact_json(spec_json(spec)).find('_') == std::string::npos);
}

TEST_CASE("every option of a key is one of run's, with its help") {
  std::size_t by_name = 0;
  for (const OptionDef& option : run_option_table()) {
    if (!std::holds_alternative<ByName>(option.store.member))
      continue;
    ++by_name;
    INFO(option.name);
    CHECK(find_flag(option.name).flag);
    CHECK_FALSE(option.help.empty());
  }
  std::size_t flags = 0;
  for_each_key([&](const Section&, const Key& key) {
    for (const Flag& flag : key.options()) {
      ++flags;
      INFO(flag.name);
      CHECK(std::ranges::count(run_option_table(), flag.name, &OptionDef::name) == 1);
      CHECK((flag.put || key.value.put));
    }
  });
  CHECK(by_name == flags);
}

}  // namespace schema_test
