// What the checks of a sandbox share. Each subject is one function; it asks the kernel, compares with the
// bait that the runner has laid out on the host, and prints one line a property: "ok NAME" or "FAIL NAME:
// what was seen".
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// What speaks against a property; empty is good.
struct seen {
  char text[300];
};
void note(struct seen* seen, const char* format, ...) __attribute__((format(printf, 2, 3)));
void judge(const char* property, const struct seen* seen);

// The bait: "" where the runner laid none of that kind.
const char* bait(const char* key);
long bait_number(const char* key);
// Calls back with each value of a key that occurs more than once.
void each_bait(const char* key, void (*found)(const char* value, void* context), void* context);

// Asks in a child of its own, which may lose whatever the answer costs. 0 or an errno. A child that a filter
// kills was refused: EPERM.
int ask(int (*question)(const void*), const void* argument);
int ask_call(long number, const long arguments[6]);
#define CALL(...) ask_call_list((const long[]){__VA_ARGS__, 0, 0, 0, 0, 0, 0})
int ask_call_list(const long* number_and_arguments);
// How a call is refused that is kept from the kernel, or that the kernel keeps from everybody.
bool refused(int error);

// The whole of a small file, as a string; "" where it cannot be read.
const char* slurp(const char* path);
bool contains(const char* path, const char* text);
bool same_file(const char* one, const char* other);
// The process runs this very program: a payload's, nobody else's.
bool runs_checks(const char* pid);

// A mount, from /proc/self/mountinfo.
struct mount {
  char root[256], target[256], options[128], tags[64], type[32], source[256], super[512];
};
void each_mount(void (*found)(const struct mount*, void* context), void* context);
bool has_option(const char* options, const char* option);
