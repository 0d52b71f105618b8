// Streams in the format of tar(5): written in pax, read in every kind of tar that is not compressed. Only
// tar.cc knows the library behind it. Memory does not grow with a stream.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace snug::files {

struct TarExtent {
  std::uint64_t offset{};
  std::uint64_t size{};
  bool operator==(const TarExtent&) const = default;
};

// What an archive says of a file. Names are bytes.
struct TarEntry {
  std::string path{};
  std::string link{};      // text of a symlink
  std::string hardlink{};  // the path of an earlier entry that this is one more name of; "" for none
  struct stat info {};     // mode with the kind, owner, size, times
  std::vector<std::pair<std::string, std::string>> attributes{};
  std::vector<TarExtent> data{};  // writing: where a file with holes has bytes; empty for no holes
};

class TarWriter {
 public:
  // `fd` is borrowed.
  static Result<TarWriter> start(int fd);
  TarWriter(TarWriter&&) noexcept;
  TarWriter& operator=(TarWriter&&) noexcept;
  ~TarWriter();

  // The header; info.st_size bytes of content are to follow for a regular file without a hardlink.
  Status add(const TarEntry& entry);
  Status content(std::string_view bytes);
  Status hole(std::uint64_t size);  // as many zeros, which nobody has to read
  // The end of the archive. Without it what was written is none.
  Status finish();

 private:
  struct State;
  TarWriter();
  std::unique_ptr<State> state_;
};

class TarReader {
 public:
  static Result<TarReader> start(int fd);
  TarReader(TarReader&&) noexcept;
  TarReader& operator=(TarReader&&) noexcept;
  ~TarReader();

  // The next entry; nothing at the end. A stream that was cut off is an error.
  Result<std::optional<TarEntry>> next();

  // The next piece of the entry's content, valid until the next call; between pieces there are holes. Nothing
  // at its end.
  struct Piece {
    std::uint64_t offset{};
    std::string_view bytes{};
  };
  Result<std::optional<Piece>> content();

 private:
  struct State;
  TarReader();
  std::unique_ptr<State> state_;
};

}  // namespace snug::files
