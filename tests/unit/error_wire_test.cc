#include "base/error_wire.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <string>

namespace error_wire_test {

using namespace snug;

namespace {

constexpr std::size_t kMost = 4096;

const Error kFull{.step = std::string{"mount a\nb c\0d", 13},
                  .err = EPERM,
                  .origin = "dev.toml:14",
                  .hint = "snug doctor",
                  .status = 126,
                  .err_said = true};

}  // namespace

TEST_CASE("an error arrives as it was, with any byte in its texts") {
  for (const Error& error : {kFull, Error{}, Error{.step = "x"}, Error{.err = -1, .hint = "\n"}}) {
    CHECK(unpack_error(pack_error(error, kMost)) == error);
  }
}

TEST_CASE("an error that is too long is cut, and its hint last") {
  const Error error{.step = std::string(5000, 's'), .origin = "o", .hint = std::string(300, 'h')};
  const auto packed = pack_error(error, 1000);
  CHECK(packed.size() <= 1000);
  CHECK(unpack_error(packed) == Error{.step = std::string(635, 's'), .origin = "o", .hint = error.hint});
  CHECK(unpack_error(pack_error(error, 10)) == Error{});
}

TEST_CASE("what was cut off, or is no error, is not taken for one") {
  const std::string packed = pack_error(kFull, kMost);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    INFO(size);
    CHECK(unpack_error(packed.substr(0, size)).err == EBADMSG);
  }
  CHECK(unpack_error(packed + "x").err == EBADMSG);
  for (const char* bad : {"\n", "1 2 3\n", "1 2 2 0 0 0\n", "1 125 0 99999999999999999999 0 0\n",
                          "a 125 0 0 0 0\n", "1 125 0 -1 0 0\n", "1  125 0 0 0 0\n"})
    CHECK(unpack_error(bad).err == EBADMSG);
}

}  // namespace error_wire_test
