// The keys at the top of a profile, and what is no key of one but kept with a container.
#include "base/try.h"
#include "spec/key_types.h"
#include "spec/names.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

struct ImageName {
  static Result<std::string> read(const TomlValue& value, const ProfilePlace& place) {
    const auto text = TRY(value.as_string("the name or directory of an image"));
    if (text.empty())
      return value.error("expected the name or directory of an image, found nothing");
    const bool path = text == "." || text == ".." || text.find('/') != std::string_view::npos;
    return path ? profile_path(place, text) : std::string{text};
  }
  static Json show(const std::string& name) { return name; }
};

struct CommandLine {
  static Result<std::vector<std::string>> read(const TomlValue& value, const ProfilePlace&) {
    auto words = value.as_strings();
    if (words && !words->empty() && words->front().empty())
      return value.items.front().error("a command cannot be empty");
    return words;
  }
  static Json show(const std::vector<std::string>& words) { return Json::Array{words.begin(), words.end()}; }
};

struct Entrypoint {
  // An empty one drops the image's.
  static Result<std::vector<std::string>> parse(const std::string& text, std::string_view) {
    return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{text};
  }
  static Json show(const std::vector<std::string>& words) { return CommandLine::show(words); }
};

struct Workdir {
  static Result<std::string> read(const TomlValue& value, const ProfilePlace&) {
    const auto text = TRY(value.as_string("a path inside the sandbox"));
    return parse_workdir(text, value.where());
  }
  static Result<std::string> parse(const std::string& text, std::string_view flag) {
    return parse_workdir(text, flag);
  }
  static Status check(const std::string& text, std::string_view what) {
    return parse_workdir(text, what).map([](const auto&) {});
  }
  static Json show(const std::string& path) { return path; }
};

struct Hostname {
  static Result<std::string> read(const TomlValue& value, const ProfilePlace&) {
    const auto text = TRY(value.as_string("a host name"));
    return parse(std::string{text}, value.where());
  }
  static Result<std::string> parse(const std::string& text, std::string_view what) {
    return check(text, what).map([&] { return text; });
  }
  static Status check(const std::string& text, std::string_view what) { return check_hostname(text, what); }
  static Json show(const std::string& name) { return name; }
};

constexpr Key kTopKeys[] = {
    {.name = "image", .value = held<ImageName, &Profile::image, &Spec::image>()},
    {.name = "command", .value = held<CommandLine, &Profile::command, &Spec::command>()},
    {.name = "workdir",
     .value = held<Workdir, &Profile::workdir, &Spec::workdir>(),
     .flag = {.name = "workdir", .letter = 'w', .argument = "DIR", .says = "working directory inside"}},
    {.name = "hostname",
     .value = held<Hostname, &Profile::hostname, &Spec::hostname>(),
     .flag = {.name = "hostname", .letter = 'h', .argument = "NAME", .says = "host name inside"}},
    // Options only.
    {.stored = "entrypoint",
     .value = held<Entrypoint, &Profile::entrypoint, &Spec::entrypoint>(),
     .flag = {.name = "entrypoint",
              .argument = "PROGRAM",
              .says = "run this instead of the image's entrypoint and command",
              .detail = "An empty value drops the image's entrypoint."}},
    // Of how a run was asked for: cli/input/flags_layer.cc.
    {.stored = "name", .value = kept<&Profile::name, &Spec::name>()},
    {.stored = "remove_at_end", .value = kept<&Profile::remove_at_end, &Spec::remove_at_end>()},
    {.stored = "tty", .value = kept<&Profile::tty, &Spec::tty>()},
    {.stored = "shell", .value = kept<&Profile::shell, &Spec::shell>()},
};

}  // namespace

std::span<const Key> top_keys() {
  return kTopKeys;
}

}  // namespace snug::spec
