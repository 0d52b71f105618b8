#include "image/commit_words.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "base/text.h"
#include "base/try.h"

namespace snug::image {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_name(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

class Lexer {
 public:
  Lexer(std::string_view text, const std::vector<std::string>& env) : text_{text}, env_{env} {}

  Result<std::vector<std::string>> words() {
    std::vector<std::string> words;
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (at_ == text_.size())
        return words;
      auto word = TRY(one());
      words.push_back(std::move(word));
    }
  }

 private:
  Result<std::string> one() {
    std::string word;
    char quote = 0;
    while (at_ < text_.size() && (quote != 0 || !is_blank(text_[at_]))) {
      const char c = text_[at_++];
      if (quote == '\'') {
        c == quote ? void(quote = 0) : word.push_back(c);
      } else if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == '\\' && at_ < text_.size()) {
        const char next = text_[at_++];
        // In double quotes a backslash is itself but before what is special there.
        if (quote == '"' && next != '"' && next != '\\' && next != '$')
          word.push_back('\\');
        word.push_back(next);
      } else if (c == '$') {
        TRY(variable(word));
      } else {
        word.push_back(c);
      }
    }
    if (quote != 0)
      return fail({.step = fmt::format("a {} is not closed", quote)});
    return word;
  }

  Status variable(std::string& word) {
    if (at_ == text_.size() || (text_[at_] != '{' && !is_name(text_[at_], true))) {
      word.push_back('$');
      return {};
    }
    if (text_[at_] != '{') {
      word += value(name()).value_or("");
      return {};
    }
    ++at_;
    const std::string_view what = name();
    const std::size_t end = text_.find('}', at_);
    if (what.empty() || end == std::string_view::npos)
      return fail({.step = "a ${ is not closed, or names no variable"});
    const std::string_view rest = text_.substr(at_, end - at_);
    at_ = end + 1;
    const auto found = value(what);
    const bool set = found && !found->empty();
    if (rest.empty())
      word += found.value_or("");
    else if (rest.starts_with(":-"))
      word += set ? *found : rest.substr(2);
    else if (rest.starts_with(":+"))
      word += set ? rest.substr(2) : "";
    else
      return fail({.step = fmt::format("${{{}{}}} is not a form that snug knows", what, rest)});
    return {};
  }

  std::string_view name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name(text_[at_], at_ == start)) ++at_;
    return text_.substr(start, at_ - start);
  }

  std::optional<std::string_view> value(std::string_view name) const {
    for (const std::string& variable : env_)
      if (const std::string_view text = variable;
          text.starts_with(name) && text.substr(name.size(), 1) == "=")
        return text.substr(name.size() + 1);
    return std::nullopt;
  }

  std::string_view text_;
  const std::vector<std::string>& env_;
  std::size_t at_{};
};

void add_utf8(std::string& to, std::uint32_t c) {
  if (c < 0x80)
    return to.push_back(static_cast<char>(c));
  if (c < 0x800) {
    to.push_back(static_cast<char>(0xc0 | c >> 6));
  } else {
    if (c < 0x10000) {
      to.push_back(static_cast<char>(0xe0 | c >> 12));
    } else {
      to.push_back(static_cast<char>(0xf0 | c >> 18));
      to.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3f)));
    }
    to.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
  }
  to.push_back(static_cast<char>(0x80 | (c & 0x3f)));
}

// A JSON array of strings, the only JSON that a Dockerfile has.
class ExecForm {
 public:
  explicit ExecForm(std::string_view text) : text_{text} {}

  std::optional<std::vector<std::string>> read() {
    std::vector<std::string> words;
    if (!take('['))
      return std::nullopt;
    if (!take(']'))
      do {
        auto word = string();
        if (!word)
          return std::nullopt;
        words.push_back(*std::move(word));
        if (take(']'))
          break;
        if (!take(','))
          return std::nullopt;
      } while (true);
    blanks();
    return at_ == text_.size() ? std::optional{std::move(words)} : std::nullopt;
  }

 private:
  void blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool take(char c) {
    blanks();
    const bool there = at_ < text_.size() && text_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }

  std::optional<std::string> string() {
    std::string word;
    if (!take('"'))
      return std::nullopt;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"')
        return word;
      if (static_cast<unsigned char>(c) < 0x20)
        return std::nullopt;
      if (c != '\\')
        word.push_back(c);
      else if (!escape(word))
        return std::nullopt;
    }
    return std::nullopt;
  }

  bool escape(std::string& word) {
    if (at_ == text_.size())
      return false;
    constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    const char c = text_[at_++];
    if (const std::size_t i = kLetters.find(c); i != std::string_view::npos)
      return word.push_back(kMeant[i]), true;
    if (c != 'u')
      return false;
    auto first = hex();
    if (first && *first >= 0xd800 && *first < 0xdc00) {
      if (text_.substr(at_, 2) != "\\u")
        return false;
      at_ += 2;
      const auto second = hex();
      if (!second || *second < 0xdc00 || *second >= 0xe000)
        return false;
      first = 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00);
    } else if (first && *first >= 0xdc00 && *first < 0xe000) {
      return false;
    }
    if (first)
      add_utf8(word, *first);
    return first.has_value();
  }

  std::optional<std::uint32_t> hex() {
    if (text_.size() - at_ < 4)
      return std::nullopt;
    std::uint32_t n = 0;
    for (int i = 0; i < 4; ++i) {
      const std::size_t digit = std::string_view{"0123456789abcdef"}.find(to_lower(text_.substr(at_++, 1)));
      if (digit == std::string_view::npos)
        return std::nullopt;
      n = n << 4 | static_cast<std::uint32_t>(digit);
    }
    return n;
  }

  std::string_view text_;
  std::size_t at_{};
};

}  // namespace

Result<std::vector<std::string>> instruction_words(std::string_view text,
                                                   const std::vector<std::string>& env) {
  return Lexer{text, env}.words();
}

std::optional<std::vector<std::string>> exec_form(std::string_view text) {
  return ExecForm{text}.read();
}

}  // namespace snug::image
