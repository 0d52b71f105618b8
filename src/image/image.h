// An image: an immutable set of files with configuration values. Here: a directory, a stack of directories
// (image.toml), or the host itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace snug::image {

// OCI's image configuration, the part of it that a run uses. Absent means: the image does not say.
struct ImageConfig {
  std::vector<std::string> command{};
  std::vector<std::string> entrypoint{};
  std::vector<std::string> env{};  // "NAME=value"
  std::string workdir{};
  std::string user{};  // "name", "uid", "name:group", "uid:gid"
  std::vector<std::string> ports{};
  std::vector<std::string> volumes{};
  std::map<std::string, std::string> labels{};
  std::string stop_signal{};
  bool operator==(const ImageConfig&) const = default;
};

// A lower directory. dev and ino let the child check that it opens the directory that was looked at.
struct Layer {
  std::string path{};  // absolute, links resolved
  dev_t dev{};
  ino_t ino{};
  uid_t uid{};
  mode_t mode{};  // permission bits of its root
  bool operator==(const Layer&) const = default;
};

// A line of the image's /etc/passwd or /etc/group.
struct UserEntry {
  std::string name{};
  std::uint32_t uid{};
  std::uint32_t gid{};
  std::string home{};
  std::string shell{};
  bool operator==(const UserEntry&) const = default;
};
struct GroupEntry {
  std::string name{};
  std::uint32_t gid{};
  std::vector<std::string> members{};
  bool operator==(const GroupEntry&) const = default;
};

enum class ImageKind { Directory, Host };

struct Image {
  std::string name{};  // as asked for
  ImageKind kind{ImageKind::Directory};
  std::vector<Layer> layers{};  // bottom first; empty for the host
  ImageConfig config{};
  std::vector<UserEntry> users{};  // as the merged image has them
  std::vector<GroupEntry> groups{};
  bool operator==(const Image&) const = default;
};

// Where image names are looked up, and what relative paths are relative to.
struct ImagePlaces {
  std::string store{};  // the store's images/ directory
  std::string cwd{};
};

// `reference` is "host"; a path (it has a '/', or is "." or ".."); or the name of a directory in the store. A
// directory with image.toml in it is a stack, any other a plain root filesystem. Reads image.toml, the
// layers' own stat and the image's /etc/passwd and /etc/group (beneath the layer, regular files of at most 1
// MiB only). Errors name the file and line.
Result<Image> load_image(std::string_view reference, const ImagePlaces& places);

// The text of a file of the merged image, from the topmost layer that has it: path walked beneath each
// layer's dirfd, no link followed out of it. nullopt if no layer has a regular file of at most 1 MiB
// there.
Result<std::optional<std::string>> read_image_file(const std::vector<Layer>& layers, std::string_view path);

}  // namespace snug::image
