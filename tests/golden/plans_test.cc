// What `explain` says of each shipped profile, word for word. UPDATE_GOLDEN=1 writes the files anew: then
// read their diff as a user of snug would, for that is what it changes for them.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "cli/show/plan_text.h"
#include "cli/show/report.h"
#include "spec/merge.h"
#include "spec/profile_chain.h"
#include "spec/settings.h"
#include "spec/shipped.h"
#include "spec/validate.h"
#include "support/fake_host.h"

namespace plans_test {

using namespace snug;
using namespace snug::cli;
using namespace snug::image;
using namespace snug::plan;
using namespace snug::spec;
namespace fs = std::filesystem;

namespace {

const ProfilePlaces kPlaces{
    .cwd = "/home/alice/src", .home = "/home/alice", .user_directory = "/home/alice/.config/snug/profiles"};

class NoFiles : public ProfileSource {
 public:
  Result<std::string> read(const std::string& path) const override {
    return fail({.step = "open " + path, .err = ENOENT});
  }
  Result<std::vector<std::string>> user_names() const override { return std::vector<std::string>{}; }
};

// A distribution of today: one /usr, links at the root, the newest kernel that snug's notes know.
FakeHost merged_usr_host() {
  FakeHost host;
  host.dir("/usr", 0).dir("/opt", 0).dir("/home/alice/src");
  host.links = {{"/bin", "usr/bin"},
                {"/sbin", "usr/sbin"},
                {"/lib", "usr/lib"},
                {"/lib64", "usr/lib64"},
                {"/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin"},
                {"/etc/os-release", "../usr/lib/os-release"}};
  host.dir("/etc/ssl", 0).dir("/etc/alternatives", 0);
  host.file("/etc/ld.so.cache", "cache").file("/etc/nsswitch.conf", "passwd: files\n");
  for (const char* name : {"/proc/sys", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/acpi", "/sys/firmware"})
    host.dir(name, 0);
  host.file("/proc/keys", "").file("/proc/sysrq-trigger", "").file("/proc/timer_list", "");
  host.files["/proc/sysrq-trigger"].mode = 0200;  // closed to alice by its mode already: no mask is wanted
  host.programs = {{"pasta", "/usr/bin/pasta"}};
  host.variables = {{"TERM", "xterm-256color"},
                    {"LANG", "C.UTF-8"},
                    {"SHELL", "/bin/bash"},
                    {"EDITOR", "vi"},
                    {"AWS_SECRET_ACCESS_KEY", "not for any profile"}};
  return host;
}

Image host_image() {
  return {.name = "host",
          .kind = ImageKind::Host,
          .users = {{"root", 0, 0, "/root", "/bin/bash"}, {"alice", 1000, 1000, "/home/alice", "/bin/bash"}},
          .groups = {{"root", 0, {}}, {"alice", 1000, {}}}};
}

Image layer_image() {
  return {.name = "debian",
          .layers = {{.path = "/home/alice/.local/share/snug/images/debian",
                      .dev = 1,
                      .ino = 2,
                      .uid = 1000,
                      .mode = 0755}},
          .users = {{"root", 0, 0, "/root", "/bin/bash"}},
          .groups = {{"root", 0, {}}}};
}

// As cli/prepare.cc does, with flags that name the image and a command.
Result<Spec> spec_of(std::string_view profile, const Image& image) {
  auto chain = load_profile_chain(profile, kPlaces, NoFiles{});
  if (!chain)
    return tl::unexpected{std::move(chain).error()};
  std::vector<Profile> layers = profiles_of(std::move(*chain));
  Profile flags;
  flags.image = {image.name, {"command line"}};
  flags.command = {{"make", "-j4", "all in one"}, {"command line"}};
  layers.push_back(std::move(flags));
  Spec spec = merge_layers(layers);
  if (Status status = validate(spec); !status)
    return tl::unexpected{std::move(status).error()};
  return spec;
}

std::string explained(const Spec& spec, const Image& image) {
  const auto plan = make_plan(spec, image, merged_usr_host());
  return plan ? plan_text(*plan, Colour::Off, true) : error_text(plan.error(), Colour::Off);
}

// File name → what it should say. A profile that is refused today is refused whatever the image is.
std::map<std::string, std::string> wanted_texts() {
  std::map<std::string, std::string> texts;
  for (const ShippedProfile& shipped : shipped_profiles()) {
    const std::string name{shipped.name};
    for (const auto& [kind, image] : {std::pair{"host", host_image()}, std::pair{"layer", layer_image()}}) {
      const auto spec = spec_of(name, image);
      if (spec)
        texts[fmt::format("{}.{}.txt", name, kind)] = explained(*spec, image);
      else
        texts[name + ".refused.txt"] = error_text(spec.error(), Colour::Off);
    }
  }
  return texts;
}

// Where this source lies. A compiler cache may have made __FILE__ relative to a directory that is not ours:
// then it is looked for above the program.
fs::path golden_dir() {
  const fs::path own{__FILE__};
  if (own.is_absolute() && fs::exists(own))
    return own.parent_path();
  for (fs::path dir = fs::read_symlink("/proc/self/exe").parent_path(); dir != dir.root_path();
       dir = dir.parent_path())
    if (fs::exists(dir / "tests/golden/plans_test.cc"))
      return dir / "tests/golden";
  FAIL("tests/golden was not found from " << own);
  return {};
}

std::string read_text(const fs::path& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> golden_files(const fs::path& dir) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator{dir})
    if (entry.path().extension() == ".txt")
      names.insert(entry.path().filename());
  return names;
}

bool updating() {
  const char* value = getenv("UPDATE_GOLDEN");
  return value && std::string_view{value} == "1";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}

// Line by line by the longest common subsequence: a step that has been put in shows as that one line, and not
// as a change of all that follow.
std::string line_diff(const std::string& before, const std::string& after) {
  const auto a = lines_of(before);
  const auto b = lines_of(after);
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::string text;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j])
      ++i, ++j;
    else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1]))
      text += fmt::format("{:>4} - {}\n", i + 1, a[i]), ++i;
    else
      text += fmt::format("{:>4} + {}\n", j + 1, b[j]), ++j;
  }
  return text;
}

}  // namespace

TEST_CASE("explain says of each shipped profile what its golden file says") {
  const fs::path dir = golden_dir();
  for (const auto& [name, text] : wanted_texts()) {
    if (updating()) {
      std::ofstream{dir / name} << text;
      continue;
    }
    const std::string golden = read_text(dir / name);
    INFO("tests/golden/" << name << ": - is the file, + is what is said now; UPDATE_GOLDEN=1 takes it over\n"
                         << line_diff(golden, text));
    // Not ==: Catch would print both texts whole below the diff.
    const bool same = golden == text;
    CHECK(same);
  }
}

TEST_CASE("there is no golden file that nothing is compared with") {
  const fs::path dir = golden_dir();
  const auto wanted = wanted_texts();
  for (const std::string& name : golden_files(dir)) {
    if (wanted.contains(name))
      continue;
    if (updating())
      fs::remove(dir / name);
    else
      FAIL_CHECK("tests/golden/" << name << " belongs to no shipped profile; UPDATE_GOLDEN=1 removes it");
  }
}

TEST_CASE("no golden text has anything of the caller's environment that its profile does not name") {
  for (const auto& [name, text] : wanted_texts()) {
    INFO(name);
    CHECK(text.find("AWS_SECRET_ACCESS_KEY") == std::string::npos);
  }
}

}  // namespace plans_test
