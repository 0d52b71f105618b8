#include <algorithm>
#include <string>

#include "base/json.h"
#include "base/path.h"
#include "base/try.h"
#include "cli/commands/run.h"
#include "cli/input/explain_word.h"
#include "cli/input/payload_words.h"
#include "cli/input/wanted_run.h"
#include "cli/show/plan_json.h"
#include "cli/show/plan_text.h"
#include "cli/show/report.h"
#include "plan/reach.h"
#include "plan/visibility.h"
#include "session/planning.h"

namespace snug::cli {
namespace {

constexpr OptionDef kExplainOptions[] = {
    {"path", 0, "PATH", "how is this path seen inside, and why?", "Question", Complete::File,
     &RunOptions::paths},
};

// "/etc/passwd", "example.org", "db:5432", "[2001:db8::7]:22"; but not "./image" or "host".
bool may_be_question(std::string_view word) {
  if (word.starts_with('/'))
    return true;
  return word != "." && word != ".." && word.find('/') == std::string_view::npos &&
         word.find_first_of(".:") != std::string_view::npos;
}

Status take_explain_words(const TypedWords& typed, Invocation& invocation) {
  invocation.own.as<RunOptions>().image_may_be_path =
      !typed.marked && typed.words.size() == 1 && may_be_question(typed.words[0]);
  return take_payload(typed, invocation);
}

Result<plan::Plan> explained_plan(const RunOptions& options, host::RealHost& host) {
  const auto wanted = TRY(wanted_run(options, host));
  return session::plan_tried(wanted, host);
}

// A word that is no path is a host.
Status answer_host(const plan::Plan& plan, const std::string& word, bool json, std::string& text,
                   Json::Array& array) {
  const auto reach = TRY(plan::look_up_host(plan, word));
  if (json)
    array.push_back(Json::Object{{"host", reach.place},
                                 {"open", reach.open},
                                 {"rule", reach.rule},
                                 {"text", reach.text},
                                 {"origin", reach.origin.text}});
  else
    text += reach.place + ": " + reach.text +
            (reach.origin == Origin{} ? "" : "  [" + reach.origin.text + "]") + "\n";
  return {};
}

Result<std::string> answer_paths(const plan::Plan& plan, const std::vector<std::string>& paths, bool json) {
  std::string text;
  Json::Array array;
  for (const std::string& word : paths) {
    if (!word.starts_with('/')) {
      TRY(answer_host(plan, word, json, text, array));
      continue;
    }
    const auto path = normalize_absolute(word);
    if (!path)
      return fail({.step = "--path " + word + ": must be absolute and without \"..\"",
                   .hint = "it is a path inside the sandbox"});
    const plan::Visibility seen = plan::look_up(plan, *path);
    const Origin& origin = plan.steps[seen.step].origin;
    if (json)
      array.push_back(visibility_json(seen, plan));
    else
      text += seen.path + ": " + seen.text + (seen.writable ? "; writable" : "; not writable") +
              (origin == Origin{} ? "" : "  [" + origin.text + "]") + "\n";
  }
  return json ? pretty_json(array) : text;
}

Result<std::string> explain(const Invocation& invocation, host::RealHost& host) {
  const bool json = invocation.common.json.value_or(false);
  RunOptions run = invocation.options<RunOptions>();
  settle_explain_word(run, join_path(host.store_dir(), "images"));
  // How a path is seen does not depend on the command: a question about one needs none.
  run.shell = run.shell || (!run.paths.empty() && run.command.empty());
  auto plan = explained_plan(run, host);
  // Nor does what can be reached depend on the image, where no profile names one.
  const auto is_host = [](const std::string& word) { return !word.starts_with('/'); };
  if (!plan && !run.image && !run.paths.empty() && std::ranges::all_of(run.paths, is_host)) {
    run.image = "host";
    if (auto again = explained_plan(run, host))
      plan = std::move(again);
  }
  if (!plan)
    return tl::unexpected{std::move(plan).error()};
  if (!run.paths.empty())
    return answer_paths(*plan, run.paths, json);
  if (json)
    return pretty_json(plan_json(*plan));
  return plan_text(*plan, colour_for(1, invocation.common.color), invocation.common.verbose.value_or(false));
}

}  // namespace

Result<int> explain_command(const Invocation& invocation) {
  auto host = TRY(host::RealHost::look());
  const auto text = TRY(explain(invocation, host));
  return print_answer(text).map([] { return 0; });
}

extern constexpr CommandDef kExplainCommand{
    .name = "explain",
    .positional = Complete::ImageName,
    .takes_run_options = true,
    .ends_at_word = true,
    .options = kOptionsOf<RunOptions>,
    .own = kExplainOptions,
    .take_words = take_explain_words,
    .run = explain_command,
};

}  // namespace snug::cli
