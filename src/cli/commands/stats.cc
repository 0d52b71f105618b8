#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/show/container_list.h"
#include "cli/show/report.h"
#include "cli/show/table.h"
#include "client/usage.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

struct StatsOptions : OptionValues {
  std::optional<bool> no_stream{};
  std::optional<bool> all{};
};

constexpr OptionDef kStatsOptions[] = {
    {"no-stream", 0, "", "once, and not again every second", kOptionsGroup, Complete::Nothing,
     &StatsOptions::no_stream},
    {"all", 'a', "", "those that do not run, too", kOptionsGroup, Complete::Nothing, &StatsOptions::all},
};

using Clock = std::chrono::steady_clock;
constexpr int kPeriodMs = 1000;

// One look at one container. `usage` is nullopt if the container does not run.
struct Sample {
  std::string name{};
  std::optional<client::Usage> usage{};
  Clock::time_point at{};
  std::optional<double> cpu_percent{};  // of one processor, since the look before
};

Result<std::optional<client::Usage>> usage_of(const container::Container& container) {
  const auto running = TRY(container.running());
  if (!running)
    return std::nullopt;
  if (const auto answer = ask(container, {.kind = container::FrameKind::Group}); answer && answer->fds[0])
    return client::group_usage(answer->fds[0].get());
  const auto state = TRY(container.state());
  const auto usage = client::process_usage(state);
  // It may be starting, ending, or waiting for its restart.
  return usage ? std::optional{*usage} : std::nullopt;
}

class Stats {
 public:
  explicit Stats(const container::ContainerStore& store, const Invocation& invocation)
      : store_{store}, invocation_{invocation} {}

  // Looks at each container once. Fails if a container that was named does not exist.
  Result<std::vector<Sample>> look() {
    std::vector<std::string> names = invocation_.words;
    if (names.empty()) {
      auto list = TRY(store_.list());
      for (const container::ListedContainer& one :
           selected(std::move(list), {}, invocation_.options<StatsOptions>().all.value_or(false)))
        names.push_back(one.name);
    }
    std::vector<Sample> samples;
    for (const std::string& name : names) {
      const auto container = store_.find(name);
      if (!container && invocation_.words.empty())
        continue;  // removed since the list was made
      if (!container)
        return tl::unexpected{container.error()};
      const auto usage = TRY(usage_of(*container));
      samples.push_back(sample(name, usage));
    }
    return samples;
  }

 private:
  Sample sample(const std::string& name, std::optional<client::Usage> usage) {
    Sample now{.name = name, .usage = usage, .at = Clock::now()};
    const auto before = last_.find(name);
    if (before != last_.end() && usage && before->second.usage &&
        usage->cpu_us >= before->second.usage->cpu_us) {
      const std::chrono::duration<double, std::micro> passed = now.at - before->second.at;
      now.cpu_percent =
          100.0 * static_cast<double>(usage->cpu_us - before->second.usage->cpu_us) / passed.count();
    }
    last_[name] = now;
    return now;
  }

  const container::ContainerStore& store_;
  const Invocation& invocation_;
  std::map<std::string, Sample> last_;
};

Json number_or_null(const std::optional<std::uint64_t>& number) {
  return number ? Json{*number} : Json{};
}

Json::Object sample_json(const Sample& sample) {
  Json::Object object{{"name", sample.name}, {"running", sample.usage.has_value()}};
  if (!sample.usage)
    return object;
  const client::Usage& usage = *sample.usage;
  object.emplace_back("source", usage.by_group ? "cgroup" : "processes");
  object.emplace_back("cpu_percent", sample.cpu_percent ? Json{*sample.cpu_percent} : Json{});
  object.emplace_back("cpu_us", usage.cpu_us);
  object.emplace_back("memory", usage.memory);
  object.emplace_back("memory_limit", number_or_null(usage.memory_limit));
  object.emplace_back("pids", usage.pids);
  object.emplace_back("pids_limit", number_or_null(usage.pids_limit));
  object.emplace_back("read_bytes", number_or_null(usage.read_bytes));
  object.emplace_back("written_bytes", number_or_null(usage.written_bytes));
  return object;
}

std::string of_limit(std::uint64_t value, const std::optional<std::uint64_t>& limit,
                     std::string (*text)(std::uint64_t)) {
  return limit ? fmt::format("{} / {}", text(value), text(*limit)) : text(value);
}

std::string plain_text(std::uint64_t number) {
  return std::to_string(number);
}

std::vector<std::string> sample_row(const Sample& sample) {
  if (!sample.usage)
    return {sample.name, "--", "--", "--", "--", "--"};
  const client::Usage& usage = *sample.usage;
  const bool share = usage.memory_limit && *usage.memory_limit > 0;
  return {sample.name,
          sample.cpu_percent ? fmt::format("{:.2f}%", *sample.cpu_percent) : "--",
          of_limit(usage.memory, usage.memory_limit, format_size),
          share ? fmt::format("{:.2f}%", 100.0 * static_cast<double>(usage.memory) /
                                             static_cast<double>(*usage.memory_limit))
                : "--",
          usage.read_bytes
              ? fmt::format("{} / {}", format_size(*usage.read_bytes), format_size(*usage.written_bytes))
              : "--",
          of_limit(usage.pids, usage.pids_limit, plain_text)};
}

std::string samples_text(const std::vector<Sample>& samples, const Invocation& invocation) {
  std::string text;
  if (invocation.common.json.value_or(false)) {
    for (const Sample& sample : samples) text += compact_json(sample_json(sample)) + "\n";
    return text;
  }
  Table table{.header = {"NAME", "CPU", "MEMORY", "MEM%", "READ / WRITTEN", "PIDS"}};
  for (const Sample& sample : samples) table.rows.push_back(sample_row(sample));
  return table_text(table, terminal_width(STDOUT_FILENO), colour_for(STDOUT_FILENO, invocation.common.color));
}

Result<int> print_stats(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const container::ContainerStore store{host.store_dir()};
  const bool once = invocation.options<StatsOptions>().no_stream.value_or(false);
  const bool redraw = !once && isatty(STDOUT_FILENO) && !invocation.common.json.value_or(false);
  Stats stats{store, invocation};
  // The first look has nothing to compare with: a share of the processor needs two.
  TRY(stats.look());
  for (;;) {
    (void)poll(nullptr, 0, kPeriodMs);
    const auto samples = TRY(stats.look());
    // One write clears the screen and fills it, so that it does not flicker.
    const std::string text = samples_text(samples, invocation);
    TRY(print_answer(redraw ? "\033[H\033[2J" + text : text));
    if (once)
      return 0;
  }
}

}  // namespace

extern constexpr CommandDef kStatsCommand{
    .name = "stats",
    .group = kContainersGroup,
    .arity = {0, kAnyNumber},
    .positional = Complete::ContainerName,
    .options = kOptionsOf<StatsOptions>,
    .own = kStatsOptions,
    .run = print_stats,
};

}  // namespace snug::cli
