#include <fmt/format.h>

#include "base/text.h"
#include "image/commit_change.h"

namespace snug::image {
namespace {

// Decodes one character; 0 where the bytes are not UTF-8 (or are NUL, which no value may have either).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const auto more = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80)
    return first == 0 ? 0 : 1;
  if (first >= 0xc2 && first < 0xe0)
    return more(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0, surrogate = first == 0xed && byte(1) >= 0xa0;
    return more(1) && more(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90, beyond = first == 0xf4 && byte(1) >= 0x90;
    return more(1) && more(2) && more(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

// Everything that could end a line or change what is seen is escaped, so that the file is plain text.
bool quote(std::string_view text, std::string& to) {
  to += '"';
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0)
      return false;
    const auto c = static_cast<unsigned char>(text[0]);
    if (n == 1 && (c == '"' || c == '\\'))
      to += '\\', to += static_cast<char>(c);
    else if (n == 1 && (c < 0x20 || c == 0x7f))
      to += fmt::format("\\u{:04X}", c);
    else
      to += text.substr(0, n);
    text.remove_prefix(n);
  }
  to += '"';
  return true;
}

class Writer {
 public:
  void line(std::string_view text) { text_ += fmt::format("{}\n", text); }

  void value(std::string_view key, const std::string& text) {
    if (text.empty())
      return;
    text_ += fmt::format("{} = ", key);
    add(key, text);
    text_ += '\n';
  }

  void value(std::string_view key, const std::vector<std::string>& list) {
    if (list.empty())
      return;
    text_ += fmt::format("{} = [", key);
    for (std::size_t i = 0; i < list.size(); ++i) {
      text_ += i == 0 ? "" : ", ";
      add(key, list[i]);
    }
    text_ += "]\n";
  }

  void labels(const std::map<std::string, std::string>& labels) {
    if (labels.empty())
      return;
    text_ += "\n[config.labels]\n";
    for (const auto& [name, text] : labels) {
      add("labels", name);
      text_ += " = ";
      add("labels", text);
      text_ += '\n';
    }
  }

  Result<std::string> take() {
    if (bad_.empty())
      return std::move(text_);
    return fail({.step = fmt::format("{}: an image cannot say \"{}\"", key_, escape_control(bad_)),
                 .hint = "values are text in UTF-8, without NUL"});
  }

 private:
  void add(std::string_view key, const std::string& text) {
    if (!quote(text, text_))
      bad_ = text, key_ = key;
  }

  std::string text_, bad_, key_;
};

}  // namespace

Result<std::string> image_toml_text(const ImageConfig& config, const std::vector<std::string>& layers,
                                    const std::vector<std::string>& comments) {
  Writer writer;
  for (const std::string& comment : comments) writer.line("# " + escape_control(comment));
  writer.value("layers", layers);
  writer.line("\n[config]");
  writer.value("command", config.command);
  writer.value("entrypoint", config.entrypoint);
  writer.value("env", config.env);
  writer.value("workdir", config.workdir);
  writer.value("user", config.user);
  writer.value("ports", config.ports);
  writer.value("volumes", config.volumes);
  writer.value("stop-signal", config.stop_signal);
  writer.labels(config.labels);
  return writer.take();
}

}  // namespace snug::image
