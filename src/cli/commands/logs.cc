#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <optional>

#include "base/json.h"
#include "base/try.h"
#include "base/units.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/show/log_text.h"
#include "cli/show/network_log_text.h"
#include "container/store.h"
#include "log/log.h"
#include "log/log_format.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

struct LogsOptions : OptionValues {
  std::optional<bool> follow{};
  std::optional<std::string> since{};
  std::optional<std::string> until{};
  std::optional<std::string> tail{};
  std::optional<bool> network{};
  std::optional<bool> timestamps{};
};

constexpr OptionDef kLogsOptions[] = {
    {"follow", 'f', "", "go on with what is written, until the container ends", kOptionsGroup,
     Complete::Nothing, &LogsOptions::follow},
    {"since", 0, "TIME", "only what was written at or after TIME", kOptionsGroup, Complete::Nothing,
     &LogsOptions::since},
    {"until", 0, "TIME", "only what was written at or before TIME", kOptionsGroup, Complete::Nothing,
     &LogsOptions::until},
    {"tail", 'n', "N", "only the last N lines; all for every line", kOptionsGroup, Complete::Nothing,
     &LogsOptions::tail},
    {"network", 0, "", "what the egress gate let through and refused", kOptionsGroup, Complete::Nothing,
     &LogsOptions::network},
    {"timestamps", 't', "", "begin each line with when it was written", kOptionsGroup, Complete::Nothing,
     &LogsOptions::timestamps},
};

constexpr Elsewhere kLogsElsewhere[] = {
    {"--details", "a log holds times, streams and text; -t shows the times"},
};

std::int64_t real_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

Result<log::LogQuery> parse_query(const LogsOptions& options) {
  log::LogQuery query{.follow = options.follow.value_or(false)};
  const std::int64_t now = real_time_ns();
  const auto moment = [&](const std::optional<std::string>& text, const char* what,
                          std::optional<std::int64_t>& to) -> Status {
    if (!text)
      return {};
    return log::parse_log_moment(*text, what, now).map([&](std::int64_t time) { to = time; });
  };
  TRY(moment(options.since, "--since", query.since_ns));
  TRY(moment(options.until, "--until", query.until_ns));
  if (options.tail && *options.tail != "all") {
    const auto lines = parse_number(*options.tail, "--tail");
    if (!lines)
      return fail({.step = lines.error().step, .hint = "a number of lines, or \"all\""});
    query.tail = *lines;
  }
  return query;
}

// Standard output and standard error in the order of the log, in few writes.
class Output {
 public:
  void put(int fd, std::string_view text) {
    if (fd != fd_ || text_.size() >= 65536)
      flush();
    fd_ = fd;
    text_ += text;
  }
  void flush() {
    if (status_ && !text_.empty())
      status_ = sys::write_all(fd_, text_, fd_ == STDOUT_FILENO ? "standard output" : "standard error");
    text_.clear();
  }
  bool good() const { return status_.has_value(); }
  // A reader that has gone is no error.
  Status status() const { return !status_ && status_.error().err == EPIPE ? Status{} : status_; }

 private:
  int fd_{STDOUT_FILENO};
  std::string text_;
  Status status_;
};

enum class LogStyle { Plain, Stamped, Json };

// The entries of one stream.
class StreamText {
 public:
  StreamText(log::LogStream stream, LogStyle style, bool own_terminal)
      : stream_{stream},
        style_{style},
        fd_{style != LogStyle::Json && stream == log::LogStream::Err ? 2 : 1} {
    if (style != LogStyle::Json && isatty(fd_))
      terminal_.emplace(own_terminal);
  }

  void put(const log::LogEntry& entry, Output& output) {
    if (style_ == LogStyle::Json)
      return put_json(entry, output);
    if (at_start_ && style_ == LogStyle::Stamped)
      output.put(fd_, log::log_time(entry.time_ns) + " ");
    output.put(fd_, terminal_ ? terminal_->pass(entry.text, !entry.partial) : std::string{entry.text});
    if (!entry.partial)
      output.put(fd_, "\n");
    at_start_ = !entry.partial;
  }

  void end(Output& output) {
    if (style_ == LogStyle::Json && !at_start_)
      put_json({.time_ns = time_ns_, .stream = stream_}, output);
    if (terminal_)
      output.put(fd_, terminal_->end());
  }

 private:
  // A line that never ends must not fill the memory.
  static constexpr std::size_t kMostText = 1 << 20;

  void put_json(const log::LogEntry& entry, Output& output) {
    if (at_start_)
      time_ns_ = entry.time_ns;
    line_ += entry.text;
    at_start_ = !entry.partial || line_.size() >= kMostText;
    if (!at_start_)
      return;
    output.put(fd_,
               compact_json(Json::Object{{"time", log::log_time(time_ns_)},
                                         {"stream", stream_ == log::LogStream::Out ? "stdout" : "stderr"},
                                         {"text", line_}}) +
                   "\n");
    line_.clear();
  }

  log::LogStream stream_;
  LogStyle style_;
  int fd_;
  std::optional<TerminalText> terminal_;
  bool at_start_{true};
  std::int64_t time_ns_{};  // of the start of the line
  std::string line_;
};

Status print_log(const container::Container& container, const log::LogQuery& query, LogStyle style) {
  // A container without a readable state counts as one without a terminal: then fewer escapes pass.
  const auto state = container.state();
  const bool own_terminal = state && state->terminal;
  std::array<StreamText, 2> streams{StreamText{log::LogStream::Out, style, own_terminal},
                                    StreamText{log::LogStream::Err, style, own_terminal}};
  Output output;
  const auto status = log::read_log(
      container.dir(), query,
      [&] {
        output.flush();
        const auto running = container.running();
        return !output.good() || !running || !*running;
      },
      [&](const log::LogEntry& entry) {
        streams[entry.stream == log::LogStream::Err].put(entry, output);
        return output.good();
      });
  for (StreamText& stream : streams) stream.end(output);
  output.flush();
  return status ? output.status() : status;
}

Result<int> print_logs(const Invocation& invocation) {
  const auto& options = invocation.options<LogsOptions>();
  const auto query = TRY(parse_query(options));
  const auto container = TRY(named_container(invocation));
  // `snug logs NAME | head` ends quietly: the write fails instead.
  (void)std::signal(SIGPIPE, SIG_IGN);
  if (options.network.value_or(false))
    return print_network_log(container, query, invocation.common.json.value_or(false)).map([] { return 0; });
  const LogStyle style = invocation.common.json.value_or(false) ? LogStyle::Json
                         : options.timestamps.value_or(false)   ? LogStyle::Stamped
                                                                : LogStyle::Plain;
  return print_log(container, query, style).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kLogsCommand{
    .name = "logs",
    .group = kContainersGroup,
    .arity = kOneContainer,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<LogsOptions>,
    .own = kLogsOptions,
    .elsewhere = kLogsElsewhere,
    .run = print_logs,
};

}  // namespace snug::cli
