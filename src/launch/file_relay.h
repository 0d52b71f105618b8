// Standard descriptors that lead to files, for a command that nobody vouches for: with the descriptor itself
// it could change the file's mode, or cut off what was there before. It gets a pipe, and a process outside
// copies.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::launch {

class FileRelay {
 public:
  FileRelay() = default;
  FileRelay(const FileRelay&) = delete;
  FileRelay& operator=(const FileRelay&) = delete;
  ~FileRelay();

  // Puts a pipe in the place of each standard descriptor that is a regular file, and starts what copies. To
  // be called before init is cloned, which inherits them; signals must be held.
  Status start();

  // Gives snug its own descriptors back, once init has been cloned.
  void give_back();

  // Once nothing inside can write any more: waits until everything written is in the files. Fails with what
  // kept a copier from writing.
  Status finish();

 private:
  struct Copier {
    pid_t pid{};
    int standard{};
  };
  Status place(int standard, bool input);

  UniqueFd own_[3];  // what give_back puts back
  std::vector<Copier> copiers_;
};

}  // namespace snug::launch
