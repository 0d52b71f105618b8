// A directory of a test's own, which goes with it.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>

namespace snug {

class ScratchDir {
 public:
  // In the first of `parents` that can hold it. By default not in /tmp, which may be a tmpfs: that has no
  // user.* attributes before Linux 6.6.
  explicit ScratchDir(std::initializer_list<const char*> parents = {"/var/tmp"}) {
    for (const char* parent : parents) {
      std::string name = std::string{parent} + "/snug-test-XXXXXX";
      if (path_.empty() && mkdtemp(name.data()))
        path_ = name;
    }
    REQUIRE_FALSE(path_.empty());
  }
  ~ScratchDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Writes a file, and makes the directories above it.
inline void file(const std::filesystem::path& path, const std::string& text = "x") {
  std::filesystem::create_directories(std::filesystem::absolute(path).parent_path());
  std::ofstream{path} << text;
}

inline std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

}  // namespace snug
