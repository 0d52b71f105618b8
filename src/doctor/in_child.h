// Something tried in a process of its own, so that nothing of it stays.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <type_traits>

#include "base/unique_fd.h"
#include "doctor/facts.h"

namespace snug::doctor {

// What the child fills in, in memory that it shares with its parent.
template<class T>
class Shared {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Shared() {
    void* place = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place != MAP_FAILED)
      value_ = new (place) T{};
  }
  ~Shared() {
    if (value_)
      munmap(value_, sizeof(T));
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* get() const { return value_; }

 private:
  T* value_{};
};

// The errno that `act` answers, from a fork of this process; nothing where there is no fork, or it did not
// end by itself (a filter may kill whoever makes a call).
template<class Act>
Answer in_child(Act act) {
  const pid_t child = fork();
  if (child < 0)
    return std::nullopt;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(act());
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return std::nullopt;
  return WIFEXITED(status) ? Answer{WEXITSTATUS(status)} : std::nullopt;
}

inline bool write_proc(const char* path, const std::string& text) {
  const UniqueFd file{open(path, O_WRONLY | O_CLOEXEC)};
  return file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Makes this process root of a user and mount namespace of its own.
inline bool become_root_inside(uid_t uid, gid_t gid) {
  return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_proc("/proc/self/setgroups", "deny") &&
         write_proc("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1") &&
         write_proc("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

}  // namespace snug::doctor
