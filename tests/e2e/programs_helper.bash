# shellcheck shell=bash
# An image with compilers, interpreters and what installs packages. Suites that load this share it, so that it is made once.
programs_setup_file() {
  export BATS_TEST_TIMEOUT=$test_timeout
  if ((EUID != 0)); then SNUG_TEST_IMAGE=$("$support/image.sh" --with "$packages") && export SNUG_TEST_IMAGE; fi
}
test_timeout=600
packages=gcc,make,libc6-dev,python3-venv,git,nodejs,default-jdk-headless,golang-go,perl,gdb,strace,npm,musl-tools
