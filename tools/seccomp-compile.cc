// seccomp-compile ARCH FILE: writes the filters that snug embeds, as src/seccomp/filter.cc includes them.
//
// Before that it holds every number of the table against libseccomp's own tables: a wrong one would open the
// wrong call, and nothing else would notice.
#include <fmt/format.h>
#include <seccomp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "seccomp/compile.h"

namespace snug {
namespace {

constexpr bool kBoth[] = {false, true};

// What profiles ask for without a [security] of their own. Nesting and 32-bit calls in the other tiers are
// rare enough to be compiled when they are wanted.
std::vector<seccomp::FilterRequest> usual_requests(seccomp::Arch arch) {
  std::vector<seccomp::FilterRequest> requests;
  for (const seccomp::FilterTier tier :
       {seccomp::FilterTier::Strict, seccomp::FilterTier::Default, seccomp::FilterTier::Dev})
    for (const bool fake_root : kBoth)
      for (const bool network : kBoth)
        for (const bool writable : kBoth) {
          const seccomp::FilterRequest request = seccomp::normalise(
              {.tier = tier, .fake_root = fake_root, .network = network, .host_paths_writable = writable},
              arch);
          if (std::ranges::find(requests, request) == requests.end())
            requests.push_back(request);
        }
  return requests;
}

bool check_number(const seccomp::Syscall& call, seccomp::Arch arch, std::uint32_t token) {
  const int theirs = seccomp_syscall_resolve_name_arch(token, call.text);
  if (theirs == __NR_SCMP_ERROR)
    return true;  // newer than libseccomp
  const int ours = call.number(arch);
  // Negative: one of libseccomp's stand-ins for a call that the architecture lacks. A number from the shared
  // range may be new to it there.
  if (theirs == ours || (theirs < 0 && (ours < 0 || ours >= 424)))
    return true;
  fmt::print(stderr, "seccomp-compile: {} is {} in the table, {} in libseccomp\n", call.name(), ours, theirs);
  return false;
}

bool check_table() {
  bool good = true;
  for (const seccomp::Syscall& call : seccomp::syscalls()) {
    good &= check_number(call, seccomp::Arch::X86_64, SCMP_ARCH_X86_64);
    good &= check_number(call, seccomp::Arch::Arm64, SCMP_ARCH_AARCH64);
    good &= check_number(call, seccomp::Arch::I386, SCMP_ARCH_X86);
  }
  return good;
}

bool write_filters(std::FILE* file, seccomp::Arch arch) {
  fmt::print(file, "// Made by tools/seccomp-compile.cc.\nnamespace snug {{\nnamespace {{\n");
  std::string list;
  for (const seccomp::FilterRequest& request : usual_requests(arch)) {
    const auto program = seccomp::compile_filter(request, arch);
    if (!program || program->size() > BPF_MAXINSNS)
      return false;
    const unsigned key = seccomp::filter_key(request);
    fmt::print(file, "constexpr sock_filter kFilter{}[] = {{  // {} instructions", key, program->size());
    for (std::size_t i = 0; i < program->size(); ++i) {
      const sock_filter& line = (*program)[i];
      fmt::print(file, "{}{{{}, {}, {}, {:#x}}},", i % 6 ? " " : "\n    ", line.code, line.jt, line.jf,
                 line.k);
    }
    fmt::print(file, "\n}};\n");
    list += fmt::format("    {{{0}, kFilter{0}}},\n", key);
  }
  fmt::print(file,
             "struct EmbeddedFilter {{\n  unsigned key;\n  std::span<const sock_filter> program;\n}};\n"
             "constexpr EmbeddedFilter kEmbedded[] = {{\n{}}};\n}}  // namespace\n}}  // namespace snug\n",
             list);
  return true;
}

}  // namespace
}  // namespace snug

int main(int argc, char** argv) {
  using namespace snug;
  if (argc != 3)
    return EXIT_FAILURE;
  const std::string_view name{argv[1]};
  const bool arm = name == "aarch64" || name == "arm64";
  if (!arm && name != "x86_64" && name != "AMD64") {
    fmt::print(stderr, "seccomp-compile: the table has no numbers for {}\n", name);
    return EXIT_FAILURE;
  }
  if (!check_table())
    return EXIT_FAILURE;
  std::FILE* file = std::fopen(argv[2], "we");
  const bool good = file && write_filters(file, arm ? seccomp::Arch::Arm64 : seccomp::Arch::X86_64) &&
                    std::fclose(file) == 0;
  if (!good)
    std::remove(argv[2]);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
