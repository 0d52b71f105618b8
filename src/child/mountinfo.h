// /proc/self/mountinfo, read without a heap; everywhere but in init it is sys/mountinfo.h's.
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/raw.h"

namespace snug::child {

// One line of mountinfo (proc_pid_mountinfo(5)): "36 35 98:0 /root /mount/point options…".
struct MountLine {
  uint64_t id{}, parent{};
  char target[PATH_MAX]{};
  size_t length{};
  bool too_long{};
};

class MountInfo {
 public:
  explicit MountInfo(int fd) : fd_{fd} {}

  // 1 with a line, 0 at the end, or minus an errno.
  int next(MountLine& line) {
    line.id = line.parent = line.length = 0;
    line.too_long = false;
    int field = 0;
    for (;;) {
      const int c = get();
      if (c < 0)
        return c == kEnd ? 0 : c;
      if (c == '\n') {
        line.target[line.length] = '\0';
        return 1;
      }
      if (c == ' ')
        ++field;
      else if (field == 0 || field == 1)
        (field == 0 ? line.id : line.parent) =
            (field == 0 ? line.id : line.parent) * 10 + static_cast<uint64_t>(c - '0');
      else if (field == 4)
        add(line, c);
    }
  }

 private:
  static constexpr int kEnd = -100'000;  // no errno

  int get() {
    if (at_ == size_) {
      const long result = raw::call(SYS_read, fd_, buffer_, sizeof buffer_);
      if (result <= 0)
        return result == 0 ? kEnd : static_cast<int>(result);
      at_ = 0;
      size_ = static_cast<size_t>(result);
    }
    return static_cast<unsigned char>(buffer_[at_++]);
  }

  // Spaces and the like are "\040" there.
  void add(MountLine& line, int c) {
    if (c == '\\') {
      c = 0;
      for (int i = 0; i < 3; ++i) c = c * 8 + (get() - '0');
    }
    if (line.length + 1 < sizeof line.target)
      line.target[line.length++] = static_cast<char>(c);
    else
      line.too_long = true;
  }

  int fd_;
  char buffer_[4096];
  size_t at_{}, size_{};
};

}  // namespace snug::child
