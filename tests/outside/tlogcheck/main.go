// Tlogcheck verifies a log, in a directory or where it is served, with the Go checksum database's own code:
// golang.org/x/mod/sumdb/note for the checkpoint and .../tlog for the tree. It
// shares no line with Stile, so that what Stile writes is judged by a stranger.
//
// usage: tlogcheck DIR|URL VKEY      (SSL_CERT_FILE: who certifies the server)
//
// It checks the signature and origin of the checkpoint, works the whole tree
// out from the entries, holds every tile and the root against it, and, through
// the tiles as a client would, proves and checks the inclusion of every entry
// (of 2,000 spread ones in a large log) and the consistency with every smaller
// size (likewise). Exit status: 0 sound, 1 not, 2 misused.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	mostProofs = 2000
)

func fail(format string, args ...interface{}) {
	fmt.Printf("tlogcheck: "+format+"\n", args...)
	os.Exit(1)
}

// isURL tells a served log from a directory.
func isURL(log string) bool {
	return strings.HasPrefix(log, "https://") ||
		strings.HasPrefix(log, "http://")
}

// read is one file of the log, from the directory or the server.
func read(log, path string) ([]byte, error) {
	if !isURL(log) {
		return os.ReadFile(filepath.Join(log, path))
	}
	answer, err := http.Get(strings.TrimSuffix(log, "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	wanted := "application/octet-stream"
	if path == "checkpoint" {
		wanted = "text/plain; charset=utf-8"
	}
	if answer.StatusCode != 200 ||
		answer.Header.Get("Content-Type") != wanted {
		return nil, fmt.Errorf("%s: %s, %s", path, answer.Status,
			answer.Header.Get("Content-Type"))
	}
	return io.ReadAll(answer.Body)
}

// name is the C2SP tlog-tiles path of tile n; level "entries" for a bundle.
func name(level string, n int64, width int) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	if width < tileWidth {
		text = fmt.Sprintf("%s.p/%d", text, width)
	}
	return filepath.Join("tile", level, text)
}

// directory reads tiles as tlog.TileReader wants them, each of exact length.
type directory struct {
	path  string
	tiles map[string][]byte
}

func (d *directory) Height() int { return tileHeight }

func (d *directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d *directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := name(strconv.Itoa(tile.L), tile.N, tile.W)
		if d.tiles[path] == nil {
			data, err := read(d.path, path)
			if err != nil {
				return nil, err
			}
			if len(data) != tile.W*tlog.HashSize {
				return nil, fmt.Errorf("%s: %d bytes", path,
					len(data))
			}
			d.tiles[path] = data
		}
		all = append(all, d.tiles[path])
	}
	return all, nil
}

// head is the tree that the checkpoint vouches for.
func head(dir, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fmt.Println("tlogcheck:", err)
		os.Exit(2)
	}
	text, err := read(dir, "checkpoint")
	if err != nil {
		fail("%v", err)
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		fail("checkpoint: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("checkpoint: not of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		fail("checkpoint: size %q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		fail("checkpoint: root %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

// entries is one bundle taken apart; it must end where its last entry does.
func entries(dir string, n int64, width int) [][]byte {
	path := name("entries", n, width)
	data, err := read(dir, path)
	if err != nil {
		fail("%v", err)
	}
	var all [][]byte
	for i := 0; i < width; i++ {
		if len(data) < 2 ||
			len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			fail("%s: short at entry %d", path, n*tileWidth+int64(i))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		all = append(all, data[2:end])
		data = data[end:]
	}
	if len(data) > 0 {
		fail("%s: %d extra bytes", path, len(data))
	}
	return all
}

// hashes is the tree worked out from the entries, in the order of tlog.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, index := range indexes {
		all = append(all, h[index])
	}
	return all, nil
}

// hashEntries hashes every entry and node anew.
func hashEntries(dir string, size int64) hashes {
	var tree hashes
	for n := int64(0); n*tileWidth < size; n++ {
		width := tileWidth
		if rest := size - n*tileWidth; rest < tileWidth {
			width = int(rest)
		}
		for i, entry := range entries(dir, n, width) {
			nodes, err := tlog.StoredHashes(n*tileWidth+int64(i),
				entry, tree)
			if err != nil {
				fail("%v", err)
			}
			tree = append(tree, nodes...)
		}
	}
	return tree
}

// tilesOf lists the tiles of a tree: full ones, then the partial one, by level.
func tilesOf(size int64) []tlog.Tile {
	var all []tlog.Tile
	for level := 0; size > 0; level++ {
		for n := int64(0); n*tileWidth < size; n++ {
			width := tileWidth
			if rest := size - n*tileWidth; rest < tileWidth {
				width = int(rest)
			}
			all = append(all, tlog.Tile{H: tileHeight, L: level,
				N: n, W: width})
		}
		size /= tileWidth
	}
	return all
}

// checkTiles holds every tile against the tree of the entries.
func checkTiles(dir *directory, size int64, tree hashes) {
	for _, tile := range tilesOf(size) {
		stored, err := dir.ReadTiles([]tlog.Tile{tile})
		if err != nil {
			fail("%v", err)
		}
		wanted, err := tlog.ReadTileData(tile, tree)
		if err != nil {
			fail("%v", err)
		}
		for i := 0; i < len(wanted); i += tlog.HashSize {
			if bytes.Equal(wanted[i:i+tlog.HashSize],
				stored[0][i:i+tlog.HashSize]) {
				continue
			}
			first := (tile.N*tileWidth + int64(i/tlog.HashSize)) <<
				(tileHeight * tile.L)
			fail("%s: disagrees with entry %d",
				name(strconv.Itoa(tile.L), tile.N, tile.W), first)
		}
	}
}

// checkRoot holds the tree of the entries against the checkpoint.
func checkRoot(head tlog.Tree, tree hashes) {
	root, err := tlog.TreeHash(head.N, tree)
	if err != nil || root != head.Hash {
		fail("checkpoint: its root is not that of the entries")
	}
}

// checkProofs makes proofs of the tree and checks them.
func checkProofs(tree tlog.Tree, reader tlog.HashReader) int {
	step := tree.N/mostProofs + 1
	made := 0
	for i := int64(0); i < tree.N; i += step {
		leaf, err := reader.ReadHashes(
			[]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			fail("entry %d: %v", i, err)
		}
		record, err := tlog.ProveRecord(tree.N, i, reader)
		if err == nil {
			err = tlog.CheckRecord(record, tree.N, tree.Hash, i,
				leaf[0])
		}
		if err != nil {
			fail("inclusion of entry %d: %v", i, err)
		}
		old, err := tlog.TreeHash(i+1, reader)
		if err != nil {
			fail("root of size %d: %v", i+1, err)
		}
		growth, err := tlog.ProveTree(tree.N, i+1, reader)
		if err == nil {
			err = tlog.CheckTree(growth, tree.N, tree.Hash, i+1, old)
		}
		if err != nil {
			fail("consistency from size %d: %v", i+1, err)
		}
		made += 2
	}
	return made
}

func main() {
	if len(os.Args) != 3 {
		fmt.Println("usage: tlogcheck DIR|URL VKEY")
		os.Exit(2)
	}
	dir := &directory{os.Args[1], map[string][]byte{}}
	tree := head(dir.path, os.Args[2])
	anew := hashEntries(dir.path, tree.N)
	checkTiles(dir, tree.N, anew)
	checkRoot(tree, anew)
	made := checkProofs(tree, tlog.TileHashReader(tree, dir))
	fmt.Printf("tlogcheck: sound: %d entries, %d tiles, %d proofs\n",
		tree.N, len(dir.tiles), made)
}
