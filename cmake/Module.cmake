# snug_module(NAME [DEPENDS module…] [LIBRARIES target…]): a static library of every .cc in this folder.
# A module links what it may include, so that a forbidden include also fails to link.
function(snug_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
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
