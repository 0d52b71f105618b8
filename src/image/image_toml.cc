#include "image/image_toml.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/toml.h"
#include "base/try.h"

namespace snug::image {
namespace {

Status read_strings(const TomlValue& value, std::vector<std::string>& to) {
  auto strings = TRY(value.as_strings());
  to = std::move(strings);
  return {};
}

Status read_string(const TomlValue& value, std::string& to) {
  const auto string = TRY(value.as_string());
  to = string;
  return {};
}

Status add_env(ImageConfig& config, const TomlValue& item, std::string_view name, std::string_view value) {
  if (name.empty() || name.find_first_of(std::string_view{"=\0", 2}) != std::string_view::npos)
    return item.error(fmt::format("\"{}\" is not the name of a variable", escape_control(name)));
  config.env.push_back(fmt::format("{}={}", name, value));
  return {};
}

// ["NAME=value", …], OCI's own form, or the friendlier { NAME = "value" }.
Status read_env(ImageConfig& config, const TomlValue& value) {
  if (value.kind != TomlKind::Table)
    TRY(value.expect(TomlKind::Array, "an array of \"NAME=value\" or a table"));
  for (const TomlValue& item : value.items) {
    const auto text = TRY(item.as_string());
    if (value.kind == TomlKind::Table) {
      TRY(add_env(config, item, item.key, text));
      continue;
    }
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos)
      return item.error(fmt::format("\"{}\" is not NAME=value", escape_control(text)));
    TRY(add_env(config, item, text.substr(0, equals), text.substr(equals + 1)));
  }
  return {};
}

Status read_workdir(ImageConfig& config, const TomlValue& value) {
  TRY(read_string(value, config.workdir));
  if (!config.workdir.empty() && !config.workdir.starts_with('/'))
    return value.error(fmt::format("\"{}\" is not an absolute path", escape_control(config.workdir)));
  return {};
}

Status read_labels(ImageConfig& config, const TomlValue& value) {
  TRY(value.expect(TomlKind::Table, "a table of texts"));
  for (const TomlValue& item : value.items) TRY(read_string(item, config.labels[item.key]));
  return {};
}

constexpr TomlKey<ImageConfig> kConfig[] = {
    {"command", [](ImageConfig& c, const TomlValue& v) { return read_strings(v, c.command); }},
    {"entrypoint", [](ImageConfig& c, const TomlValue& v) { return read_strings(v, c.entrypoint); }},
    {"env", read_env},
    {"workdir", read_workdir},
    {"user", [](ImageConfig& c, const TomlValue& v) { return read_string(v, c.user); }},
    {"ports", [](ImageConfig& c, const TomlValue& v) { return read_strings(v, c.ports); }},
    {"volumes", [](ImageConfig& c, const TomlValue& v) { return read_strings(v, c.volumes); }},
    {"labels", read_labels},
    {"stop-signal", [](ImageConfig& c, const TomlValue& v) { return read_string(v, c.stop_signal); }},
};

Status read_layers(ImageToml& image, const TomlValue& value) {
  TRY(value.expect(TomlKind::Array, "an array of directories, bottom first"));
  if (value.items.empty())
    return value.error("there is no layer in it");
  image.layers.emplace();
  for (const TomlValue& item : value.items) {
    const auto text = TRY(item.as_string("a directory, or the name of an image"));
    if (text.empty())
      return item.error("expected a directory, or the name of an image, found nothing");
    image.layers->push_back({.text = std::string{text}, .where = item.where()});
  }
  return {};
}

constexpr TomlKey<ImageToml> kImage[] = {
    {"config",
     [](ImageToml& image, const TomlValue& v) { return read_toml_table(v, kConfig, image.config); }},
    {"layers", read_layers},
};

}  // namespace

Result<ImageToml> parse_image_toml(std::string_view text, std::string_view file) {
  const auto document = TRY(parse_toml(text, file));
  ImageToml image;
  TRY(read_toml_table(document.root, kImage, image));
  return image;
}

}  // namespace snug::image
