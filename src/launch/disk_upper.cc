#include "launch/disk_upper.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/text.h"
#include "files/maps_file.h"
#include "image/writable_layer.h"
#include "sys/durable.h"

namespace snug::launch {
namespace {

constexpr const char* kMapped[] = {image::kRootLayer, "cow"};
constexpr store::DraftKind kThrowaway{.prefix = "run-", .mapped = kMapped};

UniqueFd open_parent(const std::string& parent) {
  return UniqueFd{open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

}  // namespace

DiskUpper::DiskUpper(UniqueFd parent, store::Draft draft, std::string path)
    : parent_{std::move(parent)}, draft_{std::move(draft)}, path_{std::move(path)} {}

Result<DiskUpper> DiskUpper::prepare(const std::string& parent, mode_t root_mode, const MapRange* range) {
  const auto failed = [&](int error) {
    return fail({.step = "make a throwaway writable layer below " + escape_control(parent),
                 .err = error,
                 .hint = "XDG_DATA_HOME must be a directory that you can write to; from Linux 6.6 on "
                         "--writable tmpfs needs no disk"});
  };
  if (const int error = sys::make_private_dirs(parent))
    return failed(error);
  UniqueFd store = open_parent(parent);
  if (!store)
    return failed(errno);
  auto draft = store::Draft::make(store.get(), kThrowaway);
  if (!draft)
    return failed(draft.error().err);
  std::string path = fmt::format("{}/{}", parent, draft->name());
  DiskUpper upper{std::move(store), *std::move(draft), std::move(path)};
  const int dir = upper.draft_.dir();
  if (range)
    if (const auto file = files::write_maps_file(dir, *range); !file)
      return failed(file.error().err);
  // The root's mode is the image's; mkdir's would be cut by the umask.
  if (mkdirat(dir, image::kRootLayer, 0700) != 0)
    return failed(errno);
  const UniqueFd layer{openat(dir, image::kRootLayer, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!layer || mkdirat(layer.get(), "upper", 0700) != 0 ||
      fchmodat(layer.get(), "upper", root_mode, 0) != 0 || mkdirat(layer.get(), "work", 0700) != 0)
    return failed(errno);
  return upper;
}

void sweep_disk_uppers(const std::string& parent) {
  if (const UniqueFd store = open_parent(parent))
    store::sweep_drafts(store.get(), kThrowaway);
}

}  // namespace snug::launch
