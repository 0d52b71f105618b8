#include "cli/show/planted_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/show/report.h"

namespace snug {

std::vector<std::string> names_to_report(const Plan& plan) {
  std::vector<std::string> names;
  for (const PlannedStep& planned : plan.steps)
    if (const auto* watch = std::get_if<ReportNew>(&planned.step))
      names.insert(names.end(), watch->paths.begin(), watch->paths.end());
  return names;
}

void print_made(const std::vector<std::string>& names, const CommonOptions& common) {
  for (const std::string& name : names)
    if (struct stat info{}; lstat(name.c_str(), &info) == 0)
      print_note(fmt::format("the command has made {}: look into it before git, an editor or direnv does",
                             escape_control(name)),
                 common.color);
}

}  // namespace snug
