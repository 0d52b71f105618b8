// Profile and Spec by name alone, for headers that hand them on: whatever includes spec/settings.h itself is
// compiled anew with every new setting.
#pragma once

#include <optional>

namespace snug::spec {

template<class T>
struct Setting;
template<class T>
using Maybe = std::optional<Setting<T>>;

template<template<class> class Field>
struct Settings;
using Profile = Settings<Maybe>;
using Spec = Settings<Setting>;

}  // namespace snug::spec
