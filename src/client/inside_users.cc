#include "client/inside_users.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"
#include "files/worker.h"
#include "image/users.h"
#include "sys/file_io.h"

namespace snug::client {
namespace {

Result<std::string> read_inside(int root, const std::string& path) {
  const auto file = sys::open_beneath(root, path, O_RDONLY);
  if (!file && (file.error().err == ENOENT || file.error().err == ENOTDIR || file.error().err == EACCES))
    return std::string{};
  if (!file)
    return tl::unexpected{file.error()};
  return sys::read_regular(file->get(), "the container's " + path);
}

}  // namespace

Result<image::Image> users_beneath(int root, int user_namespace) {
  UniqueFd texts[2];
  for (UniqueFd& text : texts) {
    text.reset(memfd_create("snug-users", MFD_CLOEXEC));
    if (!text)
      return fail({.step = "make room for the container's users", .err = errno});
  }
  TRY(files::run_in_user_namespace(user_namespace, [&]() -> Status {
    for (int i = 0; i < 2; ++i) {
      const auto text = TRY(read_inside(root, i == 0 ? "/etc/passwd" : "/etc/group"));
      TRY(sys::write_all(texts[i].get(), text, "the container's users"));
    }
    return {};
  }));
  std::string contents[2];
  for (int i = 0; i < 2; ++i) {
    (void)lseek(texts[i].get(), 0, SEEK_SET);  // cannot fail for a memfd
    auto text = TRY(sys::read_regular(texts[i].get(), "the container's users"));
    contents[i] = std::move(text);
  }
  image::Image image;
  image.users = image::parse_passwd(contents[0]);
  image.groups = image::parse_group(contents[1]);
  return image;
}

}  // namespace snug::client
