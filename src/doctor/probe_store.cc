// Where containers, images and writable layers lie, and on what.
#include <dirent.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "base/path.h"
#include "doctor/probe.h"
#include "doctor/proc_text.h"
#include "image/image.h"
#include "sys/file_io.h"

namespace snug::doctor {
namespace {

// For a magic number that mountinfo gives no name: another file system may be mounted over it.
std::string type_name(const std::string& dir, std::uint64_t magic) {
  if (const auto text = sys::read_text_file("/proc/self/mountinfo", 64 << 20)) {
    const auto mounts = sys::parse_mountinfo(*text);
    if (const sys::MountLine* mount = mount_of(mounts, dir))
      return mount->type;
  }
  return magic == 0x6969 ? "nfs" : magic == 0x794c7630 ? "overlay" : "";
}

std::vector<std::string> names_in(const std::string& dir) {
  std::vector<std::string> names;
  DIR* const list = opendir(dir.c_str());
  if (!list)
    return names;
  while (const dirent* entry = readdir(list))
    if (entry->d_name[0] != '.')
      names.emplace_back(entry->d_name);
  closedir(list);
  return names;
}

}  // namespace

void read_place(const host::HostView& host, const std::string& path, StoreFacts& facts) {
  facts.path = facts.dir = path;
  auto magic = host.file_system(facts.dir);
  while (!magic && facts.dir != "/") {
    facts.dir = parent_path(facts.dir);
    magic = host.file_system(facts.dir);
  }
  facts.magic = magic.value_or(0U);
  facts.type = type_name(facts.dir, facts.magic);
  struct statvfs place {};
  facts.read_only = statvfs(facts.dir.c_str(), &place) == 0 && (place.f_flag & ST_RDONLY);
  char label[256]{};
  if (getxattr(facts.dir.c_str(), "security.selinux", label, sizeof label - 1) > 0)
    facts.label = label;
}

void read_store(const host::HostView& host, StoreFacts& facts) {
  read_place(host, host.store_dir(), facts);
  const std::string images = facts.path + "/images";
  for (const std::string& name : names_in(images))
    if (const auto image = image::load_image(name, {.store = images, .cwd = "/"}))
      for (const image::Layer& layer : image->layers)
        for (const std::string& mount : host.mounts_below(layer.path))
          facts.below.push_back(name + ": " + mount);
}

}  // namespace snug::doctor
