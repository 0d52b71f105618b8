#pragma once

#include <stdbool.h>

bool read_bait(const char* path);
