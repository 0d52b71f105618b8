#include "store/document.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/sha256.h"
#include "base/unique_fd.h"
#include "support/scratch_dir.h"

namespace document_test {

using namespace snug;
using namespace snug::store;
namespace fs = std::filesystem;

namespace {

constexpr FileFormat kFormat{.version = 3, .since = "0.7"};

class Fixture {
  ScratchDir scratch_{"/tmp"};
  const fs::path& path_ = scratch_.path();

 public:
  Fixture() { fd_.reset(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

  int fd() const { return fd_.get(); }
  fs::path path(const char* name = "state.json") const { return path_ / name; }
  Result<Json> read() const {
    return read_document(fd(), "state.json", kFormat).map([](Document document) {
      return std::move(document.body);
    });
  }
  std::string text() const {
    std::ifstream in{path(), std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  void put(std::string_view text) const { std::ofstream{path(), std::ios::binary | std::ios::trunc} << text; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{path_}, fs::directory_iterator{}));
  }

 private:
  UniqueFd fd_;
};

const Json kBody =
    Json::Object{{"phase", "running"}, {"n", std::uint64_t{7}}, {"list", Json::Array{true, Json{}}}};

}  // namespace

TEST_CASE("a document is read as it was written, and closed to others") {
  Fixture f;
  umask(0);
  REQUIRE(write_document(f.fd(), "state.json", kFormat, kBody));
  CHECK(f.read() == kBody);
  CHECK((fs::status(f.path()).permissions() & fs::perms::mask) == fs::perms{0600});
  CHECK(f.files() == 1);
  REQUIRE(write_document(f.fd(), "state.json", kFormat, Json{}));
  CHECK(f.read() == Json{});
  CHECK(f.files() == 1);
  for (const Json& body : {Json(true), Json("text"), Json(1.5), Json(Json::Array{}), Json(Json::Object{})}) {
    REQUIRE(write_document(f.fd(), "state.json", kFormat, body));
    CHECK(f.read() == body);
  }
}

TEST_CASE("a document says its own checksum and version") {
  // So that a file of today is read by a later version, and by people: tail -n +3 state.json | sha256sum
  Fixture f;
  REQUIRE(write_document(f.fd(), "state.json", kFormat, Json::Object{{"a", std::uint64_t{1}}}));
  CHECK(f.text() ==
        "{\n  \"sha256\": \"23789115f4dc812732d3f07db5905721de300ddde84b7456463994dd54d7f5ea\",\n"
        "  \"version\": 3,\n  \"since\": \"0.7\",\n"
        "  \"body\": {\n    \"a\": 1\n  }\n}\n");
}

TEST_CASE("a document without a version is of version 1") {
  Fixture f;
  f.put(
      "{\n  \"sha256\": \"2f7939c3785f51796fa43fe16a24ef02ee2de4ae8d5f378f107507b43c53b3c2\",\n"
      "  \"body\": {\n    \"a\": 1\n  }\n}\n");
  const auto document = read_document(f.fd(), "state.json", kFormat);
  REQUIRE(document);
  CHECK(document->version == 1);
  CHECK(document->body == Json::Object{{"a", std::uint64_t{1}}});
}

TEST_CASE("every older version of a document is read, and says which it is") {
  Fixture f;
  for (const unsigned version : {2U, 3U}) {
    REQUIRE(write_document(f.fd(), "state.json", {.version = version, .since = "0.5"}, kBody));
    const auto document = read_document(f.fd(), "state.json", kFormat);
    REQUIRE(document);
    CHECK(document->version == version);
    CHECK(document->body == kBody);
  }
}

TEST_CASE("a newer document is refused by the release that wrote it, and not called damaged") {
  Fixture f;
  REQUIRE(write_document(f.fd(), "state.json", {.version = 4, .since = "0.9"}, kBody));
  const auto document = read_document(f.fd(), "state.json", kFormat);
  REQUIRE_FALSE(document);
  CHECK(document.error().err == kNewerFormat);
  CHECK(describe(document.error()) == "state.json was written by snug 0.9 or later");
  // Whatever a later one puts into the body, JSON or not, and whatever members it adds before it.
  const std::string rest =
      "  \"version\": 4,\n  \"since\": \"1.0\",\n  \"packed\": true,\n  \"body\": @\n}\n";
  f.put("{\n  \"sha256\": \"" + sha256_hex(rest) + "\",\n" + rest);
  CHECK(read_document(f.fd(), "state.json", kFormat).error().step ==
        "state.json was written by snug 1.0 or later");
  // But not where it has come to harm.
  f.put("{\n  \"sha256\": \"" + sha256_hex(rest) + "\",\n" + rest.substr(1));
  CHECK(read_document(f.fd(), "state.json", kFormat).error().err == EBADMSG);
}

TEST_CASE("a document whose sum is right, and whose version is none, is damaged") {
  Fixture f;
  for (const char* head :
       {"\"version\": 0,\n  \"since\": \"0.1\",\n", "\"version\": 1,\n  \"since\": \"0.1\",\n",
        "\"version\": -2,\n  \"since\": \"0.1\",\n", "\"version\": x,\n  \"since\": \"0.1\",\n",
        "\"version\": 99999999999,\n  \"since\": \"0.1\",\n", "\"version\": 2,\n",
        "\"version\": 2,\n  \"since\": \"0.1\",\n  x"}) {
    const std::string rest = std::string{"  "} + head + "  \"body\": {}\n}\n";
    f.put("{\n  \"sha256\": \"" + sha256_hex(rest) + "\",\n" + rest);
    const auto document = read_document(f.fd(), "state.json", kFormat);
    INFO(head);
    REQUIRE_FALSE(document);
    CHECK(document.error().err == EBADMSG);
  }
}

TEST_CASE("a document that was cut off anywhere is damaged") {
  Fixture f;
  REQUIRE(write_document(f.fd(), "state.json", kFormat, kBody));
  const std::string whole = f.text();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    f.put(whole.substr(0, length));
    const auto body = f.read();
    INFO(length);
    REQUIRE_FALSE(body);
    REQUIRE(body.error().err == EBADMSG);
  }
}

TEST_CASE("a document with any bit flipped, or any byte more, is damaged") {
  Fixture f;
  REQUIRE(write_document(f.fd(), "state.json", kFormat, kBody));
  const std::string whole = f.text();
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    f.put(flipped);
    const auto body = f.read();
    INFO(bit);
    REQUIRE_FALSE(body);
    REQUIRE(body.error().err == EBADMSG);
  }
  for (std::size_t at = 0; at <= whole.size(); ++at) {
    f.put(whole.substr(0, at) + " " + whole.substr(at));
    REQUIRE_FALSE(f.read());
  }
}

TEST_CASE("what is no document is an error") {
  Fixture f;
  for (const std::string& garbage :
       {std::string{}, std::string{"{}"}, std::string{"garbage\n"}, std::string(1000, '\0'),
        std::string(1000, '{'), std::string(3 << 20, '[')}) {
    f.put(garbage);
    const auto body = f.read();
    REQUIRE_FALSE(body);
    CHECK(body.error().err == EBADMSG);
    CHECK(body.error().step.find("damaged") != std::string::npos);
  }
  f.put(std::string(5 << 20, ' '));
  CHECK(f.read().error().step.find("larger than") != std::string::npos);
}

TEST_CASE("what is no regular file is refused, and hangs nobody") {
  Fixture f;
  CHECK(f.read().error().err == ENOENT);
  REQUIRE(mkdir(f.path().c_str(), 0700) == 0);
  CHECK_FALSE(f.read());
  fs::remove(f.path());
  REQUIRE(mkfifo(f.path().c_str(), 0600) == 0);
  CHECK_FALSE(f.read());
  fs::remove(f.path());
  REQUIRE(write_document(f.fd(), "other", kFormat, kBody));
  fs::create_symlink("other", f.path());
  CHECK(f.read().error().err == ELOOP);
  // Writing replaces the link, and not what it leads to.
  REQUIRE(write_document(f.fd(), "state.json", kFormat, Json{}));
  CHECK(f.read() == Json{});
  CHECK(read_document(f.fd(), "other", kFormat)->body == kBody);
}

TEST_CASE("a body that could not be read again is not written, and the old one stays") {
  Fixture f;
  REQUIRE(write_document(f.fd(), "state.json", kFormat, kBody));
  CHECK(write_document(f.fd(), "state.json", kFormat, Json(std::string(5 << 20, 'x'))).error().err == EFBIG);
  CHECK(f.read() == kBody);
  CHECK(f.files() == 1);
}

TEST_CASE("a writer that fails leaves the old document and nothing else") {
  Fixture f;
  REQUIRE(mkdir(f.path().c_str(), 0700) == 0);
  const Status status = write_document(f.fd(), "state.json", kFormat, kBody);
  REQUIRE_FALSE(status);
  CHECK(status.error().err == EISDIR);
  CHECK(f.files() == 1);
}

TEST_CASE("a first document replaces nothing") {
  Fixture f;
  REQUIRE(create_document(f.fd(), "state.json", kFormat, kBody));
  CHECK(f.read() == kBody);
  CHECK(create_document(f.fd(), "state.json", kFormat, Json{}).error().err == EEXIST);
  CHECK(f.read() == kBody);
}

TEST_CASE("temporary files are removed when nobody writes them any more") {
  Fixture f;
  const char* kLeft = ".tmp-state.json-0123456789abcdef";
  const char* kBusy = ".tmp-state.json-fedcba9876543210";
  CHECK(is_temporary_document(kLeft));
  CHECK_FALSE(is_temporary_document("state.json"));
  std::ofstream{f.path(kLeft)} << "{";
  const UniqueFd busy{open(f.path(kBusy).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  struct flock lock {};
  lock.l_type = F_WRLCK;
  REQUIRE(fcntl(busy.get(), F_OFD_SETLK, &lock) == 0);
  std::ofstream{f.path("beside")} << "stays";
  REQUIRE(write_document(f.fd(), "state.json", kFormat, kBody));
  CHECK_FALSE(fs::exists(f.path(kLeft)));
  CHECK(fs::exists(f.path(kBusy)));
  CHECK(fs::exists(f.path("beside")));
  CHECK(f.read() == kBody);
}

TEST_CASE("several writers at once do not get in each other's way") {
  Fixture f;
  constexpr int kWriters = 4;
  constexpr std::uint64_t kRounds = 50;
  pid_t pids[kWriters];
  for (int w = 0; w < kWriters; ++w) {
    pids[w] = fork();
    if (pids[w] == 0) {
      bool good = true;
      for (std::uint64_t i = 0; i < kRounds; ++i) {
        good = good && write_document(f.fd(), "state.json", kFormat, Json::Array{std::uint64_t(w), i});
        good = good && read_document(f.fd(), "state.json", kFormat);
      }
      _exit(good ? 0 : 1);
    }
  }
  for (const pid_t pid : pids) {
    int status = 1;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
  }
  CHECK(f.files() == 1);
  CHECK(f.read());
}

}  // namespace document_test
