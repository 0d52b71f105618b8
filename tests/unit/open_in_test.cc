// The walk that stands in for openat2 must answer as openat2 does. A thread with a filter of its own, under
// which openat2 is unknown, asks beside one that has it.
#include "sys/open_in.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/unique_fd.h"

namespace open_in_test {

using namespace snug;
namespace fs = std::filesystem;

namespace {

struct Answer {
  int error{};
  dev_t dev{};
  ino_t ino{};
  bool operator==(const Answer&) const = default;
};

Answer ask(int root, const std::string& path, std::uint64_t flags, std::uint64_t resolve) {
  const int fd = raw::open_in(root, path.c_str(), flags, resolve);
  if (fd < 0)
    return {.error = -fd};
  const UniqueFd owner{fd};
  struct stat info {};
  fstat(fd, &info);
  return {.dev = info.st_dev, .ino = info.st_ino};
}

bool refuse_openat2(int error) {
  sock_filter code[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_openat2},
                        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)},
                        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const sock_fprog program{4, code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 &&
         syscall(SYS_openat2, -1, "", nullptr, 0) < 0 && errno == error;
}

Answer ask_without_openat2(int root, const std::string& path, std::uint64_t flags, std::uint64_t resolve,
                           int error = ENOSYS) {
  Answer answer;
  bool refused = false;
  std::thread{[&] {
    refused = refuse_openat2(error);
    answer = ask(root, path, flags, resolve);
  }}.join();
  REQUIRE(refused);
  return answer;
}

// BASE/root is walked; BASE/canary is what must not be reached.
class Tree {
 public:
  Tree() {
    char name[] = "/tmp/snug-open-XXXXXX";
    REQUIRE(mkdtemp(name));
    base_ = name;
    fs::create_directories(base_ / "canary");
    std::ofstream{base_ / "canary/file"} << "x";
    const fs::path root = base_ / "root";
    fs::create_directories(root / "a/b/c");
    fs::create_directories(root / "canary");
    std::ofstream{root / "a/file"} << "x";
    link("/a/b", "absolute");
    link("a/b", "relative");
    link("../../../../a", "a/b/up");
    link((base_ / "canary").string(), "out");
    link("../canary", "dots");
    link("../canary/file", "dots-file");
    link("loop", "loop");
    link("nowhere", "dangling");
    link("file", "a/to-file");
    link("/proc/self/root", "magic");
    link("a/", "slash");
    link("absolute/c", "twice");
    fd_.reset(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { fs::remove_all(base_); }
  int fd() const { return fd_.get(); }
  fs::path canary() const { return base_ / "canary"; }

 private:
  void link(const std::string& text, const std::string& name) const {
    fs::create_symlink(text, base_ / "root" / name);
  }
  fs::path base_;
  UniqueFd fd_;
};

constexpr const char* kPaths[] = {"/",
                                  "a",
                                  "/a/b/c",
                                  "a/./b//c/",
                                  "a/../a/file",
                                  "../../a",
                                  "..",
                                  "a/b/../..",
                                  "absolute",
                                  "absolute/c",
                                  "relative/c",
                                  "a/b/up",
                                  "a/b/up/file",
                                  "out",
                                  "out/file",
                                  "dots",
                                  "dots-file",
                                  "loop",
                                  "loop/x",
                                  "dangling",
                                  "dangling/x",
                                  "a/to-file",
                                  "a/file/",
                                  "a/file/x",
                                  "magic",
                                  "magic/etc",
                                  "a/to-file/..",
                                  "slash",
                                  "slash/b",
                                  "slash/to-file",
                                  "twice",
                                  "twice/..",
                                  "missing",
                                  "missing/x",
                                  "a/missing",
                                  "absolute/",
                                  "absolute/../.."};

}  // namespace

TEST_CASE("the walk answers as openat2 does") {
  const Tree tree;
  constexpr std::uint64_t kFlags[] = {O_PATH,   O_PATH | O_NOFOLLOW,    O_PATH | O_DIRECTORY,
                                      O_RDONLY, O_RDONLY | O_DIRECTORY, O_RDONLY | O_NOFOLLOW};
  constexpr std::uint64_t kResolve[] = {
      RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  for (const char* path : kPaths)
    for (const std::uint64_t flags : kFlags)
      for (const std::uint64_t resolve : kResolve) {
        INFO(path << " flags " << flags << " resolve " << resolve);
        const Answer by_kernel = ask(tree.fd(), path, flags, resolve);
        const Answer by_walk = ask_without_openat2(tree.fd(), path, flags, resolve);
        CHECK(by_kernel == by_walk);
      }
}

TEST_CASE("no path leads the walk to what is beside the root") {
  const Tree tree;
  struct stat canary {};
  REQUIRE(stat(tree.canary().c_str(), &canary) == 0);
  for (const char* path : kPaths) {
    const Answer answer =
        ask_without_openat2(tree.fd(), path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    CHECK_FALSE(answer.ino == canary.st_ino);
  }
}

TEST_CASE("a path as long as the kernel takes, and one that is too long") {
  const Tree tree;
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "a/../";
  CHECK(ask_without_openat2(tree.fd(), deep + "a", O_PATH, RESOLVE_IN_ROOT).error == 0);
  CHECK(ask_without_openat2(tree.fd(), std::string(5000, 'x'), O_PATH, RESOLVE_IN_ROOT).error ==
        ENAMETOOLONG);
  CHECK(ask_without_openat2(tree.fd(), std::string(300, 'x'), O_PATH, RESOLVE_IN_ROOT).error == ENAMETOOLONG);
}

TEST_CASE("without a root the path is absolute and magic links stay closed") {
  CHECK(ask_without_openat2(AT_FDCWD, "/proc", O_PATH, RESOLVE_NO_MAGICLINKS).error == 0);
  CHECK(ask_without_openat2(AT_FDCWD, "/proc/self/root", O_PATH, RESOLVE_NO_MAGICLINKS).error == ELOOP);
  CHECK(ask(AT_FDCWD, "/proc/self/root", O_PATH, RESOLVE_NO_MAGICLINKS).error == ELOOP);
}

// The kernel says so when anything on the machine was renamed or mounted during a look-up with "..".
TEST_CASE("a \"..\" that the kernel will not vouch for is walked") {
  const Tree tree;
  for (const char* path : {"a/../a/file", "absolute/../b", "dots/file"}) {
    INFO(path);
    CHECK(ask_without_openat2(tree.fd(), path, O_PATH, RESOLVE_IN_ROOT, EAGAIN) ==
          ask_without_openat2(tree.fd(), path, O_PATH, RESOLVE_IN_ROOT));
  }
  CHECK(ask_without_openat2(tree.fd(), "a/../a/file", O_PATH, RESOLVE_IN_ROOT, EAGAIN).error == 0);
}

}  // namespace open_in_test
