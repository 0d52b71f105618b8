#include "launch/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "child/stack.h"

namespace snug::launch {
namespace {

struct Regions {
  child::Region* out;
  std::size_t most;
  std::size_t count;
};

int add_clean_segments(dl_phdr_info* info, std::size_t, void* data) {
  Regions& regions = *static_cast<Regions*>(data);
  const std::uintptr_t page = static_cast<std::uintptr_t>(getpagesize());
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    // Writable segments are private copies by now: dropping one would bring the file's bytes back,
    // unrelocated.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W))
      continue;
    const std::uintptr_t start = (info->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = (info->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
    if (end > start && regions.count < regions.most)
      regions.out[regions.count++] = {reinterpret_cast<void*>(start), end - start};
  }
  return 0;
}

std::size_t clean_segments(child::Region* out, std::size_t most) {
  Regions regions{out, most, 0};
  (void)dl_iterate_phdr(add_clean_segments, &regions);
  return regions.count;
}

// Near the beginning of the heap: nothing of snug's own has been allocated before static objects are made.
const std::uintptr_t kHeapStart = reinterpret_cast<std::uintptr_t>(std::malloc(1));

}  // namespace

int rest_and_poll(pollfd* polls, std::size_t count, int timeout_ms) {
  (void)malloc_trim(0);
  child::Region regions[9];
  std::size_t drop = clean_segments(regions, 8);
  regions[drop++] = child::stack_below();
  const timespec timeout{.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1'000'000L};
  for (std::size_t i = 0; i < drop; ++i)
    (void)syscall(SYS_madvise, regions[i].start, regions[i].size, MADV_DONTNEED);  // a saving, never a need
  // From here on each new page of code costs what the kernel maps around it, 64 KiB.
  return static_cast<int>(syscall(SYS_ppoll, polls, count, timeout_ms < 0 ? nullptr : &timeout, nullptr, 0));
}

std::size_t clean_regions(child::Region* regions, std::size_t most) {
  return clean_segments(regions, most);
}

std::size_t resting_regions(child::Region* regions, std::size_t most) {
  std::size_t count = clean_segments(regions, most);
  const std::uintptr_t page = static_cast<std::uintptr_t>(getpagesize());
  const std::uintptr_t start = (kHeapStart + page - 1) & ~(page - 1);
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(sbrk(0)) & ~(page - 1);
  if (count < most && end > start)
    regions[count++] = {reinterpret_cast<void*>(start), end - start};
  return count;
}

}  // namespace snug::launch
