#include "container/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <thread>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "container/container_record.h"
#include "container/names.h"
#include "container/store_files.h"
#include "store/document.h"
#include "sys/durable.h"
#include "sys/parallel.h"
#include "sys/process_identity.h"

namespace snug::container {

using namespace store_files;

namespace {

// A fifth of a second in all: for a process that ends, and was told to wait for a processor meanwhile.
constexpr int kFarewellTries = 20;
constexpr std::chrono::milliseconds kFarewellPause{10};

// Nearest names only for a person who reads them; a store of thousands is still one listing.
std::string did_you_mean(int store, const std::string& name) {
  std::vector<std::string> names;
  if (const Dir entries = list_dir(store))
    while (const dirent* entry = readdir(entries.get()))
      if (entry->d_name[0] != '.')
        names.emplace_back(entry->d_name);
  const std::vector<std::string_view> views{names.begin(), names.end()};
  const std::string_view near = nearest(name, views);
  return near.empty() ? "snug ps -a lists them all" : fmt::format("did you mean {}?", escape_control(near));
}

tl::unexpected<Error> no_such(int store, const std::string& name, int error) {
  if (error != ENOENT)
    return fail({.step = fmt::format("open container {}", escape_control(name)), .err = error});
  return fail({.step = fmt::format("no container is called {}", escape_control(name)),
               .err = ENOENT,
               .hint = did_you_mean(store, name),
               .err_said = true});
}

}  // namespace

Error store_files::of_container(const Container& container, Error error) {
  error.step = fmt::format("container {}: {}", escape_control(container.name()), error.step);
  if (error.err == EBADMSG)
    error.hint = "snug check lists what is damaged; snug rm removes a container that is";
  return error;
}

std::string Container::path() const {
  std::string path(PATH_MAX, '\0');
  const ssize_t n = readlink(fmt::format("/proc/self/fd/{}", dir_.get()).c_str(), path.data(), path.size());
  path.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return path;
}

Result<ContainerRecord> Container::record() const {
  auto record = store::read_document(dir_.get(), kRecord, kRecordFormat).and_then(container_record);
  if (!record)
    return fail(of_container(*this, record.error()));
  return record;
}

Result<RunState> Container::state() const {
  auto state = store::read_document(dir_.get(), kState, kRecordFormat).and_then(run_state);
  if (!state)
    return fail(of_container(*this, state.error()));
  return state;
}

Status Container::write_state(const RunState& state) const {
  if (Status status = store::write_document(dir_.get(), kState, kRecordFormat, to_json(state)); !status)
    return fail(of_container(*this, status.error()));
  return {};
}

Status Container::write_record(const ContainerRecord& record) const {
  if (Status status = store::write_document(dir_.get(), kRecord, kRecordFormat, to_json(record)); !status)
    return fail(of_container(*this, status.error()));
  return {};
}

// Does its name still lead here? Not where it was removed, or renamed.
bool Container::is_in_place() const {
  return sys::is_same_file(dir_.get(), dir_.get(), "../" + name_);
}

Result<bool> Container::running() const {
  const UniqueFd lock = open_lock(dir_.get(), O_RDONLY);
  int locked = lock ? sys::is_file_locked(lock.get()) : -errno;
  if (locked == -ENOENT && is_in_place())
    locked = sys::is_directory_locked(dir_.get());
  if (locked < 0)
    return fail(
        {.step = fmt::format("ask for the lock of container {}", escape_control(name_)), .err = -locked});
  return locked == 1;
}

// What does not hold the directory, and cannot be told from what does, is not destroyed.
Status Container::hold_directory(bool lost) const {
  int error = sys::lock_directory(dir_.get());
  // Whoever ends closes one descriptor after the other, and may have come to the file and not yet to this.
  for (int tries = 0; error == EAGAIN && !lost && tries < kFarewellTries; ++tries) {
    std::this_thread::sleep_for(kFarewellPause);
    error = sys::lock_directory(dir_.get());
  }
  if (error == 0 || (error != EAGAIN && !lost))
    return {};
  const std::string name = escape_control(name_);
  const std::string file = fmt::format("{}/{}", escape_control(path()), kLock);
  if (error != EAGAIN)
    return fail(
        {.step = fmt::format("container {} has no file \"lock\", and it cannot be told if it runs", name),
         .hint = fmt::format("if it does not: touch {}", file)});
  if (!lost)
    return fail({.step = fmt::format("the file \"lock\" of container {} was replaced while it runs", name),
                 .hint = fmt::format("rm {0}; then snug stop {1} reaches it", file, name)});
  return fail({.step = fmt::format("lock container {}", name), .err = EBUSY});
}

// With the directory held. Whoever deleted the file may have done so under a supervisor that still has it
// open, of a snug that held no directories.
Result<UniqueFd> Container::make_lost_lock() const {
  const std::string name = escape_control(name_);
  if (const auto last = state();
      last && sys::is_still_there(static_cast<pid_t>(last->init_pid), last->init_start, last->boot_id))
    return fail({.step = fmt::format("container {} has no file \"lock\", and runs", name),
                 .hint = fmt::format("end its supervisor first, process {}", last->supervisor_pid)});
  UniqueFd lock = open_lock(dir_.get(), O_RDWR | O_CREAT);
  if (!lock)
    return fail({.step = fmt::format("make the lost file \"lock\" of container {}", name), .err = errno});
  return lock;
}

Status Container::lock() {
  const auto failed = [&](std::string_view why, int error) {
    return fail({.step = fmt::format("{} container {}", why, escape_control(name_)), .err = error});
  };
  UniqueFd lock = open_lock(dir_.get(), O_RDWR);
  const int opened = lock ? 0 : errno;
  const bool lost = opened == ENOENT && is_in_place();
  if (!lock && !lost)
    return failed("lock", opened);
  // The file before the directory: of two who want it the one who has lost must not hold what the other
  // wants.
  if (const int error = lock ? sys::lock_file(lock.get()) : 0)
    return failed("lock", error == EAGAIN ? EBUSY : error);
  TRY(hold_directory(lost));
  const auto let_go = [&](Status status) {
    sys::unlock_directory(dir_.get());
    return status;
  };
  if (lost) {
    auto made = make_lost_lock();
    if (!made)
      return let_go(tl::unexpected{std::move(made).error()});
    lock = *std::move(made);
    if (const int error = sys::lock_file(lock.get()))
      return let_go(failed("lock", error == EAGAIN ? EBUSY : error));
  }
  // Removed, or renamed, in the moment before: its name may be another's by now.
  if (!is_in_place())
    return let_go(failed("somebody has removed or renamed", ENOENT));
  lock_ = std::move(lock);
  return {};
}

void Container::unlock() {
  sys::unlock_directory(dir_.get());
  lock_.reset();
}

ContainerStore::ContainerStore(std::string store_dir) : path_{join_path(store_dir, "containers")} {}

Result<Container> ContainerStore::find(const std::string& name) const {
  TRY(check_container_name(name, "container"));
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store)
    return no_such(-1, name, errno);
  Container container;
  container.name_ = name;
  container.dir_ = open_dir(store.get(), name);
  if (!container.dir_)
    return no_such(store.get(), name, errno);
  return container;
}

Status ContainerStore::rename(const std::string& from, const std::string& to) const {
  for (const std::string& name : {from, to}) TRY(check_container_name(name, "container"));
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store)
    return no_such(-1, from, errno);
  const std::string step = fmt::format("rename container {} to {}", escape_control(from), escape_control(to));
  switch (const int error = sys::rename_to_new(store.get(), from, to)) {
    case 0:
      return sys::sync_fd(store.get(), path_);
    case ENOENT:
      return no_such(store.get(), from, error);
    case EEXIST:
      return fail(name_in_use(to));
    default:
      return fail({.step = step, .err = error});
  }
}

std::optional<ListedContainer> ContainerStore::look_at(int store, const std::string& name) {
  Container container;
  container.name_ = name;
  container.dir_ = open_dir(store, name);
  if (!container.dir_ && (errno == ENOENT || errno == ENOTDIR))
    return std::nullopt;
  ListedContainer listed{.name = name};
  // The lock first: who holds it writes the end into the state before letting go.
  auto running = container.running();
  auto state = container.state();
  // One that seems to run, and nobody holds its lock: killed, or started just now.
  if (state && state->phase == RunPhase::Running && running == false)
    running = container.running();
  listed.running = running.value_or(false);
  listed.newer = !state && state.error().err == kNewerFormat;
  listed.damage = !state ? describe(state.error()) : !running ? describe(running.error()) : "";
  if (state)
    listed.state = *std::move(state);
  // What is being removed loses its name first and its files then.
  if (!listed.damage.empty() && !sys::is_same_file(container.dir(), store, name))
    return std::nullopt;
  return listed;
}

Result<std::vector<ListedContainer>> ContainerStore::list() const {
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store && errno == ENOENT)
    return std::vector<ListedContainer>{};
  const Dir entries = store ? list_dir(store.get()) : nullptr;
  if (!entries)
    return fail({.step = fmt::format("list {}", escape_control(path_)), .err = errno});
  std::vector<std::string> names;
  while (const dirent* entry = readdir(entries.get()))
    if (check_container_name(entry->d_name, "") && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN))
      names.emplace_back(entry->d_name);  // check() tells of the others
  std::ranges::sort(names);
  // A container takes nine calls and a parser: of a thousand they add up to what a person notices.
  constexpr std::size_t kPerThread = 64;
  std::vector<std::optional<ListedContainer>> looked(names.size());
  sys::for_each_index(names.size(), kPerThread,
                      [&](std::size_t i) { looked[i] = look_at(store.get(), names[i]); });
  std::vector<ListedContainer> list;
  list.reserve(names.size());
  for (auto& one : looked)
    if (one)
      list.push_back(*std::move(one));
  return list;
}

}  // namespace snug::container
