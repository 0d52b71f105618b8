#include "cli/show/planted_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/show/report.h"

namespace snug::cli {

void print_made(const std::vector<std::string>& names, const CommonOptions& common) {
  for (const std::string& name : names)
    if (struct stat info{}; lstat(name.c_str(), &info) == 0)
      print_note(fmt::format("the command has made {}: look into it before git, an editor or direnv does",
                             escape_control(name)),
                 common.color);
}

}  // namespace snug::cli
