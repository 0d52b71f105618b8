// A new image of what a container has changed: its image's layers, and one more.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/id_map.h"
#include "base/result.h"
#include "image/changes.h"
#include "image/image.h"

namespace snug::image {

// Runs the work in a process with the container's ids: run_with_ids, or Rootfs::as_its_user.
using WithIds = std::function<Status(const std::function<Status()>&)>;

struct CommitJob {
  int container{};       // the container's directory, with upper/ in it
  std::string images{};  // the store's images/
  std::string name{};    // of the new image
  std::vector<Layer> layers{};
  ImageConfig config{};
  std::vector<std::string> comments{};  // for image.toml
  OwnPlaces own{};
  std::optional<MapRange> range{};
  WithIds with_ids{};
  // Told of what a layer cannot hold: sockets, devices.
  std::function<void(const std::string& path, const char* why)> skipped{};
};

// The image is there whole or not at all, whatever happens meanwhile: it is made beside the others under the
// name ".new-…", locked, written to the disk, and renamed. The layers that it is built on are named by their
// paths, and not changed.
Status commit_image(const CommitJob& job);

// Removes what commits that were killed have left in `images`.
void sweep_new_images(int images);

}  // namespace snug::image
