#include "client/copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "files/tree_archive.h"
#include "sys/file_io.h"

namespace snug::client {
namespace {

constexpr int kMostLinks = 40;  // the kernel's own limit

std::string shown(const CopyEnd& end) {
  return fmt::format("{}{}", escape_control(end.path), end.inside ? " in the container" : "");
}

tl::unexpected<Error> failed(const CopyEnd& end, int error, std::string_view hint = "") {
  return fail({.step = fmt::format("look at {}", shown(end)), .err = error, .hint = std::string{hint}});
}

// What the end of a typed path says.
struct Typed {
  std::string path{};  // without slashes and dots at the end
  std::string base{};  // its last name; "" where it has none ("/", ".", "..")
  bool directory{};    // it ends with a slash
  bool contents{};     // it ends with "/.", or is a place without a name of its own
};

Typed read_path(std::string path) {
  Typed typed;
  const auto drop_slashes = [&] {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back(), typed.directory = true;
  };
  drop_slashes();
  while (path.ends_with("/.")) {
    typed.contents = typed.directory = true;
    path.pop_back();
    drop_slashes();
  }
  typed.base = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  if (typed.base == "." || typed.base == ".." || typed.base.empty()) {
    typed.base.clear();
    typed.contents = typed.directory = true;
  }
  typed.path = std::move(path);
  return typed;
}

UniqueFd open_place(const CopyEnd& end, const std::string& path, int flags) {
  if (end.inside) {
    auto fd = sys::open_beneath(end.root, path, flags);
    if (fd)
      return *std::move(fd);
    errno = fd.error().err;
    return {};
  }
  return UniqueFd{open(path.c_str(), flags | O_CLOEXEC)};
}

// Something by the directory that has it and its own name.
struct Spot {
  UniqueFd parent{};
  std::string name{};
  bool there{};
  struct stat info {};
};

// With `follow` what a link there leads to, in the end; then the name is none of a link.
Result<Spot> find_spot(const CopyEnd& end, std::string path, bool follow) {
  for (int links = 0; links <= kMostLinks; ++links) {
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    Spot spot{.parent = open_place(end, parent, O_PATH | O_DIRECTORY), .name = path.substr(slash + 1)};
    if (!spot.parent)
      return failed(end, errno);
    if (spot.name.empty())
      spot.name = ".";
    // Beneath a root ".." is the kernel's to resolve, and only there it is safe.
    if (spot.name == "." || spot.name == "..") {
      spot.parent = open_place(end, path, O_PATH | O_DIRECTORY);
      spot.name = ".";
      if (!spot.parent)
        return failed(end, errno);
    }
    spot.there = fstatat(spot.parent.get(), spot.name.c_str(), &spot.info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!spot.there && errno != ENOENT)
      return failed(end, errno);
    if (!spot.there || !follow || !S_ISLNK(spot.info.st_mode))
      return spot;
    std::string text(PATH_MAX, '\0');
    const ssize_t n = readlinkat(spot.parent.get(), spot.name.c_str(), text.data(), text.size());
    if (n <= 0)
      return failed(end, n < 0 ? errno : ENOENT);
    text.resize(static_cast<std::size_t>(n));
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    path = text.starts_with('/') ? text : fmt::format("{}/{}", parent, text);
  }
  return failed(end, ELOOP);
}

struct Source {
  Typed typed{};
  Spot spot{};
  bool directory() const { return S_ISDIR(spot.info.st_mode); }
};

Result<Source> find_source(const CopyEnd& end, bool follow) {
  Source source{.typed = read_path(end.path)};
  auto spot = TRY(find_spot(end, source.typed.path, follow || source.typed.directory));
  source.spot = std::move(spot);
  const mode_t mode = source.spot.info.st_mode;
  if (!source.spot.there)
    return failed(end, ENOENT);
  if (source.typed.directory && !source.directory())
    return failed(end, ENOTDIR);
  if (!source.directory() && !S_ISREG(mode) && !S_ISLNK(mode))
    return fail({.step = fmt::format("{} is neither a file, a directory nor a link", shown(end)),
                 .hint = "devices, sockets and FIFOs are not copied"});
  return source;
}

Result<UniqueFd> open_spot(const CopyEnd& end, const Spot& spot) {
  UniqueFd fd{openat(spot.parent.get(), spot.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd)
    return failed(end, errno);
  return fd;
}

Status into_directory(const Source& source, const CopyEnd& from, int directory,
                      const files::CopyRules& rules) {
  if (!source.typed.contents)
    return files::copy_entry(source.spot.parent.get(), source.spot.name, directory, source.typed.base, rules);
  const auto tree = TRY(open_spot(from, source.spot));
  return files::copy_tree(tree.get(), directory, rules);
}

}  // namespace

CopyPlace parse_copy_place(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || word.starts_with('/') || word.starts_with('.'))
    return {.path = std::string{word}};
  return {.container = std::string{word.substr(0, colon)}, .path = std::string{word.substr(colon + 1)}};
}

Status copy_between(const CopyEnd& from, const CopyEnd& to, const CopyOptions& wishes) {
  files::CopyRules rules = wishes.rules;
  rules.replace = true;
  const auto source = TRY(find_source(from, wishes.follow));
  const Typed typed = read_path(to.path);
  auto target = find_spot(to, typed.path, true);
  if (!target) {
    if (target.error().err == ENOENT)
      target.error().hint = "the directory that it is to be in must be there";
    return tl::unexpected{std::move(target).error()};
  }
  if (target->there && S_ISDIR(target->info.st_mode)) {
    const auto directory = TRY(open_spot(to, *target));
    return into_directory(source, from, directory.get(), rules);
  }
  if (target->there && source.directory())
    return fail({.step = fmt::format("{} is no directory, and {} is one", shown(to), shown(from))});
  if (target->there && typed.directory)
    return failed(to, ENOTDIR);
  if (!target->there && typed.directory && !source.directory())
    return failed(to, ENOENT, "a directory that a file is copied into must be there");
  return files::copy_entry(source.spot.parent.get(), source.spot.name, target->parent.get(), target->name,
                           rules);
}

Status copy_to_stream(const CopyEnd& from, int fd, const CopyOptions& wishes) {
  const auto source = TRY(find_source(from, wishes.follow));
  auto tar = TRY(files::TarWriter::start(fd));
  const files::ArchiveRules rules{.skipped = wishes.rules.skipped};
  Status status;
  if (source.directory()) {
    const auto tree = TRY(open_spot(from, source.spot));
    const std::string prefix = source.typed.contents ? "./" : source.typed.base + "/";
    status = files::archive_tree(tree.get(), prefix, tar, rules);
  } else {
    status = files::archive_file(source.spot.parent.get(), source.spot.name, source.typed.base, tar, rules);
  }
  return status ? tar.finish() : status;
}

Status copy_from_stream(int fd, const CopyEnd& to, const CopyOptions& wishes) {
  auto target = TRY(find_spot(to, read_path(to.path).path, true));
  if (!target.there || !S_ISDIR(target.info.st_mode))
    return failed(to, target.there ? ENOTDIR : ENOENT,
                  "a stream is extracted into a directory that is there");
  const auto directory = TRY(open_spot(to, target));
  auto tar = TRY(files::TarReader::start(fd));
  return files::extract_archive(tar, directory.get(),
                                {.owner = wishes.rules.owner, .skipped = wishes.rules.skipped});
}

namespace {

std::optional<std::uint32_t> id_here(const char* map, std::uint64_t id) {
  const auto file = sys::open_file(AT_FDCWD, map, O_RDONLY);
  const auto text = file ? sys::read_regular(file->get(), map) : tl::unexpected{file.error()};
  if (!text)
    return std::nullopt;
  for (const std::string_view line : split(*text, '\n')) {
    std::uint64_t numbers[3] = {};
    std::size_t n = 0;
    for (const std::string_view word : split(line, ' '))
      if (!word.empty() && n < 3)
        numbers[n++] = parse_number(word, map).value_or(0);
    if (n == 3 && id >= numbers[1] && id - numbers[1] < numbers[2])
      return static_cast<std::uint32_t>(numbers[0] + (id - numbers[1]));
  }
  return std::nullopt;
}

}  // namespace

std::optional<files::FileOwner> owner_here(uid_t uid, gid_t gid) {
  const auto u = id_here("/proc/self/uid_map", uid), g = id_here("/proc/self/gid_map", gid);
  return u && g ? std::optional{files::FileOwner{*u, *g}} : std::nullopt;
}

}  // namespace snug::client
