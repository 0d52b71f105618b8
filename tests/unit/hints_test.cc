#include "plan/hints.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "plan/describe.h"

namespace hints_test {

using namespace snug;
using namespace snug::plan;

namespace {

template<std::size_t... I>
std::vector<Step> one_of_each(std::index_sequence<I...>) {
  return {Step{std::in_place_index<I>}...};
}

// A step of every kind there is: a new one is here as soon as it is in the variant.
std::vector<Step> every_step() {
  auto steps = one_of_each(std::make_index_sequence<std::variant_size_v<Step>>{});
  for (Step& step : steps)
    if (auto* execute = std::get_if<Execute>(&step))
      execute->argv = {"program"};  // the planner refuses an empty command
  return steps;
}

Error explain(Step step, int err, int detail = -1, Origin origin = {}) {
  return explain_failure({Phase::Root, Actor::Init, std::move(step), std::move(origin)}, err, detail);
}

std::string hint(Step step, int err) {
  return explain(std::move(step), err).hint;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every step explains every errno, without a line end and with the errno kept") {
  for (const Step& step : every_step())
    for (int err = 0; err < 134; ++err)
      for (const int detail : {-1, 0, 7, INT32_MAX}) {
        const Error error = explain(step, err, detail);
        INFO(step.index() << " " << strerror(err) << ": " << error.step);
        REQUIRE_FALSE(error.step.empty());
        REQUIRE(error.err == err);
        REQUIRE(error.origin.empty());
        REQUIRE(error.hint.find_first_of("\n\t") == std::string::npos);
        REQUIRE_FALSE(has(error.hint, "  "));
        REQUIRE((error.status == 125 || std::holds_alternative<Execute>(step)));
      }
}

TEST_CASE("a failed step is told in the words that explain has for it, with its origin") {
  const MountTmpfs step{.target = "/x"};
  const Error error = explain(step, ELOOP, -1, {"dev.toml:14"});
  CHECK(error.step == describe(Step{step}));
  CHECK(error.origin == "dev.toml:14");
}

TEST_CASE("ENOSPC is a limit where it is one, and not a disk") {
  CHECK(has(hint(CreateNamespaces{}, ENOSPC), "max_user_namespaces"));
  CHECK(has(hint(BindMount{}, ENOSPC), "mount-max"));
  CHECK(has(hint(MountTmpfs{}, ENOSPC), "mount-max"));
}

TEST_CASE("EPERM says what forbids") {
  CHECK(has(hint(CreateNamespaces{}, EPERM), "user namespaces are off"));
  CHECK(has(hint(MapSelf{}, EPERM), "AppArmor"));
  CHECK(has(hint(MapSelf{}, EACCES), "AppArmor"));
  CHECK(has(hint(OverlayRoot{}, EPERM), "5.11"));
  CHECK(has(hint(MountProc{}, EPERM), "fully visible"));
  CHECK(has(hint(MountSys{}, EPERM), "/sys"));
}

TEST_CASE("errnos that mislead have a hint of what they mean here") {
  CHECK(has(hint(CreateNamespaces{}, EUSERS), "32"));
  CHECK_FALSE(hint(CreateNamespaces{}, EINVAL).empty());
  CHECK_FALSE(hint(CreateNamespaces{}, EAGAIN).empty());
  CHECK_FALSE(hint(CreateNamespaces{}, ENOMEM).empty());
  CHECK(has(hint(OverlayRoot{.upper = UpperPlace::Disk}, EINVAL), "the store"));
  CHECK(has(hint(OverlayRoot{}, EINVAL), "lower directory"));
  CHECK(has(hint(OverlayRoot{}, ELOOP), "overlays"));
  CHECK(has(hint(OverlayRoot{}, ENODEV), "--overlay fuse"));
  CHECK(has(hint(OverlayRoot{}, ESTALE), "again"));
  CHECK(has(hint(BindMount{}, ESTALE), "again"));
  CHECK(has(hint(BindMount{}, EOVERFLOW), "not yours"));
  CHECK(has(hint(MakeDir{}, ELOOP), "link"));
  CHECK(has(hint(BindText{}, ENOTDIR), "file"));
  CHECK(has(hint(MountDev{}, ELOOP), "link at /dev"));
  CHECK(has(hint(InstallSeccomp{}, EINVAL), "seccomp"));
  CHECK(has(hint(PrivateMounts{}, EACCES), "AppArmor"));
}

TEST_CASE("the layer that failed is named, counted from the top as init does") {
  const OverlayRoot root{.layers = {{.path = "/bottom"}, {.path = "/middle"}, {.path = "/t\x1bp"}}};
  CHECK(explain(root, ENOENT, 0).step == "open lower dir /t\\x1bp");
  CHECK(explain(root, ENOENT, 1).step == "open lower dir /middle");
  CHECK(explain(root, ENOENT, 2).step == "open lower dir /bottom");
  CHECK(explain(root, ENOENT, 3).step == describe(Step{root}));
  CHECK(explain(root, ENOENT, -1).step == describe(Step{root}));
}

TEST_CASE("the device that failed is named") {
  const MountDev dev{{"/dev/null", "/dev/tty"}};
  CHECK(explain(dev, ENOENT, 1).step == "bind /dev/tty into the sandbox's /dev");
  CHECK(explain(dev, ENOENT, 2).step == describe(Step{dev}));
}

TEST_CASE(
    "a command that is not there is 127, one that cannot be executed 126, one too long snug's own 125") {
  const Execute step{{"m\nke", "-j4"}, {"/usr/bin/make"}};
  const auto status = [&](int err) { return explain(step, err).status; };
  CHECK(status(ENOENT) == 127);
  CHECK(status(ENOTDIR) == 127);
  CHECK(status(EACCES) == 126);
  CHECK(status(ENOEXEC) == 126);
  CHECK(status(EPERM) == 126);
  CHECK(status(E2BIG) == 125);
  CHECK(explain(step, ENOENT).step == "execute m\\nke");
  for (const int err : {ENOENT, EACCES, ENOEXEC, E2BIG, ELOOP}) CHECK_FALSE(hint(step, err).empty());
}

TEST_CASE("a system call that is unknown here is told with the kernel that has it, and no other error is") {
  CHECK(hint_unknown_call(ENOSYS, "pidfd_open", "5.3") ==
        "pidfd_open is unknown here: it needs Linux 5.3, or an outer sandbox refuses it");
  CHECK(hint_unknown_call(EMFILE, "pidfd_open", "5.3").empty());
}

}  // namespace hints_test
