# snug_embed_profiles(TARGET FOLDER): adds a generated source with every FOLDER/*.toml to the target, as
# src/spec/shipped.h declares them. Done at configure time: editing or adding a profile configures again.
function(snug_embed_profiles target folder)
  file(GLOB profiles CONFIGURE_DEPENDS ${folder}/*.toml)
  set(entries "")
  foreach(profile ${profiles})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${profile})
    get_filename_component(name ${profile} NAME_WE)
    file(READ ${profile} text)
    string(APPEND entries "    {\"${name}\", R\"toml(${text})toml\"},\n")
  endforeach()
  set(source ${PROJECT_BINARY_DIR}/generated/spec/shipped.cc)
  # CONFIGURE leaves a file alone whose content is the same, so that nothing is compiled for nothing.
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "// Made from profiles/ by cmake/Embed.cmake.
#include \"spec/shipped.h\"

namespace snug {
namespace {

constexpr ShippedProfile kProfiles[] = {
${entries}};

}  // namespace

std::span<const ShippedProfile> shipped_profiles() {
  return kProfiles;
}

}  // namespace snug
")
  target_sources(${target} PRIVATE ${source})
endfunction()
