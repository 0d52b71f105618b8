// replay FILE|DIRECTORY…: a fuzz target's function, once for each input that is there. What a fuzzer has
// found stays found, with any compiler and without libFuzzer.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs(const fs::path& named) {
  if (!fs::is_directory(named))
    return {named};
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(named)) {
    if (entry.is_regular_file())
      found.push_back(entry.path());
  }
  return found;
}

void replay(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  file.exceptions(std::ios::badbit | std::ios::failbit);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // Said before, since a failure ends the program.
  std::fprintf(stderr, "%s\n", path.c_str());
  // A copy of its own size, so that a read behind its end is seen.
  const std::vector<unsigned char> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) try {
  int count = 0;
  for (int at = 1; at < argc; ++at) {
    for (const fs::path& path : inputs(argv[at])) {
      replay(path);
      ++count;
    }
  }
  std::printf("%d inputs\n", count);
  return count == 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "replay: %s\n", error.what());
  return 1;
}
