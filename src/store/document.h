// State files: JSON with a checksum and a version, replaced as a whole. A file that was cut off, flipped or
// edited is told from a good one; a crash leaves the old or the new one. The rule about versions is in
// base/file_format.h; what an older version lacks is filled in by base/fields.h.
#pragma once

#include <string>
#include <string_view>

#include "base/file_format.h"
#include "base/json.h"
#include "base/result.h"

namespace snug::store {

struct Document {
  unsigned version{};  // of the file that was read
  Json body{};
};

// One member a line, indented for people, and a newline at the end:
//
//   {
//     "sha256": "<of all that follows this line: tail -n +3 FILE | sha256sum>",
//     "version": 2,
//     "since": "0.2",
//     "body": …
//   }
//
// This much is the same in every version from 2 on. Version 1 has no "version" and no "since", and its sum is
// of the body alone.
//
// Written to a temporary name in `dir`, fsync, rename over `name`, fsync of `dir`. Fails with the step that
// did, and leaves the old file. What writers that were killed have left is removed first; several at once do
// not get in each other's way, and the last one wins.
Status write_document(int dir, const std::string& name, const FileFormat& format, const Json& body);

// The first one by that name, in a directory that nobody can know of yet: without the detour, and without the
// fsync of `dir`.
Status create_document(int dir, const std::string& name, const FileFormat& format, const Json& body);

// Reads every version up to that of `format`. Fails if the file is not there (err ENOENT), is no regular
// file, is larger than 4 MiB, is not byte for byte what a writer has written (err EBADMSG, the step says that
// it is damaged), or has a newer version (err kNewerFormat, the step says of which release).
Result<Document> read_document(int dir, const std::string& name, const FileFormat& format);

// The same of a file's text.
Result<Document> parse_document(std::string_view text, const std::string& name, const FileFormat& format);

// Is this the temporary name of a write_document()?
bool is_temporary_document(std::string_view name);

// Removes the temporary files in `dir` that no writer has open any more.
void sweep_documents(int dir);

}  // namespace snug::store
