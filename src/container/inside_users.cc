#include "container/inside_users.h"

#include <fcntl.h>

#include <cerrno>

#include "image/users.h"
#include "sys/file_io.h"

namespace snug {
namespace {

Result<std::string> read_inside(int root, const std::string& path) {
  const auto file = open_beneath(root, path, O_RDONLY);
  if (!file && (file.error().err == ENOENT || file.error().err == ENOTDIR || file.error().err == EACCES))
    return std::string{};
  if (!file)
    return tl::unexpected{file.error()};
  return read_regular(file->get(), "the container's " + path);
}

}  // namespace

Result<Image> users_beneath(int root) {
  const auto passwd = read_inside(root, "/etc/passwd");
  if (!passwd)
    return tl::unexpected{passwd.error()};
  const auto group = read_inside(root, "/etc/group");
  if (!group)
    return tl::unexpected{group.error()};
  Image image;
  image.users = parse_passwd(*passwd);
  image.groups = parse_group(*group);
  return image;
}

}  // namespace snug
