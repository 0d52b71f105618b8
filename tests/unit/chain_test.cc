#include <catch2/catch.hpp>
#include <map>

#include "spec/merge.h"
#include "spec/profile_chain.h"
#include "spec/shipped.h"
#include "spec/validate.h"

namespace chain_test {

using namespace snug;
using namespace snug::spec;

namespace {

const ProfilePlaces kPlaces{.cwd = "/home/me/proj", .home = "/home/me", .user_directory = "/cfg"};

class FakeSource : public ProfileSource {
 public:
  explicit FakeSource(std::map<std::string, std::string> files) : files_{std::move(files)} {}
  Result<std::string> read(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end())
      return fail({.step = "open " + path, .err = ENOENT});
    return found->second;
  }
  Result<std::vector<std::string>> user_names() const override {
    std::vector<std::string> names;
    for (const auto& [path, text] : files_)
      if (path.starts_with("/cfg/"))
        names.push_back(path.substr(5, path.size() - 10));
    return names;
  }

 private:
  std::map<std::string, std::string> files_;
};

std::vector<std::string> names_of(const Result<std::vector<ProfileLayer>>& layers) {
  INFO((layers ? "" : layers.error().step));
  REQUIRE(layers);
  std::vector<std::string> names;
  for (const ProfileLayer& layer : *layers) names.push_back(layer.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("every shipped profile parses, says what it is for, and chains") {
  const FakeSource source{{}};
  Names names;
  for (const ShippedProfile& shipped : shipped_profiles()) {
    INFO(shipped.name);
    names.emplace_back(shipped.name);
    const auto layers = load_profile_chain(shipped.name, kPlaces, source);
    INFO((layers ? "" : layers.error().step));
    REQUIRE(layers);
    CHECK(layers->back().description.size() > 20);
    CHECK(layers->back().kind == ProfileKind::Shipped);
  }
  CHECK(names == Names{"build", "default", "dev", "gui", "service", "untrusted"});
}

TEST_CASE("all but gui run today; it says what it waits for") {
  const FakeSource source{{}};
  const auto problem = [&](std::string_view name) -> std::string {
    auto layers = load_profile_chain(name, kPlaces, source);
    REQUIRE(layers);
    Spec spec = merge_layers(profiles_of(*std::move(layers)));
    if (spec.image.value.empty())
      spec.image.value = "debian";
    const auto status = validate(spec);
    return status ? "" : status.error().step + " (" + status.error().origin + ")";
  };
  CHECK(problem("default").empty());
  CHECK(problem("untrusted").empty());
  CHECK(problem("dev").empty());
  CHECK(problem("build").empty());
  CHECK(problem("service").empty());
  CHECK(problem("gui") ==
        "share.wayland: sharing of desktop services is not built yet in this version (gui.toml:13)");
}

TEST_CASE("untrusted opens nothing but a view of this directory") {
  auto layers = load_profile_chain("untrusted", kPlaces, FakeSource{{}});
  REQUIRE(layers);
  const Spec spec = merge_layers(profiles_of(*std::move(layers)));
  REQUIRE(spec.mounts.size() == 1);
  CHECK(spec.mounts[0].source == "/home/me/proj");
  CHECK(spec.mounts[0].type == MountType::Cow);
  CHECK(spec.writable.value == Writable::None);
  CHECK(spec.network.value == NetworkMode::None);
  CHECK(spec.seccomp.value == Tier::Strict);
  CHECK(spec.cap_add.empty());
}

TEST_CASE("a shipped profile does not share a home directory by its \".\"") {
  for (const char* cwd : {"/home/me", "/home", "/"}) {
    ProfilePlaces places = kPlaces;
    places.cwd = cwd;
    const auto layers = load_profile_chain("untrusted", places, FakeSource{{}});
    REQUIRE_FALSE(layers);
    CHECK(layers.error().hint == "change to the directory of a project first");
    CHECK(load_profile_chain("default", places, FakeSource{{}}));
    CHECK(load_profile_chain("untrusted", places, FakeSource{{}}, Purpose::Show));
    CHECK(load_profile("untrusted", places, FakeSource{{}}));
  }
  ProfilePlaces places = kPlaces;
  places.cwd = "/home/me";
  CHECK(load_profile_chain("untrusted", places, FakeSource{{}}).error().step ==
        "the profile \"untrusted\" shares the working directory, and /home/me is your home directory");
}

TEST_CASE("layers come base first, with paths relative to each file") {
  const FakeSource source{{{"/cfg/mine.toml", "# Mine.\nextends = \"base.toml\"\nimage = \"./a\""},
                           {"/cfg/base.toml", "extends = \"default\"\nimage = \"./b\""},
                           {"/home/me/proj/snug.toml", "extends = \"mine\"\nimage = \"./c\""}}};
  const auto layers = load_profile_chain("./snug.toml", kPlaces, source);
  CHECK(names_of(layers) == Names{"default", "base", "mine", "./snug.toml"});
  CHECK((*layers)[1].profile.image->value == "/cfg/b");
  CHECK((*layers)[3].profile.image->value == "/home/me/proj/c");
  CHECK((*layers)[3].profile.image->origin.text == "snug.toml:2");
  CHECK((*layers)[3].path == "/home/me/proj/snug.toml");
  CHECK((*layers)[2].description == "Mine.");
  CHECK(names_of(load_profile_chain("snug.toml", kPlaces, source)).back() == "snug.toml");
  CHECK(names_of(load_profile_chain("/cfg/mine.toml", kPlaces, source)) == Names{"default", "base", "mine"});
}

TEST_CASE("a user's profile of a shipped one's name is used, and may extend the shipped one") {
  const FakeSource source{{{"/cfg/dev.toml", "extends = \"dev\"\nhostname = \"mine\""}}};
  const auto layers = load_profile_chain("dev", kPlaces, source);
  CHECK(names_of(layers) == Names{"default", "dev", "dev"});
  CHECK((*layers)[1].kind == ProfileKind::Shipped);
  CHECK((*layers)[2].kind == ProfileKind::User);
}

TEST_CASE("a user's profile changes nothing that a shipped one is built on") {
  const FakeSource source{{{"/cfg/default.toml", "[network]\nmode = \"host\""}}};
  const auto layers = load_profile_chain("dev", kPlaces, source);
  CHECK((*layers)[0].kind == ProfileKind::Shipped);
}

TEST_CASE("a circle of profiles is told whole") {
  const FakeSource source{{{"/cfg/a.toml", "extends = \"b\""},
                           {"/cfg/b.toml", "\nextends = \"c\""},
                           {"/cfg/c.toml", "extends = \"a\""},
                           {"/cfg/self.toml", "extends = \"./self.toml\""}}};
  const auto layers = load_profile_chain("a", kPlaces, source);
  REQUIRE_FALSE(layers);
  CHECK(layers.error().step == "profiles extend each other in a circle: a → b → c → a");
  CHECK(layers.error().origin == "c.toml:1");
  CHECK(load_profile_chain("self", kPlaces, source).error().step ==
        "profiles extend each other in a circle: self → self");
  // "self" by name would be the shipped one of that name.
  const FakeSource by_name{{{"/cfg/self.toml", "extends = \"self\""}}};
  CHECK(load_profile_chain("self", kPlaces, by_name).error().step == "there is no profile named \"self\"");
}

TEST_CASE("sixteen profiles may extend each other, seventeen may not") {
  std::map<std::string, std::string> files;
  for (int i = 1; i < 17; ++i)
    files["/cfg/p" + std::to_string(i) + ".toml"] =
        i == 16 ? "" : "extends = \"p" + std::to_string(i + 1) + "\"";
  CHECK(names_of(load_profile_chain("p1", kPlaces, FakeSource{files})).size() == 16);
  files["/cfg/p0.toml"] = "extends = \"p1\"";
  const auto layers = load_profile_chain("p0", kPlaces, FakeSource{files});
  REQUIRE_FALSE(layers);
  CHECK(layers.error().step.starts_with("more than 16 profiles extend each other: p0 → p1 → "));
}

TEST_CASE("an unknown profile is told with the nearest name, shipped or the user's") {
  const FakeSource source{{{"/cfg/haskell.toml", ""}, {"/cfg/x.toml", "\n\nextends = \"untrustd\""}}};
  const auto unknown = [&](std::string_view name) {
    const auto layers = load_profile_chain(name, kPlaces, source);
    REQUIRE_FALSE(layers);
    return layers.error();
  };
  CHECK(unknown("untrusted2").hint == "did you mean \"untrusted\"?");
  CHECK(unknown("haskel").hint == "did you mean \"haskell\"?");
  CHECK(unknown("q").step == "there is no profile named \"q\"");
  CHECK(unknown("\x1b[2J").step == "there is no profile named \"\\x1b[2J\"");
  CHECK(unknown("").step == "there is no profile named \"\"");
  CHECK(unknown("x").step == "there is no profile named \"untrustd\"");
  CHECK(unknown("x").origin == "x.toml:3");
  CHECK(unknown("x").hint == "did you mean \"untrusted\"?");
}

TEST_CASE("a file that is not there is told by its path") {
  const auto layers = load_profile_chain("./nothing.toml", kPlaces, FakeSource{{}});
  REQUIRE_FALSE(layers);
  CHECK(layers.error().err == ENOENT);
  CHECK(layers.error().step == "open /home/me/proj/nothing.toml");
}

TEST_CASE("a project's file extends profiles by name only; a user's, files beside it") {
  const auto extends_error = [](std::string path, std::string text) {
    const auto layers = load_profile_chain(path, kPlaces, FakeSource{{{path, text}}});
    REQUIRE_FALSE(layers);
    return layers.error();
  };
  const Error project = extends_error("/home/me/proj/snug.toml", "extends = \"./other.toml\"");
  CHECK(project.step == "extends: \"./other.toml\" is a file");
  CHECK(project.origin == "snug.toml:1");
  CHECK(project.hint == "only a profile in /cfg may extend a file; name a profile");
  for (const char* text : {"extends = \"../x.toml\"", "extends = \"/etc/x.toml\"", "extends = \"a/b.toml\"",
                           "extends = \"./a/../../b.toml\"", "extends = \"./plain\""})
    CHECK(extends_error("/cfg/u.toml", text).step.ends_with("is not beside this profile"));
}

TEST_CASE("errors name a file as it was typed, and a user's profile by its path") {
  const FakeSource source{{{"/cfg/bad.toml", "imag = 1"}, {"/home/me/proj/p/x.toml", "imag = 1"}}};
  CHECK(load_profile_chain("p/x.toml", kPlaces, source).error().step == "p/x.toml:1:1: unknown key \"imag\"");
  CHECK(load_profile_chain("bad", kPlaces, source).error().step == "/cfg/bad.toml:1:1: unknown key \"imag\"");
}

}  // namespace chain_test
