# snug_embed_texts(TARGET FOLDER EXTENSION HEADER TYPE FUNCTION): adds a generated source to the target, with every *.EXTENSION
# in and beneath FOLDER. HEADER declares `struct TYPE {name, text}` and `std::span<const TYPE> FUNCTION()`; a name is the path
# in FOLDER without the extension. Done at configure time: editing or adding a file configures again.
function(snug_embed_texts target folder extension header type function)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*.${extension})
  set(entries "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(RELATIVE_PATH name ${folder} ${file})
    string(REGEX REPLACE "\\.${extension}$" "" name ${name})
    file(READ ${file} text)
    string(APPEND entries "    {\"${name}\", R\"text(${text})text\"},\n")
  endforeach()
  file(RELATIVE_PATH from ${PROJECT_SOURCE_DIR} ${folder})
  string(REGEX REPLACE "\\.h$" ".cc" source ${PROJECT_BINARY_DIR}/generated/${header})
  string(REGEX REPLACE "/.*" "" module ${header})
  # CONFIGURE leaves a file alone whose content is the same, so that nothing is compiled for nothing.
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "// Made from ${from}/ by cmake/Embed.cmake.
#include \"${header}\"

namespace snug::${module} {
namespace {

constexpr ${type} k${type}s[] = {
${entries}};

}  // namespace

std::span<const ${type}> ${function}() {
  return k${type}s;
}

}  // namespace snug::${module}
")
  target_sources(${target} PRIVATE ${source})
endfunction()
