#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/grammar/definition.h"
#include "cli/input/profile_files.h"
#include "cli/show/report.h"
#include "spec/merge.h"
#include "spec/not_built.h"

namespace snug::cli {
namespace {

// The result for one profile.
struct Finding {
  std::string name;
  std::optional<Error> error;
  std::string later;  // a key that this version cannot serve yet
};

Finding check(const std::string& name, const spec::ProfilePlaces& places, const spec::ProfileSource& source) {
  auto chain = spec::load_profile_chain(name, places, source, spec::Purpose::Show);
  if (!chain)
    return {.name = name, .error = chain.error()};
  const auto built = spec::check_not_built(spec::merge_layers(spec::profiles_of(std::move(*chain))));
  return {.name = name,
          .later = built ? "" : fmt::format("{} ({})", built.error().step, built.error().origin)};
}

Json finding_json(const Finding& finding) {
  Json::Object object{{"profile", finding.name}, {"ok", !finding.error}};
  if (finding.error)
    object.emplace_back("error", Json::Object{{"message", describe(*finding.error)},
                                              {"origin", finding.error->origin},
                                              {"hint", finding.error->hint}});
  if (!finding.later.empty())
    object.emplace_back("later", finding.later);
  return object;
}

// Prints all errors but the last, which main prints.
Result<int> check_profiles(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const bool json = invocation.common.json.value_or(false);
  const bool quiet = invocation.common.quiet.value_or(false);
  const Colour colour = colour_for(STDOUT_FILENO, invocation.common.color);
  std::optional<Error> last;
  Json::Array findings;
  std::string text;
  for (const std::string& name : invocation.words) {
    const Finding finding = check(name, profile_places(host), FileProfileSource{host});
    findings.push_back(finding_json(finding));
    if (finding.error) {
      if (last)
        print_error(*last, invocation.common.color);
      last = finding.error;
    } else if (!quiet) {
      text += fmt::format("{}: {}\n", escape_control(name), paint("good", Style::Green, colour));
      if (!finding.later.empty() && !json)
        print_note(fmt::format("{}: {}", name, finding.later), invocation.common.color);
    }
  }
  TRY(print_answer(json ? pretty_json(findings) : text));
  if (last)
    return fail(*std::move(last));
  return 0;
}

}  // namespace

extern constexpr CommandDef kProfileCheckCommand{
    .name = "profile check",
    .arity = {1, kAnyNumber, "name a profile or a file"},
    .positional = Complete::ProfileName,
    .run = check_profiles,
};

}  // namespace snug::cli
