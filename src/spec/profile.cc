#include "spec/profile.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "spec/names.h"
#include "spec/profile_reader.h"
#include "spec/target.h"

namespace snug {
namespace {

Status read_extends(Draft& draft, const TomlValue& value) {
  auto text = value.as_string("the name of a profile");
  if (text && text->empty())
    return value.error("expected the name of a profile, found nothing");
  return keep(draft, value, draft.out.extends, std::move(text));
}

Status read_image(Draft& draft, const TomlValue& value) {
  const auto text = value.as_string("the name or directory of an image");
  if (!text)
    return tl::unexpected{text.error()};
  if (text->empty())
    return value.error("expected the name or directory of an image, found nothing");
  const bool path = *text == "." || *text == ".." || text->find('/') != std::string_view::npos;
  draft.profile().image = {.value = path ? profile_path(draft.place, *text) : std::string{*text},
                           .origin = origin_of(draft, value)};
  return {};
}

Status read_command(Draft& draft, const TomlValue& value) {
  auto words = value.as_strings();
  if (words && !words->empty() && words->front().empty())
    return value.items.front().error("a command cannot be empty");
  return keep(draft, value, draft.profile().command, std::move(words));
}

Status read_workdir(Draft& draft, const TomlValue& value) {
  const auto text = value.as_string("a path inside the sandbox");
  if (!text)
    return tl::unexpected{text.error()};
  return keep(draft, value, draft.profile().workdir, parse_workdir(*text, value.where()));
}

Status read_hostname(Draft& draft, const TomlValue& value) {
  const auto text = value.as_string("a host name");
  if (!text)
    return tl::unexpected{text.error()};
  if (auto status = check_hostname(*text, value.where()); !status)
    return status;
  return keep(draft, value, draft.profile().hostname, text);
}

constexpr ProfileKey kKeys[] = {
    {"extends", read_extends}, {"image", read_image},       {"command", read_command},
    {"workdir", read_workdir}, {"hostname", read_hostname}, {"env", read_env},
    {"user", read_user},       {"rootfs", read_rootfs},     {"mount", read_mounts},
    {"limits", read_limits},   {"network", read_network},   {"security", read_security},
    {"share", read_share},     {"sets", read_sets},
};

// The first line of the text where that is a comment.
std::string first_comment(std::string_view text) {
  if (!text.starts_with('#'))
    return "";
  std::string_view line = text.substr(1, text.find('\n') - 1);
  while (line.starts_with(' ') || line.starts_with('#')) line.remove_prefix(1);
  while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
  return escape_control(line);
}

}  // namespace

Result<ProfileFile> parse_profile(std::string_view text, const ProfilePlace& place) {
  const auto document = parse_toml(text, place.file);
  if (!document)
    return tl::unexpected{document.error()};
  Draft draft{.place = place, .origin_file = escape_control(file_name(place.file))};
  draft.out.description = first_comment(text);
  if (auto status = read_toml_table(document->root, kKeys, draft); !status)
    return tl::unexpected{status.error()};
  return std::move(draft.out);
}

}  // namespace snug
