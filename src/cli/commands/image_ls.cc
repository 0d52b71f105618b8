#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/json.h"
#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/grammar/definition.h"
#include "cli/show/report.h"
#include "cli/show/table.h"
#include "host/real_host.h"
#include "sys/directory_stream.h"

namespace snug::cli {
namespace {

struct Listed {
  std::string name;
  std::string kind;  // host | directory | stack
  std::string path;
};

std::vector<Listed> list_images(const std::string& store) {
  std::vector<Listed> list;
  // Without a store there are no images in it.
  const sys::DirectoryStream dir{opendir(store.c_str())};
  while (const dirent* entry = dir ? readdir(dir.get()) : nullptr) {
    const std::string path = join_path(store, entry->d_name);
    struct stat info {};
    if (entry->d_name[0] == '.' || stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
      continue;
    const bool stack = stat(join_path(path, "image.toml").c_str(), &info) == 0;
    list.push_back({.name = entry->d_name, .kind = stack ? "stack" : "directory", .path = path});
  }
  std::ranges::sort(list, {}, &Listed::name);
  list.insert(list.begin(), {.name = "host", .kind = "host", .path = "/"});
  return list;
}

Result<int> list_images_command(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const auto list = list_images(join_path(host.store_dir(), "images"));
  std::string text;
  if (invocation.common.json.value_or(false)) {
    Json::Array array;
    for (const Listed& one : list)
      array.push_back(Json::Object{{"name", one.name}, {"kind", one.kind}, {"path", one.path}});
    text = pretty_json(array);
  } else if (invocation.common.quiet.value_or(false)) {
    for (const Listed& one : list) text += escape_control(one.name) + "\n";
  } else {
    Table table{.header = {"NAME", "KIND", "PATH"}};
    for (const Listed& one : list) table.rows.push_back({one.name, one.kind, one.path});
    text =
        table_text(table, terminal_width(STDOUT_FILENO), colour_for(STDOUT_FILENO, invocation.common.color));
  }
  return print_answer(text).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kImageLsCommand{
    .name = "image ls",
    .run = list_images_command,
};

}  // namespace snug::cli
