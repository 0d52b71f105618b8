#include <algorithm>
#include <string>

#include "base/json.h"
#include "base/path.h"
#include "cli/commands/commands.h"
#include "cli/input/wanted_run.h"
#include "cli/show/plan_json.h"
#include "cli/show/plan_text.h"
#include "cli/show/report.h"
#include "plan/reach.h"
#include "plan/visibility.h"
#include "session/planning.h"

namespace snug {
namespace {

Result<Plan> explained_plan(const RunOptions& options, Command command, RealHost& host) {
  const auto wanted = wanted_run(options, command, host);
  return wanted ? plan_tried(*wanted, host) : tl::unexpected{wanted.error()};
}

// A word that is no path is a host.
Status answer_host(const Plan& plan, const std::string& word, bool json, std::string& text,
                   Json::Array& array) {
  const auto reach = look_up_host(plan, word);
  if (!reach)
    return tl::unexpected{reach.error()};
  if (json)
    array.push_back(Json::Object{{"host", reach->place},
                                 {"open", reach->open},
                                 {"rule", reach->rule},
                                 {"text", reach->text},
                                 {"origin", reach->origin.text}});
  else
    text += reach->place + ": " + reach->text +
            (reach->origin == Origin{} ? "" : "  [" + reach->origin.text + "]") + "\n";
  return {};
}

Result<std::string> answer_paths(const Plan& plan, const std::vector<std::string>& paths, bool json) {
  std::string text;
  Json::Array array;
  for (const std::string& word : paths) {
    if (!word.starts_with('/')) {
      if (Status status = answer_host(plan, word, json, text, array); !status)
        return tl::unexpected{std::move(status).error()};
      continue;
    }
    const auto path = normalize_absolute(word);
    if (!path)
      return fail({.step = "--path " + word + ": must be absolute and without \"..\"",
                   .hint = "it is a path inside the sandbox"});
    const Visibility seen = look_up(plan, *path);
    const Origin& origin = plan.steps[seen.step].origin;
    if (json)
      array.push_back(visibility_json(seen, plan));
    else
      text += seen.path + ": " + seen.text + (seen.writable ? "; writable" : "; not writable") +
              (origin == Origin{} ? "" : "  [" + origin.text + "]") + "\n";
  }
  return json ? pretty_json(array) : text;
}

Result<std::string> explain(const Options& options, RealHost& host) {
  const bool json = options.common.json.value_or(false);
  RunOptions run = options.run;
  settle_explain_word(run, join_path(host.store_dir(), "images"));
  // How a path is seen does not depend on the command: a question about one needs none.
  const bool shell = options.command == Command::Shell || (!run.paths.empty() && run.command.empty());
  const Command command = shell ? Command::Shell : Command::Run;
  auto plan = explained_plan(run, command, host);
  // Nor does what can be reached depend on the image, where no profile names one.
  const auto is_host = [](const std::string& word) { return !word.starts_with('/'); };
  if (!plan && !run.image && !run.paths.empty() && std::ranges::all_of(run.paths, is_host)) {
    run.image = "host";
    if (auto again = explained_plan(run, command, host))
      plan = std::move(again);
  }
  if (!plan)
    return tl::unexpected{std::move(plan).error()};
  if (!run.paths.empty())
    return answer_paths(*plan, run.paths, json);
  if (json)
    return pretty_json(plan_json(*plan));
  return plan_text(*plan, colour_for(1, options.common.color), options.common.verbose.value_or(false));
}

}  // namespace

Result<int> explain_command(const Options& options) {
  auto host = RealHost::look();
  if (!host)
    return tl::unexpected{std::move(host).error()};
  const auto text = explain(options, *host);
  if (!text)
    return tl::unexpected{text.error()};
  return print_answer(*text).map([] { return 0; });
}

}  // namespace snug
