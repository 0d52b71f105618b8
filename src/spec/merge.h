// Layers of settings become one Spec.
#pragma once

#include <span>

#include "spec/settings_fwd.h"

namespace snug::spec {

// Puts `layer` over `spec`: a value that the layer has replaces, lists are appended to.
void apply_layer(Spec& spec, const Profile& layer);

// The built-in base (what is true when nobody says anything), then the layers in order.
Spec merge_layers(std::span<const Profile> layers);

}  // namespace snug::spec
