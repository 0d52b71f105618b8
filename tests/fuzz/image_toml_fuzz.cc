// image.toml, which comes with an image. An error names file, line and column; no text has a NUL, which would
// end it early wherever the kernel reads it; variables have a name; the directory is absolute.
#include "check.h"
#include "image/image_toml.h"

using namespace snug;
using namespace snug::image;

namespace {

void check_texts(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) FUZZ_CHECK(!has_nul(text), text);
}

void check_config(const ImageConfig& config) {
  check_texts(config.command);
  check_texts(config.entrypoint);
  check_texts(config.env);
  check_texts(config.ports);
  check_texts(config.volumes);
  check_texts({config.workdir, config.user, config.stop_signal});
  for (const std::string& variable : config.env) {
    const std::size_t equals = variable.find('=');
    FUZZ_CHECK(equals != 0 && equals != std::string::npos, variable);
  }
  FUZZ_CHECK(config.workdir.empty() || config.workdir.starts_with('/'), config.workdir);
}

}  // namespace

FUZZ_TARGET(text) {
  const auto image = parse_image_toml(text, "/images/\x1b[31m/image.toml");
  constexpr std::string_view kFile = "/images/\\x1b[31m/image.toml:";
  if (!image)
    return check_error(image.error(), kFile);
  check_config(image->config);
  if (!image->layers)
    return;
  FUZZ_CHECK(!image->layers->empty(), text);
  for (const LayerReference& layer : *image->layers) {
    FUZZ_CHECK(!layer.text.empty() && !has_nul(layer.text), layer.text);
    FUZZ_CHECK(layer.where.starts_with(kFile) && is_safe_to_print(layer.where), layer.where);
  }
}
