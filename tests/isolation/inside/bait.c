// The bait is a file of "key value" lines.
#include "bait.h"

#include "check.h"

static struct {
  char key[32];
  char value[256];
} lines[128];
static size_t count;

bool read_bait(const char* path) {
  FILE* file = fopen(path, "re");
  if (!file)
    return false;
  while (count < sizeof lines / sizeof *lines &&
         fscanf(file, "%31s %255[^\n]", lines[count].key, lines[count].value) == 2)
    ++count;
  fclose(file);
  return count != 0;
}

const char* bait(const char* key) {
  for (size_t i = 0; i < count; ++i)
    if (strcmp(lines[i].key, key) == 0)
      return lines[i].value;
  return "";
}

long bait_number(const char* key) {
  return strtol(bait(key), NULL, 10);
}

void each_bait(const char* key, void (*found)(const char*, void*), void* context) {
  for (size_t i = 0; i < count; ++i)
    if (strcmp(lines[i].key, key) == 0)
      found(lines[i].value, context);
}
