// The files of the project that tests compare with.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace snug {

// With a slash at the end. A compiler cache may have made __FILE__ relative to a directory that is not ours:
// then they are looked for above the program.
inline std::string repository() {
  namespace fs = std::filesystem;
  const std::string here = __FILE__;
  if (here.starts_with('/'))
    return here.substr(0, here.rfind("tests/support/"));
  for (fs::path dir = fs::read_symlink("/proc/self/exe").parent_path(); dir != dir.root_path();
       dir = dir.parent_path())
    if (fs::exists(dir / "tests/support/repository.h"))
      return dir.string() + "/";
  FAIL("the sources were not found from " << here);
  return "";
}

// The whole text of a file.
inline std::string text_of_file(const std::string& path) {
  std::ifstream file{path};
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace snug
