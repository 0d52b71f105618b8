# What is installed, and the packages of it: cpack --config build/release/CPackConfig.cmake makes packages/snug_VERSION-1_ARCH.deb and
# packages/snug-VERSION-linux-ARCH.tar.gz in the build directory, and beside each its SHA-256. The components: what everything has, what
# `debian` and `tarball` have besides, and `zsh`: its completions, which Debian has elsewhere. `cmake --install` takes the first and the last.
find_program(GZIP gzip REQUIRED)
set(made ${PROJECT_BINARY_DIR}/generated/package)

# snug_compress(FROM NAME): as Debian's policy wants man pages and changelogs, gzip -9n.
set(compressed_files)
function(snug_compress from name)
  add_custom_command(OUTPUT ${made}/${name} COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
    COMMAND ${GZIP} -9nc ${from} > ${made}/${name} DEPENDS ${from} VERBATIM)
  set(compressed_files ${compressed_files} ${made}/${name} PARENT_SCOPE)
endfunction()
snug_compress(${PROJECT_BINARY_DIR}/generated/man/snug.1 snug.1.gz)
snug_compress(${PROJECT_BINARY_DIR}/generated/man/snug-profile.5 snug-profile.5.gz)

if(TARGET snug)
  install(TARGETS snug RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY profiles/ DESTINATION ${CMAKE_INSTALL_DATADIR}/snug/profiles FILES_MATCHING PATTERN "*.toml")
install(FILES completions/snug.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME snug)
install(FILES completions/snug.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES completions/_snug DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT zsh)
install(FILES completions/_snug DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${made}/snug.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/snug-profile.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
# All that their links lead to, but for sources.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md RELEASING.md SECURITY.md LICENSE THIRD-PARTY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY licenses DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN man EXCLUDE)

# Debian's copyright and changelog.
set(SNUG_MAINTAINER "The snug maintainers <maintainers@snug.invalid>" CACHE STRING "Maintainer of the Debian package: Name <address>")
file(READ ${PROJECT_SOURCE_DIR}/THIRD-PARTY.md third_party)
string(REGEX REPLACE "\\]\\(LICENSE\\)" "](/usr/share/common-licenses/Apache-2.0)" third_party "${third_party}")
string(REGEX REPLACE "\\]\\(licenses/" "](/usr/share/doc/snug/licenses/" third_party "${third_party}")
file(CONFIGURE OUTPUT ${made}/copyright @ONLY CONTENT "snug, a rootless sandbox shell. Copyright 2026 the authors of snug.

snug is under the Apache License, version 2.0, which is in /usr/share/common-licenses/Apache-2.0. The texts of the other
licences named here are in /usr/share/common-licenses too: LGPL-2.1, LGPL-3 and GPL-3.

@third_party@")
file(CONFIGURE OUTPUT ${made}/changelog.Debian @ONLY CONTENT "snug (@PROJECT_VERSION@-1) unstable; urgency=medium

  * Version @PROJECT_VERSION@: see CHANGELOG.md in this directory.

 -- @SNUG_MAINTAINER@  @SNUG_DATE_RFC@
")
file(CONFIGURE OUTPUT ${made}/lintian-overrides @ONLY CONTENT "# A static-pie: it runs in images of any Debian, and needs no library of theirs. THIRD-PARTY.md lists what is in it.
snug: shared-library-lacks-prerequisites
# Not made for Debian's own archive.
snug: initial-upload-closes-no-bugs
")
snug_compress(${made}/changelog.Debian changelog.Debian.gz)
add_custom_target(compressed ALL DEPENDS ${compressed_files})
install(FILES ${made}/copyright ${made}/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/snug COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${made}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME snug COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES cmake/package/INSTALL DESTINATION . COMPONENT tarball EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME snug)
set(CPACK_PACKAGE_CONTACT "${SNUG_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "rootless sandbox shell in a single binary")
set(CPACK_PACKAGE_DESCRIPTION "snug runs a command or a shell in a sandbox: of an image directory, or of the
programs of this system. It needs no root, no setuid bit and no daemon.
Nothing is shared unless it is named: not the home directory, the
environment, sockets, the network or processes.")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_ARCHIVE_FILE_NAME snug-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fuse-overlayfs, passt, uidmap")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "mmdebstrap")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package/each.cmake)
set(CPACK_SNUG_BINARY_DIR ${PROJECT_BINARY_DIR})
set(CPACK_SNUG_EPOCH ${SNUG_EPOCH})
include(CPack)
