# snug_module(NAME [FOLDERS folder…] [DEPENDS module…] [LIBRARIES target…]): a static library of every .cc in this folder and the
# FOLDERS in it.
# A module links what it may include, so that a forbidden include also fails to link.
function(snug_module name)
  cmake_parse_arguments(arg "" "" "FOLDERS;DEPENDS;LIBRARIES" ${ARGN})
  set(patterns ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  foreach(folder ${arg_FOLDERS})
    list(APPEND patterns ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cc)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  if(sources)
    add_library(snug_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(snug_${name} INTERFACE) # headers only
    set(scope INTERFACE)
  endif()
  target_link_libraries(snug_${name} ${scope} snug_flags ${arg_LIBRARIES})
  foreach(module ${arg_DEPENDS})
    target_link_libraries(snug_${name} ${scope} snug_${module})
  endforeach()
endfunction()
