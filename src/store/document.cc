#include "store/document.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/sha256.h"
#include "base/text.h"
#include "base/try.h"
#include "base/unique_fd.h"
#include "base/units.h"
#include "sys/directory_stream.h"
#include "sys/durable.h"
#include "sys/file_io.h"
#include "sys/random_number.h"

namespace snug::store {
namespace {

constexpr std::uint64_t kMostBytes = 4 << 20;

// What stands around the values, to the byte: only the body has to be parsed.
constexpr std::string_view kBeforeSum = "{\n  \"sha256\": \"";
constexpr std::string_view kAfterSum = "\",\n";
constexpr std::string_view kBeforeVersion = "  \"version\": ";
constexpr std::string_view kBeforeSince = ",\n  \"since\": \"";
constexpr std::string_view kAfterSince = "\",\n";
constexpr std::string_view kBeforeBody = "  \"body\": ";
constexpr std::string_view kAfterBody = "\n}\n";
constexpr std::size_t kSumEnd = kBeforeSum.size() + kSha256Digits + kAfterSum.size();

constexpr std::string_view kTemporary = ".tmp-";

std::string document_text(const FileFormat& format, const Json& body) {
  std::string text = pretty_json(Json::Object{{"sha256", std::string(kSha256Digits, '0')},
                                              {"version", std::uint64_t{format.version}},
                                              {"since", std::string{format.since}},
                                              {"body", body}});
  return text.replace(kBeforeSum.size(), kSha256Digits, sha256_hex(std::string_view{text}.substr(kSumEnd)));
}

tl::unexpected<Error> damaged(const std::string& name, std::string_view why) {
  return fail({.step = fmt::format("{} is damaged ({})", escape_control(name), why), .err = EBADMSG});
}

// The file is locked from its first moment to its last, so that sweeping tells it from a left one.
Result<UniqueFd> write_file(int dir, const std::string& file, const std::string& name,
                            const FileFormat& format, const Json& body) {
  const std::string text = document_text(format, body);
  if (text.size() > kMostBytes)
    return fail({.step = fmt::format("write {}", escape_control(name)), .err = EFBIG});
  auto fd = sys::open_file(dir, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!fd)
    return fd;
  Status status{};
  if (const int error = sys::lock_file(fd->get()))
    status = fail({.step = fmt::format("lock {}", escape_control(name)), .err = error});
  if (status)
    status = sys::write_all(fd->get(), text, name);
  if (status)
    status = sys::sync_fd(fd->get(), name);
  if (!status) {
    (void)unlinkat(dir, file.c_str(), 0);
    return tl::unexpected{status.error()};
  }
  return fd;
}

// Should two ever be the same, O_EXCL still keeps the writers apart.
std::string temporary_name(const std::string& name) {
  return fmt::format("{}{}-{}", kTemporary, name, sys::random_hex());
}

}  // namespace

bool is_temporary_document(std::string_view name) {
  return name.starts_with(kTemporary);
}

void sweep_documents(int dir) {
  UniqueFd listing{openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const sys::DirectoryStream entries{listing ? fdopendir(listing.get()) : nullptr};
  if (!entries)
    return;
  (void)listing.release();  // closedir has it
  while (const dirent* entry = readdir(entries.get())) {
    if (!is_temporary_document(entry->d_name))
      continue;
    const UniqueFd left{openat(dir, entry->d_name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    // A writer between its open and its lock loses its file here, notices that, and writes again.
    if (left && sys::lock_file(left.get()) == 0)
      (void)unlinkat(dir, entry->d_name, 0);
  }
}

Status create_document(int dir, const std::string& name, const FileFormat& format, const Json& body) {
  return write_file(dir, name, name, format, body).map([](const UniqueFd&) {});
}

Status write_document(int dir, const std::string& name, const FileFormat& format, const Json& body) {
  sweep_documents(dir);
  for (int attempt = 0; attempt < 8; ++attempt) {
    const std::string temporary = temporary_name(name);
    auto fd = write_file(dir, temporary, name, format, body);
    if (!fd && fd.error().err == EAGAIN)  // somebody sweeps, and has locked it first
      continue;
    if (!fd)
      return tl::unexpected{fd.error()};
    if (renameat(dir, temporary.c_str(), dir, name.c_str()) == 0)
      return sys::sync_fd(dir, "the directory of " + name);
    const int error = errno;
    (void)unlinkat(dir, temporary.c_str(), 0);
    if (error != ENOENT)  // that would be a sweep between open and lock
      return fail({.step = fmt::format("rename a temporary file to {}", escape_control(name)), .err = error});
  }
  return fail(
      {.step = fmt::format("write {}: its temporary file is taken away each time", escape_control(name)),
       .err = EAGAIN});
}

Result<Document> read_document(int dir, const std::string& name, const FileFormat& format) {
  // O_NONBLOCK: opening a FIFO for reading would wait for a writer.
  const auto fd = TRY(sys::open_file(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  const auto text = TRY(sys::read_regular(fd.get(), name, kMostBytes));
  return parse_document(text, name, format);
}

namespace {

// Takes `text` from the front of `rest`. False if `rest` begins with something else.
bool take(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text))
    return false;
  rest.remove_prefix(text.size());
  return true;
}

// Takes what stands before the next `end` from the front of `rest`, and `end` too.
std::optional<std::string_view> take_until(std::string_view& rest, std::string_view end) {
  const std::size_t at = rest.find(end);
  if (at == std::string_view::npos)
    return std::nullopt;
  const std::string_view text = rest.substr(0, at);
  rest.remove_prefix(at + end.size());
  return text;
}

Result<Document> parse_body(unsigned version, std::string_view body, const std::string& name) {
  auto json = parse_json(body);
  if (!json)
    return damaged(name, json.error().step);
  return Document{.version = version, .body = *std::move(json)};
}

}  // namespace

Result<Document> parse_document(std::string_view file, const std::string& name, const FileFormat& format) {
  constexpr std::string_view kNoDocument = "cut off, or no state file";
  if (file.size() < kSumEnd || !file.starts_with(kBeforeSum) ||
      file.substr(kSumEnd - kAfterSum.size(), kAfterSum.size()) != kAfterSum || !file.ends_with(kAfterBody))
    return damaged(name, kNoDocument);
  const std::string_view sum = file.substr(kBeforeSum.size(), kSha256Digits);
  std::string_view rest = file.substr(kSumEnd);
  const auto is_whole = [&](std::string_view text) { return sha256_hex(text) == sum; };
  const auto without_end = [](std::string_view text) {
    return text.size() < kAfterBody.size() ? "" : text.substr(0, text.size() - kAfterBody.size());
  };
  if (take(rest, kBeforeBody)) {
    const std::string_view body = without_end(rest);
    if (!is_whole(body))
      return damaged(name, "its checksum is another");
    return parse_body(1, body, name);
  }
  if (!rest.starts_with(kBeforeVersion))
    return damaged(name, kNoDocument);
  if (!is_whole(rest))
    return damaged(name, "its checksum is another");
  (void)take(rest, kBeforeVersion);
  const auto digits = take_until(rest, kBeforeSince);
  const auto version = digits ? parse_number(*digits, "version", UINT32_MAX).value_or(0) : 0;
  const auto since = take_until(rest, kAfterSince);
  if (version < 2 || !since)
    return damaged(name, "it says no version");
  if (version > format.version)
    return fail(newer_format(name, *since));
  if (!take(rest, kBeforeBody))
    return damaged(name, "it has no body");
  return parse_body(static_cast<unsigned>(version), without_end(rest), name);
}

}  // namespace snug::store
