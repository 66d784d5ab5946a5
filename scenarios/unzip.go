package scenarios

import (
	"encoding/binary"
	"hash/crc32"
)

// unzip reads a zip archive of stored files as it streams by, and holds 46 bytes of it at most (APPNOTE.TXT 6.3.10, section
// 4.3). It is sure of every file's size and checksum, and of the directory's sizes and number of files.
//
// NOTE: it knows no zip64 and no compression: its archives are under 4 GiB, and what is measured is a stream.
type unzip struct {
	part part
	buf  []byte // of the record that is being read
	skip int    // bytes of names and the like before what follows
	left int    // bytes of the file's content to come
	file int    // files, or directory entries, behind us
	sum  uint32 // of the content so far
	want uint32 // what it must be, if the head said so
	told bool   // it did
}

type part uint8

const (
	localHead part = iota
	descriptor
	directory
	directoryEnd
	unzipped
)

var recordSize = [...]int{localHead: 30, descriptor: 16, directory: 46, directoryEnd: 22}

// The archive that is asked for: 64 MiB.
const (
	zipFiles = 256
	zipBytes = 256 << 10 // each
)

// take reads on. It reports false when this is no such archive.
func (z *unzip) take(p []byte) bool {
	for len(p) > 0 {
		switch {
		case z.skip > 0:
			n := min(z.skip, len(p))
			z.skip -= n
			p = p[n:]
		case z.left > 0:
			n := min(z.left, len(p))
			z.sum = crc32.Update(z.sum, crc32.IEEETable, p[:n])
			z.left -= n
			p = p[n:]
			if z.left == 0 && z.told && z.sum != z.want {
				return false
			}
		case z.part == unzipped:
			return false
		default:
			n := min(recordSize[z.part]-len(z.buf), len(p))
			z.buf = append(z.buf, p[:n]...)
			p = p[n:]
			if len(z.buf) < recordSize[z.part] {
				return true
			}
			if !z.record(z.buf) {
				return false
			}
			z.buf = z.buf[:0]
		}
	}
	return true
}

// whole reports whether the archive is, to its last byte.
func (z *unzip) whole() bool { return z.part == unzipped && z.skip == 0 }

func (z *unzip) record(b []byte) bool {
	short := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	long := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	switch z.part {
	case localHead:
		const streamed = 1 << 3 // size and checksum come in a descriptor behind the content
		z.told = short(6)&streamed == 0
		z.skip, z.left, z.sum, z.want = short(26)+short(28), zipBytes, 0, long(14)
		if z.told {
			z.next()
		} else {
			z.part = descriptor
		}
		return long(0) == 0x04034b50 && short(8) == 0 && (!z.told || long(18) == zipBytes && long(22) == zipBytes)
	case descriptor:
		z.next()
		return long(0) == 0x08074b50 && long(4) == z.sum && long(8) == zipBytes && long(12) == zipBytes
	case directory:
		z.skip = short(28) + short(30) + short(32)
		z.next()
		return long(0) == 0x02014b50 && long(20) == zipBytes && long(24) == zipBytes
	default:
		z.part, z.skip = unzipped, short(20)
		return long(0) == 0x06054b50 && short(8) == zipFiles && short(10) == zipFiles
	}
}

// next goes on to the next file, or entry, or what follows the last.
func (z *unzip) next() {
	z.file++
	switch {
	case z.part != directory && z.file == zipFiles:
		z.part, z.file = directory, 0
	case z.part != directory:
		z.part = localHead
	case z.file == zipFiles:
		z.part = directoryEnd
	}
}
