#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "container/container_record.h"
#include "container/store.h"
#include "files/maps_file.h"
#include "support/store_fixture.h"
#include "sys/durable.h"
#include "sys/process_identity.h"

namespace container_store_test {

using namespace snug;
using namespace snug::container;
using namespace snug::files;
using namespace snug::store;
using namespace snug::sys;
namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

void flip_a_bit(const fs::path& path) {
  std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
  file.seekp(100);
  file.put('\x7f');
  REQUIRE(file.good());
}

const MapRange kRange{
    "/usr/bin/newuidmap", "/usr/bin/newgidmap", {{0, 1000, 1}, {1, 100000, 65536}}, {{0, 1000, 1}}};

}  // namespace

TEST_CASE("a container is made whole, closed to others, and locked") {
  StoreFixture f;
  umask(077);
  const auto made =
      f.store().create("web", f.record("0123456789abcdef"), f.state("0123456789abcdef"), 01777, nullptr);
  umask(022);
  REQUIRE(made);
  CHECK(made->name() == "web");
  CHECK(made->locked());
  CHECK(made->path() == f.dir("web"));
  CHECK(f.entries() == Names{"web"});
  CHECK(mode_of(f.dir()) == 0700);
  CHECK(mode_of(f.dir("web")) == 0700);
  CHECK(mode_of(f.dir("web") / "root/upper") == 01777);
  for (const char* part : {"root", "root/work", "cow"}) CHECK(mode_of(f.dir("web") / part) == 0700);
  for (const char* file : {"container.json", "state.json", "lock"})
    CHECK(mode_of(f.dir("web") / file) == 0600);
  CHECK_FALSE(fs::exists(f.dir("web") / "maps"));
  CHECK(made->record() == f.record("0123456789abcdef"));
  CHECK(made->state() == f.state("0123456789abcdef"));
  CHECK(made->running() == true);
  CHECK(f.problems().empty());
}

TEST_CASE("a range of ids is kept beside the files that may have them") {
  StoreFixture f;
  REQUIRE(f.create("web", &kRange));
  const auto found = f.store().find("web");
  REQUIRE(found);
  CHECK(read_maps_file(found->dir()).value() == kRange);
  CHECK(f.problems().empty());
  std::ofstream{f.dir("web") / "maps"} << "/usr/bin/newuidmap\n/usr/bin/newgidmap\nu 0 1000";
  CHECK(f.problems() == std::vector<std::string>{"container web: maps is damaged"});
}

TEST_CASE("a map of every version is read, and a newer one keeps its container") {
  StoreFixture f;
  auto made = f.create("web", &kRange);
  REQUIRE(made);
  const auto put = [&](std::string_view text) {
    std::ofstream{f.dir("web") / "maps", std::ios::trunc} << text;
  };
  const std::string ranges = "u 0 1000 1\nu 1 100000 65536\ng 0 1000 1\n";
  put("/usr/bin/newuidmap\n/usr/bin/newgidmap\n" + ranges);
  CHECK(read_maps_file(made->dir()).value() == kRange);
  put("version 2 since 0.2\n/usr/bin/newuidmap\n/usr/bin/newgidmap\n" + ranges);
  CHECK(read_maps_file(made->dir()).value() == kRange);
  for (const char* bad : {"version 1 since 0.1", "version x since 0.2", "version 2", "version 2 since"}) {
    put(std::string{bad} + "\n/usr/bin/newuidmap\n/usr/bin/newgidmap\n" + ranges);
    CHECK(read_maps_file(made->dir()).error().err == EBADMSG);
  }
  put("version 3 since 0.9\nwhatever\n");
  CHECK(f.problems() == std::vector<std::string>{"container web: maps was written by snug 0.9 or later"});
  const auto removed = f.store().remove(*std::move(made));
  REQUIRE_FALSE(removed);
  CHECK(removed.error().step == "container web: maps was written by snug 0.9 or later");
  CHECK(f.entries() == Names{"web"});
  put("/usr/bin/newuidmap\n");  // lost: what is the user's own goes without it
  auto again = f.store().find("web");
  REQUIRE(again);
  REQUIRE(again->lock());
  CHECK(f.store().remove(*std::move(again)));
  CHECK(f.entries() == Names{});
}

TEST_CASE("a container of a later snug is called newer, not damaged") {
  StoreFixture f;
  for (const char* name : {"newer", "other"}) REQUIRE(f.create(name));
  const auto newer = f.store().find("newer");
  REQUIRE(newer);
  for (const char* file : {"container.json", "state.json"})
    REQUIRE(write_document(newer->dir(), file, {.version = kRecordFormat.version + 1, .since = "0.9"}, {}));
  const auto state = newer->state();
  REQUIRE_FALSE(state);
  CHECK(describe(state.error()) == "container newer: state.json was written by snug 0.9 or later");
  CHECK(state.error().hint.find("damaged") == std::string::npos);
  CHECK(state.error().hint.find("snug 0.9") != std::string::npos);
  const auto list = f.list();
  REQUIRE(list.size() == 2);
  CHECK(list[0].newer);
  CHECK(list[0].damage == describe(state.error()));
  CHECK_FALSE(list[1].newer);
  CHECK(f.problems().size() == 2);
}

TEST_CASE("a name is given once, and names are checked") {
  StoreFixture f;
  const auto first = f.create("web");
  REQUIRE(first);
  const auto second = f.create("web");
  REQUIRE_FALSE(second);
  CHECK(second.error().err == EEXIST);
  CHECK(describe(second.error()) == "the name web is in use by a container");
  for (const char* name : {"", ".", "..", "../web", "a/b", "-x", ".new-1", "a\n"})
    CHECK_FALSE(f.create(name));
  CHECK_FALSE(f.create(std::string(300, 'x')));
  CHECK(f.entries() == Names{"web"});
  // A file or a link by that name is in the way as well, and stays.
  fs::create_symlink("nowhere", f.dir("link"));
  CHECK(f.create("link").error().err == EEXIST);
  CHECK(fs::is_symlink(f.dir("link")));
}

TEST_CASE("where nothing can be made, the error says where, and nothing stays") {
  StoreFixture f;
  fs::create_directories(f.dir().parent_path());
  std::ofstream{f.dir()} << "a file";
  const auto made = f.create("web");
  REQUIRE_FALSE(made);
  CHECK(made.error().err == ENOTDIR);
  CHECK_FALSE(f.store().list());
  CHECK_FALSE(f.store().check());
  CHECK(f.store().find("web").error().err == ENOTDIR);
}

TEST_CASE("without a store there are no containers, and none is made by asking") {
  StoreFixture f;
  CHECK(f.list().empty());
  CHECK(f.problems().empty());
  f.store().sweep();
  CHECK(f.store().find("web").error().err == ENOENT);
  CHECK(f.store().rename("a", "b").error().err == ENOENT);
  CHECK_FALSE(fs::exists(f.dir()));
}

TEST_CASE("what is not there is not found, and near names are offered") {
  StoreFixture f;
  REQUIRE(f.create("webserver"));
  const auto found = f.store().find("websever");
  REQUIRE_FALSE(found);
  CHECK(found.error().err == ENOENT);
  CHECK(describe(found.error()) == "no container is called websever");
  CHECK(found.error().hint == "did you mean webserver?");
  CHECK(f.store().find("completely-else").error().hint == "snug ps -a lists them all");
  CHECK(f.store().find("../x").error().err == 0);
  fs::create_directory_symlink(f.dir("webserver"), f.dir("link"));
  CHECK_FALSE(f.store().find("link"));
}

TEST_CASE("a lock is held by one, for as long as it lives") {
  StoreFixture f;
  auto first = f.create("web");
  REQUIRE(first);
  auto second = f.store().find("web");
  REQUIRE(second);
  CHECK(second->running() == true);
  CHECK(second->lock().error().err == EBUSY);
  CHECK_FALSE(second->locked());
  {
    const Container ends = *std::move(first);
    CHECK(second->running() == true);
  }
  CHECK(second->running() == false);
  REQUIRE(second->lock());
  CHECK(second->locked());
  CHECK(f.store().find("web")->running() == true);
}

TEST_CASE("asking for a lock does not take it, not even for a moment") {
  StoreFixture f;
  REQUIRE(f.create("web"));
  const pid_t pid = fork();
  if (pid == 0) {
    const auto found = f.store().find("web");
    for (;;) (void)found->running();
  }
  int refused = 0;
  for (int i = 0; i < 5000; ++i) refused += !f.store().find("web")->lock();
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  CHECK(refused == 0);
}

TEST_CASE("the lock lives in a child of fork, and ends with a kill") {
  StoreFixture f;
  int tell[2];
  REQUIRE(pipe2(tell, O_CLOEXEC) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    const auto made = f.create("web");
    (void)!write(tell[1], "x", 1);
    pause();
    _exit(0);
  }
  char byte = 0;
  REQUIRE(read(tell[0], &byte, 1) == 1);
  const auto found = f.store().find("web");
  REQUIRE(found);
  CHECK(found->running() == true);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  CHECK(found->running() == false);
  close(tell[0]), close(tell[1]);
}

TEST_CASE("a lock of a container that was removed or renamed meanwhile is refused") {
  StoreFixture f;
  REQUIRE(f.create("web"));
  auto late = f.store().find("web");
  auto other = f.store().find("web");
  REQUIRE(f.store().rename("web", "new"));
  CHECK(late->lock().error().err == ENOENT);
  // And where the name is another's.
  REQUIRE(f.create("web"));
  CHECK(other->lock().error().err == ENOENT);
  CHECK_FALSE(other->locked());
}

TEST_CASE("a container without its lock file runs while its directory is held, and is locked anew then") {
  StoreFixture f;
  auto supervisor = f.create("web");
  REQUIRE(supervisor);
  fs::remove(f.dir("web") / "lock");
  auto found = f.store().find("web");
  REQUIRE(found);
  CHECK((found->running() == true));
  CHECK(f.list().at(0).running);
  CHECK(f.list().at(0).damage.empty());
  CHECK(f.problems() == std::vector<std::string>{"container web: the file lock is missing"});
  CHECK(found->lock().error().err == EBUSY);
  CHECK_FALSE(found->locked());
  CHECK_FALSE(fs::exists(f.dir("web") / "lock"));
  supervisor->unlock();
  CHECK((found->running() == false));
  REQUIRE(found->lock());
  CHECK(f.problems().empty());
  auto other = f.store().find("web");
  CHECK((other->running() == true));
  CHECK(other->lock().error().err == EBUSY);
  REQUIRE(f.store().remove(std::move(*found)));
  CHECK(f.entries().empty());
}

TEST_CASE("a lock file in the place of one that is held does not set its container free") {
  StoreFixture f;
  auto supervisor = f.create("web");
  REQUIRE(supervisor);
  auto found = f.store().find("web");
  REQUIRE(found);
  const fs::path lock = f.dir("web") / "lock";
  fs::remove(lock);
  std::ofstream{lock} << "";
  const Status refused = found->lock();
  CHECK(refused.error().step == "the file \"lock\" of container web was replaced while it runs");
  CHECK(refused.error().err == 0);
  CHECK_FALSE(found->locked());
  // And what was refused holds nothing.
  CHECK(is_file_locked(UniqueFd{open(lock.c_str(), O_RDWR | O_CLOEXEC)}.get()) == 0);
  supervisor->unlock();
  CHECK(found->lock());
}

TEST_CASE("a container without its lock file is not taken from a supervisor that holds no directory") {
  StoreFixture f;
  auto made = f.create("web");
  REQUIRE(made);
  RunState state = *made->state();
  state.supervisor_pid = 4711;
  state.init_pid = getpid();
  state.init_start = *start_time_of(getpid());
  state.boot_id = boot_id();
  REQUIRE(made->write_state(state));
  made->unlock();
  fs::remove(f.dir("web") / "lock");
  auto found = f.store().find("web");
  REQUIRE(found);
  const Status refused = found->lock();
  CHECK(refused.error().step == "container web has no file \"lock\", and runs");
  CHECK(refused.error().hint == "end its supervisor first, process 4711");
  CHECK_FALSE(fs::exists(f.dir("web") / "lock"));
  CHECK(is_directory_locked(found->dir()) == 0);
  // Another process has its number by now.
  ++state.init_start;
  REQUIRE(found->write_state(state));
  CHECK(found->lock());
}

TEST_CASE("a state is replaced, and the container may have another name by then") {
  StoreFixture f;
  const auto made = f.create("web");
  REQUIRE(made);
  REQUIRE(f.store().rename("web", "moved"));
  RunState state = *made->state();
  state.phase = RunPhase::Exited;
  state.exit_code = 3;
  REQUIRE(made->write_state(state));
  CHECK(f.store().find("moved")->state() == state);
  CHECK(made->path() == f.dir("moved"));
  CHECK(f.problems().empty());
}

TEST_CASE("renaming does not replace") {
  StoreFixture f;
  REQUIRE(f.create("a"));
  REQUIRE(f.create("b"));
  CHECK(f.store().rename("a", "b").error().err == EEXIST);
  CHECK(f.store().rename("none", "c").error().err == ENOENT);
  CHECK_FALSE(f.store().rename("a", "../c"));
  CHECK_FALSE(f.store().rename("a", ".hidden"));
  CHECK(f.entries() == Names{"a", "b"});
  REQUIRE(f.store().rename("a", "c"));
  CHECK(f.entries() == Names{"b", "c"});
}

TEST_CASE("listing is by name, and what is damaged does not hide the rest") {
  StoreFixture f;
  const auto running = f.create("b");
  for (const char* name : {"c", "a", "damaged", "empty"}) REQUIRE(f.create(name));
  flip_a_bit(f.dir("damaged") / "state.json");
  std::ofstream{f.dir("empty") / "state.json", std::ios::trunc};
  fs::create_directory(f.dir(".new-0000"));
  fs::create_directory(f.dir("strange name"));
  std::ofstream{f.dir("file")};
  const auto list = f.list();
  REQUIRE(list.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    INFO(list[i].name);
    CHECK(list[i].name == std::vector<std::string>{"a", "b", "c", "damaged", "empty"}[i]);
    CHECK(list[i].running == (i == 1));
    CHECK(list[i].damage.empty() == (i < 3));
  }
  CHECK(list[3].damage.find("container damaged: state.json is damaged") == 0);
  CHECK(list[0].state.created_ns == 5);
}

TEST_CASE("a container is removed with all that it wrote") {
  StoreFixture f;
  auto made = f.create("web");
  REQUIRE(made);
  fs::create_directories(f.dir("web") / "root/upper/etc/deep");
  std::ofstream{f.dir("web") / "root/upper/etc/deep/file"} << "x";
  fs::create_directories(f.dir("web") / "root/work/work/inside");
  REQUIRE(chmod((f.dir("web") / "root/work/work").c_str(), 0) == 0);
  std::ofstream{f.dir("web") / "log.1"} << "x";
  REQUIRE(f.create("other"));
  REQUIRE(f.store().remove(*std::move(made)));
  CHECK(f.entries() == Names{"other"});
  CHECK(f.create("web"));
}

TEST_CASE("only who holds the lock removes") {
  StoreFixture f;
  const auto made = f.create("web");
  CHECK(f.store().remove(*f.store().find("web")).error().err == EBUSY);
  CHECK(f.entries() == Names{"web"});
}

TEST_CASE("the very container that is locked is removed, whatever its name is by then") {
  StoreFixture f;
  auto made = f.create("web");
  REQUIRE(made);
  REQUIRE(f.store().rename("web", "moved"));
  REQUIRE(f.create("web"));
  REQUIRE(f.store().remove(*std::move(made)));
  CHECK(f.entries() == Names{"web"});
}

TEST_CASE("leftovers of crashes are named and swept, and what is being made is not") {
  StoreFixture f;
  REQUIRE(f.create("web"));
  REQUIRE(f.create("half"));
  fs::rename(f.dir("half"), f.dir(".new-00000000000000ff"));
  REQUIRE(f.create("half"));
  fs::rename(f.dir("half"), f.dir(".gone-00000000000000ff"));
  const auto busy = f.create("busy");
  fs::rename(f.dir("busy"), f.dir(".new-busy"));
  const auto going = f.create("going");
  fs::rename(f.dir("going"), f.dir(".gone-busy"));
  fs::create_directory(f.dir(".new-empty"));
  fs::create_directory(f.dir(".gone-empty"));
  std::ofstream{f.dir("web") / ".tmp-state.json-0"} << "{";
  CHECK(f.problems() ==
        std::vector<std::string>{".gone-00000000000000ff was left by a crash while a container was removed",
                                 ".gone-empty was left by a crash while a container was removed",
                                 ".new-00000000000000ff was left by a crash while a container was made",
                                 ".new-empty was left by a crash while a container was made",
                                 "container web: .tmp-state.json-0 was left by a crash"});
  f.store().sweep();
  CHECK(f.entries() == Names{".gone-busy", ".new-busy", "web"});
  CHECK(f.problems().size() == 1);
  f.store().sweep(ContainerStore::Sweep::Inside);
  CHECK(f.problems().empty());
}

TEST_CASE("what is wrong in the store is said, one sentence each") {
  StoreFixture f;
  for (const char* name : {"damaged", "ids", "open", "parts", "well"}) REQUIRE(f.create(name));
  flip_a_bit(f.dir("damaged") / "container.json");
  fs::copy_file(f.dir("well") / "state.json", f.dir("ids") / "state.json",
                fs::copy_options::overwrite_existing);
  REQUIRE(chmod(f.dir("open").c_str(), 0755) == 0);
  REQUIRE(chmod((f.dir("open") / "lock").c_str(), 0644) == 0);
  fs::remove_all(f.dir("parts") / "root");
  fs::create_directory_symlink("/tmp", f.dir("parts") / "root");
  fs::create_directory(f.dir("a\x1b[31m"));
  std::ofstream{f.dir("file")};
  REQUIRE(chmod(f.dir().c_str(), 0711) == 0);
  const auto problems = f.problems();
  REQUIRE(problems.size() == 8);
  CHECK(problems[0] == f.dir().string() + " is open to others (mode 0711)");
  CHECK(problems[1] == "a\\x1b[31m is not a container's name");
  CHECK(problems[2].find("container damaged: container.json is damaged") == 0);
  CHECK(problems[3] == "file is not a container's directory");
  CHECK(problems[4] == "container ids: its files have different ids");
  CHECK(problems[5] == "container open is open to others (mode 0755)");
  CHECK(problems[6] == "container open: lock is open to others (mode 0644)");
  CHECK(problems[7] == "container parts: the directory root is missing");
}

TEST_CASE("of many that want the same names at once, one wins each") {
  StoreFixture f;
  constexpr int kProcesses = 16;
  constexpr int kNames = 20;
  int wins[2];
  int gate[2];
  REQUIRE(pipe2(wins, O_CLOEXEC) == 0);
  REQUIRE(pipe2(gate, O_CLOEXEC) == 0);
  pid_t pids[kProcesses];
  for (pid_t& pid : pids) {
    pid = fork();
    if (pid != 0)
      continue;
    close(gate[1]);
    char byte = 0;
    (void)!read(gate[0], &byte, 1);  // until all of them are there
    bool good = true;
    for (int n = 0; n < kNames; ++n) {
      f.store().sweep();  // as every run does, and a hard one for those that are being made
      const auto made = f.create("name-" + std::to_string(n));
      byte = static_cast<char>(n);
      good = good && (made ? write(wins[1], &byte, 1) == 1 : made.error().err == EEXIST);
    }
    _exit(good ? 0 : 1);
  }
  close(gate[0]), close(gate[1]), close(wins[1]);
  std::multiset<int> won;
  for (char byte = 0; read(wins[0], &byte, 1) == 1;) won.insert(byte);
  close(wins[0]);
  for (const pid_t pid : pids) {
    int status = 1;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
  }
  for (int n = 0; n < kNames; ++n) CHECK(won.count(n) == 1);
  CHECK(f.list().size() == kNames);
  CHECK(f.entries().size() == kNames);
  CHECK(f.problems().empty());
}

}  // namespace container_store_test
