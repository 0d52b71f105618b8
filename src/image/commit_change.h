// `snug commit --change INSTRUCTION`: a line of a Dockerfile that changes an image's configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/image.h"

namespace snug::image {

// CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, WORKDIR, VOLUME and STOPSIGNAL, in docker's forms: a command as
// a JSON array or as text for /bin/sh -c, quotes and $NAME of the image's own variables in the others.
Status apply_change(ImageConfig& config, std::string_view instruction);

// NAME=value, replacing an earlier value of NAME.
void set_image_variable(ImageConfig& config, std::string_view name, std::string_view value);

// The text of an image.toml. Fails where a value holds what TOML cannot say: bytes that are not UTF-8, or
// NUL. The comments become lines of their own.
Result<std::string> image_toml_text(const ImageConfig& config, const std::vector<std::string>& layers,
                                    const std::vector<std::string>& comments);

// Can a new image have this name? Not with a slash or control bytes in it, nor "host", nor with a dot or a
// dash at its start.
Status check_image_name(std::string_view name);

}  // namespace snug::image
