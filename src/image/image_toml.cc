#include "image/image_toml.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/toml.h"

namespace snug {
namespace {

Status read_strings(const TomlValue& value, std::vector<std::string>& to) {
  auto strings = value.as_strings();
  if (!strings)
    return tl::unexpected{strings.error()};
  to = *std::move(strings);
  return {};
}

Status read_string(const TomlValue& value, std::string& to) {
  const auto string = value.as_string();
  if (!string)
    return tl::unexpected{string.error()};
  to = *string;
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
    if (auto status = value.expect(TomlKind::Array, "an array of \"NAME=value\" or a table"); !status)
      return status;
  for (const TomlValue& item : value.items) {
    const auto text = item.as_string();
    if (!text)
      return tl::unexpected{text.error()};
    if (value.kind == TomlKind::Table) {
      if (auto status = add_env(config, item, item.key, *text); !status)
        return status;
      continue;
    }
    const std::size_t equals = text->find('=');
    if (equals == std::string_view::npos)
      return item.error(fmt::format("\"{}\" is not NAME=value", escape_control(*text)));
    if (auto status = add_env(config, item, text->substr(0, equals), text->substr(equals + 1)); !status)
      return status;
  }
  return {};
}

Status read_workdir(ImageConfig& config, const TomlValue& value) {
  if (auto status = read_string(value, config.workdir); !status)
    return status;
  if (!config.workdir.empty() && !config.workdir.starts_with('/'))
    return value.error(fmt::format("\"{}\" is not an absolute path", escape_control(config.workdir)));
  return {};
}

Status read_labels(ImageConfig& config, const TomlValue& value) {
  if (auto status = value.expect(TomlKind::Table, "a table of texts"); !status)
    return status;
  for (const TomlValue& item : value.items)
    if (auto status = read_string(item, config.labels[item.key]); !status)
      return status;
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
  if (auto status = value.expect(TomlKind::Array, "an array of directories, bottom first"); !status)
    return status;
  if (value.items.empty())
    return value.error("there is no layer in it");
  image.layers.emplace();
  for (const TomlValue& item : value.items) {
    const auto text = item.as_string("a directory, or the name of an image");
    if (!text)
      return tl::unexpected{text.error()};
    if (text->empty())
      return item.error("expected a directory, or the name of an image, found nothing");
    image.layers->push_back({.text = std::string{*text}, .where = item.where()});
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
  const auto document = parse_toml(text, file);
  if (!document)
    return tl::unexpected{document.error()};
  ImageToml image;
  if (auto status = read_toml_table(document->root, kImage, image); !status)
    return tl::unexpected{status.error()};
  return image;
}

}  // namespace snug
