#!/usr/bin/env bats
# Real programs under each filter: compilers, interpreters, version control, build tools, and debuggers where they are
# allowed. No network but where something is installed.
load helper
load programs_helper

setup_file() { programs_setup_file; }

# inside TIER [ARGUMENT…] SCRIPT: a shell's script in a throwaway copy of the image, in an empty directory.
inside() {
  local tier=$1 script=${*: -1}
  timeout 300 "$SNUG" run --seccomp "$tier" "${@:2:$#-2}" "$(image)" \
    sh -ec "mkdir /tmp/work && cd /tmp/work && $script" 2>&1
}

# every_tier WANTED [ARGUMENT…] SCRIPT: under each filter the script succeeds, and its last line is WANTED.
every_tier() {
  local tier
  for tier in strict default dev; do in_tier "$tier" "$@"; done
}
in_tier() {
  local tier=$1 wanted=$2
  run inside "$tier" "${@:3}"
  [[ $status == 0 && ${lines[-1]} == "$wanted" ]] || fail_with "status 0 and '$wanted' under $tier"
}

hello_c='#include <stdio.h>
int main(void) { return puts("hello") < 0; }'

@test "gcc compiles a program that runs" {
  every_tier hello "cat >hello.c <<'EOF'
$hello_c
EOF
gcc -O2 -o hello hello.c && ./hello"
}

@test "make -j2 builds a project, and again only what has changed" {
  every_tier "built 1" "cat >Makefile <<'EOF'
objects = \$(patsubst %.c,%.o,\$(wildcard part*.c)) main.o
program: \$(objects)
	\$(CC) -o \$@ \$^
main.c:
	printf 'int part1(void), part7(void); int main(void) { return part1() + part7() != 8; }' >\$@
EOF
for i in 1 2 3 4 5 6 7 8; do echo \"int part\$i(void) { return \$i; }\" >part\$i.c; done
make -j2 && ./program
sleep 0.1 && touch part3.c
echo built \$(make -j2 | grep -c ' -c ')"
}

@test "python makes an environment with pip, and uses threads, processes and sqlite" {
  every_tier "36 9" "python3 -m venv env && env/bin/pip --version && cat >work.py <<'EOF'
import concurrent.futures, sqlite3, subprocess, sys, tempfile
def square(n): return n * n
if __name__ == '__main__':
    with concurrent.futures.ProcessPoolExecutor(2) as pool: squares = list(pool.map(square, range(1, 4)))
    with concurrent.futures.ThreadPoolExecutor(2) as pool: assert list(pool.map(square, range(1, 4))) == squares
    with tempfile.NamedTemporaryFile() as file, sqlite3.connect(file.name) as base:
        base.execute('create table numbers (n)')
        base.executemany('insert into numbers values (?)', [(n,) for n in (4, 9, 23)])
        total = base.execute('select sum(n) from numbers').fetchone()[0]
    print(total, subprocess.run([sys.executable, '-c', 'print(9)'], capture_output=True, text=True).stdout.strip())
EOF
env/bin/python work.py"
}

@test "git makes a repository, commits, clones and packs" {
  every_tier "second" "export GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git init -q one && cd one && echo 1 >file && git add file && git commit -qm first
git checkout -qb branch && echo 2 >>file && git commit -qam second && git gc -q && git fsck --strict
cd .. && git clone -q --no-local one two && git -C two worktree add -q ../three && git -C three log -1 --format=%s"
}

@test "node runs promises, files, child processes, workers, and http on a socket and on the loopback" {
  local tier script="cat >work.js <<'EOF'
const { execFile } = require('child_process'), fs = require('fs'), http = require('http'), util = require('util')
const { Worker } = require('worker_threads')
const served = (...where) => new Promise((done, failed) => {
  const server = http.createServer((_, answer) => answer.end('served')).on('error', failed).listen(...where, () => {
    const at = server.address(), to = typeof at === 'string' ? { socketPath: at } : { host: at.address, port: at.port }
    http.get(to, answer => answer.setEncoding('utf8').on('data', text => server.close(() => done(text))))
      .on('error', failed)
  })
})
const worker = () => new Promise((done, failed) => new Worker(
  'require(\"worker_threads\").parentPort.postMessage(6 * 7)', { eval: true }).on('message', done).on('error', failed))
async function main() {
  await fs.promises.writeFile('file', 'text')
  const watched = new Promise(done => { const w = fs.watch('file', () => { w.close(); done('changed') }) })
  await fs.promises.appendFile('file', '!')
  const { stdout } = await util.promisify(execFile)('cat', ['file'])
  const loopback = served(0, '127.0.0.1').catch(error => error.code)
  console.log((await Promise.all([stdout, watched, worker(), served('./socket'), loopback])).join())
}
main().catch(error => { console.log(error); process.exit(1) })
EOF
node work.js"
  # Without a network strict has no sockets but those of files.
  in_tier strict text!,changed,42,served,EAFNOSUPPORT "$script"
  for tier in default dev; do in_tier "$tier" text!,changed,42,served,served "$script"; done
}

@test "java compiles and runs a program with threads" {
  every_tier "5050" "cat >Hello.java <<'EOF'
import java.util.concurrent.*;
import java.util.stream.*;
public class Hello {
  public static void main(String[] arguments) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    Future<Integer> sum = pool.submit(() -> IntStream.rangeClosed(1, 100).parallel().sum());
    Process child = new ProcessBuilder(\"true\").start();
    if (child.waitFor() != 0) throw new IllegalStateException();
    System.gc();
    System.out.println(sum.get());
    pool.shutdown();
  }
}
EOF
javac Hello.java && java Hello"
}

@test "go builds and runs a program with goroutines" {
  every_tier "hello 10" "export GOFLAGS=-mod=mod GOPROXY=off GOCACHE=/tmp/work/cache
cat >main.go <<'EOF'
package main

import (
	\"fmt\"
	\"os/exec\"
	\"sync\"
)

func main() {
	var group sync.WaitGroup
	sums := make(chan int, 5)
	for i := 0; i < 5; i++ {
		group.Add(1)
		go func(n int) { defer group.Done(); sums <- n }(i)
	}
	group.Wait()
	close(sums)
	total := 0
	for n := range sums {
		total += n
	}
	word, err := exec.Command(\"echo\", \"-n\", \"hello\").Output()
	if err != nil {
		panic(err)
	}
	fmt.Println(string(word), total)
}
EOF
go mod init example.org/hello && go vet && go build -o hello && ./hello"
}

@test "perl forks, pipes, and waits" {
  every_tier "3 children" "perl -e '
  for my \$n (1 .. 3) {
    pipe(my \$r, my \$w);
    defined(my \$pid = fork) or die \$!;
    if (!\$pid) { print \$w \$n; close \$w; exit \$n }
    close \$w;
    \$sum += <\$r>;
  }
  \$seen += \$? >> 8 while wait > 0;
  \$SIG{ALRM} = sub { \$rung = 1 }; alarm 1; select(undef, undef, undef, 5);
  print \$sum == 6 && \$seen == 6 && \$rung ? \"3 children\\n\" : \"\$sum \$seen \$rung\\n\"'"
}

# One without setuid files: whether their mode can be set is another subject (strict refuses it).
@test "apt-get installs a package, through the gate" {
  # Where a mirror of this machine's network stands in for the archive its address may be a private one.
  local host rules=()
  while read -r host; do rules+=(--allow "$host:80,private"); done < <(
    cat "$(image)"/etc/apt/sources.list "$(image)"/etc/apt/sources.list.d/* 2>/dev/null | grep -oE 'http://[^/ ]+' | sed 's/.*\///' | sort -u
  )
  every_tier 42 --network gate "${rules[@]}" "export DEBIAN_FRONTEND=noninteractive
apt-get update -q && apt-get install -y -q jq && jq -n 6*7"
}

debuggee="cat >hello.c <<'EOF'
$hello_c
EOF
gcc -g -o hello hello.c"

@test "gdb and strace work where debuggers are allowed" {
  in_tier dev "at main" "$debuggee
gdb -batch -ex 'break main' -ex run -ex backtrace -ex continue ./hello >log 2>&1 || { cat log; exit 1; }
grep -q '^#0  main () at hello.c:2' log && grep -q 'exited normally' log || { cat log; exit 1; }
strace -f -o trace sh -c './hello; true' && grep -q 'write(1, \"hello' trace && echo at main"
}

@test "gdb and strace are told that they may not, elsewhere" {
  local tier
  for tier in strict default; do
    in_tier "$tier" refused "$debuggee
timeout 200 gdb -batch -ex run ./hello >log 2>&1 </dev/null || true
grep -qi 'ptrace.*not permitted' log || { cat log; exit 1; }
if timeout 200 strace -f ./hello >log 2>&1; then cat log; exit 1; fi
grep -qi 'ptrace.*not permitted' log || { cat log; exit 1; }
timeout 200 ./hello && echo refused"
  done
}
