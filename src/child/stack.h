// The stack's pages that were used once and are not any more.
#pragma once

#include <stdint.h>

#include "child/program.h"

namespace snug::child {

// Below the caller's frame, which must be a small one: a page is left to it and to what it calls. Half a MiB
// at most: the kernel keeps other mappings a MiB away from a stack that grows, so that only the stack can be
// in there.
inline Region stack_below() {
  constexpr uintptr_t kPage = 4096;
  constexpr uintptr_t kMost = 512 << 10;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) & ~(kPage - 1)) - kPage;
  return {reinterpret_cast<void*>(end - kMost), kMost};
}

}  // namespace snug::child
