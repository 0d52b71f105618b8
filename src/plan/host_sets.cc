// Sets of hosts: those that come with snug, the user's own, and those that are read from files.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

// Where each kind of package comes from, and nothing that takes uploads of anybody, with one exception: what
// can be fetched from GitHub can be sent there too.
constexpr std::string_view kPypi[] = {"pypi.org", "files.pythonhosted.org"};
constexpr std::string_view kCrates[] = {"index.crates.io", "static.crates.io"};
constexpr std::string_view kGo[] = {"proxy.golang.org", "sum.golang.org"};
constexpr std::string_view kMaven[] = {"repo1.maven.org",     "repo.maven.apache.org",
                                       "plugins.gradle.org",  "plugins-artifacts.gradle.org",
                                       "services.gradle.org", "downloads.gradle.org"};
constexpr std::string_view kGithub[] = {"github.com",
                                        "github.com:22",
                                        "api.github.com",
                                        "codeload.github.com",
                                        "objects.githubusercontent.com",
                                        "release-assets.githubusercontent.com",
                                        "raw.githubusercontent.com"};

struct Fixed {
  std::string_view name;
  std::span<const std::string_view> hosts;
};
constexpr Fixed kFixed[] = {
    {"pypi", kPypi}, {"crates", kCrates}, {"go", kGo}, {"maven", kMaven}, {"github", kGithub}};

struct Read {
  std::string_view name;
  std::vector<std::string> (*hosts)(const Builder&);
};
constexpr Read kRead[] = {{"apt", apt_hosts}, {"npm", npm_hosts}, {"git", git_hosts}};

tl::unexpected<Error> unknown_set(const Builder& builder, const std::string& name, const Origin& origin) {
  std::vector<std::string_view> known;
  for (const Fixed& set : kFixed) known.push_back(set.name);
  for (const Read& set : kRead) known.push_back(set.name);
  for (const spec::HostSet& set : builder.spec.sets) known.push_back(set.name);
  const std::string_view near = nearest(name, known);
  std::string all;
  for (const std::string_view one : known) all += fmt::format("{}@{}", all.empty() ? "" : ", ", one);
  return fail({.step = fmt::format("there is no set @{}", name),
               .origin = origin.text,
               .hint = near.empty()
                           ? "the sets are " + all + "; one of your own is a key of [sets] in a profile"
                           : fmt::format("did you mean @{}?", near)});
}

}  // namespace

Result<std::vector<spec::HostRule>> expand_set(const Builder& builder, const std::string& name,
                                               const Origin& origin) {
  std::vector<std::string> texts;
  // The user's own word for it counts, and of several the last.
  const auto own = std::find_if(builder.spec.sets.rbegin(), builder.spec.sets.rend(),
                                [&](const spec::HostSet& set) { return set.name == name; });
  const auto* const fixed = std::ranges::find(kFixed, name, &Fixed::name);
  const auto* const read = std::ranges::find(kRead, name, &Read::name);
  if (own != builder.spec.sets.rend())
    texts = own->rules;
  else if (fixed != std::end(kFixed))
    texts.assign(fixed->hosts.begin(), fixed->hosts.end());
  else if (read != std::end(kRead))
    texts = read->hosts(builder);
  else
    return unknown_set(builder, name, origin);
  std::vector<spec::HostRule> rules;
  for (const std::string& text : texts) {
    auto rule = spec::parse_host_rule(text, "@" + name, spec::RuleUse::Allow);
    // What a file of the image or the project says is no error of the user's: a mirror at a private address,
    // say.
    if (!rule && read != std::end(kRead) && own == builder.spec.sets.rend())
      continue;
    if (!rule)
      return tl::unexpected{std::move(rule).error()};
    rule->set = name;
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace snug::plan
