#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "client/opened.h"
#include "client/rootfs.h"
#include "files/tree_archive.h"
#include "host/real_host.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

struct ExportOptions : OptionValues {
  std::optional<std::string> output{};
};

constexpr OptionDef kExportOptions[] = {
    {"output", 'o', "FILE", "write to a file instead of standard output", kOptionsGroup, Complete::File,
     &ExportOptions::output},
};

// A file that appears under its name once it is whole.
class OutputFile {
 public:
  static Result<OutputFile> make(const std::string& path) {
    OutputFile file;
    file.path_ = path;
    auto parent = TRY(sys::open_file(AT_FDCWD, parent_of(path), O_RDONLY | O_DIRECTORY));
    file.parent_ = std::move(parent);
    struct stat info {};
    // A device or a FIFO is written to as it is.
    if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
      auto fd = TRY(sys::open_file(AT_FDCWD, path, O_WRONLY));
      file.fd_ = std::move(fd);
      return file;
    }
    file.unfinished_ = files::unfinished_name();
    auto fd = TRY(sys::open_file(file.parent_.get(), file.unfinished_, O_WRONLY | O_CREAT | O_EXCL, 0600));
    file.fd_ = std::move(fd);
    return file;
  }

  OutputFile(OutputFile&&) = default;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (fd_ && !unfinished_.empty())
      (void)unlinkat(parent_.get(), unfinished_.c_str(), 0);
  }

  int fd() const { return fd_.get(); }

  Status place() {
    if (unfinished_.empty())
      return {};
    const int error =
        files::put_in_place(parent_.get(), unfinished_, path_.substr(path_.rfind('/') + 1), true);
    if (error != 0)
      return fail({.step = fmt::format("write {}", escape_control(path_)), .err = error});
    unfinished_.clear();
    return {};
  }

 private:
  OutputFile() = default;
  static std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  }

  std::string path_, unfinished_;
  UniqueFd parent_, fd_;
};

// Runs in a process of its own, so that a byte on `missing` tells the caller that something could not be
// read.
Status write_archive(const client::Rootfs& root, int fd, int missing, const Invocation& invocation) {
  std::size_t unreadable = 0;
  std::string first;
  const files::ArchiveRules rules{.one_file_system = true,
                                  .unreadable =
                                      [&](const std::string& path, int) {
                                        if (unreadable++ == 0)
                                          first = path;
                                      },
                                  .skipped =
                                      [&](const std::string& path, const char* why) {
                                        print_note(fmt::format("/{} is not in the archive: {}", path, why),
                                                   invocation.common.color);
                                      }};
  auto tar = TRY(files::TarWriter::start(fd));
  TRY(files::archive_tree(root.root(), "", tar, rules));
  TRY(tar.finish());
  if (unreadable == 0)
    return {};
  print_note(
      fmt::format("{} files or directories could not be read and are missing, the first is /{}: they belong "
                  "to a user that has no id in this container",
                  unreadable, first),
      invocation.common.color);
  return sys::write_all(missing, "x", "the pipe to snug");
}

Result<int> export_container(const Invocation& invocation) {
  const auto& output = invocation.options<ExportOptions>().output;
  if (!output && isatty(STDOUT_FILENO) != 0)
    return fail({.step = "an archive is not written to a terminal", .hint = "redirect it, or use -o FILE"});
  const auto host = TRY(host::RealHost::look());
  auto opened = TRY(client::open_container(host, invocation.words.at(0)));
  auto container = TRY(container::ContainerStore{host.store_dir()}.find(invocation.words.at(0)));
  const auto root = TRY(client::Rootfs::open(std::move(container)));
  std::optional<OutputFile> file;
  if (output) {
    auto made = TRY(OutputFile::make(*output));
    file.emplace(std::move(made));
  }
  const int fd = file ? file->fd() : STDOUT_FILENO;
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0)
    return fail({.step = "make a pipe", .err = errno});
  const UniqueFd read_end{pipe_ends[0]}, write_end{pipe_ends[1]};
  auto status = root.as_its_user([&] { return write_archive(root, fd, write_end.get(), invocation); });
  if (status && file)
    status = file->place();
  if (!status)
    return tl::unexpected{std::move(status).error()};
  char byte = 0;
  return read(read_end.get(), &byte, 1) == 1 ? 1 : 0;
}

}  // namespace

extern constexpr CommandDef kExportCommand{
    .name = "export",
    .group = kContainersGroup,
    .arity = kOneContainer,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<ExportOptions>,
    .own = kExportOptions,
    .run = export_container,
};

}  // namespace snug::cli
