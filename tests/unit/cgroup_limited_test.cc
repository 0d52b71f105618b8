// A group's files are plain files to who reads them: directories stand in for groups.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cgroup/group.h"
#include "cgroup/limited.h"

namespace cgroup_limited_test {

using namespace snug::cgroup;
namespace fs = std::filesystem;

namespace {

class Parent {
 public:
  Parent() { REQUIRE(mkdtemp(path_.data())); }
  ~Parent() { fs::remove_all(path_); }
  Parent(const Parent&) = delete;
  Parent& operator=(const Parent&) = delete;
  const std::string& path() const { return path_; }
  void set(const std::string& group, const std::string& file, const std::string& value) const {
    fs::create_directories(path_ + "/" + group);
    std::ofstream{path_ + "/" + group + "/" + file} << value << '\n';
  }

 private:
  std::string path_{"/tmp/snug-groups-XXXXXX"};
};

}  // namespace

TEST_CASE("a group as it is made has no limits") {
  const Parent parent;
  parent.set("other", "memory.max", "max");
  parent.set("other", "memory.low", "0");
  parent.set("other", "memory.current", "4096");
  parent.set("other", "cpu.max", "max 100000");
  parent.set("other", "cpu.weight", "100");
  parent.set("other", "cpu.stat", "usage_usec 1");
  parent.set("other", "io.weight", "default 100");
  parent.set("other", "cpuset.cpus", "");
  CHECK_FALSE(has_limited_child(parent.path(), "", {"memory", "cpu", "io", "cpuset"}));
  CHECK(children_of(parent.path()) == std::vector<std::string>{"other"});
}

TEST_CASE("each limit, weight and protection counts, of the controllers that are asked for") {
  const std::pair<const char*, const char*> kLimits[] = {
      {"memory.max", "67108864"},  {"memory.low", "4096"}, {"cpu.max", "50000 100000"},
      {"cpu.weight", "200"},       {"cpuset.cpus", "0-1"}, {"hugetlb.2MB.max", "4194304"},
      {"io.weight", "default 50"}, {"pids.max", "0"}};
  for (const auto& [file, value] : kLimits) {
    INFO(file);
    const Parent parent;
    const std::string controller{file, std::string_view{file}.find('.')};
    parent.set("other", file, value);
    CHECK(has_limited_child(parent.path(), "", {"x", controller}));
    CHECK_FALSE(has_limited_child(parent.path(), "other", {controller}));
    CHECK_FALSE(has_limited_child(parent.path(), "", {"x"}));
    CHECK_FALSE(has_limited_child(parent.path(), "", {}));
  }
}

}  // namespace cgroup_limited_test
