#include "image/commit.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/unique_fd.h"
#include "image/commit_change.h"
#include "support/scratch_dir.h"

namespace commit_test {

using namespace snug;
using namespace snug::image;
namespace fs = std::filesystem;

namespace {

class Fixture {
  ScratchDir scratch_;

 public:
  Fixture() {
    fs::create_directories(upper());
    fs::create_directories(base() / "usr");
    fs::create_directories(top / "store/images");
    container_.reset(open((top / "container").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }

  fs::path upper() const { return top / "container/root/upper"; }
  fs::path base() const { return top / "base"; }
  fs::path images() const { return top / "store/images"; }
  fs::path layer(const std::string& name = "new") const { return images() / name / "layer"; }

  CommitJob job(const std::string& name = "new") const {
    struct stat info {};
    REQUIRE(stat(base().c_str(), &info) == 0);
    return {.container = container_.get(),
            .images = images(),
            .name = name,
            .layers = {{.path = base(), .dev = info.st_dev, .ino = info.st_ino}},
            .own = own,
            .with_ids = [](const auto& work) { return work(); }};
  }
  Status commit(const std::string& name = "new") const { return commit_image(job(name)); }
  void committed(const std::string& name = "new") const {
    const Status status = commit(name);
    INFO((status ? "" : describe(status.error())));
    REQUIRE(status);
  }
  std::vector<std::string> listed() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(images())) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  const fs::path& top = scratch_.path();
  OwnPlaces own;

 private:
  UniqueFd container_;
};

struct stat look(const fs::path& path) {
  struct stat info {};
  INFO(path);
  REQUIRE(lstat(path.c_str(), &info) == 0);
  return info;
}
std::string attribute(const fs::path& path, const char* name) {
  char value[64];
  const ssize_t n = lgetxattr(path.c_str(), name, value, sizeof value);
  return n < 0 ? "-" : std::string(value, static_cast<std::size_t>(n));
}
ImageConfig changed(const std::vector<std::string>& changes, ImageConfig config = {}) {
  for (const std::string& change : changes) {
    const Status status = apply_change(config, change);
    INFO((status ? "" : describe(status.error())));
    REQUIRE(status);
  }
  return config;
}
std::string refused(const std::string& change) {
  ImageConfig config;
  const Status status = apply_change(config, change);
  REQUIRE_FALSE(status);
  CHECK(config == ImageConfig{});
  return status.error().step;
}

}  // namespace

TEST_CASE("a committed image is the base and one layer more") {
  Fixture f;
  file(f.upper() / "etc/motd", "hello");
  CommitJob job = f.job();
  job.config = {.command = {"/bin/true", "a \"b\""}, .env = {"A=b\nc"}, .workdir = "/etc"};
  job.comments = {"two\nlines"};
  REQUIRE(commit_image(job));
  CHECK(f.listed() == std::vector<std::string>{"new"});
  const auto image = load_image("new", {.store = f.images(), .cwd = "/"});
  INFO((image ? "" : describe(image.error())));
  REQUIRE(image);
  REQUIRE(image->layers.size() == 2);
  CHECK(image->layers[0].path == f.base());
  CHECK(image->layers[1].path == f.layer());
  CHECK(image->config == job.config);
  CHECK(content(f.layer() / "etc/motd") == "hello");
}

TEST_CASE("a layer is written in the kernel's dialect, without an overlay's own notes") {
  Fixture f;
  for (const char* name : {"usr/fuse", "usr/kernel", "etc/hidden"}) file(f.base() / name);
  file(f.upper() / "usr/.wh.fuse", "");
  REQUIRE(mknod((f.upper() / "usr/kernel").c_str(), S_IFCHR, makedev(0, 0)) == 0);
  file(f.upper() / "etc/.wh..wh..opq", "");
  REQUIRE(mknod((f.upper() / "etc/.wh..opq").c_str(), S_IFCHR, makedev(0, 0)) == 0);
  file(f.upper() / "etc/new");
  for (const char* name : {"user.overlay.origin", "user.overlay.impure", "user.fuseoverlayfs.origin",
                           "user.mine", "user.overlay.overlay.opaque"})
    REQUIRE(setxattr((f.upper() / "etc").c_str(), name, "v", 1, 0) == 0);
  f.committed();
  for (const char* name : {"usr/fuse", "usr/kernel"}) {
    const struct stat info = look(f.layer() / name);
    CHECK(S_ISCHR(info.st_mode));
    CHECK(info.st_rdev == 0);
  }
  CHECK_FALSE(fs::exists(f.layer() / "usr/.wh.fuse"));
  for (const char* name : {"etc/.wh..wh..opq", "etc/.wh..opq", "etc/.opq"})
    CHECK_FALSE(fs::exists(f.layer() / name));
  CHECK(attribute(f.layer() / "etc", "user.overlay.opaque") == "y");
  CHECK(attribute(f.layer() / "etc", "user.overlay.origin") == "-");
  CHECK(attribute(f.layer() / "etc", "user.overlay.impure") == "-");
  CHECK(attribute(f.layer() / "etc", "user.fuseoverlayfs.origin") == "-");
  CHECK(attribute(f.layer() / "etc", "user.mine") == "v");
  CHECK(attribute(f.layer() / "etc", "user.overlay.overlay.opaque") == "v");
}

TEST_CASE("a layer keeps modes, times, links, holes and names that are no text") {
  Fixture f;
  file(f.upper() / "bin/tool");
  REQUIRE(chmod((f.upper() / "bin/tool").c_str(), 04711) == 0);
  fs::create_hard_link(f.upper() / "bin/tool", f.upper() / "bin/also");
  fs::create_symlink("/nowhere\n", f.upper() / "bin/link");
  REQUIRE(mkfifo((f.upper() / "fifo").c_str(), 0640) == 0);
  REQUIRE(chmod((f.upper() / "fifo").c_str(), 0622) == 0);
  file(f.upper() / "\xff\x01", "odd");
  file(f.upper() / "holes", "start");
  REQUIRE(truncate((f.upper() / "holes").c_str(), 64 << 20) == 0);
  REQUIRE(chmod((f.upper() / "bin").c_str(), 01750) == 0);
  REQUIRE(chmod(f.upper().c_str(), 0711) == 0);
  const timespec old[2] = {{1000, 5}, {2000, 7}};
  for (const char* name : {"bin/tool", "bin/link", "bin", "."})
    REQUIRE(utimensat(AT_FDCWD, (f.upper() / name).c_str(), old, AT_SYMLINK_NOFOLLOW) == 0);
  f.committed();
  CHECK((look(f.layer() / "bin/tool").st_mode & 07777) == 04711);
  CHECK(look(f.layer() / "bin/tool").st_ino == look(f.layer() / "bin/also").st_ino);
  CHECK(fs::read_symlink(f.layer() / "bin/link") == "/nowhere\n");
  CHECK(S_ISFIFO(look(f.layer() / "fifo").st_mode));
  CHECK((look(f.layer() / "fifo").st_mode & 07777) == 0622);
  CHECK(content(f.layer() / "\xff\x01") == "odd");
  CHECK(look(f.layer() / "holes").st_size == 64 << 20);
  CHECK(look(f.layer() / "holes").st_blocks * 512 < 1 << 20);
  CHECK((look(f.layer() / "bin").st_mode & 07777) == 01750);
  CHECK((look(f.layer()).st_mode & 07777) == 0711);
  for (const char* name : {"bin/tool", "bin/link", "bin", "."}) {
    CHECK(look(f.layer() / name).st_mtim.tv_sec == 2000);
    CHECK(look(f.layer() / name).st_mtim.tv_nsec == 7);
  }
}

TEST_CASE("snug's mount points are no part of a layer") {
  Fixture f;
  f.own.add("/proc");
  f.own.add("/data/volume");
  fs::create_directories(f.upper() / "proc");
  fs::create_directories(f.upper() / "data/volume");
  file(f.upper() / "kept");
  f.committed();
  CHECK_FALSE(fs::exists(f.layer() / "proc"));
  CHECK_FALSE(fs::exists(f.layer() / "data"));
  CHECK(fs::exists(f.layer() / "kept"));
}

TEST_CASE("a container cannot bring layers of its own choice by a file image.toml") {
  Fixture f;
  file(f.upper() / "image.toml", "layers = [\"/home\"]\n");
  const Status status = f.commit();
  REQUIRE_FALSE(status);
  CHECK(status.error().step == "the container has a file /image.toml");
  CHECK(f.listed().empty());
  // Elsewhere it is a file like others.
  fs::remove(f.upper() / "image.toml");
  file(f.upper() / "srv/image.toml");
  f.committed();
}

TEST_CASE("an image that is there is not replaced") {
  Fixture f;
  file(f.images() / "new/usr/x");
  const Status status = f.commit();
  REQUIRE_FALSE(status);
  CHECK(status.error().err == EEXIST);
  CHECK(f.listed() == std::vector<std::string>{"new"});
  CHECK(fs::exists(f.images() / "new/usr/x"));
}

TEST_CASE("what cannot be copied leaves no image") {
  Fixture f;
  file(f.upper() / "a");
  CommitJob job = f.job();
  job.with_ids = [](const auto& work) {
    (void)work();
    return Status{fail({.step = "copy", .err = ENOSPC})};
  };
  const Status status = commit_image(job);
  REQUIRE_FALSE(status);
  CHECK_FALSE(status.error().hint.empty());
  CHECK(f.listed().empty());
}

TEST_CASE("what a killed commit has left is removed by the next, and a live one's is not") {
  Fixture f;
  file(f.images() / ".new-left/layer/file");
  file(f.images() / ".new-live/layer/file");
  const UniqueFd live{open((f.images() / ".new-live").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  REQUIRE(flock(live.get(), LOCK_EX) == 0);
  f.committed();
  CHECK(f.listed() == std::vector<std::string>{".new-live", "new"});
}

TEST_CASE("killed while it copies, it leaves no image, and its leftover is swept") {
  Fixture f;
  file(f.upper() / "a");
  const pid_t child = fork();
  if (child == 0) {
    CommitJob job = f.job();
    job.with_ids = [](const auto& work) -> Status {
      (void)work();
      kill(getpid(), SIGKILL);
      return {};
    };
    (void)commit_image(job);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(f.listed().size() == 1);
  CHECK(f.listed()[0].starts_with(".new-"));
  CHECK_FALSE(load_image("new", {.store = f.images(), .cwd = "/"}));
  f.committed();
  CHECK(f.listed() == std::vector<std::string>{"new"});
}

TEST_CASE("names of images") {
  for (const char* good : {"web", "web:2", "a.b_c-d", "\xc3\xa4"}) CHECK(check_image_name(good));
  for (const std::string& bad : {std::string{}, std::string{"host"}, std::string{"a/b"}, std::string{".x"},
                                 std::string{"-x"}, std::string{"a\x1b[31m"}, std::string{"\xff"},
                                 std::string{".."}, std::string(300, 'a'), std::string("a\0b", 3)})
    CHECK_FALSE(check_image_name(bad));
  CHECK(check_image_name("a\x1b").error().step.find('\x1b') == std::string::npos);
}

TEST_CASE("--change takes what a Dockerfile has") {
  CHECK(changed({"CMD [\"a\", \"b \\u00e4\\n\"]"}).command == std::vector<std::string>{"a", "b \xc3\xa4\n"});
  CHECK(changed({"CMD []"}, {.command = {"x"}}).command.empty());
  CHECK(changed({"cmd echo \"$X\" 'y'"}).command ==
        std::vector<std::string>{"/bin/sh", "-c", "echo \"$X\" 'y'"});
  CHECK(changed({"CMD [not json]"}).command == std::vector<std::string>{"/bin/sh", "-c", "[not json]"});
  CHECK(changed({"ENTRYPOINT [\"/init\"]"}).entrypoint == std::vector<std::string>{"/init"});
  CHECK(changed({"ENV A=1 B=\"2 3\" C='$A' D=\\$x",
                 "ENV A=$A:${B:-z}:${Q:-w}${A:+!} OLD"
                 "=x"})
            .env == std::vector<std::string>{"A=1:2 3:w!", "B=2 3", "C=$A", "D=$x", "OLD=x"});
  CHECK(changed({"ENV OLD form is this"}).env == std::vector<std::string>{"OLD=form is this"});
  CHECK(changed({"ENV A=1 B=$A"}).env == std::vector<std::string>{"A=1", "B="});
  CHECK(changed({"EXPOSE 80 53/udp", "EXPOSE 80/tcp"}).ports == std::vector<std::string>{"80/tcp", "53/udp"});
  CHECK(changed({"LABEL \"a b\"=\"c d\" e=f"}).labels ==
        std::map<std::string, std::string>{{"a b", "c d"}, {"e", "f"}});
  CHECK(changed({"USER www:data"}).user == "www:data");
  CHECK(changed({"WORKDIR /srv", "WORKDIR sub"}).workdir == "/srv/sub");
  CHECK(changed({"VOLUME /a /b", "VOLUME [\"/a\", \"/c d\"]"}).volumes ==
        std::vector<std::string>{"/a", "/b", "/c d"});
  CHECK(changed({"  STOPSIGNAL   SIGINT "}).stop_signal == "SIGINT");
}

TEST_CASE("--change refuses what it does not understand") {
  CHECK(refused("RUN true") == "--change: \"RUN\" is not an instruction that changes an image");
  for (const char* bad : {"",
                          "CMD",
                          "ENV",
                          "ENV A",
                          "ENV =x",
                          "ENV A=\"x",
                          "ENV A=${x",
                          "ENV A=${x:?y}",
                          "EXPOSE",
                          "EXPOSE x",
                          "EXPOSE 80/sctp",
                          "LABEL",
                          "USER",
                          "USER a b",
                          "WORKDIR",
                          "WORKDIR ../x",
                          "VOLUME",
                          "VOLUME relative",
                          "STOPSIGNAL",
                          "HEALTHCHECK NONE",
                          "ONBUILD CMD x"}) {
    INFO(bad);
    CHECK(refused(bad).starts_with("--change"));
  }
  CHECK(refused("\x1b[2J x").find('\x1b') == std::string::npos);
}

TEST_CASE("every value that TOML can say comes back") {
  std::string bytes;
  for (int c = 1; c < 128; ++c) bytes += static_cast<char>(c);
  bytes += "\xc3\xa4\xe2\x80\xae\xf0\x9f\x90\x8b\xc2\x85";
  const ImageConfig config{.command = {bytes, ""},
                           .entrypoint = {"\"\"\"", "'''"},
                           .env = {"X=" + bytes},
                           .workdir = "/" + bytes,
                           .user = bytes,
                           .ports = {bytes},
                           .volumes = {bytes},
                           .labels = {{bytes, bytes}, {"", "empty"}, {"a.b", ""}},
                           .stop_signal = bytes};
  Fixture f;
  CommitJob job = f.job();
  job.config = config;
  job.comments = {bytes};
  const Status status = commit_image(job);
  INFO((status ? "" : describe(status.error())));
  REQUIRE(status);
  CHECK(load_image("new", {.store = f.images(), .cwd = "/"})->config == config);
  for (const std::string& bad :
       {std::string{"\xff"}, std::string("a\0", 2), std::string{"\xed\xa0\x80"}, std::string{"\xc0\x80"},
        std::string{"\xf4\x90\x80\x80"}, std::string{"\xe2\x80"}})
    CHECK_FALSE(image_toml_text({.user = bad}, {}, {}));
}

}  // namespace commit_test
