// Lexical paths: nothing here looks at the disk.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace snug {

// An absolute path without "//", "." and trailing slashes. nullopt if it is relative, empty, or has a ".."
// (which cannot be folded without looking at the disk: the component before it may be a symlink).
std::optional<std::string> normalize_absolute(std::string_view path);

// `path` as it is where absolute, else below `base`. Not normalised.
std::string join_path(std::string_view base, std::string_view path);

// "/a/b" for "/a/b/c", "/" for "/a".
std::string parent_path(std::string_view path);

// "c" for "/a/b/c".
std::string_view file_name(std::string_view path);

// Is `path` the same as `ancestor` or below it? Both normalised.
bool is_beneath(std::string_view path, std::string_view ancestor);

}  // namespace snug
