// What a fuse-overlayfs process can reach: its layers, the libraries that it is linked with, its own /proc,
// and nothing else.
//
// It walks the layers by names. Where somebody who can write to an image puts a link in a directory's place
// between two of its look-ups, fuse-overlayfs (1.4 to 1.14 at least) copies the link up and then makes files
// wherever it leads, with the user's rights. In a root that holds nothing but the layers it leads nowhere.
// The layers are read-only in it, so that a link cannot lead from the writable layer into an image either.
#pragma once

#include <sched.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/step.h"

namespace snug::launch {

struct FuseOverlay {
  std::string program{};               // absolute path of fuse-overlayfs
  std::vector<image::Layer> layers{};  // the lowest first
  std::string disk{};                  // directory with upper/ and work/, and nothing else
  bool kept{};                         // upper/ outlives the sandbox, and so must reach the disk
  bool own_proc{};                     // the kernel lets us mount a procfs here
};

// For the process that calls the next.
constexpr std::uint64_t kFuseRootNamespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC;

// In a new process that has these namespaces, and CAP_SYS_ADMIN over them: its root is the small one from
// here on, in which `program` is at its own path. Fails with the step and the errno; ESTALE for a layer that
// is another directory by now.
Status enter_fuse_root(const FuseOverlay& overlay);

// fuse-overlayfs' -o for that root.
std::string fuse_root_options(const FuseOverlay& overlay);

}  // namespace snug::launch
