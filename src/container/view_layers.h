// What an older snug has kept of a container's views.
#pragma once

#include "base/result.h"
#include "container/record.h"
#include "container/store.h"

namespace snug::container {

// Up to 0.1 a view's layer was named by its place among the views of a start: cow/0, cow/1. Gives each of
// these the name of its view (plan/views.h), so that its changes are in the same view as before, and writes
// the container's record anew first, so that no snug starts it that would number them again. Goes on where a
// crash has ended it. Does nothing where there is none of them.
//
// Where not every view was there at each start, a number may be that of several views. Then nothing is
// renamed, and the error says how to do that by hand.
//
// `container` is locked by the caller, and `record` is its own.
Status name_view_layers(const Container& container, const ContainerRecord& record);

}  // namespace snug::container
