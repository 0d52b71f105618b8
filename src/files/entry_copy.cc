#include "files/entry_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/unique_fd.h"
#include "files/file_copy.h"
#include "files/tree_descent.h"

namespace snug::files {

// Runs `make` for a new name and gives what it has made its final name, or removes it again.
template<class Make>
int EntryCopy::make_file(int to, const std::string& as, Make&& make) const {
  const std::string name = rules_.replace ? unfinished_name() : as;
  bool made = false;
  int error = make(name, made);
  if (error == 0 && rules_.replace)
    error = put_in_place(to, name, as, true);
  if (error != 0 && made)
    (void)unlinkat(to, name.c_str(), 0);
  return error;
}

int EntryCopy::regular(int from, const std::string& name, int to, const std::string& as) const {
  const UniqueFd source{
      openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
  if (!source)
    return has_changed(errno) ? 0 : errno;
  struct stat info {};
  if (fstat(source.get(), &info) != 0)
    return errno;
  if (!S_ISREG(info.st_mode))  // it was one a moment ago
    return 0;
  return make_file(to, as, [&](const std::string& to_name, bool& made) {
    const UniqueFd made_file{
        openat(to, to_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!made_file)
      return errno;
    made = true;
    const int error = copy_content(source.get(), made_file.get(), info);
    return error != 0 ? error : finish(source.get(), made_file.get(), info);
  });
}

int EntryCopy::symlink(int from, const std::string& name, int to, const std::string& as,
                       const struct stat& info) const {
  std::string text(PATH_MAX, '\0');
  const ssize_t n = readlinkat(from, name.c_str(), text.data(), text.size());
  if (n < 0)
    return has_changed(errno) || errno == EINVAL ? 0 : errno;
  text.resize(static_cast<std::size_t>(n));
  return make_file(to, as, [&](const std::string& to_name, bool& made) {
    if (symlinkat(text.c_str(), to, to_name.c_str()) != 0)
      return errno;
    made = true;
    return finish_unopened(to, to_name, info);
  });
}

int EntryCopy::fifo(int to, const std::string& as, const struct stat& info) const {
  return make_file(to, as, [&](const std::string& to_name, bool& made) {
    const mode_t before = umask(0);
    const int answer = mkfifoat(to, to_name.c_str(), info.st_mode & rules_.mode_bits & 07777);
    const int error = answer == 0 ? 0 : errno;
    umask(before);
    made = error == 0;
    return made ? finish_unopened(to, to_name, info) : error;
  });
}

int EntryCopy::change_owner(int fd, const struct stat& info) const {
  const FileOwner owner = rules_.owner.value_or(FileOwner{info.st_uid, info.st_gid});
  struct stat now {};
  if (fstat(fd, &now) != 0)
    return errno;
  if (now.st_uid == owner.uid && now.st_gid == owner.gid)
    return 0;
  if (fchownat(fd, "", owner.uid, owner.gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0 ||
      (rules_.owner_may_fail && (errno == EPERM || errno == EINVAL)))
    return 0;
  return errno;
}

// The owner first: giving a file away takes its setuid bit and its capabilities off. The times last.
int EntryCopy::finish(int from, int to, const struct stat& info) const {
  if (const int error = change_owner(to, info))
    return error;
  if (rules_.attributes)
    if (const int error = copy_attributes(from, to))
      return error;
  if (fchmod(to, info.st_mode & rules_.mode_bits & 07777) != 0)
    return errno;
  const timespec times[2] = {info.st_atim, info.st_mtim};
  return futimens(to, times) == 0 ? 0 : errno;
}

int EntryCopy::finish_unopened(int to, const std::string& name, const struct stat& info) const {
  const UniqueFd fd{openat(to, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
  struct stat made {};
  if (!fd || fstat(fd.get(), &made) != 0)
    return errno;
  if ((made.st_mode & S_IFMT) != (info.st_mode & S_IFMT) || made.st_uid != geteuid())
    return ESTALE;
  if (const int error = change_owner(fd.get(), info))
    return error;
  const timespec times[2] = {info.st_atim, info.st_mtim};
  return utimensat(to, name.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

}  // namespace snug::files
