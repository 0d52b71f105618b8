// State files: JSON with a checksum, replaced as a whole. A file that was cut off, flipped or edited is told
// from a good one; a crash leaves the old or the new one.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace snug {

// {"sha256": "<of the body as it stands in the file>", "body": …} and a newline, indented for people. Written
// to a temporary name in `dir`, fsync, rename over `name`, fsync of `dir`. Fails with the step that did, and
// leaves the old file. What writers that were killed have left is removed first; several at once do not get
// in each other's way, and the last one wins.
Status write_document(int dir, const std::string& name, const Json& body);

// The first one by that name, in a directory that nobody can know of yet: without the detour, and without the
// fsync of `dir`.
Status create_document(int dir, const std::string& name, const Json& body);

// The body. Fails where the file is not there (err ENOENT), is no regular file, is larger than 4 MiB, or is
// not byte for byte what a writer has written (err EBADMSG, the step says that it is damaged).
Result<Json> read_document(int dir, const std::string& name);

// The same of a file's text.
Result<Json> parse_document(std::string_view text, const std::string& name);

// Is this the temporary name of a write_document()?
bool is_temporary_document(std::string_view name);

// Removes the temporary files in `dir` that no writer has open any more.
void sweep_documents(int dir);

}  // namespace snug
