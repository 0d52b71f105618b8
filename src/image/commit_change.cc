#include "image/commit_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "image/commit_words.h"

namespace snug::image {
namespace {

constexpr std::size_t kMostNameBytes = 200;

using Words = std::vector<std::string>;

Status one_word(const Words& words, std::string_view what) {
  if (words.size() == 1 && !words[0].empty())
    return {};
  return fail({.step = fmt::format("expected {}", what)});
}

// Exec form as it is; anything else is for a shell.
Result<Words> command_words(std::string_view text) {
  if (auto words = exec_form(text))
    return *std::move(words);
  if (text.empty())
    return fail({.step = "expected a command"});
  return Words{"/bin/sh", "-c", std::string{text}};
}

Status command(ImageConfig& config, std::string_view text) {
  auto words = TRY(command_words(text));
  config.command = std::move(words);
  return {};
}

Status entrypoint(ImageConfig& config, std::string_view text) {
  auto words = TRY(command_words(text));
  config.entrypoint = std::move(words);
  return {};
}

// NAME=value pairs; the old form "NAME value" is one of them.
template<class Use>
Status pairs(const ImageConfig& config, std::string_view text, Use&& use) {
  const auto words = TRY(instruction_words(text, config.env));
  if (words.empty())
    return fail({.step = "expected NAME=value"});
  if (words.front().find('=') == std::string::npos) {
    if (words.size() < 2)
      return fail({.step = fmt::format("{}: expected NAME=value", escape_control(words.front()))});
    use(words.front(), join(std::span{words}.subspan(1), " "));
    return {};
  }
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail({.step = fmt::format("{}: expected NAME=value", escape_control(word))});
    use(word.substr(0, equals), word.substr(equals + 1));
  }
  return {};
}

Status env(ImageConfig& config, std::string_view text) {
  std::vector<std::pair<std::string, std::string>> all;  // the values are those before the instruction
  TRY(pairs(config, text, [&](auto name, auto value) { all.emplace_back(name, value); }));
  for (const auto& [name, value] : all) set_image_variable(config, name, value);
  return {};
}

Status label(ImageConfig& config, std::string_view text) {
  return pairs(config, text, [&](auto name, auto value) { config.labels[name] = value; });
}

void add_missing(Words& to, const std::string& word) {
  if (std::find(to.begin(), to.end(), word) == to.end())
    to.push_back(word);
}

Status expose(ImageConfig& config, std::string_view text) {
  const auto words = TRY(instruction_words(text, config.env));
  if (words.empty())
    return fail({.step = "expected PORT or PORT/PROTOCOL"});
  for (const std::string& word : words) {
    const std::size_t slash = word.find('/');
    const std::string number = word.substr(0, slash),
                      protocol = slash == std::string::npos ? "tcp" : word.substr(slash + 1);
    const bool digits = !number.empty() && number.find_first_not_of("0123456789-") == std::string::npos;
    if (!digits || (protocol != "tcp" && protocol != "udp"))
      return fail({.step = fmt::format("{}: expected PORT or PORT/PROTOCOL", escape_control(word))});
    add_missing(config.ports, fmt::format("{}/{}", number, protocol));
  }
  return {};
}

Status user(ImageConfig& config, std::string_view text) {
  const auto words = TRY(instruction_words(text, config.env));
  TRY(one_word(words, "USER or USER:GROUP"));
  config.user = words.front();
  return {};
}

Status workdir(ImageConfig& config, std::string_view text) {
  const auto words = TRY(instruction_words(text, config.env));
  if (words.empty())
    return fail({.step = "expected a directory"});
  const std::string path = join_path(config.workdir.empty() ? "/" : config.workdir, join(words, " "));
  const auto normal = normalize_absolute(path);
  if (!normal)
    return fail({.step = fmt::format("{}: has a \"..\" in it", escape_control(path))});
  config.workdir = *normal;
  return {};
}

Status volume(ImageConfig& config, std::string_view text) {
  auto words = exec_form(text);
  if (!words) {
    auto plain = TRY(instruction_words(text, config.env));
    words = std::move(plain);
  }
  if (words->empty())
    return fail({.step = "expected a directory"});
  for (const std::string& word : *words) {
    const auto path = normalize_absolute(word);
    if (!path)
      return fail({.step = fmt::format("{}: not an absolute path", escape_control(word))});
    add_missing(config.volumes, *path);
  }
  return {};
}

Status stop_signal(ImageConfig& config, std::string_view text) {
  const auto words = TRY(instruction_words(text, config.env));
  TRY(one_word(words, "the name or number of a signal"));
  config.stop_signal = words.front();
  return {};
}

struct Instruction {
  std::string_view name;
  Status (*apply)(ImageConfig&, std::string_view);
};
constexpr Instruction kInstructions[] = {
    {"CMD", command},     {"ENTRYPOINT", entrypoint}, {"ENV", env},
    {"EXPOSE", expose},   {"LABEL", label},           {"USER", user},
    {"WORKDIR", workdir}, {"VOLUME", volume},         {"STOPSIGNAL", stop_signal},
};

tl::unexpected<Error> unknown(std::string_view word) {
  std::array<std::string_view, std::size(kInstructions)> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kInstructions[i].name;
  std::string upper = to_lower(word);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const std::string_view meant = nearest(upper, names);
  return fail(
      {.step =
           fmt::format("--change: \"{}\" is not an instruction that changes an image", escape_control(word)),
       .hint = meant.empty() ? "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, WORKDIR, VOLUME and STOPSIGNAL are"
                             : fmt::format("did you mean {}?", meant)});
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

Status apply_change(ImageConfig& config, std::string_view instruction) {
  const std::string_view text = trim(instruction);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string word = to_lower(text.substr(0, end));
  for (const Instruction& known : kInstructions) {
    if (to_lower(known.name) != word)
      continue;
    auto status = known.apply(config, trim(text.substr(end)));
    if (!status)
      status.error().step = fmt::format("--change {}: {}", known.name, status.error().step);
    return status;
  }
  return unknown(text.substr(0, end));
}

void set_image_variable(ImageConfig& config, std::string_view name, std::string_view value) {
  std::string text = fmt::format("{}={}", name, value);
  for (std::string& variable : config.env)
    if (variable.starts_with(fmt::format("{}=", name))) {
      variable = std::move(text);
      return;
    }
  config.env.push_back(std::move(text));
}

Status check_image_name(std::string_view name) {
  const char* why = "";
  if (name.empty())
    why = "is empty";
  else if (name.size() > kMostNameBytes)
    why = "is too long";
  else if (name == "host")
    why = "is this machine itself";
  else if (name.front() == '.' || name.front() == '-')
    why = "starts with a dot or a dash";
  else if (name.find('/') != std::string_view::npos)
    why = "has a slash in it, and would be read as a path";
  else if (escape_control(name) != name)
    why = "has control bytes in it, or is not UTF-8";
  else
    return {};
  const bool cut = name.size() > kMostNameBytes;
  return fail(
      {.step = fmt::format("\"{}{}\" cannot be the name of an image: it {}",
                           escape_control(name.substr(0, cut ? 40 : name.size())), cut ? "…" : "", why),
       .hint = "a name is one word, such as web or web:2"});
}

}  // namespace snug::image
