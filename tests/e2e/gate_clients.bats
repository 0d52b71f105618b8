#!/usr/bin/env bats
# Programs that know nothing of the gate, each with its own way to look up names, to connect and to speak TLS: package managers,
# a virtual machine's libraries, static programs. In an image, against servers of the test's own.
load helper
load programs_helper
load world

setup_file() {
  programs_setup_file
  ((EUID != 0)) || return 0
  need dnsmasq nginx sshd openssl ssh-keygen python3 nsenter ip jq
  world_begin
  publish "$(world_dir)/www"
}
teardown_file() { world_end; }
prepare() {
  SNUG=$(world_dir)/snug
  cp "$(world_dir)/ca.crt" .
}

# publish ROOT: a package called tiny, for each package manager as its registry has it. npm's is on two hosts.
publish() (
  cd "$1" || return
  mkdir -p npm npm-files/package simple/tiny go/example.org/tiny/@v
  echo '{"name": "tiny", "version": "1.0.0", "main": "tiny.js"}' >npm-files/package/package.json
  echo 'module.exports = "tiny for node"' >npm-files/package/tiny.js
  tar -czf npm-files/tiny-1.0.0.tgz -C npm-files package
  jq --arg integrity "sha512-$(openssl dgst -sha512 -binary npm-files/tiny-1.0.0.tgz | base64 -w 0)" '{name, "dist-tags": {latest: .version}, versions: {"1.0.0":
    (. + {dist: {$integrity, tarball: "https://mirror.example.org/npm-files/tiny-1.0.0.tgz"}})}}' npm-files/package/package.json >npm/tiny
  python3 - <<'PYTHON'
import zipfile
with zipfile.ZipFile("simple/tiny/tiny-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tiny.py", "word = 'tiny for python'\n")
    wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
    wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\n"
                   "tiny-1.0.dist-info/RECORD,,\n")
versions = "go/example.org/tiny/@v/"
files = {"go.mod": "module example.org/tiny\n", "tiny.go": 'package tiny\n\nconst Word = "tiny for go"\n'}
with zipfile.ZipFile(versions + "v1.0.0.zip", "w") as module:
    for name, text in files.items():
        module.writestr("example.org/tiny@v1.0.0/" + name, text)
for name, text in {"list": "v1.0.0\n", "v1.0.0.info": '{"Version": "v1.0.0", "Time": "2020-01-01T00:00:00Z"}', "v1.0.0.mod": files["go.mod"]}.items():
    open(versions + name, "w").write(text)
PYTHON
)

# behind [OPTION…] -- SCRIPT: a shell behind the gate, in a throwaway copy of the image and the test's own directory.
behind() {
  local options=()
  while [[ $1 != -- ]]; do options+=("$1") && shift; done
  run --separate-stderr timeout 500 "$SNUG" run --network gate -v "$PWD:/work" -w /work "${options[@]}" "$(image)" sh -ec "$2"
}
# answers LINE…: the last lines of what it printed, and nothing was blocked.
answers() {
  local wanted
  wanted=$(printf '%s\n' "$@")
  [[ $status == 0 && $(tail -n $# <<<"$output") == "$wanted" ]] || fail_with "status 0 and '$wanted'"
  [[ $stderr != *"is blocked"* ]] || fail_with "nothing that is blocked"
}
# blocked PLACE WORD: the program failed in its own words, and snug told once of that place, and of no other.
blocked() {
  [[ $status != 0 && $output$stderr =~ $2 ]] || fail_with "a failure, and '$2' in it"
  [[ $(grep -c "is blocked" <<<"$stderr") == 1 && $stderr == *"$1 is blocked"* ]] || fail_with "one note, and of $1"
}
# What libraries call a name that there is not, and a connection that nobody takes, or the listener of another rule and not for long.
unknown='ENOTFOUND|Name or service not known|no such host|UnknownHostException|Name does not resolve'
refused='ECONNREFUSED|ECONNRESET|EPIPE|[Cc]onnection (refused|reset)|Broken pipe'

# An image with nothing but programs: no C library, no nsswitch.conf, no certificates.
bare() {
  mkdir -p bare
  cp "$@" bare/
}
# in_bare [OPTION…] PROGRAM [ARGUMENT…]
in_bare() {
  local options=()
  while [[ $1 != /* ]]; do options+=("$1") && shift; done
  run --separate-stderr snug run --network gate "${options[@]}" ./bare "$@"
}

npm="npm install --no-audit --no-fund --no-update-notifier --fetch-retries 1 --fetch-retry-mintimeout 10"

@test "npm installs a package, whose archive another host has; and not where one of the two has no rule" {
  local install="export NODE_EXTRA_CA_CERTS=/work/ca.crt
    mkdir /tmp/project && cd /tmp/project
    $npm --registry https://good.example.org/npm/ tiny
    node -p 'require(\"tiny\")'"
  behind --allow good.example.org --allow mirror.example.org -- "$install"
  answers "tiny for node"
  behind --allow good.example.org -- "$install"
  blocked mirror.example.org "$unknown"
  behind --allow mirror.example.org -- "$install"
  blocked good.example.org "$unknown"
  behind --allow good.example.org:80 --allow mirror.example.org -- "$install"
  blocked good.example.org:443 "$refused"
}

@test "npm by @npm: the registry is what the project's .npmrc says" {
  printf 'registry=https://good.example.org/npm/\ncafile=/work/ca.crt\n' >.npmrc
  echo '{"dependencies": {"tiny": "^1.0.0"}}' >package.json
  behind --allow @npm --allow mirror.example.org -- "$npm; node -p 'require(\"tiny\")'"
  answers "tiny for node"
  # The set was made before the project changed its mind.
  rm -rf node_modules package-lock.json
  behind --allow @npm --allow mirror.example.org -- "sed -i s/good/other/ .npmrc; $npm"
  blocked other.example.org "$unknown"
}

@test "pip installs a wheel; and not without a rule" {
  local install="export PIP_CERT=/work/ca.crt PIP_DISABLE_PIP_VERSION_CHECK=1
    env/bin/pip install -q --retries 1 --no-cache-dir --target /tmp/target --index-url https://good.example.org/simple/ tiny
    PYTHONPATH=/tmp/target python3 -c 'import tiny; print(tiny.word)'"
  behind -- "python3 -m venv env"
  behind --allow good.example.org -- "$install"
  answers "tiny for python"
  behind --allow mirror.example.org -- "$install"
  blocked good.example.org "$unknown"
  behind --allow good.example.org:80 -- "$install"
  blocked good.example.org:443 "$refused"
}

@test "go fetches a module through its proxy, and its static program looks names up by itself, in an image without anything" {
  cat >main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"

	"example.org/tiny"
)

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	body, err := io.ReadAll(answer.Body)
	fmt.Print(tiny.Word, ", ", string(body))
}
GO
  local build="export SSL_CERT_FILE=/work/ca.crt GOPROXY=https://good.example.org/go GOFLAGS=-mod=mod GOSUMDB=off CGO_ENABLED=0
    rm -f go.mod go.sum
    go mod init example.org/use
    go get example.org/tiny@latest
    go build -o get main.go
    ./get https://good.example.org/host"
  behind --allow mirror.example.org -- "$build"
  blocked good.example.org "$unknown"
  behind --allow good.example.org:80 -- "$build"
  blocked good.example.org:443 "$refused"
  behind --allow good.example.org -- "$build"
  answers "tiny for go, good.example.org"
  bare get ca.crt
  in_bare -e SSL_CERT_FILE=/ca.crt --allow good.example.org /get https://good.example.org/host
  answers "tiny for go, good.example.org"
  in_bare -e SSL_CERT_FILE=/ca.crt --allow mirror.example.org /get https://good.example.org/host
  blocked good.example.org "$unknown"
  in_bare -e SSL_CERT_FILE=/ca.crt --allow good.example.org:80 /get https://good.example.org/host
  blocked good.example.org:443 "$refused"
}

@test "java, both of its clients: IPv4, IPv6, and plain HTTP that would rather be HTTP/2" {
  cat >Get.java <<'JAVA'
import java.net.*;
import java.net.http.*;

public class Get {
  public static void main(String[] arguments) throws Exception {
    URI uri = URI.create(arguments[0]);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    String old = new String(connection.getInputStream().readAllBytes()).trim();
    String body = HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body().trim();
    System.out.println(InetAddress.getByName(uri.getHost()).getClass().getSimpleName() + " " + old + " " + body);
  }
}
JAVA
  local trust="-Djavax.net.ssl.trustStore=/tmp/trust -Djavax.net.ssl.trustStorePassword=password"
  local make="javac -d /tmp Get.java; keytool -importcert -noprompt -file ca.crt -keystore /tmp/trust -storepass password 2>/dev/null"
  behind --allow good.example.org --allow good.example.org:80 -- "$make
    for family in IPv4Stack=true IPv6Addresses=true; do
      java $trust -Djava.net.prefer\$family -cp /tmp Get https://good.example.org/host
      java -Djava.net.prefer\$family -cp /tmp Get http://good.example.org/host
    done"
  answers "Inet4Address good.example.org good.example.org" "Inet4Address good.example.org good.example.org" \
    "Inet6Address good.example.org good.example.org" "Inet6Address good.example.org good.example.org"
  behind --allow mirror.example.org -- "$make; java $trust -cp /tmp Get https://good.example.org/host"
  blocked good.example.org "$unknown"
  behind --allow good.example.org:80 -- "$make; java $trust -Djava.net.preferIPv6Addresses=true -cp /tmp Get https://good.example.org/host"
  blocked good.example.org:443 "$refused"
}

@test "static programs in an image without anything: musl's resolver, and glibc's without its libraries" {
  cat >get.c <<'C'
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all = NULL;
  const int error = argc > 2 ? getaddrinfo(argv[1], argv[2], &hints, &all) : EAI_FAIL;
  if (error != 0)
    return fprintf(stderr, "%s\n", gai_strerror(error)), 2;
  for (const struct addrinfo* at = all; at; at = at->ai_next) {
    char bytes[4096];
    const int fd = socket(at->ai_family, SOCK_STREAM, 0);
    if (connect(fd, at->ai_addr, at->ai_addrlen) != 0)
      return perror("connect"), 3;
    const int size = snprintf(bytes, sizeof bytes, "GET /host HTTP/1.0\r\nHost: %s\r\n\r\n", argv[1]);
    if (write(fd, bytes, (size_t)size) != size)
      return perror("write"), 4;
    size_t have = 0;
    for (ssize_t n; have < sizeof bytes - 1 && (n = read(fd, bytes + have, sizeof bytes - 1 - have)) > 0;) have += (size_t)n;
    bytes[have] = '\0';
    const char* body = strstr(bytes, "\r\n\r\n");
    printf("%s %s", at->ai_family == AF_INET6 ? "IPv6" : "IPv4", body ? body + 4 : "nothing\n");
    close(fd);
  }
}
C
  succeeds run -v "$PWD:/work" -w /work "$(image)" sh -ec "musl-gcc -static -O1 -o musl get.c; gcc -static -O1 -o glibc get.c"
  bare musl glibc
  local program
  for program in musl glibc; do
    in_bare --allow good.example.org:80 "/$program" good.example.org 80
    output=$(sort <<<"$output") && answers "IPv4 good.example.org" "IPv6 good.example.org"
    in_bare --allow mirror.example.org:80 "/$program" good.example.org 80
    blocked good.example.org "$unknown"
    in_bare --allow good.example.org "/$program" good.example.org 80
    blocked good.example.org:80 "$refused"
  done
}

@test "TLS is between the program and the server: each sees the other's own certificate" {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=alice -keyout alice.key -out alice.crt 2>/dev/null
  # nginx tells the certificate that it was shown; whoever stood between could not sign with its key.
  cat >get.js <<'JS'
const { readFileSync } = require('fs')
require('https').get('https://good.example.org/client', { ca: readFileSync('ca.crt'), cert: readFileSync('alice.crt'), key: readFileSync('alice.key') },
  answer => {
    console.log(answer.socket.getPeerCertificate().fingerprint256)
    answer.pipe(process.stdout)
  })
JS
  behind --allow good.example.org -- "node get.js"
  answers "$(openssl x509 -in "$(world_dir)/server.crt" -noout -fingerprint -sha256 | cut -d= -f 2)" \
    "$(openssl x509 -in alice.crt -outform der | sha1sum | cut -d' ' -f 1)"
}
