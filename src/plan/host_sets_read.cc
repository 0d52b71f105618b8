// Sets of hosts that files name: an image's apt sources, a project's npm and git configuration.
#include <algorithm>
#include <optional>

#include "base/path.h"
#include "base/text.h"
#include "image/listing.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  while (!text.empty() && kBlank.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && kBlank.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

struct Scheme {
  std::string_view prefix;
  std::string_view port;
};
constexpr Scheme kSchemes[] = {
    {"https://", "443"}, {"http://", "80"}, {"ssh://", "22"}, {"git+ssh://", "22"}, {"git://", "9418"}};

// "https://user@example.org:8443/path" is "example.org:8443"; nothing for what is no address of a host.
std::optional<std::string> rule_of_url(std::string_view url) {
  const auto* const scheme =
      std::ranges::find_if(kSchemes, [&](const Scheme& known) { return url.starts_with(known.prefix); });
  if (scheme == std::end(kSchemes))
    return std::nullopt;
  url.remove_prefix(scheme->prefix.size());
  std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  const bool has_port =
      authority.find(':', authority.find(']') == std::string_view::npos ? 0 : authority.find(']')) !=
      std::string_view::npos;
  return std::string{authority} + (has_port ? "" : ":" + std::string{scheme->port});
}

// git's other form, "git@example.org:path".
std::optional<std::string> rule_of_scp(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0 ||
      url.substr(0, colon).find('/') != std::string_view::npos)
    return std::nullopt;
  std::string_view host = url.substr(0, colon);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos)
    host.remove_prefix(at + 1);
  return std::string{host} + ":22";
}

void add(std::vector<std::string>& rules, std::optional<std::string> rule) {
  if (rule && std::ranges::find(rules, *rule) == rules.end())
    rules.push_back(*std::move(rule));
}

// Beneath the image's root, or the machine's, whose tree the host image is.
std::string image_file(const Builder& builder, std::string_view path) {
  if (builder.image.kind == image::ImageKind::Host)
    return builder.host.read_file(join_path("/", path)).value_or("");
  auto text = image::read_image_file(builder.image.layers, path);
  return text && *text ? **std::move(text) : std::string{};
}

std::vector<std::string> image_names(const Builder& builder, std::string_view dir) {
  return builder.image.kind == image::ImageKind::Host
             ? builder.host.names_in(join_path("/", dir))
             : image::image_directory_names(builder.image.layers, dir);
}

// Both formats of sources.list(5): words of a line that are addresses. "mirror+https://…" counts for its
// host.
void add_apt_lines(std::vector<std::string>& rules, std::string_view text) {
  for (const std::string_view whole : split(text, '\n')) {
    const std::string_view line = trimmed(whole.substr(0, whole.find('#')));
    const bool continues = whole.starts_with(' ') || whole.starts_with('\t');
    if (!line.starts_with("deb") && !to_lower(line.substr(0, 5)).starts_with("uris:") && !continues)
      continue;
    for (std::string_view word : split(line, ' ')) {
      word = trimmed(word);
      if (to_lower(word.substr(0, 5)) == "uris:")
        word.remove_prefix(5);
      if (word.starts_with("mirror+"))
        word.remove_prefix(std::string_view{"mirror+"}.size());
      add(rules, rule_of_url(word));
    }
  }
}

void add_npm_lines(std::vector<std::string>& rules, std::string_view text) {
  for (const std::string_view whole : split(text, '\n')) {
    const std::string_view line = trimmed(whole);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || line.starts_with('#') || line.starts_with(';'))
      continue;
    const std::string_view key = trimmed(line.substr(0, equals));
    if (key != "registry" && !key.ends_with(":registry"))
      continue;
    std::string_view value = trimmed(line.substr(equals + 1));
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    add(rules, rule_of_url(value));
  }
}

void add_git_lines(std::vector<std::string>& rules, std::string_view text) {
  for (const std::string_view whole : split(text, '\n')) {
    const std::string_view line = trimmed(whole);
    const std::size_t equals = line.find('=');
    if (line.starts_with("[url ")) {
      // [url "https://mirror.example.org/"]: what other addresses are replaced by.
      const std::size_t begin = line.find('"');
      add(rules, rule_of_url(line.substr(begin + 1, line.rfind('"') - begin - 1)));
      continue;
    }
    if (equals == std::string_view::npos)
      continue;
    const std::string key = to_lower(trimmed(line.substr(0, equals)));
    if (key != "url" && key != "pushurl")
      continue;
    const std::string_view url = trimmed(line.substr(equals + 1));
    auto rule = rule_of_url(url);
    add(rules, rule ? rule : rule_of_scp(url));
  }
}

// The file in the working directory, or in the nearest directory above that has it.
std::string project_file(const Builder& builder, std::string_view name) {
  std::string dir = builder.host.caller().cwd;
  while (true) {
    if (auto text = builder.host.read_file(join_path(dir, name)))
      return *std::move(text);
    if (dir.empty() || dir == "/")
      return {};
    dir = parent_path(dir);
  }
}

}  // namespace

std::vector<std::string> apt_hosts(const Builder& builder) {
  std::vector<std::string> rules;
  add_apt_lines(rules, image_file(builder, "etc/apt/sources.list"));
  constexpr std::string_view kDirectory = "etc/apt/sources.list.d";
  for (const std::string& name : image_names(builder, kDirectory))
    if (name.ends_with(".list") || name.ends_with(".sources"))
      add_apt_lines(rules, image_file(builder, join_path(kDirectory, name)));
  return rules;
}

std::vector<std::string> npm_hosts(const Builder& builder) {
  std::vector<std::string> rules{"registry.npmjs.org:443"};
  for (const std::string_view path : {"etc/npmrc", "usr/etc/npmrc", "usr/local/etc/npmrc", "root/.npmrc"})
    add_npm_lines(rules, image_file(builder, path));
  add_npm_lines(rules, project_file(builder, ".npmrc"));
  return rules;
}

std::vector<std::string> git_hosts(const Builder& builder) {
  std::vector<std::string> rules;
  for (const std::string_view path : {"etc/gitconfig", "root/.gitconfig"})
    add_git_lines(rules, image_file(builder, path));
  add_git_lines(rules, project_file(builder, ".git/config"));
  return rules;
}

}  // namespace snug::plan
