// Docker's ways to name environment variables: -e NAME[=VALUE] and --env-file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "spec/values.h"

namespace snug::spec {

// The caller's value of a variable: HostView::environment.
using EnvLookup = std::function<std::optional<std::string>(const std::string&)>;

// Returns nullopt if `name` can name a variable, else what is wrong with it, such as "has a \"=\" in it".
std::optional<std::string> env_name_problem(std::string_view name);

// "NAME=VALUE", or "NAME" for the caller's value, looked up now so that a later flag wins over an earlier one
// whichever form each has. Nothing for a name that the caller does not have, as in docker.
Result<std::optional<EnvVariable>> parse_env(std::string_view text, std::string_view what,
                                             const EnvLookup& caller);

// docker's env-file: a line is NAME=VALUE, or NAME for the caller's value; blank lines and lines that start
// with # are skipped; blanks before NAME are dropped; VALUE is taken as it is, quotes and blanks and all.
// `file` names the text in errors ("FILE:LINE: …") and origins.
Result<std::vector<EnvVariable>> parse_env_file(std::string_view text, std::string_view file,
                                                const EnvLookup& caller);

}  // namespace snug::spec
