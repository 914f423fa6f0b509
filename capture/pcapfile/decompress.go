package pcapfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is how far back zstd data may refer, and so what it costs to read it: what every
// decoder has to support (RFC 8878, section 3.1.1.1.2), and what zstd -19 makes.
const maxWindow = 8 << 20

// A plain reads a file as it is, or decompressed if its first bytes are those of gzip or zstd.
// It may wait for these.
type plain struct {
	file io.ReadCloser
	in   *bufio.Reader
	out  io.Reader // nil at first
}

func decompressed(file io.ReadCloser) *plain {
	return &plain{file: file, in: bufio.NewReaderSize(file, pipeSize)}
}

func (p *plain) Read(b []byte) (n int, err error) {
	if p.out == nil {
		err = p.begin()
	}
	if err == nil {
		n, err = p.out.Read(b)
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the compressed data is cut short")
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = fmt.Errorf("zstd data with a window of more than %d MiB; zstd -dc --long=31 reads it, if it has the memory", maxWindow>>20)
	}
	return n, err
}

// begin decides what to read.
func (p *plain) begin() error {
	magic, err := p.in.Peek(4)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}): // RFC 1952, section 2.3.1
		z, err := gzip.NewReader(p.in)
		if err != nil {
			return err
		}
		p.out = z
	case isZstd(magic):
		z, err := zstd.NewReader(p.in, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return err
		}
		p.out = z
	default:
		p.out = p.in
	}
	return nil
}

// isZstd reports whether a frame, or one to be skipped, begins like that (RFC 8878, section 3.1).
func isZstd(magic []byte) bool {
	return bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18})
}

// Close closes the file.
func (p *plain) Close() error { return p.file.Close() }
