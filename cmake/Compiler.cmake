# One place for every compiler and linker flag.
add_library(snug_flags INTERFACE)
target_include_directories(snug_flags INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/generated)
target_compile_definitions(snug_flags INTERFACE _GNU_SOURCE)
target_compile_options(snug_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough
  -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
  target_compile_options(snug_flags INTERFACE -Wno-restrict)
endif()
# A unity build includes the sources: to GCC what is nameless in one looks like a header's, and an enumerator of an
# enum class as if it shadowed a class of another. The preset "dev", which takes them one by one, warns of both.
if(CMAKE_UNITY_BUILD)
  target_compile_options(snug_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage -Wno-shadow>)
endif()
if(SNUG_WERROR)
  target_compile_options(snug_flags INTERFACE -Werror)
endif()

# Hardening is for every build, so that tests run what users run. A static-pie cannot be combined with the
# sanitizers' dynamic run time, hence the two branches.
target_compile_options(snug_flags INTERFACE -fPIE -fstack-protector-strong -fstack-clash-protection
  $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection>)
if(SNUG_SANITIZE)
  target_compile_options(snug_flags INTERFACE -fsanitize=${SNUG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(snug_flags INTERFACE -fsanitize=${SNUG_SANITIZE})
else()
  target_compile_definitions(snug_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
target_compile_options(snug_flags INTERFACE -ffunction-sections -fdata-sections)
if(SNUG_STATIC)
  # Most relocations of a static-pie are "add the base", 24 bytes each as they are and a bit or two in the packed table, which is in glibc
  # since 2.36 (Debian 12) and needs nothing of the kernel.
  include(CheckLinkerFlag)
  check_linker_flag(CXX -Wl,-z,pack-relative-relocs SNUG_LINKER_PACKS_RELOCATIONS)
  if(SNUG_LINKER_PACKS_RELOCATIONS)
    target_link_options(snug_flags INTERFACE -Wl,-z,pack-relative-relocs)
  endif()
  target_link_options(snug_flags INTERFACE -static-pie -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,-z,noexecstack
    -Wl,--build-id=sha1)
else()
  target_link_options(snug_flags INTERFACE -pie -Wl,-z,relro,-z,now)
endif()

# -O2: at -O3 the binary is larger, and snug's time goes to the kernel.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
