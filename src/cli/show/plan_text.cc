#include "cli/show/plan_text.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "plan/describe.h"
#include "spec/enum_names.h"

namespace snug::cli {
namespace {

std::string origin_text(const Origin& origin, Colour colour) {
  if (origin == Origin{} || origin.text.empty())
    return "";
  return paint(fmt::format("  [{}]", escape_control(origin.text)), Style::Dim, colour);
}

std::string environment_text(const plan::SetEnvironment& step, Colour colour) {
  std::string text;
  for (const spec::EnvVariable& variable : step.variables)
    text += fmt::format("    {}={}{}\n", escape_control(variable.name), escape_control(variable.value),
                        origin_text(variable.origin, colour));
  return text;
}

}  // namespace

std::string plan_text(const plan::Plan& plan, Colour colour, bool verbose) {
  std::string text =
      paint("isolation", Style::Bold, colour) + fmt::format("  {}\n", enum_name(plan.isolation));
  std::optional<plan::Phase> phase;
  for (const plan::PlannedStep& planned : plan.steps) {
    if (phase != planned.phase) {
      phase = planned.phase;
      text += paint(plan::describe(planned.phase), Style::Bold, colour) + "\n";
    }
    text += fmt::format("  {}{}\n", plan::describe(planned.step), origin_text(planned.origin, colour));
    if (const auto* environment = std::get_if<plan::SetEnvironment>(&planned.step); environment && verbose)
      text += environment_text(*environment, colour);
  }
  for (const plan::Note& note : plan.notes)
    text += paint("note", Style::Yellow, colour) +
            fmt::format("  {}{}\n", escape_control(note.text), origin_text(note.origin, colour));
  return text;
}

}  // namespace snug::cli
