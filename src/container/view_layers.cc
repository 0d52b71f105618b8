#include "container/view_layers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "container/container_record.h"
#include "container/store_files.h"
#include "plan/views.h"
#include "sys/durable.h"

namespace snug::container {

using namespace store_files;

namespace {

using Views = std::vector<const spec::Mount*>;

bool is_number(std::string_view name) {
  constexpr std::size_t kMostDigits = 9;  // a digest has more
  return !name.empty() && name.size() <= kMostDigits &&
         name.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> numbered_layers(int cow) {
  std::vector<std::string> names;
  const Dir entries = list_dir(cow);
  while (const dirent* entry = entries ? readdir(entries.get()) : nullptr)
    if (is_number(entry->d_name))
      names.emplace_back(entry->d_name);
  std::ranges::sort(names);
  return names;
}

std::string layer_of(const spec::Mount& view) {
  return plan::view_layer(view.source, view.target);
}

bool is_there(int cow, const std::string& name) {
  struct stat info {};
  return fstatat(cow, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

// Are these the views that were numbered? Then each has its layer, by its number or already by its name, and
// no number is left over.
bool are_numbered(int cow, const std::vector<std::string>& numbers, const Views& views) {
  for (std::size_t i = 0; i < views.size(); ++i)
    if (is_there(cow, std::to_string(i)) == is_there(cow, layer_of(*views[i])))
      return false;
  return std::ranges::all_of(numbers, [&](const std::string& number) {
    return number == std::to_string(std::stoul(number)) && std::stoul(number) < views.size();
  });
}

Error ambiguous(const Container& container, const std::vector<std::string>& numbers, const Views& views) {
  const std::string cow = escape_control(container.path() + "/cow/");
  std::string names;
  for (const spec::Mount* view : views)
    names += fmt::format("{}{} for {} on {}", names.empty() ? "" : ", ", layer_of(*view),
                         escape_control(view->source), escape_control(view->target));
  return {
      .step = fmt::format("container {}: an older snug has numbered what was changed in its views ({}), and "
                          "which is whose cannot be told",
                          escape_control(container.name()), join(numbers, ", ")),
      .hint = fmt::format("look into {}{}/upper and the like, and rename each directory to the name of its "
                          "view, or remove what nobody needs: {}",
                          cow, numbers[0], names)};
}

}  // namespace

Status name_view_layers(const Container& container, const ContainerRecord& record) {
  Views all;
  Views always;  // at every start
  for (const spec::Mount* mount : plan::mounts_in_order(record.spec)) {
    if (mount->type != spec::MountType::Cow)
      continue;
    all.push_back(mount);
    if (mount->missing == spec::Missing::Fail)
      always.push_back(mount);
  }
  const UniqueFd cow = all.empty() ? UniqueFd{} : open_dir(container.dir(), "cow");
  if (!cow)
    return {};
  const std::vector<std::string> numbers = numbered_layers(cow.get());
  if (numbers.empty())
    return {};
  // As many layers as views, or as those that are never left out: in between it could be any of the others.
  const bool all_numbered = are_numbered(cow.get(), numbers, all);
  if (!all_numbered && !are_numbered(cow.get(), numbers, always))
    return fail(ambiguous(container, numbers, all));
  TRY(container.write_record(record));
  const Views& views = all_numbered ? all : always;
  for (const std::string& number : numbers)
    if (const int error = sys::rename_to_new(cow.get(), number, layer_of(*views[std::stoul(number)])))
      return fail(
          {.step = fmt::format("container {}: rename cow/{}", escape_control(container.name()), number),
           .err = error});
  return sys::sync_fd(cow.get(), "the directory of the container's views");
}

}  // namespace snug::container
