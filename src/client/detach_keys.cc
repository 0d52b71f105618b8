// Detach keys: docker's notation, and finding them in what is typed.
#include <fmt/format.h>

#include "base/text.h"
#include "client/attach.h"

namespace snug::client {
namespace {

// One key as docker writes it, or nothing.
std::optional<char> parse_key(std::string_view word) {
  if (word.size() == 1)
    return word[0];
  constexpr std::string_view kControl = "ctrl-";
  if (word.size() != kControl.size() + 1 || !word.starts_with(kControl))
    return std::nullopt;
  const char key = word.back();
  if (key >= 'a' && key <= 'z')
    return static_cast<char>(key - 'a' + 1);
  constexpr std::string_view kOthers = "[\\]^_";
  if (const std::size_t at = kOthers.find(key); at != std::string_view::npos)
    return static_cast<char>(27 + at);
  return key == '@' ? std::optional{'\0'} : std::nullopt;
}

}  // namespace

Result<std::string> parse_detach_keys(std::string_view text, std::string_view what) {
  std::string keys;
  if (text.empty())
    return keys;
  for (const std::string_view word : split(text, ',')) {
    const auto key = parse_key(word);
    if (!key)
      return fail(
          {.step = fmt::format("{}: \"{}\" is no key", what, escape_control(word)),
           .hint = "letters and ctrl-a to ctrl-z, ctrl-@, ctrl-[, ctrl-\\, ctrl-], ctrl-^ or ctrl-_, with "
                   "commas between: ctrl-p,ctrl-q"});
    keys.push_back(*key);
  }
  return keys;
}

std::string DetachKeys::pass(std::string_view typed, bool& detached) {
  if (keys_.empty())
    return std::string{typed};
  std::string passed;
  for (const char byte : typed) {
    if (byte != keys_[matched_]) {
      // It was not the keys after all; this byte may begin them.
      passed.append(keys_, 0, matched_);
      matched_ = 0;
      if (byte != keys_[0]) {
        passed.push_back(byte);
        continue;
      }
    }
    if (++matched_ == keys_.size()) {
      detached = true;
      return passed;
    }
  }
  return passed;
}

}  // namespace snug::client
