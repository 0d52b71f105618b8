#include "image/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "image/image_toml.h"
#include "image/merged.h"
#include "image/users.h"
#include "sys/directory_stream.h"
#include "sys/file_io.h"

namespace snug::image {
namespace {

constexpr std::size_t kMaxLayers = 500;  // the kernel's own limit: OVL_MAX_STACK
constexpr std::size_t kMaxDepth = 32;    // images that name images

bool is_path(std::string_view reference) {
  return reference == "." || reference == ".." || reference.find('/') != std::string_view::npos;
}

// A directory that was looked at. `path` has no links in it.
struct Directory {
  UniqueFd fd{};
  Layer layer{};
};

// /proc knows the path of an open directory, in one call; without /proc it is walked.
std::optional<std::string> real_path(int fd, const std::string& path) {
  std::string real(PATH_MAX, '\0');
  const ssize_t n = readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), real.data(), real.size());
  if (n > 0 && real[0] == '/') {
    real.resize(static_cast<std::size_t>(n));
    return real;
  }
  const std::unique_ptr<char, decltype(&std::free)> walked{realpath(path.c_str(), nullptr), &std::free};
  return walked ? std::optional<std::string>{walked.get()} : std::nullopt;
}

// `what` names it as the user did: "image ./x", "layer ../base".
Result<Directory> open_directory(const std::string& path, const std::string& what) {
  const auto failed = [&](std::string_view hint = "") {
    return fail({.step = what, .err = errno, .hint = std::string{hint}});
  };
  Directory directory{.fd = UniqueFd{open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)}};
  if (!directory.fd)
    return errno == ENOTDIR ? failed("an image is a directory; unpack an archive first") : failed();
  // O_PATH asks for no right at all, and the mount that comes later would fail without a name.
  if (faccessat(directory.fd.get(), ".", R_OK | X_OK, 0) != 0)
    return failed("the directory must be readable by your own user; snug has no extra rights");
  struct stat info {};
  if (fstat(directory.fd.get(), &info) != 0)
    return failed();
  auto real = real_path(directory.fd.get(), path);
  if (!real)
    return failed();
  directory.layer = {.path = *std::move(real),
                     .dev = info.st_dev,
                     .ino = info.st_ino,
                     .uid = info.st_uid,
                     .mode = info.st_mode & 07777};
  return directory;
}

std::vector<std::string> list_store(const std::string& store) {
  std::vector<std::string> names;
  const sys::DirectoryStream dir{opendir(store.c_str())};
  while (const dirent* entry = dir ? readdir(dir.get()) : nullptr)
    if (entry->d_name[0] != '.')
      names.emplace_back(entry->d_name);
  return names;
}

tl::unexpected<Error> no_such_image(std::string_view name, const ImagePlaces& places,
                                    const std::string& beside) {
  const auto names = list_store(places.store);
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::string hint = fmt::format("images are the directories in {}", escape_control(places.store));
  struct stat info {};
  if (stat(join_path(beside, name).c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    hint = fmt::format("for the directory here write ./{}", escape_control(name));
  else if (const std::string_view meant = nearest(name, views); !meant.empty())
    hint = fmt::format("did you mean \"{}\"?", escape_control(meant));
  else if (nearest(name, std::array<std::string_view, 1>{"host"}) == "host")
    hint = "did you mean \"host\"?";
  else if (name.find(':') != std::string_view::npos)
    hint = "this version pulls no images: make a directory with a root filesystem in it (snug help images)";
  return fail(
      {.step = fmt::format("there is no image named \"{}\"", escape_control(name)), .hint = std::move(hint)});
}

// The layers of an image and of the images that it names, bottom first.
class Collector {
 public:
  explicit Collector(const ImagePlaces& places) : places_{places} {}

  // The image at `path`. Answers its own configuration; what it is built on gives files only.
  Result<ImageConfig> add_image(const std::string& path, const std::string& what) {
    auto directory = TRY(open_directory(path, what));
    const auto toml_fd = sys::open_beneath(directory.fd.get(), "image.toml", O_RDONLY);
    if (!toml_fd && toml_fd.error().err == ENOENT) {
      TRY(add_layer(directory.layer, what));
      return ImageConfig{};
    }
    const std::string file = join_path(directory.layer.path, "image.toml");
    if (!toml_fd)
      return fail(
          {.step = fmt::format("{}: read {}", what, escape_control(file)), .err = toml_fd.error().err});
    TRY(check_stack(directory, what));
    const auto text = TRY(sys::read_regular(toml_fd->get(), file));
    auto toml = TRY(parse_image_toml(text, file));
    TRY(add_stack(directory, toml, what));
    return std::move(toml.config);
  }

  std::vector<Layer> take() { return std::move(layers_); }

 private:
  Status add_layer(const Layer& layer, const std::string& what) {
    if (layers_.size() == kMaxLayers)
      return fail({.step = fmt::format("{}: more than {} layers", what, kMaxLayers),
                   .hint = "the kernel's overlay takes no more; join some of them"});
    // The kernel answers ELOOP to a directory that is in an overlay twice.
    for (const Layer& other : layers_)
      if (layer.dev == other.dev && layer.ino == other.ino)
        return fail(
            {.step = fmt::format("{}: {} is already a layer below it", what, escape_control(layer.path)),
             .hint = "an overlay has each directory once; take one of them out"});
    layers_.push_back(layer);
    return {};
  }

  // The root filesystem of a stranger could bring an image.toml that names directories of the host as layers.
  Status check_stack(const Directory& directory, const std::string& what) {
    struct stat info {};
    for (const char* name : {"usr", "bin", "etc"})
      if (fstatat(directory.fd.get(), name, &info, AT_SYMLINK_NOFOLLOW) == 0)
        return fail({.step = fmt::format("{}: has both image.toml and a root filesystem ({}/)", what, name),
                     .hint = "move the root filesystem into rootfs/, or take image.toml away"});
    if (open_.size() == kMaxDepth)
      return fail({.step = fmt::format("{}: more than {} images are built on each other", what, kMaxDepth)});
    for (const Layer& image : open_)
      if (image.dev == directory.layer.dev && image.ino == directory.layer.ino)
        return fail({.step = fmt::format("{}: the image is built on itself", what),
                     .hint = "take it out of layers ="});
    return {};
  }

  Status add_stack(const Directory& directory, const ImageToml& toml, const std::string& what) {
    const std::string& path = directory.layer.path;
    if (!toml.layers) {
      struct stat info {};
      if (fstatat(directory.fd.get(), "rootfs", &info, 0) != 0)
        return fail(
            {.step = fmt::format("{}: image.toml names no layers, and there is no rootfs/ beside it", what),
             .hint = "add layers = [\"DIRECTORY\"]"});
      return add_reference(path, "./rootfs", fmt::format("{}: rootfs", what));
    }
    open_.push_back(directory.layer);
    for (const LayerReference& layer : *toml.layers) TRY(add_reference(path, layer.text, layer.where));
    open_.pop_back();
    return {};
  }

  // A bare word is a directory beside the file where there is one, else the name of an image.
  Status add_reference(const std::string& base, const std::string& text, const std::string& where) {
    const std::string what = fmt::format("{}: layer {}", where, escape_control(text));
    std::string path = join_path(base, text);
    struct stat info {};
    if (!is_path(text) && stat(path.c_str(), &info) != 0) {
      path = join_path(places_.store, text);
      if (text.starts_with('.') || stat(path.c_str(), &info) != 0) {
        auto error = no_such_image(text, places_, base).value();
        error.step = fmt::format("{}: neither a directory beside it nor the name of an image", what);
        return fail(std::move(error));
      }
    }
    TRY(add_image(path, what));
    return {};
  }

  const ImagePlaces& places_;
  std::vector<Layer> layers_;
  std::vector<Layer> open_;  // the images that are being read, outermost first
};

Status read_users(Image& image, const std::vector<Layer>& layers) {
  const auto root = TRY(open_merged_root(layers));
  const auto etc = TRY(enter_merged(root, "/etc"));
  if (!etc)
    return {};
  const auto passwd = read_merged(*etc, "passwd");
  const auto group = TRY(passwd ? read_merged(*etc, "group") : passwd);
  if (*passwd)
    image.users = parse_passwd(**passwd);
  if (group)
    image.groups = parse_group(*group);
  return {};
}

}  // namespace

Result<Image> load_image(std::string_view reference, const ImagePlaces& places) {
  Image image{.name = std::string{reference}};
  if (reference == "host") {
    image.kind = ImageKind::Host;
    TRY(read_users(image, {Layer{.path = "/"}}));
    return image;
  }
  if (reference.empty() || reference.find('\0') != std::string_view::npos)
    return fail({.step = "the name of the image is empty or has a NUL in it"});
  std::string path = join_path(places.cwd, reference);
  if (!is_path(reference)) {
    path = join_path(places.store, reference);
    struct stat info {};
    // Names that start with a dot are the store's own unfinished work.
    if (reference.starts_with('.') || (stat(path.c_str(), &info) != 0 && errno != EACCES))
      return no_such_image(reference, places, places.cwd);
  }
  Collector collector{places};
  auto config = TRY(collector.add_image(path, fmt::format("image {}", escape_control(reference))));
  image.config = std::move(config);
  image.layers = collector.take();
  TRY(read_users(image, image.layers));
  return image;
}

}  // namespace snug::image
