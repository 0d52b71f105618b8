#include "base/units.h"

#include <catch2/catch.hpp>

namespace units_test {

using namespace snug;

TEST_CASE("sizes are powers of 1024, as docker's are") {
  CHECK(*parse_size("512", "size") == 512);
  CHECK(*parse_size("64k", "size") == 65536);
  CHECK(*parse_size("1.5G", "size") == 1610612736);
  CHECK(*parse_size("2GiB", "size") == 2147483648);
  CHECK(*parse_size("2gb", "size") == 2147483648);
  CHECK(*parse_size("10B", "size") == 10);
}

TEST_CASE("a size that is not one is refused with its text") {
  for (const char* text : {"", "G", "2 bananas", "2 G", "-1", "+1", "1e3", "0x10", "1.2.3", "1kk", "2q",
                           "99999999999T", "1G "}) {
    const auto size = parse_size(text, "rootfs.size");
    REQUIRE_FALSE(size);
    CHECK(size.error().step.starts_with("rootfs.size: \""));
  }
}

TEST_CASE("durations add up") {
  CHECK(*parse_duration_ms("90", "t") == 90000);
  CHECK(*parse_duration_ms("1h30m", "t") == 5400000);
  CHECK(*parse_duration_ms("500ms", "t") == 500);
  CHECK(*parse_duration_ms("0.5s", "t") == 500);
  for (const char* text : {"", "m", "10x", "-5", "1 h", "1h m"}) CHECK_FALSE(parse_duration_ms(text, "t"));
}

TEST_CASE("numbers take no sign, blank or base") {
  CHECK(*parse_number("0", "n") == 0);
  CHECK(*parse_number("4294967295", "n") == 4294967295);
  for (const char* text : {"", " 0", "0 ", "-1", "+1", "0x0", "1e3", "18446744073709551616"})
    CHECK_FALSE(parse_number(text, "n"));
  CHECK_FALSE(parse_number("65536", "n", 65535));
}

TEST_CASE("sizes print as people say them") {
  CHECK(format_size(0) == "0 B");
  CHECK(format_size(1536) == "1.5 KiB");
  CHECK(format_size(std::uint64_t{2} << 30) == "2 GiB");
}

}  // namespace units_test
