#include "cli/show/version_text.h"

#include <fmt/format.h>
#include <gnu/libc-version.h>

#include "cli/build_facts.h"

namespace snug::cli {

std::string version_text() {
  return fmt::format("snug {} ({})\n", kVersion, kDate);
}

Json version_json(const host::KernelFeatures& kernel) {
  Json::Object object{{"version", kVersion}};
  if (*kCommit)
    object.emplace_back("commit", kCommit);
  object.emplace_back("date", kDate);
  object.emplace_back("build", Json::Object{{"type", kBuildType},
                                            {"architecture", kArchitecture},
                                            {"compiler", kCompiler},
                                            {"libc", fmt::format("glibc {}", gnu_get_libc_version())},
                                            {"linked", kLinked}});
  Json::Object libraries;
  for (const auto& [name, version] : kLibraries) libraries.emplace_back(name, version);
  object.emplace_back("libraries", std::move(libraries));
  object.emplace_back("kernel", Json::Object{{"release", kernel.release},
                                             {"user_namespaces", kernel.user_namespaces},
                                             {"overlay", kernel.overlay},
                                             {"tmpfs_xattrs", kernel.tmpfs_xattrs},
                                             {"mount_api", kernel.mount_api},
                                             {"mount_setattr", kernel.mount_setattr},
                                             {"seccomp_notify", kernel.seccomp_notify},
                                             {"landlock", std::uint64_t{kernel.landlock}},
                                             {"cgroup2", kernel.cgroup2}});
  return object;
}

}  // namespace snug::cli
