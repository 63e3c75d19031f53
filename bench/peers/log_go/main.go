// Log_go is the log's peers in Go, for bench/log: Tessera's POSIX driver
// appending durably, and the checksum database's tlog package verifying. One line of JSON.
//
// usage: log_go append FOLDER SECONDS WRITERS sequenced|published
//
//	log_go verify FOLDER VKEY
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const entryBytes = 1100 // as in log_bench.c

// open is a new log with the quickest settings that Tessera allows.
func open(ctx context.Context, folder string, writers int) (*tessera.Appender,
	func(context.Context) error, tessera.LogReader) {
	secret, _, err := note.GenerateKey(rand.Reader, "bench.example/log")
	if err != nil {
		log.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		log.Fatal(err)
	}
	driver, err := posix.New(ctx, posix.Config{Path: folder})
	if err != nil {
		log.Fatal(err)
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).
		WithBatching(uint(writers), 5*time.Millisecond).
		WithCheckpointInterval(100 * time.Millisecond)
	appender, end, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		log.Fatal(err)
	}
	return appender, end, reader
}

// write appends in a closed loop until the time is over.
func write(ctx context.Context, appender *tessera.Appender,
	await *tessera.PublicationAwaiter, end time.Time) []float64 {
	var took []float64
	for time.Now().Before(end) {
		entry := make([]byte, entryBytes)
		rand.Read(entry[:8])
		began := time.Now()
		future := appender.Add(ctx, tessera.NewEntry(entry))
		var err error
		if await != nil {
			_, _, err = await.Await(ctx, future)
		} else {
			_, err = future()
		}
		if err != nil {
			log.Fatal(err)
		}
		took = append(took, float64(time.Since(began).Microseconds())/1e3)
	}
	return took
}

func appendAll(folder string, seconds float64, writers int, published bool) {
	ctx := context.Background()
	appender, shut, reader := open(ctx, folder, writers)
	var await *tessera.PublicationAwaiter
	if published {
		await = tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint,
			5*time.Millisecond)
	}
	began := time.Now()
	end := began.Add(time.Duration(seconds * 1e9))
	var all []float64
	var lock sync.Mutex
	var group sync.WaitGroup
	for i := 0; i < writers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			took := write(ctx, appender, await, end)
			lock.Lock()
			defer lock.Unlock()
			all = append(all, took...)
		}()
	}
	group.Wait()
	spent := time.Since(began).Seconds()
	shut(ctx)
	sort.Float64s(all)
	fmt.Printf("{\"writers\":%d,\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
		writers, float64(len(all))/spent, all[len(all)/2],
		all[len(all)-1-len(all)/100])
}

// name is the C2SP tlog-tiles path of bundle n.
func name(n int64, width int) string {
	text := fmt.Sprintf("%03d", n%1000)
	for rest := n / 1000; rest > 0; rest /= 1000 {
		text = fmt.Sprintf("x%03d/%s", rest%1000, text)
	}
	if width < 256 {
		text = fmt.Sprintf("%s.p/%d", text, width)
	}
	return filepath.Join("tile/entries", text)
}

// hashes is the tree worked out from the entries, in the order of tlog.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		all = append(all, h[index])
	}
	return all, nil
}

func verify(folder, vkey string) {
	began := time.Now()
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		log.Fatal(err)
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		log.Fatal(err)
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" +
		strings.SplitN(opened.Text, "\n", 2)[1]))
	if err != nil {
		log.Fatal(err)
	}
	var all hashes
	for n := int64(0); n*256 < tree.N; n++ {
		width := int(min(tree.N-n*256, 256))
		data, err := os.ReadFile(filepath.Join(folder, name(n, width)))
		if err != nil {
			log.Fatal(err)
		}
		for i := 0; i < width; i++ {
			end := 2 + int(binary.BigEndian.Uint16(data))
			nodes, err := tlog.StoredHashes(n*256+int64(i), data[2:end],
				all)
			if err != nil {
				log.Fatal(err)
			}
			all = append(all, nodes...)
			data = data[end:]
		}
	}
	root, err := tlog.TreeHash(tree.N, all)
	if err != nil || !bytes.Equal(root[:], tree.Hash[:]) {
		log.Fatal("the root is another")
	}
	fmt.Printf("{\"entries\":%d,\"rate\":%.1f}\n", tree.N,
		float64(tree.N)/time.Since(began).Seconds())
}

func main() {
	switch {
	case len(os.Args) == 6 && os.Args[1] == "append":
		seconds, _ := strconv.ParseFloat(os.Args[3], 64)
		writers, _ := strconv.Atoi(os.Args[4])
		appendAll(os.Args[2], seconds, writers, os.Args[5] == "published")
	case len(os.Args) == 4 && os.Args[1] == "verify":
		verify(os.Args[2], os.Args[3])
	default:
		log.Fatal("usage: log_go append FOLDER SECONDS WRITERS " +
			"sequenced|published | verify FOLDER VKEY")
	}
}
