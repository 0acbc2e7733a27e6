#!/bin/sh
# tools/get-data against a file server on the loopback interface.
# Usage: get_data_test.sh [PATH OF tools/get-data]. Exit status 77: skipped.
set -eu

tool=${1:-$(dirname "$0")/../../tools/get-data}
command -v python3 > /dev/null || { echo "SKIPPED: no python3 for the file server"; exit 77; }
command -v curl > /dev/null || command -v wget > /dev/null ||
    { echo "SKIPPED: neither curl nor wget is installed"; exit 77; }

work=$(mktemp -d)
server=
clean_up() {
    [ -z "$server" ] || kill "$server" 2> /dev/null || :
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# A server that continues files (python's own does not), and logs what was asked for:
# "PATH RANGE". Below /plain/ it ignores ranges, as some servers do.
cat > "$work/server.py" <<'END'
import http.server, os, sys
root, log, ready = sys.argv[1:4]

class Files(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        with open(log, "a") as file:
            print(self.path, wanted or "-", file=file)
        ranges = not self.path.startswith("/plain/")
        path = root + (self.path if ranges else self.path[len("/plain"):])
        if not os.path.isfile(path):
            return self.send_error(404)
        with open(path, "rb") as file:
            data = file.read()
        start = int(wanted[len("bytes="):].split("-")[0]) if wanted and ranges else 0
        if start and start >= len(data):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(data) - 1, len(data)))
        self.end_headers()
        self.wfile.write(data[start:])

    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Files)
with open(ready + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(ready + ".new", ready)
server.serve_forever()
END

mkdir "$work/files"
for file in train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz \
    t10k-labels-idx1-ubyte.gz; do
    { echo "$file"; seq 1 20000; } > "$work/files/$file"
done
mkdir "$work/cifar-10-batches-bin"
for batch in data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch; do
    echo "$batch" > "$work/cifar-10-batches-bin/$batch.bin"
done
tar -czf "$work/files/cifar-10-binary.tar.gz" -C "$work" cifar-10-batches-bin
(cd "$work/files" && sha256sum ./* | sed 's|\./||') > "$work/sums"

python3 "$work/server.py" "$work/files" "$work/log" "$work/ready" &
server=$!
tries=0
while [ ! -s "$work/ready" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { echo "SKIPPED: the file server does not start"; exit 77; }
    sleep 0.1
done
url=http://127.0.0.1:$(cat "$work/ready")

failures=0
check() { # check WHAT COMMAND...: the command succeeds
    what=$1
    shift
    if "$@"; then
        echo "ok      $what"
    else
        echo "FAILED  $what"
        sed 's/^/        /' "$work/out"
        failures=$((failures + 1))
    fi
}
# get EXPECTED_STATUS ARGUMENTS...
get() {
    expected=$1
    shift
    : > "$work/log"
    status=0
    env no_proxy=127.0.0.1 http_proxy= "$tool" "$@" > "$work/out" 2>&1 || status=$?
    check "exit status $expected: get-data ${1:-} ${2:-}" [ $status -eq "$expected" ]
}
said() { grep -q -e "$1" "$work/out"; }
asked() { grep -q -e "$1" "$work/log"; }
nothing_asked() { [ ! -s "$work/log" ]; }
same() { cmp -s "$1" "$2"; }
absent() { [ ! -e "$1" ]; }

images=train-images-idx3-ubyte.gz
options="--source $url --sha256sums $work/sums"

get 0 mnist --dir "$work/a" $options
for file in "$work/files/"*-ubyte.gz; do
    check "fresh $(basename "$file")" same "$file" "$work/a/mnist/$(basename "$file")"
done
check "tells the licence" said "Licence: CC BY-SA 3.0"
check "tells the place" said "mnist is in $work/a/mnist"
check "leaves no parts" absent "$work/a/mnist/$images.part"
get 0 mnist --dir "$work/a" $options
check "a second run downloads nothing" nothing_asked

get 0 --dir "$work/a" fashion-mnist $options
check "the other licence" said "Licence: MIT"

mkdir -p "$work/b/mnist"
head -c 50000 "$work/files/$images" > "$work/b/mnist/$images.part"
get 0 mnist --dir "$work/b" $options
check "a half file is continued" asked "/$images bytes=50000-"
check "the continued file" same "$work/files/$images" "$work/b/mnist/$images"

rm "$work/b/mnist/$images"
cp "$work/files/$images" "$work/b/mnist/$images.part"
get 0 mnist --dir "$work/b" $options
check "a whole part needs no download" nothing_asked

rm "$work/b/mnist/$images"
{ cat "$work/files/$images"; echo more; } > "$work/b/mnist/$images.part"
get 0 mnist --dir "$work/b" $options
check "a part too long is replaced" same "$work/files/$images" "$work/b/mnist/$images"

rm "$work/b/mnist/$images"
seq 5 10000 > "$work/b/mnist/$images.part"
get 0 mnist --dir "$work/b" $options
check "a wrong part is replaced" same "$work/files/$images" "$work/b/mnist/$images"

rm "$work/b/mnist/$images"
head -c 50000 "$work/files/$images" > "$work/b/mnist/$images.part"
get 0 mnist --dir "$work/b" --source "$url/plain" --sha256sums "$work/sums"
check "a server without ranges" same "$work/files/$images" "$work/b/mnist/$images"

sed "s/^....\(.*$images\)/0000\1/" "$work/sums" > "$work/wrong_sums"
get 1 mnist --dir "$work/c" --source "$url" --sha256sums "$work/wrong_sums"
check "wrong digest is told" said "wrong SHA-256 of $url/$images: expected 0000"
check "wrong file is not kept" absent "$work/c/mnist/$images"
check "wrong part is not kept" absent "$work/c/mnist/$images.part"
get 1 mnist --dir "$work/c" --source "$url"
check "the known digests refuse other files" said "expected 440fcabf"

get 1 mnist --dir "$work/d" --source "$url/none" --sha256sums "$work/sums"
check "missing on the server" said "could not be downloaded from any of: $url/none"
mkdir -p "$work/e/mnist"
head -c 50000 "$work/files/$images" > "$work/e/mnist/$images.part"
get 1 mnist --dir "$work/e" --source "http://127.0.0.1:9" --sha256sums "$work/sums"
check "a part survives a broken network" [ -s "$work/e/mnist/$images.part" ]

get 0 cifar10 --dir "$work/f" $options
check "the archive is unpacked" same "$work/cifar-10-batches-bin/test_batch.bin" \
    "$work/f/cifar10/cifar-10-batches-bin/test_batch.bin"
check "the archive is gone" absent "$work/f/cifar10/cifar-10-binary.tar.gz.part"
get 0 cifar10 --dir "$work/f" $options
check "an unpacked archive is not downloaded again" nothing_asked

XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
get 0 cifar10 $options
check "the cache folder" [ -d "$work/cache/hekla/cifar10/cifar-10-batches-bin" ]

get 2 imagenet
check "unknown name" said "unknown data set 'imagenet', known are mnist"
get 2
check "no name" said "which data set?"
get 2 mnist --frobnicate
get 2 mnist --dir
get 0 --help
check "help" said "Usage: tools/get-data NAME"

if [ $failures -gt 0 ]; then
    echo "$failures failures"
    exit 1
fi
echo "all passed"
