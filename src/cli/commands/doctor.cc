#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "doctor/apparmor.h"
#include "doctor/diagnose.h"
#include "doctor/probe.h"
#include "host/real_host.h"
#include "spec/enum_names.h"

namespace snug::cli {
namespace {

struct DoctorOptions : OptionValues {
  std::optional<bool> apparmor{};
};

constexpr OptionDef kDoctorOptions[] = {
    {"apparmor", 0, "", "print the AppArmor profile that this binary needs, and nothing else", kOptionsGroup,
     Complete::Nothing, &DoctorOptions::apparmor},
};

using doctor::Facts;
using doctor::Finding;
using doctor::Level;
using doctor::Who;

std::string_view level_of(const Facts& facts) {
  const auto level = isolation_of(facts);
  return level ? enum_name(*level) : "none";
}

Style style_of(Level level) {
  switch (level) {
    case Level::Ok:
      return Style::Green;
    case Level::Degraded:
      return Style::Yellow;
    case Level::Broken:
      break;
  }
  return Style::Red;
}

std::string_view heading_of(Who who) {
  switch (who) {
    case Who::Root:
      return "fix, by root";
    case Who::OuterContainer:
      return "fix, by who starts the outer container";
    case Who::You:
    case Who::Nobody:
      break;
  }
  return "fix, by you";
}

// A line, and its cause and fix indented below it. A check that is ok has the line alone.
std::string finding_text(const Finding& finding, Colour colour, bool verbose) {
  std::string text =
      fmt::format("{}  {:<18}  {}\n",
                  paint(fmt::format("{:<8}", enum_name(finding.level)), style_of(finding.level), colour),
                  escape_control(finding.check), escape_control(finding.consequence));
  if (finding.level == Level::Ok && !verbose)
    return text;
  const auto add = [&](std::string_view label, std::string_view line) {
    text += fmt::format("          {}  {}\n", paint(label, Style::Dim, colour), escape_control(line));
  };
  if (!finding.cause.empty())
    add("cause", finding.cause);
  if (finding.fix.size() == 1)
    add(heading_of(finding.who), finding.fix.front());
  else if (!finding.fix.empty())
    text += fmt::format("          {}\n", paint(heading_of(finding.who), Style::Dim, colour));
  if (finding.fix.size() > 1)
    for (const std::string& line : finding.fix) add(" ", line);
  return text;
}

std::string doctor_text(const Facts& facts, const std::vector<Finding>& findings, Colour colour,
                        bool verbose) {
  std::string text = fmt::format("isolation: {}\n", paint(level_of(facts), Style::Bold, colour));
  for (const Finding& finding : findings) text += finding_text(finding, colour, verbose);
  return text;
}

Json doctor_json(const Facts& facts, const std::vector<Finding>& findings) {
  Json::Array array;
  for (const Finding& finding : findings) {
    Json::Array fix;
    for (const std::string& line : finding.fix) fix.emplace_back(line);
    array.emplace_back(Json::Object{{"check", finding.check},
                                    {"level", std::string{enum_name(finding.level)}},
                                    {"consequence", finding.consequence},
                                    {"cause", finding.cause},
                                    {"fix", std::move(fix)},
                                    {"who", std::string{enum_name(finding.who)}}});
  }
  return Json::Object{{"isolation", std::string{level_of(facts)}},
                      {"kernel", facts.kernel.release},
                      {"program", facts.process.program},
                      {"checks", std::move(array)}};
}

Result<int> print_profile(const host::RealHost& host, const CommonOptions& common) {
  doctor::ProcessFacts facts;
  read_process(host, facts);
  const auto profile = TRY(doctor::apparmor_profile(facts.program));
  if (!facts.open_to.empty())
    print_note(
        fmt::format("others may write to {}: whoever replaces the binary gets what this profile allows",
                    facts.open_to),
        common.color);
  return print_answer(profile).map([] { return 0; });
}

Result<int> doctor_command(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const CommonOptions& common = invocation.common;
  if (invocation.options<DoctorOptions>().apparmor.value_or(false))
    return print_profile(host, common);
  const Facts facts = doctor::gather(host);
  const auto findings = diagnose(facts);
  const int status = exit_status(facts, findings);
  const std::string text =
      common.json.value_or(false)
          ? pretty_json(doctor_json(facts, findings))
          : doctor_text(facts, findings, colour_for(1, common.color), common.verbose.value_or(false));
  return print_answer(text).map([&] { return status; });
}

}  // namespace

extern constexpr CommandDef kDoctorCommand{
    .name = "doctor",
    .options = kOptionsOf<DoctorOptions>,
    .own = kDoctorOptions,
    .run = doctor_command,
};

}  // namespace snug::cli
