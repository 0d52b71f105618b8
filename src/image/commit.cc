#include "image/commit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "files/maps_file.h"
#include "files/tree_copy.h"
#include "files/tree_descent.h"
#include "image/commit_change.h"
#include "image/writable_layer.h"
#include "store/draft.h"
#include "sys/durable.h"
#include "sys/file_io.h"

namespace snug::image {
namespace {

constexpr const char* kLayer = "layer";
constexpr const char* kMapped[] = {kLayer};
constexpr store::DraftKind kNewImage{.prefix = ".new-", .mapped = kMapped};
constexpr std::size_t kMostLayers = 500;  // the kernel's own limit, with the new one

tl::unexpected<Error> failed(const CommitJob& job, int error) {
  const char* hint =
      error == ENOSPC || error == EDQUOT ? "no image was made; free some space and try again" : "";
  return fail(
      {.step = fmt::format("make the image {}", escape_control(job.name)), .err = error, .hint = hint});
}

// Layers may hold what others on this machine may not see, and files with setuid bits: closed to them.
Result<UniqueFd> open_images(const CommitJob& job) {
  if (const int error = sys::make_private_dirs(job.images))
    return failed(job, error);
  UniqueFd images{open(job.images.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!images)
    return failed(job, errno);
  return images;
}

tl::unexpected<Error> already_there(const CommitJob& job) {
  return fail({.step = fmt::format("there is an image {} already", escape_control(job.name)),
               .err = EEXIST,
               .hint = fmt::format("take another name, or remove {}/{} first", escape_control(job.images),
                                   escape_control(job.name)),
               .err_said = true});
}

// As the root of a layer, image.toml would be read as a description of the image, with layers of its own
// choice: a container could bring directories of the host into the image that it becomes.
Status check_entry(const std::string& path) {
  if (path != "image.toml")
    return {};
  return fail(
      {.step = "the container has a file /image.toml",
       .hint = "in a layer it would be read as a description of the image; remove or rename it first"});
}

Status copy_layer(const CommitJob& job, int to) {
  const UniqueFd upper{openat(job.container, kRootUpper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!upper)
    return fail({.step = "open the container's writable layer", .err = errno});
  auto changes = TRY(find_changes(upper.get(), job.layers, job.own, Collect::LeftOutOnly));
  const files::CopyRules rules{
      .layer = true, .left_out = std::move(changes.left_out), .skipped = job.skipped, .check = check_entry};
  return files::copy_entry(job.container, kRootUpper, to, kLayer, rules);
}

Status write_toml(const CommitJob& job, int to) {
  std::vector<std::string> layers;
  for (const Layer& layer : job.layers) layers.push_back(layer.path);
  layers.push_back(fmt::format("./{}", kLayer));
  const auto text = TRY(image_toml_text(job.config, layers, job.comments));
  const auto file = TRY(sys::open_file(to, "image.toml", O_WRONLY | O_CREAT | O_EXCL, 0600));
  return sys::write_all(file.get(), text, "image.toml");
}

// Does what was made load, and is it what it should be?
Status check_image(const CommitJob& job, const store::Draft& made) {
  const std::string path = fmt::format("{}/{}", job.images, made.name());
  const auto image = TRY(load_image(path, {.store = job.images, .cwd = "/"}));
  struct stat layer {};
  if (fstatat(made.dir(), kLayer, &layer, AT_SYMLINK_NOFOLLOW) != 0)
    return failed(job, errno);
  const auto same = [](const Layer& a, const Layer& b) { return a.dev == b.dev && a.ino == b.ino; };
  bool good = image.layers.size() == job.layers.size() + 1 && image.layers.back().dev == layer.st_dev &&
              image.layers.back().ino == layer.st_ino && image.config == job.config;
  for (std::size_t i = 0; good && i < job.layers.size(); ++i) good = same(image.layers[i], job.layers[i]);
  return good ? Status{} : fail({.step = "the new image does not read as what was written"});
}

// Everything is on disk before the name is, and the name before anybody is told.
Status publish(const CommitJob& job, store::Draft& made) {
  if (syncfs(made.dir()) != 0)
    return failed(job, errno);
  const int error = made.publish(job.name);
  if (error == 0)
    return {};
  return error == EEXIST && !made.named() ? already_there(job) : failed(job, error);
}

}  // namespace

Status commit_image(const CommitJob& job) {
  TRY(check_image_name(job.name));
  if (job.layers.size() + 1 > kMostLayers)
    return fail(
        {.step = fmt::format("{}: more than {} layers", escape_control(job.name), kMostLayers),
         .hint = "the kernel's overlay takes no more; export the container, and make an image of that"});
  const auto images = TRY(open_images(job));
  sweep_new_images(images.get());
  struct stat info {};
  if (fstatat(images.get(), job.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return already_there(job);
  auto draft = store::Draft::make(images.get(), kNewImage);
  if (!draft)
    return failed(job, draft.error().err);
  store::Draft& made = *draft;
  if (job.range)
    TRY(files::write_maps_file(made.dir(), *job.range));
  // The short file first: where there is not even room for it nothing needs to be copied.
  TRY(write_toml(job, made.dir()));
  if (auto status = job.with_ids([&] { return copy_layer(job, made.dir()); }); !status) {
    if (status.error().err == ENOSPC || status.error().err == EDQUOT)
      status.error().hint = failed(job, ENOSPC).value().hint;
    return status;
  }
  TRY(check_image(job, made));
  return publish(job, made);
}

void sweep_new_images(int images) {
  store::sweep_drafts(images, kNewImage);
}

}  // namespace snug::image
