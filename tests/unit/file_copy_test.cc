#include "files/file_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "base/unique_fd.h"
#include "support/scratch_dir.h"
#include "sys/file_io.h"

namespace file_copy_test {

using namespace snug;
using namespace snug::files;
using namespace snug::sys;

TEST_CASE("two files that are copied at once do not get each other's bytes") {
  // They shared one buffer once. Between file systems the kernel copies nothing itself (EXDEV, Linux 5.19),
  // so that it is done by hand.
  const ScratchDir scratch{"/var/tmp"};
  constexpr std::size_t kSize = 8 << 20;
  const auto copy = [&](char byte) {
    const UniqueFd from{memfd_create("from", MFD_CLOEXEC)};
    const UniqueFd to{
        open((scratch.path() / std::string(1, byte)).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    const std::string wanted(kSize, byte);
    struct stat info {};
    if (!from || !to || !write_all(from.get(), wanted, "a file in memory") || fstat(from.get(), &info) != 0)
      return false;
    for (int round = 0; round < 4; ++round) {
      if (ftruncate(to.get(), 0) != 0 || copy_content(from.get(), to.get(), info) != 0)
        return false;
      std::string got(kSize, '\0');
      if (pread(to.get(), got.data(), got.size(), 0) != static_cast<ssize_t>(got.size()) || got != wanted)
        return false;
    }
    return true;
  };
  bool good[2] = {};
  std::thread other{[&] { good[1] = copy('b'); }};
  good[0] = copy('a');
  other.join();
  CHECK(good[0]);
  CHECK(good[1]);
}

}  // namespace file_copy_test
