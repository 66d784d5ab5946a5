#!/usr/bin/env bash
# A zip that Go streams out with a stored entry opens with Java's ZipFile and fails with Java's ZipInputStream.
#
# Packages: Go 1.26.8 archive/zip, java.util.zip of JDK 25 (25.0.3 tried).
# Guess: the archive is valid and has one entry stored and one deflated, so every reader lists both.
# Behaviour: archive/zip does not know an entry's size in advance, so it leaves it zero and puts a data descriptor after the
#   data. For a deflated entry a reader of a stream sees where the data end; for a stored one it cannot, and Java's
#   refuses ("only DEFLATED entries can have EXT descriptor"). Readers that start from the directory at the end
#   of the file do not mind. Entries stored because they are packed already (PNG, JFR, .gz) are such entries;
#   CreateRaw with sizes and CRC given, or Deflate, lets both readers have them.
# Seen: ZipFile 2 entries; ZipInputStream: ZipException; the same with Deflate: 2 and 2
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
java=${JAVA:-java}
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
	if [ -x "$home/bin/java" ] && "$home/bin/java" -version 2>&1 | grep -q '"25'; then java=$home/bin/java; fi
done
cat >main.go <<'EOF'
package main

import (
	"archive/zip"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func write(name string, create func(*zip.Writer, *zip.FileHeader) (io.Writer, error), first *zip.FileHeader) {
	f := must(os.Create(name))
	z := zip.NewWriter(f)
	must(io.WriteString(must(create(z, first)), "hello"))
	must(io.WriteString(must(z.Create("b")), "hello"))
	must(0, errors.Join(z.Close(), f.Close()))
}

func main() {
	write("store.zip", (*zip.Writer).CreateHeader, &zip.FileHeader{Name: "a", Method: zip.Store})
	write("deflate.zip", (*zip.Writer).CreateHeader, &zip.FileHeader{Name: "a", Method: zip.Deflate})
	write("raw.zip", (*zip.Writer).CreateRaw, &zip.FileHeader{Name: "a", Method: zip.Store,
		CRC32: crc32.ChecksumIEEE([]byte("hello")), CompressedSize64: 5, UncompressedSize64: 5})
}
EOF
cat >Read.java <<'EOF'
import java.io.FileInputStream;
import java.util.zip.*;
public class Read {
  static String stream(String name) throws Exception {
    try (var in = new ZipInputStream(new FileInputStream(name))) {
      int n = 0;
      while (in.getNextEntry() != null) if (new String(in.readAllBytes()).equals("hello")) n++;
      return n + " entries";
    } catch (ZipException e) {
      return e.getMessage();
    }
  }
  public static void main(String[] args) throws Exception {
    for (var name : args)
      try (var file = new ZipFile(name)) {
        System.out.println(name + ": ZipFile " + file.size() + " entries, ZipInputStream " + stream(name));
      }
  }
}
EOF
go run main.go
"$java" Read.java store.zip deflate.zip raw.zip >seen
want='store.zip: ZipFile 2 entries, ZipInputStream only DEFLATED entries can have EXT descriptor
deflate.zip: ZipFile 2 entries, ZipInputStream 2 entries
raw.zip: ZipFile 2 entries, ZipInputStream 2 entries'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "Go's archive/zip with a stored entry: Java 25's ZipFile reads 2 entries, its ZipInputStream refuses the first"
