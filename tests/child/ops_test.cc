// Tiny plans made by hand and carried out in real namespaces: each of init's operations works, and where one
// fails the error names that step and no other. After every run nothing is left: no process, mount,
// descriptor or file.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "launch/launch.h"
#include "plan/describe.h"

namespace ops_test {

using namespace snug;
using namespace snug::host;
using namespace snug::image;
using namespace snug::launch;
using namespace snug::plan;
using namespace snug::spec;
namespace fs = std::filesystem;

namespace {

// Why no namespaces can be made here; "" where they can.
std::string namespace_problem() {
  static const std::string problem = [] {
    const pid_t pid = fork();
    if (pid == 0) {
      if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        _exit(1);
      // An AppArmor rule lets the namespace be made and takes the rights in it away.
      _exit(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ? 0 : 2);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return status == 0 ? "" : "user namespaces are not to be had here (unshare -Urm true tells)";
  }();
  return problem;
}

// False where the test has to be left out, which CI does not allow.
bool can_run() {
  if (namespace_problem().empty())
    return true;
  const char* ci = getenv("CI");
  if (ci && std::string_view{ci} == "true")
    FAIL(namespace_problem());
  WARN("skipped: " << namespace_problem());
  return false;
}

std::string read_text(const fs::path& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* dir = opendir("/proc/self/fd");
  while (readdir(dir)) ++count;
  closedir(dir);
  return count;
}

// The mounts that a test could have made here: for root all of a namespace that is this process's own, in
// which nobody else mounts; for others, who cannot mount outside of a sandbox, those of the tests'
// directories.
std::string mounts_here() {
  static const bool own =
      unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  if (own)
    return read_text("/proc/self/mountinfo");
  std::istringstream lines{read_text("/proc/self/mountinfo")};
  std::string found;
  for (std::string line; std::getline(lines, line);)
    if (line.find("/snug-ops-") != std::string::npos)
      found += line + "\n";
  return found;
}

// Compares what is there when it comes and when it goes.
class NothingLeft {
 public:
  NothingLeft() : mounts_{mounts_here()}, descriptors_{open_descriptors()} {}
  ~NothingLeft() {
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
    const bool same_mounts = mounts_here() == mounts_;
    CHECK(same_mounts);
    CHECK(open_descriptors() == descriptors_);
  }
  NothingLeft(const NothingLeft&) = delete;
  NothingLeft& operator=(const NothingLeft&) = delete;

 private:
  std::string mounts_;
  std::size_t descriptors_;
};

class TempDir {
 public:
  TempDir() {
    char name[] = "/tmp/snug-ops-XXXXXX";
    REQUIRE(mkdtemp(name));
    path_ = fs::canonical(name);
  }
  ~TempDir() {
    std::error_code ignored;  // what a failed test has left closed must not end the others
    fs::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  fs::path operator/(std::string_view name) const { return path_ / name; }
  std::string dir(std::string_view name) const {
    fs::create_directories(path_ / name);
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

FileInfo seen(const std::string& path) {
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return {.kind = S_ISDIR(info.st_mode) ? FileKind::Directory : FileKind::Regular,
          .dev = info.st_dev,
          .ino = info.st_ino};
}

Layer layer(const std::string& path) {
  const FileInfo info = seen(path);
  return {.path = path, .dev = info.dev, .ino = info.ino, .uid = getuid(), .mode = 0755};
}

BindMount bound(const std::string& source, const std::string& target, Access access = Access::ReadOnly) {
  return {.source = source, .target = target, .access = access, .seen = seen(source)};
}

PlannedStep planned(Phase phase, Step step) {
  const Actor actor = phase == Phase::Create    ? Actor::Supervisor
                      : phase == Phase::Payload ? Actor::Payload
                                                : Actor::Init;
  return {phase, actor, std::move(step), {}};
}

const MapSelf kMap{.uid = {0, getuid(), 1}, .gid = {0, getgid(), 1}};

// The shortest plan that ends in a payload: `root` is put in where the root file system is made.
Plan plan_with(std::vector<Step> root, std::vector<std::string> argv = {"/bin/sh", "-c", "exit 0"}) {
  Plan plan;
  plan.steps = {planned(Phase::Create, CreateNamespaces{}), planned(Phase::Identity, kMap),
                planned(Phase::Root, PrivateMounts{})};
  for (Step& step : root) plan.steps.push_back(planned(Phase::Root, std::move(step)));
  const std::string program = argv[0];
  for (Step step :
       {Step{PivotRoot{}}, Step{KeepCapabilities{}}, Step{NoNewPrivileges{}}, Step{BecomeUser{}},
        Step{CloseDescriptors{}}, Step{EnterDir{"/"}}, Step{SetEnvironment{{{"PATH", "/usr/bin:/bin", {}}}}},
        Step{Execute{std::move(argv), {program}}}})
    plan.steps.push_back(planned(Phase::Payload, std::move(step)));
  return plan;
}

// An empty tmpfs with the host's programs, then `more`.
std::vector<Step> small_root(std::vector<Step> more = {}) {
  std::vector<Step> steps{TmpfsRoot{}};
  for (const char* path : {"/usr", "/bin", "/lib", "/lib64"})
    if (fs::exists(path))
      steps.emplace_back(bound(path, path));
  for (Step& step : more) steps.push_back(std::move(step));
  return steps;
}

Plan shell(std::vector<Step> more, const std::string& script) {
  return plan_with(small_root(std::move(more)), {"/bin/sh", "-c", script});
}

int run(const Plan& plan) {
  const NothingLeft nothing_left;
  const auto result = run_plan(plan, {});
  INFO((result ? "" : describe(result.error().error)));
  REQUIRE(result);
  return result->exit_status;
}

template<class T>
std::size_t last_of(const Plan& plan) {
  for (std::size_t i = plan.steps.size(); i-- > 0;)
    if (std::holds_alternative<T>(plan.steps[i].step))
      return i;
  FAIL("the plan has no such step");
  return 0;
}

// The plan must fail at step `index` with `err`, in the words of the plan's own description.
Error failure_at(const Plan& plan, std::size_t index, int err) {
  const NothingLeft nothing_left;
  const auto result = run_plan(plan, {});
  REQUIRE_FALSE(result);
  const LaunchError& failure = result.error();
  INFO(describe(failure.error));
  CHECK(failure.step == index);
  CHECK(failure.error.err == err);
  return failure.error;
}

template<class T>
Error failure_of(const Plan& plan, int err) {
  const std::size_t index = last_of<T>(plan);
  const Error error = failure_at(plan, index, err);
  CHECK(error.step == describe(plan.steps[index].step));
  CHECK(error.status == 125);
  return error;
}

// Can the kernel's overlay be mounted here, with an upper layer in a tmpfs?
bool overlay_works(const TempDir& temp) {
  const NothingLeft nothing_left;
  const auto failure = try_plan(plan_with({OverlayRoot{.layers = {layer(temp.dir("probe"))}}}), {});
  if (!failure)
    return true;
  const char* ci = getenv("CI");
  if (ci && std::string_view{ci} == "true")
    FAIL("the kernel's overlay: " << describe(failure->error));
  WARN("skipped: the kernel's overlay: " << describe(failure->error));
  return false;
}

}  // namespace

TEST_CASE("a payload runs, and its status is the answer") {
  if (!can_run())
    return;
  CHECK(run(shell({}, "exit 0")) == 0);
  CHECK(run(shell({}, "exit 7")) == 7);
  CHECK(run(shell({}, "kill -9 $$")) == 128 + 9);
}

TEST_CASE("what is placed in the root is there, as it was planned") {
  if (!can_run())
    return;
  const TempDir temp;
  std::ofstream{temp / "file"} << "from the host";
  temp.dir("dir");
  const auto script =
      "test \"$(cat /etc/made)\" = text && test \"$(stat -c %a /etc/made)\" = 640 && test \"$(cat /ro)\" = "
      "'from the host' && test \"$(readlink /link)\" = /etc/made && test \"$(stat -c %a /made)\" = 1777 && "
      "! (echo x > /ro) 2>/dev/null && echo y > /rw/new && echo z > /tmpfs/z && "
      "test \"$(stat -c %a /tmpfs)\" = 1777";
  const Plan plan =
      shell({MountDev{{"/dev/null"}}, MakeDir{"/made", 01777}, BindText{"/etc/made", "text", 0640},
             MakeSymlink{"/link", "/etc/made"}, bound(temp / "file", "/ro"),
             bound(temp / "dir", "/rw", Access::ReadWrite), MountTmpfs{.target = "/tmpfs"}},
            script);
  CHECK(run(plan) == 0);
  CHECK(read_text(temp / "dir/new") == "y\n");
  CHECK(read_text(temp / "file") == "from the host");
}

TEST_CASE("a read-only root cannot be written to, what is mounted on it can") {
  if (!can_run())
    return;
  CHECK(run(shell({MountDev{{"/dev/null"}}, MountTmpfs{.target = "/tmp"}, RootReadOnly{}},
                  "! (echo x > /x) 2>/dev/null && echo x > /tmp/x")) == 0);
}

TEST_CASE("a source that was swapped after planning is ESTALE, and names the mount") {
  if (!can_run())
    return;
  const TempDir temp;
  BindMount step = bound(temp.dir("source"), "/mnt");
  fs::rename(temp / "source", temp / "old");
  temp.dir("source");
  const Error error = failure_of<BindMount>(shell({step}, "exit 0"), ESTALE);
  CHECK(error.step == fmt::format("mount {} on /mnt, read-only", (temp / "source").string()));
  CHECK(error.hint.find("run it again") != std::string::npos);

  // A link put in the place of the source leads to what was never looked at.
  fs::remove(temp / "source");
  fs::create_symlink("/etc", temp / "source");
  failure_of<BindMount>(shell({step}, "exit 0"), ESTALE);

  // The right inode on another device is another file.
  BindMount other = bound(temp.dir("other"), "/mnt");
  other.seen.dev += 1;
  failure_of<BindMount>(shell({other}, "exit 0"), ESTALE);
  // That it may be missing does not mean that it may be another.
  other.missing = Missing::Skip;
  failure_of<BindMount>(shell({other}, "exit 0"), ESTALE);
}

TEST_CASE("a source that has gone fails the run unless it is optional") {
  if (!can_run())
    return;
  BindMount gone{.source = "/nowhere/at/all", .target = "/gone", .seen = {.kind = FileKind::Directory}};
  failure_of<BindMount>(shell({gone}, "exit 0"), ENOENT);
  gone.missing = Missing::Skip;
  CHECK(run(shell({gone}, "test ! -e /gone")) == 0);
}

TEST_CASE("a missing layer is named, and so is a replaced one") {
  if (!can_run())
    return;
  const TempDir temp;
  OverlayRoot root;
  for (const char* name : {"bottom", "middle", "top"}) root.layers.push_back(layer(temp.dir(name)));
  for (std::size_t i = 0; i < root.layers.size(); ++i) {
    const std::string& path = root.layers[i].path;
    fs::rename(path, path + ".away");
    const Plan plan = plan_with({root});
    CHECK(failure_at(plan, last_of<OverlayRoot>(plan), ENOENT).step == "open lower dir " + path);
    fs::create_directory(path);
    CHECK(failure_at(plan, last_of<OverlayRoot>(plan), ESTALE).step == "open lower dir " + path);
    fs::remove(path);
    std::ofstream{path} << "a file now";
    CHECK(failure_at(plan, last_of<OverlayRoot>(plan), ENOTDIR).step == "open lower dir " + path);
    fs::remove(path);
    fs::rename(path + ".away", path);
  }
}

TEST_CASE("of several layers the last hides the others, and none is written to") {
  if (!can_run())
    return;
  const TempDir temp;
  if (!overlay_works(temp))
    return;
  const OverlayRoot root{.layers = {layer(temp.dir("bottom")), layer(temp.dir("top"))}};
  for (const char* name : {"bottom", "top"}) {
    std::ofstream{temp / name / "which"} << name << "\n";
    std::ofstream{temp / name / name} << name << "\n";
    for (const char* dir : {"usr", "bin", "lib", "lib64"}) temp.dir(std::string{name} + "/" + dir);
  }
  std::vector<Step> steps = small_root({BindText{"/etc/made", "made"}});
  steps[0] = root;
  const auto script =
      "test \"$(cat /which)\" = top && test -e /bottom && test -e /top && test \"$(cat /etc/made)\" = made "
      "&& "
      "echo changed > /which && rm /bottom";
  CHECK(run(plan_with(steps, {"/bin/sh", "-c", script})) == 0);
  CHECK(read_text(temp / "top/which") == "top\n");
  CHECK(read_text(temp / "bottom/bottom") == "bottom\n");
  CHECK_FALSE(fs::exists(temp / "top/etc"));
}

TEST_CASE("over an image, each of more than a hundred made files has its own text") {
  if (!can_run())
    return;
  const TempDir temp;
  if (!overlay_works(temp))
    return;
  for (const char* dir : {"usr", "bin", "lib", "lib64"}) temp.dir(std::string{"image/"} + dir);
  constexpr int kFiles = 110;
  std::vector<Step> made;
  std::string script = "cat";
  std::string expected;
  for (int i = 0; i < kFiles; ++i) {
    const std::string number = std::to_string(i);
    made.push_back(BindText{"/etc/made-" + number, number + "\n"});
    script += " /etc/made-" + number;
    expected += number + "\n";
  }
  std::vector<Step> steps = small_root(std::move(made));
  steps[0] = OverlayRoot{.layers = {layer(temp.dir("image"))}};
  script = "test \"$(" + script + ")\" = '" + expected.substr(0, expected.size() - 1) + "'";
  CHECK(run(plan_with(steps, {"/bin/sh", "-c", script})) == 0);
}

TEST_CASE("each step that fails is the one that is named") {
  if (!can_run())
    return;
  const TempDir temp;
  std::ofstream{temp / "file"} << "text";
  const std::string large(300, 'n');
  const MakeSymlink dangling{"/dangling", "/nowhere"};
  const auto plan = [](std::vector<Step> more) { return shell(std::move(more), "exit 0"); };

  failure_of<SetHostname>(plan({SetHostname{std::string(65, 'h')}}), EINVAL);
  failure_of<SetSysctl>(plan({SetSysctl{"kernel/no_such_thing", "0"}}), ENOENT);
  failure_of<MakeDir>(plan({MakeDir{"/ok"}, MakeDir{"/" + large}}), ENAMETOOLONG);
  failure_of<MakeDir>(plan({dangling, MakeDir{"/dangling"}}), ELOOP);
  failure_of<MakeDir>(plan({BindText{"/file", ""}, MakeDir{"/file/below"}}), ENOTDIR);
  failure_of<MakeSymlink>(plan({dangling, dangling}), EEXIST);
  failure_of<BindText>(plan({BindText{"/twice", "1"}, BindText{"/twice", "2"}}), EEXIST);
  failure_of<BindMount>(plan({dangling, bound(temp / "file", "/dangling")}), ELOOP);
  failure_of<BindMount>(plan({dangling, bound(temp.path(), "/dangling/below")}), ELOOP);
  failure_of<BindMount>(plan({MakeDir{"/dir"}, bound(temp / "file", "/dir")}), EISDIR);
  failure_of<BindMount>(plan({BindText{"/file", ""}, bound(temp.path(), "/file")}), ENOTDIR);
  failure_of<MountTmpfs>(plan({dangling, MountTmpfs{.target = "/dangling"}}), ELOOP);
  failure_of<MountDev>(plan({MakeSymlink{"/dev", "/usr"}, MountDev{}}), ELOOP);
  failure_of<MountProc>(plan({MakeSymlink{"/proc", "/usr"}, MountProc{}}), ELOOP);
  failure_of<MountSys>(plan({MakeSymlink{"/sys", "/usr"}, MountSys{}}), ELOOP);
  failure_of<MountProc>(plan({BindText{"/proc", ""}, MountProc{}}), ENOTDIR);
  failure_of<LimitResource>(plan({LimitResource{"nofile", 2, 1}}), EINVAL);
}

TEST_CASE("a device that is none is named alone") {
  if (!can_run())
    return;
  const Plan missing = shell({MountDev{{"/dev/null", "/dev/no-such-device"}}}, "exit 0");
  CHECK(failure_at(missing, last_of<MountDev>(missing), ENOENT).step ==
        "bind /dev/no-such-device into the sandbox's /dev");
}

TEST_CASE("ids that are not the caller's cannot be mapped") {
  if (!can_run())
    return;
  Plan plan = shell({}, "exit 0");
  const std::size_t index = last_of<MapSelf>(plan);
  // Not even root may, from inside: writing another's id wants rights over the namespace outside.
  plan.steps[index].step = MapSelf{.uid = {0, getuid() + 1, 1}, .gid = {0, getgid(), 1}};
  const Error error = failure_of<MapSelf>(plan, EPERM);
  CHECK_FALSE(error.hint.empty());
}

TEST_CASE("a user that is not in the map cannot be had") {
  if (!can_run())
    return;
  Plan plan = shell({}, "exit 0");
  plan.steps[last_of<BecomeUser>(plan)].step = BecomeUser{.uid = 5, .gid = 5, .set = true};
  failure_of<BecomeUser>(plan, EPERM);
}

TEST_CASE("a working directory that is not there is named, and a magic link is none") {
  if (!can_run())
    return;
  Plan plan = shell({MountProc{}, MountTmpfs{.target = "/tmp"}}, "exit 0");
  const std::size_t index = last_of<EnterDir>(plan);
  for (const auto& [dir, err] : {std::pair{"/nowhere", ENOENT}, std::pair{"/bin/sh", ENOTDIR},
                                 std::pair{"/proc/self/fd/0", ELOOP}, std::pair{"/proc/self/cwd", ELOOP}}) {
    INFO(dir);
    plan.steps[index].step = EnterDir{dir};
    failure_of<EnterDir>(plan, err);
  }
}

TEST_CASE("a payload that is not there is 127, one that cannot be executed is 126") {
  if (!can_run())
    return;
  const auto failed = [](std::vector<Step> more, const std::string& program, int err) {
    const Plan plan = plan_with(small_root(std::move(more)), {program, "argument"});
    const Error error = failure_at(plan, last_of<Execute>(plan), err);
    CHECK(error.step == "execute " + program);
    CHECK_FALSE(error.hint.empty());
    return error.status;
  };
  CHECK(failed({}, "/no-such-program", ENOENT) == 127);
  CHECK(failed({}, "/bin/sh/below", ENOENT) == 127);  // passed over, as execvp(3) does
  CHECK(failed({BindText{"/script", "#!/no-such-interpreter\n", 0755}}, "/script", ENOENT) == 127);
  CHECK(failed({BindText{"/text", "text", 0644}}, "/text", EACCES) == 126);
  CHECK(failed({MakeDir{"/dir"}}, "/dir", EACCES) == 126);
  CHECK(failed({BindText{"/empty", "", 0755}}, "/empty", ENOEXEC) == 126);
}

TEST_CASE("candidates are tried in order, and one that may not be executed is remembered") {
  if (!can_run())
    return;
  Plan plan =
      shell({BindText{"/closed", "#!/bin/sh\n", 0644}, BindText{"/open", "#!/bin/sh\nexit 3\n", 0755}}, "");
  Execute execute{.argv = {"open"}, .candidates = {"/missing", "/closed", "/open"}};
  const std::size_t index = last_of<Execute>(plan);
  plan.steps[index].step = execute;
  CHECK(run(plan) == 3);
  execute.candidates = {"/closed", "/missing"};
  plan.steps[index].step = execute;
  CHECK(failure_at(plan, index, EACCES).status == 126);
}

TEST_CASE("a trial leaves nothing, whether it works or not, and runs no payload") {
  if (!can_run())
    return;
  const TempDir temp;
  const std::string dir = temp.dir("rw");
  const NothingLeft nothing_left;
  const Plan works = shell({bound(dir, "/rw", Access::ReadWrite)}, "echo ran > /rw/ran");
  CHECK_FALSE(try_plan(works, {}));
  CHECK(fs::is_empty(dir));
  Plan fails = works;
  const std::size_t at = last_of<BindMount>(fails);
  std::get<BindMount>(fails.steps[at].step).seen.ino += 1;
  const auto failure = try_plan(fails, {});
  REQUIRE(failure);
  CHECK(failure->step == at);
  CHECK(failure->error.err == ESTALE);
  CHECK(fs::is_empty(dir));
}

TEST_CASE("a throwaway layer on disk is gone after a run, a trial and a failure") {
  if (!can_run())
    return;
  const TempDir temp;
  if (!overlay_works(temp))
    return;
  const std::string store = temp.dir("store");
  const std::string image = temp.dir("image");
  for (const char* dir : {"usr", "bin", "lib", "lib64"}) temp.dir(std::string{"image/"} + dir);
  std::vector<Step> root = small_root();
  root[0] = OverlayRoot{.layers = {layer(image)}, .upper = UpperPlace::Disk};
  // Closed directories are what a payload may leave, and the overlay's own work directory is one.
  Plan plan = plan_with(root, {"/bin/sh", "-c", "mkdir -p /a/b/c && echo x > /a/b/c/x && chmod 000 /a/b /a"});
  plan.steps.insert(plan.steps.begin(), planned(Phase::Create, PrepareDisk{store}));
  const auto tried = try_plan(plan, {});
  if (tried && tried->error.err == EINVAL) {
    WARN("skipped: " << describe(tried->error) << ": /tmp cannot hold an upper layer");
    return;
  }
  CHECK_FALSE(tried);
  CHECK(fs::is_empty(store));
  CHECK(run(plan) == 0);
  CHECK(fs::is_empty(store));
  plan.steps[last_of<EnterDir>(plan)].step = EnterDir{"/nowhere"};
  failure_of<EnterDir>(plan, ENOENT);
  CHECK(fs::is_empty(store));
  CHECK_FALSE(fs::exists(image + "/a"));
}

TEST_CASE("a limit on namespaces is told as a limit, at the step that makes them") {
  if (!can_run())
    return;
  const NothingLeft nothing_left;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    // In a user namespace of its own the test may set the limit without touching the machine's.
    const auto write_file = [](const char* path, const std::string& text) {
      const int fd = open(path, O_WRONLY | O_CLOEXEC);
      const bool written =
          fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
      if (fd >= 0)
        close(fd);
      return written;
    };
    const std::string uid_map = fmt::format("0 {} 1\n", getuid());
    const std::string gid_map = fmt::format("0 {} 1\n", getgid());
    std::string said = "the limit could not be set";
    if (unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
        write_file("/proc/self/gid_map", gid_map) && write_file("/proc/self/uid_map", uid_map) &&
        write_file("/proc/sys/user/max_net_namespaces", "0\n")) {
      Plan plan;
      plan.steps = {planned(Phase::Create, CreateNamespaces{})};
      const auto result = run_plan(plan, {});
      said = result ? "it ran"
                    : fmt::format("{} {} {}", result.error().step.value_or(99), result.error().error.err,
                                  result.error().error.hint);
    }
    _exit(write(ends[1], said.data(), said.size()) < 0);
  }
  close(ends[1]);
  char said[512] = "";
  CHECK(read(ends[0], said, sizeof said - 1) > 0);
  close(ends[0]);
  waitpid(pid, nullptr, 0);
  CHECK(std::string{said}.starts_with(fmt::format("0 {} ENOSPC is a limit here", ENOSPC)));
}

TEST_CASE("the caller's descriptors do not reach the payload") {
  if (!can_run())
    return;
  const int leaked = open("/", O_RDONLY | O_DIRECTORY);  // not close-on-exec, as a careless caller's
  REQUIRE(leaked >= 3);
  CHECK(run(shell({MountProc{}}, fmt::format("test ! -e /proc/self/fd/{}", leaked))) == 0);
  close(leaked);
}

}  // namespace ops_test
