#include "container/names.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "base/text.h"
#include "sys/random_number.h"

namespace snug::container {
namespace {

constexpr std::size_t kMostBytes = 128;
constexpr std::size_t kShownBytes = 40;

constexpr std::array kManners = {
    "able",  "blue",  "bold",  "brave", "brief",  "bright", "brisk", "broad", "calm",  "clean", "clear",
    "cool",  "crisp", "dark",  "deep",  "dry",    "eager",  "early", "fair",  "fast",  "fine",  "firm",
    "fond",  "free",  "fresh", "full",  "glad",   "good",   "grand", "great", "green", "happy", "keen",
    "kind",  "large", "late",  "light", "lively", "long",   "loud",  "merry", "mild",  "neat",  "new",
    "noble", "plain", "proud", "quick", "quiet",  "rapid",  "ready", "rich",  "round", "sharp", "silent",
    "small", "smart", "snug",  "soft",  "steady", "sunny",  "swift", "warm",  "wise",
};
constexpr std::array kAnimals = {
    "ant",      "badger", "bat",   "bear", "beaver",  "bee",   "bison", "boar",  "camel", "cat",    "cobra",
    "cod",      "crab",   "crane", "crow", "deer",    "dog",   "dove",  "duck",  "eagle", "eel",    "elk",
    "falcon",   "ferret", "finch", "fox",  "frog",    "gecko", "goat",  "goose", "gull",  "hare",   "hawk",
    "hedgehog", "heron",  "horse", "ibis", "jay",     "koala", "lark",  "lemur", "lion",  "lizard", "llama",
    "lynx",     "mole",   "moose", "moth", "mouse",   "newt",  "otter", "owl",   "panda", "puffin", "quail",
    "rabbit",   "raven",  "robin", "seal", "sparrow", "stork", "swan",  "tiger", "wolf",
};

constexpr bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

Status check_container_name(std::string_view name, std::string_view what) {
  const auto refuse = [&](std::string_view why) {
    const bool cut = name.size() > kShownBytes;
    return fail({.step = fmt::format("{} \"{}{}\": {}", what, escape_control(name.substr(0, kShownBytes)),
                                     cut ? "..." : "", why),
                 .hint = "letters, digits, \"_\", \".\" and \"-\", with a letter or a digit first"});
  };
  if (name.empty())
    return refuse("a container's name cannot be empty");
  if (name.size() > kMostBytes)
    return refuse(fmt::format("longer than {} bytes", kMostBytes));
  if (!is_plain(name.front()))
    return refuse("a container's name begins with a letter or a digit");
  for (const char c : name)
    if (!is_plain(c) && c != '_' && c != '.' && c != '-')
      return refuse("not a container's name");
  return {};
}

std::string make_container_name() {
  const std::uint64_t number = sys::random_number();
  return fmt::format("{}-{}-{:04x}", kManners[(number >> 32) % kManners.size()],
                     kAnimals[(number >> 16 & 0xffff) % kAnimals.size()], number & 0xffff);
}

}  // namespace snug::container
