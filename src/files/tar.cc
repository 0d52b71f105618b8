#include "files/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "base/try.h"

namespace snug::files {
namespace {

struct CloseArchive {
  void operator()(archive* a) const { archive_free(a); }
};
struct CloseEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;
using Entry = std::unique_ptr<archive_entry, CloseEntry>;

constexpr std::size_t kBuffer = 128 << 10;

tl::unexpected<Error> failed(std::string_view what, archive* a) {
  const char* text = archive_error_string(a);
  const int error = archive_errno(a);
  // The library has numbers of its own for what is wrong with the bytes (84, EILSEQ): its sentence says more.
  const bool own = error <= 0 || error == EILSEQ || error == EINVAL;
  return fail(
      {.step = own ? fmt::format("{}: {}", what, escape_control(text ? text : "failed")) : std::string{what},
       .err = own ? 0 : error});
}

la_ssize_t write_some(archive* a, void* fd, const void* bytes, std::size_t size) {
  for (;;) {
    const ssize_t n = write(*static_cast<int*>(fd), bytes, size);
    if (n >= 0)
      return n;
    if (errno != EINTR) {
      archive_set_error(a, errno, "write");
      return -1;
    }
  }
}

}  // namespace

struct TarWriter::State {
  int fd{};
  Archive archive{};
  Entry entry{};
};

TarWriter::TarWriter() = default;
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() {
  // What is freed without having been finished writes its end all the same: an archive that was broken off
  // must not look whole.
  if (state_ && state_->archive)
    (void)archive_write_fail(state_->archive.get());
}

Result<TarWriter> TarWriter::start(int fd) {
  TarWriter writer;
  writer.state_ = std::make_unique<State>();
  State& state = *writer.state_;
  state.fd = fd;
  state.archive.reset(archive_write_new());
  state.entry.reset(archive_entry_new());
  archive* a = state.archive.get();
  if (!a || !state.entry)
    return fail({.step = "write an archive", .err = ENOMEM});
  // A name that is not ASCII is written as the bytes that it is: libarchive marks that entry as BINARY by
  // itself, in a locale that says nothing. Attributes in the form that GNU tar and docker know too.
  if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
      archive_write_set_format_option(a, "pax", "xattrheader", "SCHILY") != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
      archive_write_open(a, &state.fd, nullptr, write_some, nullptr) != ARCHIVE_OK)
    return failed("write an archive", a);
  return writer;
}

Status TarWriter::add(const TarEntry& entry) {
  archive_entry* e = archive_entry_clear(state_->entry.get());
  archive_entry_set_pathname(e, entry.path.c_str());
  archive_entry_copy_stat(e, &entry.info);
  if (!S_ISREG(entry.info.st_mode) || !entry.hardlink.empty())
    archive_entry_set_size(e, 0);
  if (!entry.link.empty())
    archive_entry_set_symlink(e, entry.link.c_str());
  if (!entry.hardlink.empty())
    archive_entry_set_hardlink(e, entry.hardlink.c_str());
  for (const auto& [name, value] : entry.attributes)
    archive_entry_xattr_add_entry(e, name.c_str(), value.data(), value.size());
  for (const TarExtent& extent : entry.data)
    archive_entry_sparse_add_entry(e, static_cast<la_int64_t>(extent.offset),
                                   static_cast<la_int64_t>(extent.size));
  const int answer = archive_write_header(state_->archive.get(), e);
  // A warning is about a name that is no text, which BINARY has dealt with.
  return answer >= ARCHIVE_WARN ? Status{}
                                : failed(fmt::format("write {} to an archive", escape_control(entry.path)),
                                         state_->archive.get());
}

Status TarWriter::content(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t n = archive_write_data(state_->archive.get(), bytes.data(), bytes.size());
    if (n <= 0)
      return failed("write to an archive", state_->archive.get());
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Status TarWriter::hole(std::uint64_t size) {
  static constexpr std::array<char, kBuffer> kZeros{};
  while (size > 0) {
    const std::size_t n = std::min<std::uint64_t>(size, kZeros.size());
    TRY(content({kZeros.data(), n}));
    size -= n;
  }
  return {};
}

Status TarWriter::finish() {
  const bool good = archive_write_close(state_->archive.get()) == ARCHIVE_OK;
  auto status = good ? Status{} : failed("write the end of an archive", state_->archive.get());
  state_.reset();
  return status;
}

namespace {

struct Input {
  int fd{};
  std::array<char, kBuffer> buffer{};
};

la_ssize_t read_some(archive* a, void* data, const void** bytes) {
  Input& input = *static_cast<Input*>(data);
  *bytes = input.buffer.data();
  for (;;) {
    const ssize_t n = read(input.fd, input.buffer.data(), input.buffer.size());
    if (n >= 0)
      return n;
    if (errno != EINTR) {
      archive_set_error(a, errno, "read");
      return -1;
    }
  }
}

}  // namespace

struct TarReader::State {
  Input input{};
  Archive archive{};
};

TarReader::TarReader() = default;
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;
TarReader::~TarReader() = default;

Result<TarReader> TarReader::start(int fd) {
  TarReader reader;
  reader.state_ = std::make_unique<State>();
  reader.state_->input.fd = fd;
  reader.state_->archive.reset(archive_read_new());
  archive* a = reader.state_->archive.get();
  if (!a)
    return fail({.step = "read an archive", .err = ENOMEM});
  if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
      archive_read_open(a, &reader.state_->input, nullptr, read_some, nullptr) != ARCHIVE_OK) {
    auto error = failed("read an archive", a).value();
    error.hint = "it must be a tar stream, and not compressed";
    return fail(std::move(error));
  }
  return reader;
}

Result<std::optional<TarEntry>> TarReader::next() {
  archive* a = state_->archive.get();
  archive_entry* e = nullptr;
  const int answer = archive_read_next_header(a, &e);
  if (answer == ARCHIVE_EOF)
    return std::nullopt;
  if (answer < ARCHIVE_WARN) {
    auto error = failed("read an archive", a).value();
    error.hint = "it must be a tar stream, whole and not compressed";
    return fail(std::move(error));
  }
  // Names come as the bytes that they are: the library wants to convert those of pax to the C locale's ASCII,
  // and where it cannot it warns and leaves them.
  TarEntry entry;
  const auto text = [](const char* t) { return std::string{t ? t : ""}; };
  entry.path = text(archive_entry_pathname(e));
  entry.hardlink = text(archive_entry_hardlink(e));
  entry.link = text(archive_entry_symlink(e));
  entry.info = *archive_entry_stat(e);
  archive_entry_xattr_reset(e);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK)
    entry.attributes.emplace_back(name, std::string(static_cast<const char*>(value), size));
  return entry;
}

Result<std::optional<TarReader::Piece>> TarReader::content() {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int answer = archive_read_data_block(state_->archive.get(), &bytes, &size, &offset);
  if (answer == ARCHIVE_EOF)
    return std::nullopt;
  if (answer < ARCHIVE_WARN)
    return failed("read an archive", state_->archive.get());
  return Piece{.offset = static_cast<std::uint64_t>(offset),
               .bytes = {static_cast<const char*>(bytes), size}};
}

}  // namespace snug::files
