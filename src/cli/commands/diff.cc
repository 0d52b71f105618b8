#include <fcntl.h>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "client/opened.h"
#include "host/real_host.h"
#include "image/writable_layer.h"
#include "plan/step.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

const char* letter(image::ChangeKind kind) {
  return kind == image::ChangeKind::Added ? "A" : kind == image::ChangeKind::Changed ? "C" : "D";
}

const char* enum_name(FileKind kind) {
  switch (kind) {
    case FileKind::Regular:
      return "file";
    case FileKind::Directory:
      return "directory";
    case FileKind::Symlink:
      return "symlink";
    case FileKind::Device:
      return "device";
    case FileKind::Socket:
      return "socket";
    case FileKind::Fifo:
      return "fifo";
  }
  return "";
}

std::string text_of(const image::Changes& changes, bool json) {
  std::string text;
  if (!json) {
    for (const image::Change& c : changes.list)
      text += fmt::format("{} {}\n", letter(c.kind), escape_control(c.path));
    return text;
  }
  Json::Array list;
  for (const image::Change& c : changes.list)
    list.push_back(Json::Object{
        {"kind", letter(c.kind)}, {"path", c.path}, {"type", enum_name(c.file)}, {"size", c.size}});
  return pretty_json(list);
}

Result<int> print_changes(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const auto opened = TRY(client::open_container(host, invocation.words.at(0)));
  const bool json = invocation.common.json.value_or(false);
  const auto status = client::with_ids(opened, [&]() -> Status {
    const auto upper =
        TRY(sys::open_file(opened.container.dir(), image::kRootUpper, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    const auto changes = TRY(image::find_changes(upper.get(), opened.image.layers, opened.own));
    return print_answer(text_of(changes, json));
  });
  return status.map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kDiffCommand{
    .name = "diff",
    .group = kContainersGroup,
    .arity = kOneContainer,
    .positional = Complete::ContainerName,
    .run = print_changes,
};

}  // namespace snug::cli
