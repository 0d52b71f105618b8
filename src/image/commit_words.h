// The words of a Dockerfile's instruction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace snug::image {

// Splits at blanks outside of quotes and resolves quotes, backslashes and $NAME, ${NAME}, ${NAME:-word},
// ${NAME:+word} by the variables of `env` ("NAME=value"). A word may be "name=value" with quotes in its
// value.
Result<std::vector<std::string>> instruction_words(std::string_view text,
                                                   const std::vector<std::string>& env);

// ["a", "b"]: the exec form. Returns nullopt if the text is no array of strings: then it is for a shell.
std::optional<std::vector<std::string>> exec_form(std::string_view text);

}  // namespace snug::image
