#include "launch/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace snug {
namespace {

int drop_clean_segments(dl_phdr_info* info, std::size_t, void*) {
  const std::uintptr_t page = static_cast<std::uintptr_t>(getpagesize());
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    // Writable segments are private copies by now: dropping one would bring the file's bytes back,
    // unrelocated.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W))
      continue;
    const std::uintptr_t start = (info->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = (info->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
    if (end > start)
      (void)madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);  // a saving, never a need
  }
  return 0;
}

}  // namespace

void rest_memory() {
  (void)malloc_trim(0);
  (void)dl_iterate_phdr(drop_clean_segments, nullptr);
}

}  // namespace snug
