// The store after a SIGKILL before and after every system call that changes it.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "container/container_record.h"
#include "support/store_fixture.h"

namespace container_crash_test {

using namespace snug;
using namespace snug::container;

namespace {

using Names = std::set<std::string>;

bool changes_something(std::uint64_t number) {
  constexpr std::uint64_t kCalls[] = {SYS_write,    SYS_pwrite64,  SYS_ftruncate, SYS_fsync,  SYS_fdatasync,
                                      SYS_renameat, SYS_renameat2, SYS_mkdirat,   SYS_openat, SYS_unlinkat,
                                      SYS_linkat,   SYS_fchmod,    SYS_fchmodat,  SYS_fcntl,  SYS_close,
#ifdef SYS_open
                                      SYS_open,     SYS_rename,    SYS_mkdir,     SYS_rmdir,  SYS_unlink,
                                      SYS_chmod,    SYS_link
#endif
  };
  return std::ranges::find(kCalls, number) != std::end(kCalls);
}

enum class Ended { Killed, ByItself };

// Does `work` in a child that is killed at its `stop`th stop: before each of those calls is one, and one
// after.
Ended killed_at(int stop, const std::function<bool()>& work) {
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    _exit(work() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  REQUIRE(WIFSTOPPED(status));
  REQUIRE(ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0);
  bool counted = false;
  for (;;) {
    REQUIRE(ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr) == 0);
    REQUIRE(waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status)) {
      CHECK(WEXITSTATUS(status) == 0);
      return Ended::ByItself;
    }
    REQUIRE(WIFSTOPPED(status));
    REQUIRE(WSTOPSIG(status) == (SIGTRAP | 0x80));
    struct __ptrace_syscall_info info {};
    REQUIRE(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
      counted = changes_something(info.entry.nr);
    if (counted && stop-- == 0) {
      kill(pid, SIGKILL);
      REQUIRE(waitpid(pid, &status, 0) == pid);
      return Ended::Killed;
    }
  }
}

// Kills `work` at every stop, each time in a store of its own that `prepare` has filled, and has `judge` look
// at what is there once the leftovers are swept.
int kill_everywhere(const std::function<void(const StoreFixture&)>& prepare,
                    const std::function<bool(const StoreFixture&)>& work,
                    const std::function<void(const StoreFixture&)>& judge) {
  for (int stop = 0;; ++stop) {
    INFO("killed at stop " << stop);
    StoreFixture f;
    prepare(f);
    if (killed_at(stop, [&] { return work(f); }) == Ended::ByItself)
      return stop;
    for (const std::string& problem : f.problems()) {
      INFO(problem);
      CHECK(problem.find("was left by a crash") != std::string::npos);
    }
    for (const ListedContainer& listed : f.list()) {
      INFO(listed.name << ": " << listed.damage);
      CHECK(listed.damage.empty());
      CHECK_FALSE(listed.running);
    }
    judge(f);
    const auto list = f.list();
    f.store().sweep(ContainerStore::Sweep::Inside);
    CHECK(f.problems().empty());
    CHECK(f.list().size() == list.size());
    if (std::filesystem::exists(f.dir()))
      CHECK(f.entries().size() == list.size());
    // Every name can be used again, after a removal where it is there.
    for (const std::string name : {"web", "moved"}) {
      if (auto there = f.store().find(name)) {
        REQUIRE(there->lock());
        REQUIRE(f.store().remove(*std::move(there)));
      }
      CHECK(f.create(name));
    }
    CHECK(f.problems().empty());
  }
}

const RunState kNew = [] {
  RunState state = StoreFixture::state("0123456789abcdef");
  state.phase = RunPhase::Exited;
  state.exit_code = 7;
  return state;
}();

void make_web(const StoreFixture& f) {
  REQUIRE(f.store().create("web", f.record("0123456789abcdef"), f.state("0123456789abcdef"), 0755, nullptr));
}

bool is_web(const StoreFixture& f, const std::string& name) {
  const auto found = f.store().find(name);
  REQUIRE(found);
  return found->record() == f.record("0123456789abcdef") && found->state() == f.state("0123456789abcdef");
}

}  // namespace

TEST_CASE("a container whose making is killed is there or is not") {
  int made = 0;
  const int stops =
      kill_everywhere([](const StoreFixture&) {},
                      [](const StoreFixture& f) {
                        return bool(f.store().create("web", f.record("0123456789abcdef"),
                                                     f.state("0123456789abcdef"), 0755, nullptr));
                      },
                      [&](const StoreFixture& f) {
                        const auto list = f.list();
                        CHECK(list.size() <= 1);
                        if (!list.empty())
                          CHECK(is_web(f, "web"));
                        made += static_cast<int>(list.size());
                      });
  CHECK(stops > 60);
  CHECK(made > 2);
  CHECK(made < stops / 2);
}

TEST_CASE("a state whose writing is killed is the old or the new one") {
  int fresh = 0;
  const int stops = kill_everywhere(
      make_web, [](const StoreFixture& f) { return bool(f.store().find("web")->write_state(kNew)); },
      [&](const StoreFixture& f) {
        const auto state = f.store().find("web")->state();
        REQUIRE(state);
        CHECK((state == kNew || state == f.state("0123456789abcdef")));
        fresh += state == kNew;
      });
  CHECK(stops > 20);
  CHECK(fresh > 2);
  CHECK(fresh < stops / 2);
}

TEST_CASE("a container whose removal is killed is there or is gone") {
  int gone = 0;
  const int stops = kill_everywhere(
      [](const StoreFixture& f) {
        make_web(f);
        std::filesystem::create_directories(f.dir("web") / "upper/a/b");
      },
      [](const StoreFixture& f) {
        auto found = f.store().find("web");
        return found && found->lock() && f.store().remove(*std::move(found));
      },
      [&](const StoreFixture& f) {
        const auto list = f.list();
        if (!list.empty())
          CHECK(is_web(f, "web"));
        gone += list.empty();
      });
  CHECK(stops > 40);
  CHECK(gone > 20);
  CHECK(gone < stops - 5);
}

TEST_CASE("a container whose renaming is killed has the old or the new name") {
  int moved = 0;
  const int stops = kill_everywhere(
      make_web, [](const StoreFixture& f) { return bool(f.store().rename("web", "moved")); },
      [&](const StoreFixture& f) {
        const auto list = f.list();
        REQUIRE(list.size() == 1);
        CHECK((list[0].name == "web" || list[0].name == "moved"));
        CHECK(is_web(f, list[0].name));
        moved += list[0].name == "moved";
      });
  CHECK(stops > 5);
  CHECK(moved > 1);
  CHECK(moved < stops - 2);
}

TEST_CASE("a sweep that is killed is done by the next") {
  const int stops = kill_everywhere(
      [](const StoreFixture& f) {
        make_web(f);
        std::filesystem::create_directories(f.dir("web") / "upper/a/b");
        std::filesystem::rename(f.dir("web"), f.dir(".gone-0"));
        make_web(f);
        std::filesystem::rename(f.dir("web"), f.dir(".new-0"));
        std::filesystem::create_directory(f.dir(".new-1"));
      },
      [](const StoreFixture& f) {
        f.store().sweep();
        return true;
      },
      [](const StoreFixture& f) { CHECK(f.list().empty()); });
  CHECK(stops > 40);
}

}  // namespace container_crash_test
