#include "cli/show/container_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "log/log_format.h"

namespace snug::cli {
namespace {

// The exit status of what SIGKILL has ended.
constexpr int kKilledCode = 137;

constexpr std::size_t kCommandWidth = 24;

constexpr std::array<std::string_view, 6> kKeys{"name", "status", "image", "exited", "health", "id"};
constexpr std::array<std::string_view, 5> kStandings{"created", "running", "exited", "damaged", "newer"};
constexpr std::array<std::string_view, 4> kHealths{"none", "starting", "healthy", "unhealthy"};

int exit_code(const container::ListedContainer& container) {
  return standing_of(container) == Standing::Killed ? kKilledCode : container.state.exit_code;
}

std::string command_text(const std::vector<std::string>& command, bool no_trunc) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + shell_quote(word);
  text = escape_control(text);
  if (no_trunc || display_width(text) <= kCommandWidth)
    return text;
  // From here on it is valid UTF-8: cut before a byte that begins a character.
  while (display_width(text) >= kCommandWidth) {
    std::size_t end = text.size() - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  return text + "…";
}

template<std::size_t N>
Status check_word(const ListFilter& filter, const std::array<std::string_view, N>& words) {
  if (std::ranges::find(words, filter.value) != words.end())
    return {};
  const std::string_view near = nearest(filter.value, words);
  const std::vector<std::string> all{words.begin(), words.end()};
  return fail(
      {.step = fmt::format("--filter {}={}: there is no such {}", filter.key, escape_control(filter.value),
                           filter.key),
       .hint = near.empty() ? "one of " + join(all, ", ") : fmt::format("did you mean \"{}\"?", near)});
}

Status check_key(const ListFilter& filter) {
  if (std::ranges::find(kKeys, filter.key) != kKeys.end())
    return {};
  const std::string_view near = filter.key == "ancestor" ? "image" : nearest(filter.key, kKeys);
  const std::vector<std::string> all{kKeys.begin(), kKeys.end()};
  return fail(
      {.step = fmt::format("--filter {}: unknown filter", escape_control(filter.key)),
       .hint = near.empty() ? "one of " + join(all, ", ") : fmt::format("did you mean \"{}\"?", near)});
}

Result<ListFilter> parse_filter(std::string_view text) {
  const std::size_t equals = text.find('=');
  const ListFilter filter{
      .key = std::string{text.substr(0, equals)},
      .value = equals == std::string_view::npos ? "" : std::string{text.substr(equals + 1)}};
  Status status = check_key(filter);
  if (status && filter.value.empty())
    status = fail({.step = fmt::format("--filter {}: a value is missing", escape_control(text)),
                   .hint = fmt::format("--filter {}=VALUE", filter.key)});
  if (status && filter.key == "status")
    status = check_word(filter, kStandings);
  if (status && filter.key == "health")
    status = check_word(filter, kHealths);
  if (status && filter.key == "exited")
    status = parse_number(filter.value, "--filter exited", 255).map([](std::uint64_t) {});
  if (!status)
    return tl::unexpected{status.error()};
  return filter;
}

bool passes_one(const container::ListedContainer& container, const ListFilter& filter) {
  const Standing standing = standing_of(container);
  if (filter.key == "name")
    return container.name.find(filter.value) != std::string::npos;
  if (filter.key == "status")
    return standing_name(standing) == filter.value;
  if (!container.damage.empty())
    return false;  // nothing else is known of it
  if (filter.key == "image")
    return container.state.image == filter.value || container.state.image.starts_with(filter.value + ":");
  if (filter.key == "exited")
    return (standing == Standing::Exited || standing == Standing::Killed) &&
           std::to_string(exit_code(container)) == filter.value;
  if (filter.key == "health")
    return health_name(standing == Standing::Running ? container.state.health : container::Health::None) ==
           filter.value;
  return container.state.id.starts_with(filter.value);
}

Json time_json(std::int64_t ns) {
  return ns > 0 ? Json{log::log_time(ns)} : Json{};
}

Json pid_json(std::int64_t pid) {
  return pid > 0 ? Json{static_cast<std::uint64_t>(pid)} : Json{};
}

Json strings_json(const std::vector<std::string>& texts) {
  return Json::Array{texts.begin(), texts.end()};
}

Json::Object container_json(const container::ListedContainer& container) {
  const container::RunState& state = container.state;
  Json::Object object{{"name", container.name}};
  if (!container.damage.empty()) {
    object.emplace_back("status", std::string{standing_name(standing_of(container))});
    object.emplace_back("damage", container.damage);
    object.emplace_back("running", container.running);
    return object;
  }
  object.emplace_back("id", state.id);
  object.emplace_back("image", state.image);
  object.emplace_back("command", strings_json(state.command));
  object.emplace_back("created", time_json(state.created_ns));
  for (auto& member : run_json(container)) object.push_back(std::move(member));
  object.emplace_back("ports", strings_json(state.ports));
  object.emplace_back("terminal", state.terminal);
  return object;
}

// As docker has them: "127.0.0.1:8080->80/tcp".
std::string ports_text(const std::vector<std::string>& ports) {
  std::string text;
  for (const std::string& port : ports) {
    const std::size_t colon = port.rfind(':');
    text += (text.empty() ? "" : ", ") +
            (colon == std::string::npos ? port : port.substr(0, colon) + "->" + port.substr(colon + 1));
  }
  return text;
}

}  // namespace

Standing standing_of(const container::ListedContainer& container) {
  if (!container.damage.empty())
    return container.newer ? Standing::Newer : Standing::Damaged;
  switch (container.state.phase) {
    case container::RunPhase::Created:
      return Standing::Created;
    case container::RunPhase::Running:
      return container.running ? Standing::Running : Standing::Killed;
    case container::RunPhase::Exited:
      return Standing::Exited;
  }
  return Standing::Damaged;
}

std::string_view standing_name(Standing standing) {
  switch (standing) {
    case Standing::Created:
      return "created";
    case Standing::Running:
      return "running";
    case Standing::Exited:
    case Standing::Killed:
      return "exited";
    case Standing::Damaged:
      return "damaged";
    case Standing::Newer:
      return "newer";
  }
  return "";
}

std::string_view health_name(container::Health health) {
  return kHealths.at(static_cast<std::size_t>(health));
}

std::string age_text(std::int64_t ns) {
  const std::int64_t seconds = std::max<std::int64_t>(ns, 0) / 1'000'000'000;
  const std::int64_t minutes = seconds / 60;
  const auto hours = static_cast<std::int64_t>(std::lround(static_cast<double>(minutes) / 60));
  const std::int64_t days = hours / 24;
  if (seconds < 1)
    return "Less than a second";
  if (seconds < 60)
    return fmt::format("{} second{}", seconds, seconds == 1 ? "" : "s");
  if (minutes == 1)
    return "About a minute";
  if (minutes < 60)
    return fmt::format("{} minutes", minutes);
  if (hours == 1)
    return "About an hour";
  if (hours < 48)
    return fmt::format("{} hours", hours);
  if (days < 14)
    return fmt::format("{} days", days);
  if (days < 60)
    return fmt::format("{} weeks", days / 7);
  if (days < 730)
    return fmt::format("{} months", days / 30);
  return fmt::format("{} years", days / 365);
}

std::string status_text(const container::ListedContainer& container, std::int64_t now_ns) {
  const container::RunState& state = container.state;
  switch (standing_of(container)) {
    case Standing::Created:
      return "Created";
    case Standing::Running: {
      const char* health = state.health == container::Health::None       ? ""
                           : state.health == container::Health::Starting ? " (health: starting)"
                           : state.health == container::Health::Healthy  ? " (healthy)"
                                                                         : " (unhealthy)";
      return fmt::format("Up {}{}", age_text(now_ns - state.started_ns), health);
    }
    case Standing::Exited:
      return fmt::format("Exited ({}) {} ago", state.exit_code, age_text(now_ns - state.finished_ns));
    case Standing::Killed:
      // When that was nobody could write down.
      return fmt::format("Exited ({}), its supervisor was killed", kKilledCode);
    case Standing::Damaged:
      return "Damaged: " + container.damage;
    case Standing::Newer:
      return "Newer: " + container.damage;
  }
  return "";
}

Result<std::vector<ListFilter>> parse_list_filters(const std::vector<std::string>& texts) {
  std::vector<ListFilter> filters;
  for (const std::string& text : texts) {
    auto filter = TRY(parse_filter(text));
    filters.push_back(std::move(filter));
  }
  return filters;
}

bool passes(const container::ListedContainer& container, const std::vector<ListFilter>& filters) {
  return std::ranges::all_of(kKeys, [&](std::string_view key) {
    bool asked = false, passed = false;
    for (const ListFilter& filter : filters)
      if (filter.key == key) {
        asked = true;
        passed = passed || passes_one(container, filter);
      }
    return passed || !asked;
  });
}

std::vector<container::ListedContainer> selected(std::vector<container::ListedContainer> list,
                                                 const std::vector<ListFilter>& filters, bool all) {
  all = all || std::ranges::any_of(filters, [](const ListFilter& filter) {
          return filter.key == "status" || filter.key == "exited";
        });
  std::erase_if(list, [&](const container::ListedContainer& one) {
    return !passes(one, filters) || (!all && standing_of(one) != Standing::Running);
  });
  std::ranges::sort(list, [](const container::ListedContainer& a, const container::ListedContainer& b) {
    return a.state.created_ns != b.state.created_ns ? a.state.created_ns > b.state.created_ns
                                                    : a.name < b.name;
  });
  return list;
}

Table list_table(const std::vector<container::ListedContainer>& list, std::int64_t now_ns, bool no_trunc) {
  Table table{.header = {"NAME", "IMAGE", "COMMAND", "STATUS", "AGE", "PORTS"}};
  for (const container::ListedContainer& one : list) {
    const container::RunState& state = one.state;
    table.rows.push_back({one.name, state.image, command_text(state.command, no_trunc),
                          status_text(one, now_ns),
                          state.created_ns > 0 ? age_text(now_ns - state.created_ns) : "",
                          one.running ? ports_text(state.ports) : ""});
  }
  return table;
}

Json::Object run_json(const container::ListedContainer& container) {
  const container::RunState& state = container.state;
  const Standing standing = standing_of(container);
  const bool running = standing == Standing::Running;
  const bool killed = standing == Standing::Killed;
  const bool ended = killed || state.finished_ns > 0;
  return {{"status", std::string{standing_name(standing)}},
          {"running", running},
          {"killed", killed},
          {"exit_code", ended ? Json{static_cast<std::uint64_t>(exit_code(container))} : Json{}},
          {"error", state.error},
          {"started", time_json(state.started_ns)},
          // When a supervisor was killed is not known, and what is written is the end of an earlier run.
          {"finished", killed || running ? Json{} : time_json(state.finished_ns)},
          {"stopped_by_user", state.stopped_by_user},
          {"restarts", state.restarts},
          {"health", std::string{health_name(running ? state.health : container::Health::None)}},
          {"supervisor_pid", running ? pid_json(state.supervisor_pid) : Json{}},
          {"init_pid", running ? pid_json(state.init_pid) : Json{}}};
}

Json list_json(const std::vector<container::ListedContainer>& list) {
  Json::Array array;
  for (const container::ListedContainer& one : list) array.push_back(container_json(one));
  return array;
}

}  // namespace snug::cli
