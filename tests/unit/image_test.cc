#include "image/image.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "image/users.h"
#include "sys/file_io.h"

namespace image_test {

using namespace snug;
using namespace snug::image;
using namespace snug::sys;

namespace {

int remove_entry(const char* path, const struct stat*, int, struct FTW*) {
  return remove(path);
}

// A directory of its own for each test, with the store in store/ and the working directory in cwd/.
class Scratch {
 public:
  Scratch() {
    char pattern[] = "/tmp/snug-image-XXXXXX";
    REQUIRE(mkdtemp(pattern));
    char* real = realpath(pattern, nullptr);
    root = real;
    std::free(real);
    dir("store");
    dir("cwd");
  }
  ~Scratch() {
    (void)chmod((root + "/cwd/locked").c_str(), 0700);
    (void)nftw(root.c_str(), remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  }
  void dir(const std::string& path) const {
    for (std::size_t slash = 0; slash != std::string::npos;) {
      slash = path.find('/', slash + 1);
      (void)mkdir((root + "/" + path.substr(0, slash)).c_str(), 0755);
    }
  }
  void file(const std::string& path, std::string_view text) const {
    const std::size_t slash = path.rfind('/');
    dir(path.substr(0, slash));
    const auto fd = open_file(AT_FDCWD, root + "/" + path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd);
    REQUIRE(write_all(fd->get(), text, path));
  }
  void link(const std::string& target, const std::string& path) const {
    REQUIRE(symlink(target.c_str(), (root + "/" + path).c_str()) == 0);
  }
  Result<Image> load(std::string_view reference) const {
    return load_image(reference, {.store = root + "/store", .cwd = root + "/cwd"});
  }
  // The error, with the scratch directory as $.
  Error error(std::string_view reference) const {
    const auto image = load(reference);
    REQUIRE_FALSE(image);
    Error bad = image.error();
    for (std::string* text : {&bad.step, &bad.hint})
      for (std::size_t at; (at = text->find(root)) != std::string::npos;) text->replace(at, root.size(), "$");
    return bad;
  }
  std::vector<std::string> layers(std::string_view reference) const {
    const auto image = load(reference);
    INFO((image ? "" : describe(image.error())));
    REQUIRE(image);
    std::vector<std::string> paths;
    for (const Layer& layer : image->layers) paths.push_back(layer.path.substr(root.size() + 1));
    return paths;
  }

  std::string root;
};

// Root may read everything; while this lives, the test is an ordinary user.
class Nobody {
 public:
  Nobody() {
    if (root_)
      REQUIRE(setresuid(65534, 65534, 0) == 0);
  }
  ~Nobody() {
    if (root_)
      (void)!setresuid(0, 0, 0);  // the destructor cannot fail; the next test would
  }

 private:
  bool root_ = geteuid() == 0;
};

using Paths = std::vector<std::string>;

constexpr std::string_view kPasswd = "root:x:0:0:root:/root:/bin/sh\n";

std::optional<std::string> in_image(const std::vector<Layer>& layers, std::string_view path) {
  auto text = read_image_file(layers, path);
  REQUIRE(text);
  return *std::move(text);
}

}  // namespace

TEST_CASE("a plain directory is an image of one layer") {
  const Scratch s;
  s.file("cwd/img/etc/passwd", kPasswd);
  s.file("cwd/img/etc/group", "root:x:0:\nadm:x:4:a,b\n");
  for (const std::string& reference :
       {std::string{"./img"}, std::string{"../cwd/img/"}, s.root + "/cwd/img"}) {
    const auto image = s.load(reference);
    INFO((image ? "" : describe(image.error())));
    REQUIRE(image);
    CHECK(image->name == reference);
    CHECK(image->kind == ImageKind::Directory);
    REQUIRE(image->layers.size() == 1);
    struct stat info {};
    REQUIRE(stat((s.root + "/cwd/img").c_str(), &info) == 0);
    CHECK(image->layers[0] == Layer{.path = s.root + "/cwd/img",
                                    .dev = info.st_dev,
                                    .ino = info.st_ino,
                                    .uid = getuid(),
                                    .mode = info.st_mode & 07777});
    CHECK(image->users == std::vector<UserEntry>{{.name = "root", .home = "/root", .shell = "/bin/sh"}});
    CHECK(image->groups ==
          std::vector<GroupEntry>{{.name = "root"}, {.name = "adm", .gid = 4, .members = {"a", "b"}}});
    CHECK(image->config == ImageConfig{});
  }
}

TEST_CASE("a name is looked up in the store, and links are resolved") {
  const Scratch s;
  s.dir("store/debian:12/etc");
  s.dir("cwd/real");
  s.link("../cwd/real", "store/linked");
  CHECK(s.layers("debian:12") == Paths{"store/debian:12"});
  CHECK(s.layers("linked") == Paths{"cwd/real"});
}

TEST_CASE("the host is an image without layers") {
  const Scratch s;
  const auto image = s.load("host");
  REQUIRE(image);
  CHECK(image->kind == ImageKind::Host);
  CHECK(image->layers.empty());
  REQUIRE_FALSE(image->users.empty());
  CHECK(image->users[0].uid == 0);
}

TEST_CASE("what is not an image is told in one line, with a hint") {
  const Scratch s;
  s.dir("store/debian");
  s.dir("store/.tmp-1");
  s.dir("cwd/here");
  s.file("cwd/file.tar", "x");
  s.file("store/afile", "x");
  const Error missing = s.error("./nothing");
  CHECK(describe(missing) == "image ./nothing: No such file or directory (ENOENT)");
  CHECK(describe(s.error("./file.tar")) == "image ./file.tar: Not a directory (ENOTDIR)");
  CHECK(s.error("./file.tar").hint == "an image is a directory; unpack an archive first");
  CHECK(describe(s.error("afile")) == "image afile: Not a directory (ENOTDIR)");
  CHECK(s.error("debain").step == "there is no image named \"debain\"");
  CHECK(s.error("debain").hint == "did you mean \"debian\"?");
  CHECK(s.error("hst").hint == "did you mean \"host\"?");
  CHECK(s.error("here").hint == "for the directory here write ./here");
  CHECK(s.error("xyzzy").hint == "images are the directories in $/store");
  CHECK(s.error(".tmp-1").step == "there is no image named \".tmp-1\"");
  CHECK(s.error("\x1b[2J").step == "there is no image named \"\\x1b[2J\"");
  CHECK(s.error("./a\nb").step == "image ./a\\nb");
  CHECK(s.error("").status == 125);
}

TEST_CASE("a directory that may not be read is told") {
  const Scratch s;
  s.dir("cwd/locked");
  s.file("cwd/stack/image.toml", "layers = [\"../locked\"]");
  REQUIRE(chmod(s.root.c_str(), 0755) == 0);
  REQUIRE(chmod((s.root + "/cwd/locked").c_str(), 0) == 0);
  s.dir("cwd/unlisted");  // may be passed through, but not read: overlay could not list it
  REQUIRE(chmod((s.root + "/cwd/unlisted").c_str(), 0111) == 0);
  const Nobody nobody;
  CHECK(describe(s.error("./unlisted")) == "image ./unlisted: Permission denied (EACCES)");
  CHECK(describe(s.error("./locked")) == "image ./locked: Permission denied (EACCES)");
  CHECK(s.error("./locked").hint ==
        "the directory must be readable by your own user; snug has no extra rights");
  CHECK(describe(s.error("./stack")) ==
        "$/cwd/stack/image.toml:1:11: layers[1]: layer ../locked: Permission denied (EACCES)");
}

TEST_CASE("a stack has its layers bottom first, with images by name") {
  const Scratch s;
  s.dir("store/base/etc");
  s.dir("cwd/app/files");
  s.dir("cwd/other");
  s.file("cwd/app/image.toml",
         "layers = [\"base\", \"files\", \"../other\"]\n[config]\ncommand = [\"/bin/app\"]");
  CHECK(s.layers("./app") == Paths{"store/base", "cwd/app/files", "cwd/other"});
  CHECK(s.load("./app")->config.command == Paths{"/bin/app"});
  s.dir("store/web/top");
  s.file("store/web/image.toml", "layers = [\"../../cwd/app\", \"top\"]");
  CHECK(s.layers("web") == Paths{"store/base", "cwd/app/files", "cwd/other", "store/web/top"});
  CHECK(s.load("web")->config.command.empty());  // a layer gives its files only
  s.dir("cwd/plain/rootfs/etc");
  s.file("cwd/plain/image.toml", "");
  CHECK(s.layers("./plain") == Paths{"cwd/plain/rootfs"});
}

TEST_CASE("image.toml: the whole schema") {
  const Scratch s;
  s.dir("cwd/i/rootfs");
  s.file("cwd/i/image.toml", R"(
[config]
command = ["serve", "-v"]
entrypoint = ["/sbin/entry"]
env = ["PATH=/bin", "A=b=c", "E="]
workdir = "/srv"
user = "app:adm"
ports = ["80", "53/udp"]
volumes = ["/data"]
labels = { "org.x" = "y" }
stop-signal = "SIGQUIT"
)");
  const auto image = s.load("./i");
  REQUIRE(image);
  CHECK(image->config == ImageConfig{.command = {"serve", "-v"},
                                     .entrypoint = {"/sbin/entry"},
                                     .env = {"PATH=/bin", "A=b=c", "E="},
                                     .workdir = "/srv",
                                     .user = "app:adm",
                                     .ports = {"80", "53/udp"},
                                     .volumes = {"/data"},
                                     .labels = {{"org.x", "y"}},
                                     .stop_signal = "SIGQUIT"});
  s.file("cwd/i/image.toml", "[config]\nenv = { B = \"1\", A = \"2\" }");
  CHECK(s.load("./i")->config.env == Paths{"B=1", "A=2"});
}

TEST_CASE("a bad image.toml is told with its place") {
  const Scratch s;
  const auto error_of = [&](std::string_view text) {
    s.dir("cwd/i/rootfs");
    s.file("cwd/i/image.toml", text);
    return s.error("./i");
  };
  const std::string file = "$/cwd/i/image.toml:";
  CHECK(error_of("layers = [").step.starts_with(file + "1:11: not valid TOML: "));
  CHECK(error_of("layer = []").step == file + "1:1: unknown key \"layer\"");
  CHECK(error_of("layer = []").hint == "did you mean \"layers\"?");
  CHECK(error_of("[config]\ncomand = []").hint == "did you mean \"command\"?");
  CHECK(error_of("layers = []").step == file + "1:10: layers: there is no layer in it");
  CHECK(error_of("layers = \"a\"").step ==
        file + "1:10: layers: expected an array of directories, bottom first, found text");
  CHECK(error_of("layers = [1]").step ==
        file + "1:11: layers[1]: expected a directory, or the name of an image, found an integer");
  CHECK(error_of("[config]\ncommand = \"x\"").step ==
        file + "2:11: config.command: expected an array of texts, found text");
  CHECK(error_of("[config]\nenv = [\"A\"]").step == file + "2:8: config.env[1]: \"A\" is not NAME=value");
  CHECK(error_of("[config]\nenv = [\"=1\"]").step ==
        file + "2:8: config.env[1]: \"\" is not the name of a variable");
  CHECK(error_of("[config]\nworkdir = \"srv\"").step ==
        file + "2:11: config.workdir: \"srv\" is not an absolute path");
  CHECK(describe(error_of("layers = [\"./no\"]")) ==
        file + "1:11: layers[1]: layer ./no: No such file or directory (ENOENT)");
  CHECK(error_of("layers = [\"no\"]").step ==
        file + "1:11: layers[1]: layer no: neither a directory beside it nor the name of an image");
  CHECK(describe(error_of("layers = [\"image.toml\"]")) ==
        file + "1:11: layers[1]: layer image.toml: Not a directory (ENOTDIR)");
  CHECK(error_of("layers = [\"rootfs\", \"./rootfs\"]").step ==
        file + "1:21: layers[2]: layer ./rootfs: $/cwd/i/rootfs is already a layer below it");
}

TEST_CASE("images that are built on each other end") {
  const Scratch s;
  s.file("store/a/image.toml", "layers = [\"b\"]");
  s.file("store/b/image.toml", "layers = [\"a\"]");
  CHECK(s.error("a").step.ends_with("layer a: the image is built on itself"));
  s.file("store/self/image.toml", "layers = [\".\"]");
  CHECK(s.error("self").step.ends_with("layer .: the image is built on itself"));
  for (int i = 0; i < 40; ++i)
    s.file("store/d" + std::to_string(i) + "/image.toml", "layers = [\"d" + std::to_string(i + 1) + "\"]");
  CHECK(s.error("d0").step.ends_with("more than 32 images are built on each other"));
}

TEST_CASE("a hundred layers, five hundred, one more") {
  const Scratch s;
  std::string names;
  for (int i = 0; i < 501; ++i) {
    const std::string name = "l" + std::to_string(i);
    s.dir("cwd/i/" + name);
    names += (i ? ", \"" : "\"") + name + "\"";
    if (i == 99 || i == 499) {
      s.file("cwd/i/image.toml", "layers = [" + names + "]");
      CHECK(s.layers("./i").size() == static_cast<std::size_t>(i) + 1);
    }
  }
  s.file("cwd/i/image.toml", "layers = [" + names + "]");
  CHECK(s.error("./i").step.ends_with("layer l500: more than 500 layers"));
}

TEST_CASE("a root filesystem cannot name directories of the host as its layers") {
  const Scratch s;
  s.dir("cwd/evil/usr");
  s.file("cwd/evil/image.toml", "layers = [\"/root\"]");
  CHECK(s.error("./evil").step == "image ./evil: has both image.toml and a root filesystem (usr/)");
}

TEST_CASE("image.toml is a file, and of this directory") {
  const Scratch s;
  s.dir("cwd/fifo");
  REQUIRE(mkfifo((s.root + "/cwd/fifo/image.toml").c_str(), 0644) == 0);
  CHECK(s.error("./fifo").step == "read $/cwd/fifo/image.toml: not a regular file");
  s.file("cwd/outside.toml", "layers = [\"/\"]");
  s.dir("cwd/link");
  s.link("../outside.toml", "cwd/link/image.toml");
  CHECK(s.layers("./link") == Paths{"cwd/link"});  // beneath the image there is no such file
  s.file("cwd/big/image.toml", std::string(2 << 20, '#'));
  CHECK(s.error("./big").step == "read $/cwd/big/image.toml: larger than 1048576 bytes");
  s.dir("cwd/none");
  s.file("cwd/none/image.toml", "");
  CHECK(s.error("./none").step ==
        "image ./none: image.toml names no layers, and there is no rootfs/ beside it");
}

TEST_CASE("a file of the merged image comes from the topmost layer that has it") {
  const Scratch s;
  s.file("cwd/i/low/etc/passwd", "low");
  s.file("cwd/i/low/etc/only-low", "low");
  s.file("cwd/i/top/etc/passwd", "top");
  s.file("cwd/i/image.toml", "layers = [\"low\", \"top\"]");
  const auto layers = s.load("./i")->layers;
  CHECK(in_image(layers, "/etc/passwd") == "top");
  CHECK(in_image(layers, "etc//./only-low") == "low");
  CHECK_FALSE(in_image(layers, "/etc"));
  CHECK_FALSE(in_image(layers, "/"));
  CHECK_FALSE(in_image(layers, "/etc/nothing"));
  CHECK_FALSE(in_image(layers, "/etc/passwd/x"));
  // Anything else on top hides the file below it, as a whiteout would.
  REQUIRE(mkfifo((s.root + "/cwd/i/top/etc/only-low").c_str(), 0644) == 0);
  CHECK_FALSE(in_image(layers, "/etc/only-low"));
}

TEST_CASE("an opaque directory hides what is below it") {
  const Scratch s;
  s.file("cwd/i/low/etc/passwd", "low");
  s.dir("cwd/i/top/etc");
  s.file("cwd/i/image.toml", "layers = [\"low\", \"top\"]");
  const auto layers = s.load("./i")->layers;
  CHECK(in_image(layers, "/etc/passwd") == "low");
  if (setxattr((s.root + "/cwd/i/top/etc").c_str(), "user.overlay.opaque", "y", 1, 0) != 0) {
    WARN("no user extended attributes in /tmp: the opaque directory is not tried");
    return;
  }
  CHECK_FALSE(in_image(layers, "/etc/passwd"));
}

TEST_CASE("links stay inside the merged image, across its layers") {
  const Scratch s;
  s.file("cwd/secret", "secret");
  s.file("cwd/i/low/usr/share/users", "low users");
  s.dir("cwd/i/top/etc");
  s.file("cwd/i/image.toml", "layers = [\"low\", \"top\"]");
  const auto layers = s.load("./i")->layers;
  const auto through = [&](const std::string& target) {
    (void)unlink((s.root + "/cwd/i/top/etc/passwd").c_str());
    s.link(target, "cwd/i/top/etc/passwd");
    return in_image(layers, "/etc/passwd");
  };
  CHECK(through("/usr/share/users") == "low users");
  CHECK(through("../usr/share/users") == "low users");
  CHECK(through("../../../../usr/share/users") == "low users");
  CHECK_FALSE(through(s.root + "/cwd/secret"));
  CHECK_FALSE(through("../../../secret"));
  CHECK_FALSE(through("../../../../cwd/secret"));
  CHECK_FALSE(through("passwd"));
  CHECK_FALSE(through("/proc/self/environ"));
  s.link(s.root + "/cwd", "cwd/i/top/out");
  CHECK_FALSE(through("/out/secret"));
}

TEST_CASE("a link of a lower layer under a directory of an upper one is not followed") {
  const Scratch s;
  s.file("cwd/outside/secret", "secret");
  s.dir("cwd/i/low");
  s.link(s.root + "/cwd/outside", "cwd/i/low/etc");
  s.dir("cwd/i/top/etc");
  s.file("cwd/i/image.toml", "layers = [\"low\", \"top\"]");
  CHECK_FALSE(in_image(s.load("./i")->layers, "/etc/secret"));
}

TEST_CASE("a passwd that is no file neither hangs nor escapes") {
  const Scratch s;
  s.dir("cwd/img/etc");
  const std::string passwd = s.root + "/cwd/img/etc/passwd";
  SECTION("FIFO") {
    REQUIRE(mkfifo(passwd.c_str(), 0644) == 0);
  }
  SECTION("directory") {
    s.dir("cwd/img/etc/passwd");
  }
  SECTION("link to the host's") {
    s.link("/etc/passwd", "cwd/img/etc/passwd");
  }
  SECTION("link to a directory outside") {
    REQUIRE(rmdir((s.root + "/cwd/img/etc").c_str()) == 0);
    s.link("/etc", "cwd/img/etc");
  }
  SECTION("a gibibyte") {
    s.file("cwd/img/etc/passwd", kPasswd);
    REQUIRE(truncate(passwd.c_str(), 1 << 30) == 0);
  }
  SECTION("socket") {
    const UniqueFd fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    REQUIRE(passwd.size() < sizeof address.sun_path);
    passwd.copy(address.sun_path, passwd.size());
    REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  const auto image = s.load("./img");
  REQUIRE(image);
  CHECK(image->users.empty());
}

TEST_CASE("lines of passwd that are not understood are left out") {
  const auto users = parse_passwd(
      "root:x:0:0:root:/root:/bin/sh\n\n# comment\nshort:x:1\nneg:x:-1:0::/:\nbig:x:4294967296:0::/:\n"
      "nobody:x:4294967295:0::/:\nhex:x:0x0:0::/:\n\x1b[2J:x:5:5::/:\n:x:6:6::/:\nlast:x:7:8:g:/h:/s");
  CHECK(users == std::vector<UserEntry>{{.name = "root", .home = "/root", .shell = "/bin/sh"},
                                        {.name = "last", .uid = 7, .gid = 8, .home = "/h", .shell = "/s"}});
  CHECK(parse_group("a:x:1:\nb:x:2:u,v\nc:x\nd:x:q:\ne:x:5").size() == 3);
}

}  // namespace image_test
