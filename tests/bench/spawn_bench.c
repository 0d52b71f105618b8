// Starts commands and measures the wall time from just before the spawn to the end of the wait, so that no
// interpreter's time counts. Commands are separated by ":::"; the first word of each is its label. Standard
// input and output of what it starts are /dev/null. Anything that does not exit with 0 ends the measurement.
//
//   spawn_bench latency ROUNDS  LABEL COMMAND… ::: LABEL COMMAND… :::…
//     every round starts each command once, in an order that is shuffled anew; prints "ROUND LABEL
//     NANOSECONDS CPU_NANOSECONDS"
//   spawn_bench rate ROUNDS LAUNCHES AT_ONCE  LABEL COMMAND… :::…
//     every round does LAUNCHES of each command with AT_ONCE of them running at any time; prints "ROUND LABEL
//     NANOSECONDS 0"
//
// "@" in a command's words is replaced by a number that no other launch has.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kMaxCommands = 64, kMaxWords = 8192 };

struct Command {
  const char* label;
  char** words;
};

static struct Command commands[kMaxCommands];
static int command_count;
static posix_spawn_file_actions_t quiet;
extern char** environ;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void parse(int argc, char** argv) {
  for (int i = 0; i < argc; ++command_count) {
    if (command_count == kMaxCommands || i + 1 >= argc) {
      fputs("spawn_bench: a label and a command, at most 64 of them\n", stderr);
      exit(2);
    }
    commands[command_count] = (struct Command){argv[i], argv + i + 1};
    while (i < argc && strcmp(argv[i], ":::") != 0) ++i;
    if (i < argc)
      argv[i++] = NULL;
  }
}

static pid_t start(const struct Command* command) {
  static unsigned serial;
  static char* words[kMaxWords];
  static char number[16];
  snprintf(number, sizeof number, "n%u", ++serial);
  int i = 0;
  for (; command->words[i] && i < kMaxWords - 1; ++i)
    words[i] = strcmp(command->words[i], "@") == 0 ? number : command->words[i];
  words[i] = NULL;
  pid_t pid;
  const int error = posix_spawnp(&pid, words[0], &quiet, NULL, words, environ);
  if (error != 0) {
    fprintf(stderr, "spawn_bench: %s: %s\n", words[0], strerror(error));
    exit(2);
  }
  return pid;
}

static const struct Command* must_succeed;
static int64_t wait_for(pid_t pid) {
  int status;
  struct rusage usage;
  if (wait4(pid, &status, 0, &usage) < 0 || status != 0) {
    fprintf(stderr, "spawn_bench: %s ended with wait status %#x\n", must_succeed->label, (unsigned)status);
    exit(2);
  }
  return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
         ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static void launch_many(const struct Command* command, int launches, int at_once) {
  int running = 0;
  must_succeed = command;
  for (int started = 0; started < launches || running > 0;) {
    if (started < launches && running < at_once) {
      start(command);
      ++started, ++running;
    } else {
      wait_for(-1);
      --running;
    }
  }
}

static void shuffle(int* order, int count) {
  for (int i = count - 1; i > 0; --i) {
    const int other = rand() % (i + 1), held = order[i];
    order[i] = order[other];
    order[other] = held;
  }
}

int main(int argc, char** argv) {
  const int rate = argc > 1 && strcmp(argv[1], "rate") == 0;
  const int fixed = rate ? 5 : 3;
  if (argc < fixed + 2 || (!rate && strcmp(argv[1], "latency") != 0)) {
    fputs(
        "usage: spawn_bench latency ROUNDS LABEL COMMAND… ::: … | rate ROUNDS LAUNCHES AT_ONCE LABEL "
        "COMMAND… ::: …\n",
        stderr);
    return 2;
  }
  const int rounds = atoi(argv[2]);
  parse(argc - fixed, argv + fixed);
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  srand(1);

  int order[kMaxCommands];
  for (int i = 0; i < command_count; ++i) order[i] = i;
  for (int round = 0; round < rounds; ++round) {
    shuffle(order, command_count);
    for (int i = 0; i < command_count; ++i) {
      const struct Command* command = &commands[order[i]];
      int64_t cpu = 0;
      must_succeed = command;
      const int64_t begin = now();
      if (rate)
        launch_many(command, atoi(argv[3]), atoi(argv[4]));
      else
        cpu = wait_for(start(command));
      printf("%d\t%s\t%lld\t%lld\n", round, command->label, (long long)(now() - begin), (long long)cpu);
    }
  }
  return 0;
}
