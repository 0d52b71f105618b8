// Containers of a snug that numbered their views' layers.
#include "container/view_layers.h"

#include <cerrno>
#include <fstream>

#include "container/container_record.h"
#include "plan/views.h"
#include "support/store_fixture.h"

namespace view_layers_test {

using namespace snug;
using namespace snug::container;
using namespace snug::plan;
using namespace snug::spec;
namespace fs = std::filesystem;

namespace {

Mount view(const std::string& name, Missing missing = Missing::Fail) {
  return {.type = MountType::Cow, .source = "/srv/" + name, .target = "/" + name, .missing = missing};
}

std::string layer(const std::string& name) {
  return view_layer("/srv/" + name, "/" + name);
}

// A container with these views.
class Fixture : public StoreFixture {
 public:
  explicit Fixture(std::vector<Mount> views) {
    record_.id = "0123456789abcdef";
    record_.spec.mounts = std::move(views);
    auto made = store().create("box", record_, state("0123456789abcdef"), 0755, nullptr);
    REQUIRE(made);
    container_ = *std::move(made);
  }
  fs::path cow() const { return dir("box") / "cow"; }
  // A layer with a file in it that says whose it is.
  void put(const std::string& name, const std::string& whose) const {
    fs::create_directories(cow() / name / "upper");
    fs::create_directory(cow() / name / "work");
    std::ofstream{cow() / name / "upper/whose"} << whose;
  }
  std::string whose(const std::string& name) const {
    std::string text = "(absent)";
    std::ifstream{cow() / name / "upper/whose"} >> text;
    return text;
  }
  std::size_t layers() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{cow()}, fs::directory_iterator{}));
  }
  Status name_them() const { return name_view_layers(container_, record_); }

 private:
  ContainerRecord record_;
  Container container_;
};

}  // namespace

TEST_CASE("numbered layers get the names of their views, in the order of mounting") {
  // A parent is mounted first, wherever the profile names it.
  Fixture f{{view("b/c"), {.type = MountType::Tmpfs, .target = "/t"}, view("a", Missing::Skip), view("b")}};
  f.put("0", "a");
  f.put("1", "b");
  f.put("2", "c");
  REQUIRE(f.name_them());
  CHECK(f.whose(layer("a")) == "a");
  CHECK(f.whose(layer("b")) == "b");
  CHECK(f.whose(layer("b/c")) == "c");
  CHECK(f.layers() == 3);
  REQUIRE(f.name_them());
  CHECK(f.layers() == 3);
}

TEST_CASE("as many layers as views that are never left out are theirs") {
  Fixture f{{view("a", Missing::Skip), view("b"), view("c", Missing::Skip), view("d")}};
  f.put("0", "b");
  f.put("1", "d");
  REQUIRE(f.name_them());
  CHECK(f.whose(layer("b")) == "b");
  CHECK(f.whose(layer("d")) == "d");
  CHECK(f.layers() == 2);
}

TEST_CASE("layers whose views cannot be told are refused with what to do, and stay") {
  Fixture f{{view("a", Missing::Skip), view("b"), view("c", Missing::Skip)}};
  f.put("0", "?");
  f.put("1", "?");
  const Status status = f.name_them();
  REQUIRE_FALSE(status);
  CHECK(status.error().step.find("container box") == 0);
  CHECK(status.error().step.find("(0, 1)") != std::string::npos);
  for (const char* name : {"a", "b", "c"}) {
    CHECK(status.error().hint.find(layer(name)) != std::string::npos);
    CHECK(status.error().hint.find(std::string{"/srv/"} + name) != std::string::npos);
  }
  CHECK((f.whose("0") == "?" && f.whose("1") == "?" && f.layers() == 2));
  // What the hint says helps.
  fs::rename(f.cow() / "0", f.cow() / layer("a"));
  CHECK_FALSE(f.name_them());
  fs::rename(f.cow() / "1", f.cow() / layer("b"));
  CHECK(f.name_them());
}

TEST_CASE("what a crash has ended goes on where it was") {
  Fixture f{{view("a", Missing::Skip), view("b"), view("c")}};
  for (const char* number : {"0", "1"}) f.put(number, number);  // of b and c
  fs::rename(f.cow() / "0", f.cow() / layer("b"));
  REQUIRE(f.name_them());
  CHECK((f.whose(layer("b")) == "0" && f.whose(layer("c")) == "1" && f.layers() == 2));
}

TEST_CASE("no layer takes another's place, and what is no number is nobody's") {
  Fixture f{{view("a"), view("b")}};
  for (const char* name : {"0", "1"}) f.put(name, name);
  f.put(layer("a"), "named");
  CHECK_FALSE(f.name_them());
  CHECK((f.whose(layer("a")) == "named" && f.whose("0") == "0"));
  fs::remove_all(f.cow() / layer("a"));
  f.put("2", "spare");
  CHECK_FALSE(f.name_them());
  fs::rename(f.cow() / "2", f.cow() / "02x");
  CHECK(f.name_them());
  CHECK(f.whose("02x") == "spare");
}

TEST_CASE("a container without views, or whose layers have names, is left as it is") {
  Fixture none{{}};
  none.put("0", "kept");
  CHECK(none.name_them());
  CHECK(none.whose("0") == "kept");
  Fixture named{{view("a", Missing::Skip), view("b", Missing::Skip)}};
  named.put(layer("b"), "b");
  CHECK(named.name_them());
  CHECK(named.whose(layer("b")) == "b");
}

}  // namespace view_layers_test
