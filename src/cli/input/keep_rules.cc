#include "cli/input/keep_rules.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"

namespace snug::cli {
namespace {

Result<container::RestartPolicy> parse_restart(std::string_view text) {
  if (text == "no")
    return container::RestartPolicy{};
  if (text == "always" || text == "unless-stopped")
    return container::RestartPolicy{.when = container::RestartWhen::Always};
  constexpr std::string_view kOnFailure = "on-failure";
  if (text == kOnFailure)
    return container::RestartPolicy{.when = container::RestartWhen::OnFailure};
  if (text.starts_with(kOnFailure) && text.substr(kOnFailure.size()).starts_with(':')) {
    const auto most = TRY(parse_number(text.substr(kOnFailure.size() + 1), "--restart", UINT32_MAX));
    return container::RestartPolicy{.when = container::RestartWhen::OnFailure, .most = most};
  }
  return fail({.step = fmt::format("--restart: \"{}\" is not a choice", escape_control(text)),
               .hint = "no, on-failure, on-failure:N or always"});
}

Status put_log_opt(std::string_view text, container::KeepRules& rules) {
  const std::size_t equals = text.find('=');
  const std::string_view key = text.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : text.substr(equals + 1);
  const bool size = key == "max-size";
  if (!size && key != "max-file")
    return fail({.step = fmt::format("--log-opt: \"{}\" is not known", escape_control(text)),
                 .hint = "max-size=10M and max-file=2 are"});
  const auto number =
      TRY(size ? parse_size(value, "--log-opt max-size") : parse_number(value, "--log-opt max-file", 1000));
  if (number < (size ? 4096U : 1U))
    return fail({.step = fmt::format("--log-opt {} is too small", escape_control(text)),
                 .hint = "a log has at least one file, of at least 4K"});
  (size ? rules.log_size : rules.log_files) = number;
  return {};
}

Result<std::optional<container::HealthCheck>> parse_health(const RunOptions& run) {
  std::optional<container::HealthCheck> check;
  if (run.no_healthcheck.value_or(false))
    return check;
  container::HealthCheck wanted{.command = run.health_cmd.value_or("")};
  const struct {
    const std::optional<std::string>& typed;
    std::string_view what;
    std::uint64_t& to;
  } times[] = {{run.health_interval, "--health-interval", wanted.interval_ms},
               {run.health_timeout, "--health-timeout", wanted.timeout_ms},
               {run.health_start_period, "--health-start-period", wanted.start_period_ms}};
  bool any = false;
  for (const auto& [typed, what, to] : times) {
    if (!typed)
      continue;
    any = true;
    const auto ms = TRY(parse_duration_ms(*typed, what));
    if (ms == 0 && what != "--health-start-period")
      return fail({.step = fmt::format("{}: 0 leaves no time at all", what)});
    to = ms;
  }
  if (run.health_retries) {
    any = true;
    const auto retries = TRY(parse_number(*run.health_retries, "--health-retries", 1'000'000));
    wanted.retries = std::max<std::uint64_t>(retries, 1);
  }
  if (!run.health_cmd || run.health_cmd->empty()) {
    if (any)
      return fail({.step = "there is no --health-cmd for the other --health options"});
    return check;
  }
  check = std::move(wanted);
  return check;
}

}  // namespace

Result<int> parse_signal(std::string_view text, std::string_view what) {
  const auto number = parse_number(text, what, 64);
  if (number && *number >= 1)
    return static_cast<int>(*number);
  std::string_view name = text;
  if (name.starts_with("SIG") || name.starts_with("sig"))
    name.remove_prefix(3);
  for (int signal = 1; signal < 32; ++signal)
    if (const char* known = sigabbrev_np(signal); known && to_lower(known) == to_lower(name))
      return signal;
  return fail({.step = fmt::format("{}: \"{}\" is no signal", what, escape_control(text)),
               .hint = "a name as TERM or SIGTERM, or a number from 1 to 64"});
}

Result<std::uint64_t> parse_seconds(std::string_view text, std::string_view what) {
  return parse_number(text, what, 1'000'000'000).map([](std::uint64_t seconds) { return seconds * 1000; });
}

Result<container::KeepRules> keep_rules(const RunOptions& run, const std::string& image_signal) {
  container::KeepRules rules;
  rules.open_input = run.interactive.value_or(false);
  if (const std::string text = run.stop_signal.value_or(image_signal); !text.empty()) {
    const auto signal =
        TRY(parse_signal(text, run.stop_signal ? "--stop-signal" : "the image's stop signal"));
    rules.stop_signal = signal;
  }
  if (run.stop_timeout) {
    const auto ms = TRY(parse_seconds(*run.stop_timeout, "--stop-timeout"));
    rules.stop_timeout_ms = ms;
  }
  if (run.restart) {
    const auto policy = TRY(parse_restart(*run.restart));
    rules.restart = policy;
  }
  auto health = TRY(parse_health(run));
  rules.health = std::move(health);
  for (const std::string& option : run.log_opts) TRY(put_log_opt(option, rules));
  return rules;
}

}  // namespace snug::cli
