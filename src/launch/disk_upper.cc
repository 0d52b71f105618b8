#include "launch/disk_upper.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "base/units.h"
#include "launch/remove_tree.h"
#include "sys/file_io.h"

namespace snug {
namespace {

constexpr const char* kMapFile = "maps";

// Every directory of the store is closed to others: what a container wrote may be secret, and may have setuid
// bits (CVE-2021-41091).
int make_dirs(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST)
    return 0;
  if (errno != ENOENT || path == "/")
    return errno;
  if (const int error = make_dirs(parent_path(path)))
    return error;
  return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST ? 0 : errno;
}

bool lock(int dir) {
  return flock(dir, LOCK_EX | LOCK_NB) == 0;
}

// A sweeper may have taken the new directory for a left one in the moment before it was locked.
bool still_there(int dir) {
  struct stat info {};
  return fstat(dir, &info) != 0 || info.st_nlink > 0;
}

std::string map_text(const MapRange& range) {
  std::string text = range.newuidmap + "\n" + range.newgidmap + "\n";
  const auto add = [&](char kind, const std::vector<IdRange>& map) {
    for (const IdRange& r : map) text += fmt::format("{} {} {} {}\n", kind, r.inside, r.outside, r.count);
  };
  add('u', range.uids);
  add('g', range.gids);
  return text;
}

std::optional<MapRange> read_map(int dir) {
  const auto fd = open_file(dir, kMapFile, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd)
    return std::nullopt;
  const auto text = read_regular(fd->get(), kMapFile);
  if (!text)
    return std::nullopt;
  const auto lines = split(*text, '\n');
  if (lines.size() < 2)
    return std::nullopt;
  MapRange range{std::string{lines[0]}, std::string{lines[1]}, {}, {}};
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const auto fields = split(lines[i], ' ');
    if (fields.size() != 4)
      continue;
    std::uint32_t numbers[3];
    for (int n = 0; n < 3; ++n)
      numbers[n] = static_cast<std::uint32_t>(
          parse_number(fields[static_cast<std::size_t>(n) + 1], "id", UINT32_MAX).value_or(0));
    (fields[0] == "u" ? range.uids : range.gids).push_back({numbers[0], numbers[1], numbers[2]});
  }
  return range;
}

void remove_upper(const std::string& path, int dir) {
  const UniqueFd parent{open(parent_path(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  const std::string name{file_name(path)};
  const auto range = read_map(dir);
  // What cannot be removed now is tried again by the next run: its lock will be free.
  if (range) {
    for (const char* part : {"upper", "work", "cow"}) (void)remove_tree_mapped(dir, part, *range);
  }
  (void)remove_tree(parent.get(), name);
}

}  // namespace

Result<DiskUpper> DiskUpper::prepare(const std::string& parent, mode_t root_mode, const MapRange* range) {
  const auto failed = [&](int error) {
    return fail(
        {.step = "make a throwaway writable layer below " + escape_control(parent),
         .err = error,
         .hint = "XDG_DATA_HOME must be a directory that you can write to; --writable tmpfs needs no disk"});
  };
  if (const int error = make_dirs(parent))
    return failed(error);
  for (int attempt = 0; attempt < 16; ++attempt) {
    DiskUpper upper;
    std::string path = parent + "/run-XXXXXX";
    if (!mkdtemp(path.data()))
      return failed(errno);
    upper.dir_.reset(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!upper.dir_ || !lock(upper.dir_.get())) {
      const int error = errno;
      // It is not left to pile up where locks do not work.
      (void)rmdir(path.c_str());
      if (error != ENOENT && error != EWOULDBLOCK)  // a sweeper was first
        return failed(error);
      continue;
    }
    if (!still_there(upper.dir_.get()))
      continue;
    upper.path_ = path;
    const int dir = upper.dir_.get();
    if (range) {
      const auto file = open_file(dir, kMapFile, O_WRONLY | O_CREAT | O_EXCL, 0600);
      if (!file)
        return failed(file.error().err);
      if (Status status = write_all(file->get(), map_text(*range), kMapFile); !status)
        return failed(status.error().err);
    }
    // The root's mode is the image's; mkdir's would be cut by the umask.
    if (mkdirat(dir, "upper", 0700) != 0 || fchmodat(dir, "upper", root_mode, 0) != 0 ||
        mkdirat(dir, "work", 0700) != 0)
      return failed(errno);
    return upper;
  }
  return failed(EAGAIN);
}

DiskUpper::~DiskUpper() {
  if (dir_)
    remove_upper(path_, dir_.get());
}

void sweep_disk_uppers(const std::string& parent) {
  struct CloseDir {
    void operator()(DIR* dir) const { closedir(dir); }
  };
  const std::unique_ptr<DIR, CloseDir> dir{opendir(parent.c_str())};
  if (!dir)
    return;
  while (const dirent* entry = readdir(dir.get())) {
    const std::string name{entry->d_name};
    if (!name.starts_with("run-"))
      continue;
    const UniqueFd left{
        openat(dirfd(dir.get()), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (left && lock(left.get()))
      remove_upper(parent + "/" + name, left.get());
  }
}

}  // namespace snug
